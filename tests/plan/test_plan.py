"""Experiments become cells."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.user_modules import module
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Checkout, Embedding, ModuleClock, Status, Workload
from wasmfit.plan import plan, select_boards, select_builds
from wasmfit.requests import Experiment


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


def labels(catalog: Catalog, *wanted: str) -> list[str]:
    return [build.label for build in select_builds(catalog, wanted)]


def test_by_default_the_newest_of_each(catalog: Catalog) -> None:
    chosen = labels(catalog)
    assert "wasmi@2.0.0" in chosen
    assert {"wasmtime@49.0.4", "wasmtime-no-simd@49.0.4"} <= set(chosen)
    assert {"wamr-classic@2.4.3", "wamr-fast@2.4.3", "wasm3@0.5.0"} <= set(chosen)
    assert not any(label.startswith(("wasmi@0", "wasmi@1", "wasmtime@38", "baseline")) for label in chosen)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["wasmi"], ["wasmi@2.0.0"]),
        (["wasmi@0.51"], ["wasmi@0.51.5"]),
        (["wasmi@0.51.5", "wasmi@0.51"], ["wasmi@0.51.5"]),
        (["wasmtime@38.0.3"], ["wasmtime@38.0.3"]),
        (["wasmtime-no-simd"], ["wasmtime-no-simd@49.0.4"]),
        (["wamr"], ["wamr-classic@2.4.3", "wamr-mini@2.4.3", "wamr-fast@2.4.3"]),
        (["wasmi-un*"], ["wasmi-unchecked@2.0.0"]),
        (["wasmtime"], ["wasmtime@49.0.4", "wasmtime-no-simd@49.0.4"]),
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
    (missing,) = plan(catalog, Experiment(runtimes=["wasm-interpreter"])).skipped
    assert missing.status is Status.UNAVAILABLE
    assert "registry" in missing.reason


def checkout(
    runtime: str, recipe: str, version: str = "", commit: str | None = "0123456789abcdef", dirty: bool = False
) -> Checkout:
    return Checkout(
        runtime=runtime,
        path=Path("/there"),
        folder=Path("/there"),
        version=version or recipe,
        recipe=recipe,
        commit=commit,
        dirty=None if commit is None else dirty,
        digest="d" * 64,
    )


def planned(catalog: Catalog, *checkouts: Checkout, runtimes: Sequence[str] = ()) -> list[str]:
    made = plan(catalog, Experiment(runtimes=runtimes), checkouts=checkouts)
    return [cell.build.label for cell in (*made.cells, *(one.cell for one in made.skipped))]


def test_a_checkout_is_measured_beside_the_release(catalog: Catalog) -> None:
    chosen = planned(catalog, checkout("wasmi", "2.0.0", "2.0.1"), runtimes=["wasmi"])
    assert chosen == ["wasmi@2.0.0", "wasmi@2.0.1+g012345678"]


def test_a_checkout_comes_in_the_variants_that_were_asked_for(catalog: Catalog) -> None:
    wanted = ["wamr-mini", "wamr-fast", "wasm3"]
    chosen = planned(catalog, checkout("wamr", "2.4.3", dirty=True), runtimes=wanted)
    assert chosen == [
        "wamr-mini@2.4.3",
        "wamr-mini@2.4.3+g012345678.dirty",
        "wamr-fast@2.4.3",
        "wamr-fast@2.4.3+g012345678.dirty",
        "wasm3@0.5.0",
    ]


def test_a_checkout_alone_comes_in_the_default_variants(catalog: Catalog) -> None:
    chosen = planned(catalog, checkout("wasmtime", "49.0.4"), runtimes=["wasm3"])
    assert chosen == ["wasm3@0.5.0", "wasmtime@49.0.4+g012345678", "wasmtime-no-simd@49.0.4+g012345678"]


def test_by_default_a_checkout_stands_among_the_newest(catalog: Catalog) -> None:
    chosen = planned(catalog, checkout("wasmi", "2.0.0"))
    assert set(chosen) == {*labels(catalog), "wasmi@2.0.0+g012345678"}
    # Old versions have fewer variants; those that it cannot have are left out, unless they were named.
    for runtimes in ([], ["wasmtime"], ["wasmt*"]):
        old = planned(catalog, checkout("wasmtime", "38.0.3"), runtimes=runtimes)
        assert "wasmtime@38.0.3+g012345678" in old
        assert "wasmtime-no-simd@38.0.3+g012345678" not in old


def test_a_checkout_takes_the_place_of_the_row_that_says_it_is_unavailable(catalog: Catalog) -> None:
    mine = checkout("wasm-interpreter", "0.2.0", commit=None)
    assert planned(catalog, mine, runtimes=["wasm-interpreter"]) == ["wasm-interpreter@0.2.0+source"]
    assert "wasm-interpreter@0.2.0" not in planned(catalog, mine)


def test_a_variant_that_the_checkout_cannot_have_is_refused(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match=r"wasmi-portable exists for version 2\.0\.0; /there holds 1\.2\.0"):
        planned(catalog, checkout("wasmi", "1.1.0", "1.2.0"), runtimes=["wasmi-portable"])


def test_two_checkouts_that_look_alike_are_refused(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="would have the same name"):
        planned(catalog, checkout("wasm3", "0.5.0"), checkout("wasm3", "0.5.0"), runtimes=["wasm3"])
    two = planned(
        catalog, checkout("wasm3", "0.5.0"), checkout("wasm3", "0.5.0", dirty=True), runtimes=["wasm3"]
    )
    assert two == ["wasm3@0.5.0", "wasm3@0.5.0+g012345678", "wasm3@0.5.0+g012345678.dirty"]


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


def test_the_baseline_is_held_to_what_it_computes(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(runtimes=("wasm3",), workloads=("host-calls", "sha256")))
    by_name = {cell.workload.name: cell.workload for cell in planned.baselines}
    assert [call.expected for call in by_name["sha256"].calls] == [9, 2025, 9]
    assert by_name["host-calls"].calls[0].expected == 2000 + 1 + 0x12345
    # Nothing else of the workload changes, nor the cells beside it.
    assert isinstance(by_name["sha256"], Workload)
    assert by_name["sha256"].guest == catalog.workload("sha256").guest
    assert planned.cells[1].workload == catalog.workload("sha256")


def ends(catalog: Catalog, **changes: Any) -> dict[str, tuple[Status, str]]:
    """How the cells of a user's module end that are known without building: runtime → status and reason."""
    planned = plan(catalog, Experiment(), module=module(**changes))
    assert [cell.workload.name for cell in planned.baselines] == ["mine"]
    return {one.cell.build.name: (one.status, one.reason) for one in planned.skipped}


