"""A release must not carry measurements of what has changed since; a change between releases may."""

import re
import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import measurement, renamed
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.model import Status
from wasmfit.plan import cell_by_id
from wasmfit.store import MeasuredSet
from wasmfit.store.measured_set import SetCell, write_set

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "measured.py"))

CELLS = tuple(
    f"wasm3@0.5.0/{module}/{board}/bare/reference" for module, board in (("sort", "pico2"), ("aes", "picow"))
)


@pytest.fixture
def measured_set(tmp_path: Path) -> MeasuredSet:
    """A set of two cells, measured from the catalogue as it is."""
    catalog = Catalog.load()
    digests = InputDigests(catalog)
    cells = []
    for name in CELLS:
        cell = cell_by_id(catalog, name)
        assert cell is not None
        cells.append(SetCell(renamed(measurement(), name), "Debian 12", digests.of_cell(cell)))
    write_set(tmp_path / "set.zip", cells, [])
    return MeasuredSet(tmp_path / "set.zip")


def test_a_current_set_is_in_order(measured_set: MeasuredSet) -> None:
    assert list(SCRIPT["problems"](Catalog.load(), measured_set)) == []


def test_a_board_that_has_changed_is_told(measured_set: MeasuredSet) -> None:
    catalog = Catalog.load()
    board = catalog.board("pico2")
    changed = board.model_copy(update={"clock_hz": board.clock_hz + 1})
    edited = replace(catalog, boards={**catalog.boards, "pico2": changed})
    assert list(SCRIPT["problems"](edited, measured_set)) == [
        f"outdated, since these have changed: board: 1 cell, such as {CELLS[0]}"
    ]


def test_a_runtime_that_has_gone_is_told(measured_set: MeasuredSet) -> None:
    catalog = Catalog.load()
    others = {name: one for name, one in catalog.runtimes.items() if name != "wasm3"}
    (problem,) = SCRIPT["problems"](replace(catalog, runtimes=others), measured_set)
    assert problem.startswith("outdated, since these have changed: catalogue: 2 cells")


def test_the_set_has_three_profiles_whatever_the_catalogue_has() -> None:
    catalog = Catalog.load()
    assert catalog.profiles.keys() > set(SCRIPT["PROFILES"]) == {"reference", "small", "fast"}
    steps = SCRIPT["steps"](catalog)
    named = {profile for step in steps for profile in step.experiment.profiles}
    assert named == set(SCRIPT["PROFILES"])
    inputs = SCRIPT["NewSet"](catalog, InputDigests(catalog)).feature_inputs()
    assert {cell.rpartition("/")[2] for cell in inputs} == set(SCRIPT["PROFILES"])


def test_a_set_that_is_missing_or_too_large_is_told(tmp_path: Path) -> None:
    (problem,) = SCRIPT["problems"](Catalog.load(), MeasuredSet(tmp_path / "none.zip"))
    assert problem == "there is no measured set"


def test_what_is_current_is_not_measured_again(measured_set: MeasuredSet, tmp_path: Path) -> None:
    catalog = Catalog.load()
    new = SCRIPT["NewSet"](catalog, InputDigests(catalog))
    new.take(measured_set)
    assert set(new.cells) == set(CELLS)
    board = catalog.board("pico2")
    edited = replace(
        catalog, boards={**catalog.boards, "pico2": board.model_copy(update={"clock_hz": 1_000_000})}
    )
    other = SCRIPT["NewSet"](edited, InputDigests(edited))
    other.take(measured_set)
    assert set(other.cells) == {CELLS[1]}
    # What is outdated is not lost: its image may come out as it was.
    assert set(other.outdated) == {CELLS[0]}
    other.write(tmp_path / "new.zip")
    assert set(MeasuredSet(tmp_path / "new.zip").cells) == set(CELLS)


def test_every_cell_is_in_a_step_once_by_value() -> None:
    catalog = Catalog.load()
    listed = list(SCRIPT["coverage"](catalog, (), ()))
    assert listed[0].startswith("newest runtimes on every board: 0 of ")
    timed = {board.name for board in catalog.boards.values() if board.timing is not None}
    asked = [line.removeprefix("workloads on ").split(":")[0] for line in listed if "workloads on" in line]
    assert set(asked) == timed
    assert len(asked) == len(timed)
    # Of every variant there are cells that the newest versions' defaults have not, and of every version more.
    sizes = [int(line.rsplit(" ", 1)[1].replace(",", "")) for line in listed if "profile reference" in line]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    ("status", "reason", "is_packed"),
    [
        (Status.TIMEOUT, "reached the limit of 2,000,000,000 instructions in phase call (3 of 3)", True),
        (Status.TIMEOUT, "reached the limit of 60 s in phase call, after 2,000 instructions", False),
        (Status.BUILD_FAILED, "No space left on device", False),
        (Status.OUT_OF_MEMORY, "8 B short", True),
    ],
)
def test_only_what_would_end_so_anywhere_is_packed(status: Status, reason: str, is_packed: bool) -> None:
    one = measurement(status=status, reason=reason, run=None)
    assert SCRIPT["_may_be_the_machines_fault"](one) is not is_packed


def test_the_release_runs_the_check_and_ordinary_tests_print_it() -> None:
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert "scripts/measured.py check" in (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"make maint-measured-check", release)
    assert "scripts/measured.py say" in (ROOT / ".ci" / "run").read_text("utf-8")
