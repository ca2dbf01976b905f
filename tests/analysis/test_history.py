"""A figure over time and over versions, and what moved it."""

import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import measurement, renamed, size
from wasmfit.analysis.amounts import Amount
from wasmfit.analysis.history import MOST_POINTS, CellHistory, History, history, trends
from wasmfit.analysis.history_tables import sparkline
from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.report.history import to_csv, to_json, to_markdown, to_text
from wasmfit.store import RunEntry, RunMetadata, Store

ID = measurement().id


def record(store: Store, one: Measurement, commit: str | None = None) -> None:
    store.save(one, f"{one.model_dump_json()}")
    store.record(
        RunMetadata("wasmfit compare", None, commit), [RunEntry(one, one.model_dump_json(), False)], "0.1.0"
    )


def follow(store: Store, name: str = "size.flash", *select: str, versions: bool = False) -> History:
    with store.reading():
        pass  # Which makes it, where it is not there yet.
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE run SET at = printf('2026-12-%02dT00:00:00+00:00', number)")
    with store.reading() as reader:
        return history(reader, lambda one: one, name, select, versions=versions)


def courses(store: Store, *cells: Measurement) -> dict[tuple[str, str, str], tuple[list[float | None], int]]:
    """Figure, what it is followed over and cell → its values, and of how many measurements they are."""
    with store.reading() as reader:
        found = trends(
            reader, lambda one: one, ("size.flash", "run.instructions.call"), {one.id: one for one in cells}
        )
        return {(one.name, over, series.name): (flashes(series), seen) for one, over, series, seen in found}


def only(found: History) -> CellHistory:
    (series,) = found.cells
    return series


def flashes(series: CellHistory) -> list[float | None]:
    return [None if moment.amount is None else moment.amount.value for moment in series.points]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results.sqlite")


def test_there_and_back_again(store: Store) -> None:
    small, large = measurement(), measurement(size=size(100_500))
    for one, commit in ((small, "a"), (small, "b"), (large, "c"), (small, "d")):
        record(store, one, commit * 40)
    series = only(follow(store))
    assert flashes(series) == [121_000, 121_500, 121_000]
    assert [moment.changed for moment in series.points] == [False, True, True]
    assert [moment.run.number if moment.run else None for moment in series.points] == [1, 3, 4]
    assert series.points[1].why == ("the working directory's commit: bbbbbbbbb → ccccccccc",)


def test_what_is_not_committed_may_be_what_moved_it(store: Store) -> None:
    for number, text in enumerate((100_000, 100_500)):
        one = measurement(size=size(text))
        store.save(one, str(number))
        store.record(
            RunMetadata("x", None, "a" * 40, "main", True), [RunEntry(one, str(number), False)], "0.1.0"
        )
    assert only(follow(store)).points[1].why == ("uncommitted changes on aaaaaaaaa",)


