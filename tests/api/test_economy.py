"""The small stack, the builds that end memory early, and what the command takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wasmfit
from wasmfit.api.economy import least_multiple
from wasmfit.api.shrunk_builds import with_shrunk
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.module.shrinking import shrinking
from wasmfit.plan.select import select_builds


@given(st.integers(min_value=1, max_value=16_384))
def test_the_least_multiple_that_is_enough(needed: int) -> None:
    tried: list[int] = []

    def is_enough(size: int) -> bool:
        tried.append(size)
        return size >= needed

    assert least_multiple(is_enough, 1024, 16_384) == -(-needed // 1024) * 1024
    assert len(tried) <= 5
    assert 16_384 not in tried


def test_nothing_is_tried_where_there_is_nothing_smaller() -> None:
    assert least_multiple(lambda _: False, 1024, 512) == 512


def test_a_runtime_that_can_end_memory_early_has_a_second_build() -> None:
    catalog = Catalog.load()
    prepared = with_shrunk(catalog, select_builds(catalog, ["wamr-classic", "spacewasm", "wasm3"]))
    names = [build.name for build in prepared.builds]
    assert names == ["wamr-classic", "wamr-classic-shrunk", "spacewasm", "wasm3", "wasm3-shrunk"]
    assert prepared.how.keys() == {"wamr-classic-shrunk", "wasm3-shrunk"}
    shrunk = prepared.builds[1]
    assert shrunk.variant.defines["WASM_ENABLE_SHRUNK_MEMORY"] == "1"
    assert shrunk.variant.defines["WASM_ENABLE_FAST_INTERP"] == "0"
    # They are found by their names, and nobody gets them who does not ask.
    labels = [build.label for build in prepared.builds]
    assert [build.label for build in select_builds(prepared.catalog, labels)] == labels
    usual = [build.label for build in select_builds(catalog, ())]
    assert [build.label for build in select_builds(prepared.catalog, ())] == usual


def test_what_is_unavailable_has_none() -> None:
    catalog = Catalog.load()
    chosen = [build for build in select_builds(catalog, ()) if build.unavailable is not None]
    assert chosen
    assert with_shrunk(catalog, chosen).builds == tuple(chosen)


def test_the_data_names_runtimes_of_the_catalogue() -> None:
    assert shrinking().keys() <= Catalog.load().runtimes.keys()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"runtimes": ["native"]}, "Native code has no linear memory"),
        ({"runtimes": ["wasmie"]}, "There is no runtime named 'wasmie'"),
        ({"measured": True}, "of modules that no set has"),
        ({"label": "a"}, "of modules that no set has"),
        ({"stack": 100}, "multiple of 16"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        wasmfit.economy(**fields)  # type: ignore[arg-type]
