"""A module of one's own with several calls: they have one id, and are never held against one another."""

import json
from pathlib import Path

import pytest

from tests.samples import measurement, renamed, with_instructions
from wasmfit.analysis.budget import parse_budget
from wasmfit.analysis.cell_tables import cell_tables
from wasmfit.analysis.changes import CellChange, ChangeEffect, Changes, compare_cell, compare_snapshots
from wasmfit.analysis.check import LimitStatus, check_budget
from wasmfit.analysis.history import History, history
from wasmfit.analysis.own_calls import other_work, warm_call
from wasmfit.analysis.snapshot import resolve
from wasmfit.api.cells import show
from wasmfit.model import CheckedCall, Measurement
from wasmfit.report import changes as changes_report
from wasmfit.report import history as history_report
from wasmfit.store import RunEntry, RunMetadata, Store

ID = "wasmi@2.0.0/my/nrf52840dk/bare/reference"
ROW_WITHOUT_VERDICT = "run.instructions.call</code> | 500 | 900 |  |  |"


def called(
    *calls: str, instructions: int = 500, name: str = ID, module: str | None = "/my.wasm"
) -> Measurement:
    """A measurement of a module of one's own with these calls."""
    one = renamed(with_instructions(measurement(), instructions), name)
    assert one.run is not None
    made = tuple(CheckedCall((), 3, None, 500, text=text) for text in calls)
    return one.model_copy(
        update={
            "run": one.run.model_copy(update={"calls": made}),
            "provenance": one.provenance.model_copy(update={"module": module}),
        }
    )


def record(store: Store, one: Measurement) -> None:
    fingerprint = one.model_dump_json()
    if store.find(one.id, fingerprint) is None:
        store.save(one, fingerprint)
    store.record(RunMetadata("wasmfit compare"), [RunEntry(one, fingerprint, False)], "0.1.0")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three runs: another call, then the first one again."""
    store = Store(tmp_path / "results.sqlite")
    nine, ten = called(*["run(9)"] * 3), called(*["run(10)"] * 3, instructions=900)
    for one in (nine, ten, nine):
        record(store, one)
    return store


def between(store: Store, before: str, after: str) -> Changes:
    with store.reading() as reader:
        old, new = (resolve(side, reader, lambda one: one) for side in (before, after))
        return compare_snapshots(old, new)


def followed(store: Store) -> History:
    with store.reading() as reader:
        return history(reader, lambda one: one, "run.instructions.call")


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (["run(9)"] * 3, ["run(10)"] * 3, "run(9) → run(10)"),
        (["run(9)"] * 3, ["run(9)"] * 5, None),
        (["set(1)", "run(9)"], ["set(2)", "run(9)"], "run(9) after set(1) → after set(2)"),
        (["run(9)"], ["set(2)", "run(9)"], "run(9) after no other → after set(2)"),
        ([], ["run(9)"], None),
    ],
)
def test_which_calls_differ(before: list[str], after: list[str], change: str | None) -> None:
    found = other_work(called(*before), called(*after))
    assert found == (None if change is None else f"another call: {change}")


def test_a_workload_has_no_calls_of_its_own() -> None:
    one = called("run(9)", module=None)
    assert warm_call(one) is None
    assert other_work(one, called("run(10)")) is None


def test_another_call_is_not_a_regression_over_time(store: Store) -> None:
    found = followed(store)
    (cell,) = found.cells
    assert [point.change for point in cell.points] == [None] * 3
    assert [point.other_work for point in cell.points] == [
        None,
        "another call: run(9) → run(10)",
        "another call: run(10) → run(9)",
    ]
    text = history_report.to_text(found)
    assert "another call: run(9) → run(10)" in text
    assert "worse" not in text
    assert "better" not in text
    assert "+400" not in text
    moment = json.loads(history_report.to_json(found))["series"][0]["moments"][1]
    assert (moment["how"], moment["by"]) == (None, None)
    assert moment["why"] == ["another call: run(9) → run(10)"]


def test_the_same_call_is_compared_as_before() -> None:
    change = compare_cell("x", called("run(9)"), called("run(9)", instructions=900))
    (metric,) = change.metrics
    assert (metric.by, metric.effect) == (400, ChangeEffect.WORSE)


def test_another_call_is_not_a_regression_between_runs(store: Store) -> None:
    changes = between(store, "1", "2")
    (cell,) = changes.cells
    assert isinstance(cell, CellChange)
    assert cell.other_work == "another call: run(9) → run(10)"
    (metric,) = cell.metrics
    assert (metric.by, metric.percent, metric.effect) == (None, None, ChangeEffect.NEITHER)
    text = changes_report.to_text(changes)
    assert "another call: run(9) → run(10)" in text
    assert "no value is better or worse than the other" in text
    assert "1 with another call or module, and so not compared" in text
    assert "+400" not in text
    assert "worse" not in text.replace("better or worse", "")
    markdown = changes_report.to_markdown(changes)
    assert ROW_WITHOUT_VERDICT in markdown
    assert "another call" in markdown


def test_two_profiles_of_different_calls(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite")
    record(store, called("run(9)", name=ID.replace("reference", "small")))
    record(store, called("run(99999999)", instructions=900))
    (cell,) = between(store, "profile:small", "profile:reference").cells
    assert cell.other_work == "another call: run(9) → run(99999999)"


def test_another_module_is_followed_over_time_and_not_between_profiles(tmp_path: Path) -> None:
    before, after = called("run(9)"), called("run(9)", instructions=900)
    old, new = (
        one.model_copy(update={"provenance": one.provenance.model_copy(update={"module_sha256": digit * 64})})
        for one, digit in ((before, "a"), (after, "b"))
    )
    change = compare_cell("x", old, new)
    assert change.other_work is None
    assert change.metrics[0].effect is ChangeEffect.WORSE
    assert "the module: aaaaaaaaaaaa → bbbbbbbbbbbb" in change.why
    store = Store(tmp_path / "results.sqlite")
    record(store, renamed(old, ID.replace("reference", "small")))
    record(store, new)
    (cell,) = between(store, "profile:small", "profile:reference").cells
    assert cell.other_work == "another module: aaaaaaaaaaaa → bbbbbbbbbbbb"
    assert {metric.effect for metric in cell.metrics} == {ChangeEffect.NEITHER}


def test_a_limit_is_not_relative_to_another_call(store: Store) -> None:
    toml = 'baseline = "1"\n[[limit]]\ncells = "*"\nmetric = "run.instructions.call"\nmax = "+2%"\n'
    with store.reading() as reader:
        sides = [resolve(run, reader, lambda one: one) for run in ("2", "1")]
        (result,) = check_budget(parse_budget(toml, "b"), sides[0], {"1": sides[1]}).results
    assert result.status is LimitStatus.UNKNOWN
    assert "has another call: run(9) → run(10)" in result.sentence


def test_a_cell_is_shown_with_its_call_and_the_runs_of_that_result(store: Store) -> None:
    page = show(ID, home=store.path.parent)
    assert page.runs == (2,)
    assert cell_tables(page)[0].title == f"{ID}, run(10): ok"