def test_what_differs_is_named(store: Store) -> None:
    before = measurement()
    provenance = before.provenance.model_copy(
        update={"flags": ("-O3",), "tools": {"gcc": "13"}, "lockfile_sha256": "f" * 64}
    )
    record(store, before)
    record(store, measurement(size=size(90_000), provenance=provenance))
    assert only(follow(store)).points[1].why == (
        "the lockfile: none → ffffffffffff",
        "flags: +[-O3]",
        "gcc: none → 13",
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=2), min_size=1, max_size=6))
def test_a_change_is_held_against_the_measurement_before_it(texts: list[int]) -> None:
    """Of equal ones behind each other that is the last, whichever of them were read."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "results.sqlite")
        for number, text in enumerate(texts):
            tools = measurement().provenance.model_copy(update={"tools": {"gcc": str(number)}})
            record(store, measurement(size=size(text), provenance=tools))
        series = only(follow(store))
    moved = [number for number in range(1, len(texts)) if texts[number] != texts[number - 1]]
    assert [moment.why for moment in series.points] == [
        (),
        *((f"gcc: {number - 1} → {number}",) for number in moved),
    ]
    assert [moment.run.number for moment in series.points if moment.run] == [1, *(one + 1 for one in moved)]


def test_a_cell_that_failed_in_between_is_a_gap(store: Store) -> None:
    record(store, measurement())
    record(store, measurement(status=Status.BUILD_FAILED, reason="no", size=None, run=None))
    record(store, measurement())
    series = only(follow(store))
    assert flashes(series) == [121_000, None, 121_000]
    assert "·" in to_text(follow(store))


def test_what_was_measured_before_runs_were_recorded(store: Store) -> None:
    store.save(measurement(), "f")
    assert only(follow(store)).points[0].run is None


def test_versions_in_their_order(store: Store) -> None:
    for version, text in (("0.10.0", 3_000), ("0.9.0", 2_000), ("1.0.0", 4_000)):
        record(store, renamed(measurement(size=size(text)), ID.replace("2.0.0", version)))
    series = only(follow(store, versions=True))
    assert series.name == "wasmi/add-with-extra/nrf52840dk/bare/reference"
    assert [moment.version for moment in series.points] == ["0.9.0", "0.10.0", "1.0.0"]
    assert flashes(series) == [23_000, 24_000, 25_000]


def test_refusals(store: Store) -> None:
    with pytest.raises(UsageError, match="Nothing was measured yet"):
        follow(store)
    record(store, measurement())
    with pytest.raises(UsageError, match="No cell that was measured matches wasmy"):
        follow(store, "size.flash", "wasmy*")
    with pytest.raises(UsageError, match=r"run\.heap\.held is known of none"):
        follow(store, "run.heap.held")
    with pytest.raises(UsageError, match="no metric named"):
        follow(store, "size.flsh")


def test_too_many_cells_are_refused(store: Store) -> None:
    for number in range(501):
        store.save(renamed(measurement(), ID.replace("2.0.0", f"0.{number}.0")), "f")
    with pytest.raises(UsageError, match="501 cells are too many"):
        follow(store)


def test_every_format_has_the_numbers(store: Store) -> None:
    record(store, measurement())
    record(store, measurement(size=size(100_500)))
    found = follow(store)
    for text in (to_text(found), to_markdown(found)):
        assert "▁█" in text
        assert "+500 (+0.4%)" in text
    moments = json.loads(to_json(found))["series"][0]["moments"]
    assert [moment["amount"]["value"] for moment in moments] == [121_000, 121_500]
    assert moments[1]["by"] == 500
    assert len(to_csv(found).splitlines()) == 3


@given(st.lists(st.one_of(st.none(), st.floats(-1e300, 1e300)), max_size=100))
def test_a_sparkline_rises_where_the_figure_does(values: list[float | None]) -> None:
    line = sparkline([None if value is None else Amount(value) for value in values])
    shown = values[-60:]
    assert len(line) == len(shown)
    bars = "▁▂▃▄▅▆▇█"
    for (value, bar), (after, next_bar) in zip(
        zip(shown, line, strict=True), zip(shown[1:], line[1:], strict=True), strict=False
    ):
        assert (value is None) == (bar == "·")
        if value is not None and after is not None and value < after:
            assert bars.index(bar) <= bars.index(next_bar)


def test_trends_are_of_what_was_measured_more_than_once(store: Store) -> None:
    record(store, measurement(size=size(100_500)))
    assert courses(store, measurement()) == {}
    record(store, measurement())
    assert courses(store, measurement()) == {
        ("size.flash", "time", ID): ([121_500, 121_000], 2),
        # Measured twice, and the same: it did not move.
        ("run.instructions.call", "time", ID): ([500], 2),
    }
    assert courses(store, renamed(measurement(), "wasm3@0.5.0/other/nrf52840dk/bare/reference")) == {}


def test_trends_follow_a_cell_over_its_other_versions(store: Store) -> None:
    older = "wasmi@1.1.0/add-with-extra/nrf52840dk/bare/reference"
    record(store, renamed(measurement(size=size(90_000)), older))
    record(store, measurement())
    record(store, renamed(measurement(), older.replace("nrf52840dk", "pico2")))
    found = courses(store, measurement())
    assert found["size.flash", "version", "wasmi/add-with-extra/nrf52840dk/bare/reference"] == (
        [111_000, 121_000],
        2,
    )
    assert {over for _, over, _ in found} == {"version"}


def test_trends_look_back_on_the_newest_measurements(store: Store) -> None:
    for number in range(MOST_POINTS + 5):
        record(store, measurement(size=size(100_000 + number)))
    values, seen = courses(store, measurement())["size.flash", "time", ID]
    assert seen == MOST_POINTS
    assert values[0] == 121_000 + 5
    assert values[-1] == 121_000 + MOST_POINTS + 4
