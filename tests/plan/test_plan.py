"""Experiments become cells."""

import pytest

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Status
from wasmfit.plan import Experiment, plan, select_builds


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


def labels(catalog: Catalog, *wanted: str) -> list[str]:
    return [build.label for build in select_builds(catalog, wanted)]


def test_by_default_the_newest_of_each(catalog: Catalog) -> None:
    chosen = labels(catalog)
    assert "wasmi@2.0.0" in chosen
    assert {"wasmtime@48.0.8", "wasmtime-no-simd@48.0.8"} <= set(chosen)
    assert {"wamr-classic@2.4.3", "wamr-fast@2.4.3", "wasm3@0.5.0"} <= set(chosen)
    assert not any(label.startswith(("wasmi@0", "wasmi@1", "wasmtime@38", "baseline")) for label in chosen)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["wasmi"], ["wasmi@2.0.0"]),
        (["wasmi@0.51"], ["wasmi@0.51.5"]),
        (["wasmi@0.51.5", "wasmi@0.51"], ["wasmi@0.51.5"]),
        (["wasmtime@38.0.3"], ["wasmtime@38.0.3"]),
        (["wasmtime-no-simd"], ["wasmtime-no-simd@48.0.8"]),
        (["wamr"], ["wamr-classic@2.4.3", "wamr-mini@2.4.3", "wamr-fast@2.4.3"]),
        (["wasmi-un*"], ["wasmi-unchecked@2.0.0"]),
        (["wasmtime"], ["wasmtime@48.0.8", "wasmtime-no-simd@48.0.8"]),
        (["wasmi@*"], ["wasmi@2.0.0", "wasmi@1.1.0", "wasmi@0.51.5"]),
    ],
)
def test_what_an_argument_names(catalog: Catalog, wanted: list[str], chosen: list[str]) -> None:
    assert labels(catalog, *wanted) == chosen


def test_newest_is_the_default(catalog: Catalog) -> None:
    assert labels(catalog, "newest") == labels(catalog)
    assert labels(catalog, "newest", "wasmi@0.51") == [*labels(catalog), "wasmi@0.51.5"]


def test_everything(catalog: Catalog) -> None:
    chosen = labels(catalog, "all")
    assert {"wasmi@0.51.5", "wasmi@1.1.0", "wasmi@2.0.0", "wasmtime@38.0.3"} <= set(chosen)
    assert len(chosen) == len(set(chosen))


@pytest.mark.parametrize(
    ("wanted", "remedy"),
    [
        ("wasmie", "Did you mean wasmi?"),
        ("wasmtime-nosimd", "Did you mean wasmtime-no-simd?"),
        ("wasmi@9", "It has 2.0.0, 1.1.0, 0.51.5."),
    ],
)
def test_a_runtime_that_is_not_there(catalog: Catalog, wanted: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        labels(catalog, wanted)
    assert caught.value.remedy == remedy


def test_a_version_prefix_ends_at_a_dot(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match=r"no version 0\.5 of wasmi"):
        labels(catalog, "wasmi@0.5")


def test_ids_are_readable_and_globbable(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(select=["wasmi@*/*/nrf52840dk/*"]))
    assert [cell.id for cell in planned.cells] == ["wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference"]
    assert [cell.id for cell in planned.baselines] == [
        "baseline@0.1.0/add-with-extra/nrf52840dk/bare/reference"
    ]


def test_every_profile_has_its_baseline(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(runtimes=["wasmi"], profiles=["reference", "small"]))
    assert [cell.profile.name for cell in planned.baselines] == ["reference", "small"]


def test_what_cannot_be_built_keeps_its_row(catalog: Catalog) -> None:
    (missing,) = plan(catalog, Experiment(runtimes=["wasm-interpreter"])).left_out
    assert missing.status is Status.UNAVAILABLE
    assert "registry" in missing.reason


def test_a_selection_that_matches_nothing(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="No cell matches wasmo"):
        plan(catalog, Experiment(select=["wasmo*"]))


def test_an_unknown_base(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="no base named 'bear'"):
        plan(catalog, Experiment(bases=["bear"]))


def test_the_baseline_alone_can_be_asked_for(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(runtimes=["baseline"]))
    assert not planned.cells
    assert len(planned.baselines) == 1
