"""A change of a prediction is judged by the ratio of both, whose common errors cancel."""

import pytest

from tests.samples import measurement
from wasmfit.analysis.changes import CellChangeKind, ChangeEffect, compare_cell
from wasmfit.api.verdicts import completing, cost_models
from wasmfit.catalog import Catalog
from wasmfit.model import Activities, Activity, Measurement

MODELS = cost_models(Catalog.load())
TIME = "run.predicted.call.time_s"


def predicted(call: Activity, board: str = "nrf52840dk") -> Measurement:
    cell = measurement(board=board)
    assert cell.run is not None
    run = cell.run.model_copy(update={"activity": Activities(call=call)})
    return completing(MODELS)(cell.model_copy(update={"run": run}))


def kinds(before: Activity, after: Activity) -> tuple[CellChangeKind, CellChangeKind]:
    """By error bars alone, and by the ratio as well."""
    sides = predicted(before), predicted(after)
    alone, by_ratio = compare_cell("x", *sides), compare_cell("x", *sides, models=MODELS)
    first, second = alone.change(TIME), by_ratio.change(TIME)
    assert first is not None
    assert second is not None
    assert (first.before, first.after) == (second.before, second.after)
    return first.kind, second.kind


def test_the_same_code_run_more_often_surely_takes_longer() -> None:
    model = MODELS["nrf52840dk"]
    assert model is not None
    more = round(10_000 * (1 + 1.5 * model.error))
    before, after = Activity(alu=10_000), Activity(alu=more)
    assert kinds(before, after) == (CellChangeKind.INCONCLUSIVE, CellChangeKind.CHANGED)
    change = compare_cell("x", predicted(before), predicted(after), models=MODELS).change(TIME)
    assert change is not None
    assert change.effect is ChangeEffect.WORSE


def test_a_change_below_the_boards_own_error_stays_inconclusive() -> None:
    assert kinds(Activity(alu=10_000), Activity(alu=10_100)) == (CellChangeKind.INCONCLUSIVE,) * 2


@pytest.mark.parametrize("other", [Activity(divide=1_000), Activity(load=3_000, late_use=500)])
def test_what_is_certain_by_error_bars_is_certain_by_the_ratio(other: Activity) -> None:
    alone, by_ratio = kinds(Activity(alu=1_000), other)
    assert alone is CellChangeKind.CHANGED
    assert by_ratio is CellChangeKind.CHANGED


def test_without_what_the_core_did_or_on_two_boards_error_bars_decide() -> None:
    before, after = predicted(Activity(alu=10_000)), predicted(Activity(alu=10_750))
    unknown = after.model_copy(
        update={"run": after.run.model_copy(update={"activity": Activities()}) if after.run else None}
    )
    elsewhere = after.model_copy(update={"board": "pico2"})
    for side in (unknown, elsewhere):
        change = compare_cell("x", before, side, models=MODELS).change(TIME)
        assert change is not None
        assert change.kind is CellChangeKind.INCONCLUSIVE


def test_the_start_up_is_judged_by_both_of_its_phases() -> None:
    def started(load: int, instantiate: int) -> Measurement:
        one = predicted(Activity(alu=1))
        assert one.run is not None
        activity = Activities(
            load=Activity(alu=load, reads=0), instantiate=Activity(alu=instantiate), call=Activity(alu=1)
        )
        return completing(MODELS)(
            one.model_copy(update={"run": one.run.model_copy(update={"activity": activity})})
        )

    metric = "run.predicted.start.time_s"
    for after, kind in (
        (started(10_000, 10_900), CellChangeKind.INCONCLUSIVE),
        (started(10_000, 11_600), CellChangeKind.CHANGED),
    ):
        change = compare_cell("x", started(10_000, 10_000), after, models=MODELS).change(metric)
        assert change is not None
        assert change.kind is kind


def test_counts_that_are_not_known_stay_so_together() -> None:
    known, unknown = Activity(alu=1, fetches=2), Activity(alu=3, fetches=None)
    both = Activities(load=known, instantiate=unknown).start
    assert both is not None
    assert (both.alu, both.fetches) == (4, None)
    assert Activities(load=known).start is None