def test_a_users_module_is_measured_with_glue_that_takes_any(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(), module=module())
    assert {cell.embedding for cell in planned.measured} == {Embedding.DYNAMIC}
    assert {cell.workload.name for cell in planned.measured} == {"mine"}
    assert ends(catalog)["native"] == (
        Status.UNSUPPORTED,
        "native code is compiled from a workload's source, which a module does not have",
    )
    assert set(ends(catalog)) == {"native", "eccles", "myrmic", "synth", "toywasm", "wasm-interpreter"}


def test_several_modules_stand_next_to_workloads(catalog: Catalog) -> None:
    others = [module(name="mine"), module(name="other", path=Path("other.wasm"))]
    planned = plan(catalog, Experiment(runtimes=["wasm3", "native"], workloads=["crc32"]), modules=others)
    ids = {(cell.build.name, cell.workload.name) for cell in planned.cells}
    # Of modules there is no native code, and no row says so again and again.
    assert ids == {("wasm3", "crc32"), ("native", "crc32"), ("wasm3", "mine"), ("wasm3", "other")}
    assert not planned.skipped
    assert {cell.workload.name for cell in planned.baselines} == {"crc32", "mine", "other"}
    for twice in ([*others, module(path=Path("again/mine.wasm"))], [module(name="crc32")]):
        with pytest.raises(UsageError, match="have one name, by which rows are known"):
            plan(catalog, Experiment(workloads=["crc32"]), modules=twice)


def test_a_real_clock_needs_a_timing_model(catalog: Catalog) -> None:
    bare = next(name for name, board in catalog.boards.items() if board.timing is None)
    real = module(clock=ModuleClock(real=True))
    found = plan(catalog, Experiment(runtimes=["wasm3"], boards=[bare, "nrf52840dk"]), module=real)
    assert [cell.board.name for cell in found.cells] == ["nrf52840dk"]
    (skipped,) = found.skipped
    assert skipped.status is Status.UNSUPPORTED
    assert "has no timing model: clock_ms, without real, goes by steps" in skipped.reason


def test_what_cannot_be_stubbed_is_unsupported_everywhere(catalog: Catalog) -> None:
    known = ends(catalog, obstacle="imports memory env.memory; only functions can be stubbed")
    assert known["wasm3"] == (
        Status.UNSUPPORTED,
        "the module imports memory env.memory; only functions can be stubbed",
    )
    assert known["wasmi"][0] is Status.UNSUPPORTED
    assert known["myrmic"][0] is Status.UNAVAILABLE


def test_memory_that_no_board_of_that_kind_has(catalog: Catalog) -> None:
    known = ends(catalog, memory_pages=17, memory_bytes=17 * 65_536)
    status, reason = known["wasm3"]
    assert status is Status.DOES_NOT_FIT
    assert reason.startswith("the module declares 17 pages of memory (1,114,112 B); the board has 262,144 B")
    # What is larger than all of RAM is so on every runtime, whatever its stack.
    assert "of which" not in reason
    assert known["wasmi"] == known["wasm3"]
    assert "of which" in ends(catalog, memory_pages=4, memory_bytes=4 * 65_536)["wasm3"][1]
    # Three pages fit beside a stack of up to 64 KiB: whether they do with the heap, the run says.
    assert "wasm3" not in ends(catalog, memory_pages=3, memory_bytes=3 * 65_536)


def test_a_runtime_without_such_glue_says_so(catalog: Catalog) -> None:
    wasmi = catalog.folders["runtimes/wasm3"]
    moved = replace(catalog, folders={**catalog.folders, "runtimes/wasmi": wasmi})
    assert not moved.takes_any_module(catalog.runtimes["wasmi"])
    status, reason = ends(moved)["wasmi"]
    assert status is Status.UNSUPPORTED
    assert "no dynamic embedding of wasmi" in reason


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["picow"], ["picow"]),
        (["pico2", "picow", "pico2"], ["pico2", "picow"]),
        (
            ["nucleo-*", "nucleo-h743zi2"],
            ["nucleo-f446re", "nucleo-g071rb", "nucleo-h743zi2", "nucleo-u575zi-q"],
        ),
        (["esp32c[36]"], ["esp32c3", "esp32c6"]),
    ],
)
def test_boards_by_name_and_pattern(catalog: Catalog, wanted: list[str], chosen: list[str]) -> None:
    assert [board.name for board in select_boards(catalog, wanted)] == chosen


def test_all_boards(catalog: Catalog) -> None:
    assert [board.name for board in select_boards(catalog, ["all"])] == sorted(catalog.boards)
    cells = plan(catalog, Experiment(runtimes=["wasm3"], boards=["all"])).cells
    assert [cell.board.name for cell in cells] == sorted(catalog.boards)


@pytest.mark.parametrize(("wanted", "words"), [("nrf528", "Did you mean nrf52840dk"), ("stm8*", "Known are")])
def test_a_board_that_is_not_there(catalog: Catalog, wanted: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        select_boards(catalog, [wanted])


def test_a_toggle_is_measured_next_to_what_is_without_it(catalog: Catalog) -> None:
    found = plan(catalog, Experiment(runtimes=("wasmi", "wamr", "wasm3"), toggles=("fuel",)))
    assert [cell.build.name for cell in found.cells] == [
        *("wasmi", "wasmi-fuel"),
        *("wamr-classic", "wamr-metering", "wamr-mini", "wamr-fast"),
        "wasm3",
    ]


def test_a_toggle_that_nothing_has_is_told(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="no feature toggle named 'feul'") as caught:
        plan(catalog, Experiment(toggles=("feul",)))
    assert caught.value.remedy == "Did you mean fuel?"
