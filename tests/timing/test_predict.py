"""From what a core did to cycles and time, and the files of cycle costs."""

from dataclasses import asdict
from math import exp, inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.samples import measurement
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import CatalogError
from wasmfit.model import (
    COUNTS,
    KINDS,
    Activities,
    Activity,
    ClockReadings,
    Core,
    CycleCost,
    LinkSpread,
    Run,
    Timing,
)
from wasmfit.timing import CostModel, Ratio, cost_shares, predict, predictions, ratio, ratio_of

CATALOG = Catalog.load()
CORE = Core.model_validate(
    {
        "name": "c",
        "title": "a core",
        "source": "s",
        "cycle_costs": {"alu": 1, "load": [1, 2, 4], "load_pair": -1},
    }
)
TIMING = Timing.model_validate(
    {
        "core": "c",
        "cycle_costs": {"fetch_misses": [5, 10, 10]},
        "error": 0.1,
        "calibrated": False,
        "source": "b",
    }
)
ACTIVITIES = st.builds(Activity, **dict.fromkeys(COUNTS, st.integers(min_value=0, max_value=10**9)))


def test_a_score_is_by_the_time_that_is_predicted() -> None:
    model = CostModel.of(CORE, TIMING, 1_000_000)
    between = Activity(alu=2_000_000)
    # Ten a second of a clock that told five seconds: fifty, in two seconds of the model's.
    clock = ClockReadings(readings=4, passes=1, told_s=5.0, between=between, score_of="rounds", score=10.0)
    score = model.score(Run(clock=clock))
    assert score is not None
    assert (score.per_s, score.of, score.own) == (25.0, "rounds", 10.0)
    assert score.per_s_low == pytest.approx(25 / 1.1)
    assert score.per_s_high == pytest.approx(25 / 0.9)
    for without in ("score", "told_s", "between"):
        assert model.score(Run(clock=clock.model_copy(update={without: None}))) is None
    assert model.score(Run()) is None


def test_a_sum_by_hand() -> None:
    activity = Activity(alu=100, load=50, load_pair=20, fetch_misses=3)
    found = predict(activity, CORE, TIMING, 1_000_000)
    # 100 + 2 × 50 − 20 + 10 × 3
    assert found.cycles == 210
    assert found.time_s == pytest.approx(210e-6)
    assert found.per_s == pytest.approx(1e6 / 210)
    assert found.per_s_low == pytest.approx(1 / found.time_high_s)
    assert found.per_s_high == pytest.approx(1 / found.time_low_s)
    # Less: 50 × 1, 3 × 5 and a tenth of 210, by squares; more: 50 × 2, 0 and a tenth.
    assert found.cycles_low == round(210 - (50**2 + 15**2 + 21**2) ** 0.5)
    assert found.cycles_high == round(210 + (100**2 + 21**2) ** 0.5)
    assert found.time_low_s == pytest.approx((210 - (50**2 + 15**2 + 21**2) ** 0.5) * 1e-6)


def test_no_bar_ends_below_what_the_instructions_take_without_a_miss() -> None:
    spared = TIMING.model_copy(update={"link": LinkSpread(misses=1, more=0, source="s")})
    model = CostModel.of(CORE, spared, 1_000_000)
    cold = Activity(alu=100, load=50, load_pair=20, fetch_misses=100)
    for found in (model.predict_call(cold), CostModel.of(CORE, TIMING, 1_000_000).predict(cold)):
        # 100 + 50 × 1 − 20, without a tenth
        assert found.cycles_low >= 117
        assert found.time_low_s >= 117e-6
    assert model.predict_call(cold).cycles_low == 117
    assert model.predict_call(cold).per_s_high == pytest.approx(1e6 / 117)


@given(ACTIVITIES)
def test_a_bar_has_the_boards_error_to_both_sides(activity: Activity) -> None:
    found = CostModel.of(CORE, TIMING, 1_000_000).predict(activity)
    assert 0 <= found.time_low_s <= found.time_s * 0.9 * (1 + 1e-9)
    assert found.time_high_s >= found.time_s * 1.1 * (1 - 1e-9)


def test_nothing_takes_nothing() -> None:
    found = predict(Activity(), CORE, TIMING, 64_000_000)
    assert (found.cycles, found.cycles_low, found.cycles_high, found.time_s) == (0, 0, 0, 0)
    assert found.per_s is None


def test_what_was_measured_before_the_board_had_a_cache_has_no_prediction() -> None:
    model = CostModel.of(CORE, TIMING, 64_000_000)
    counted, uncounted = Activity(alu=5), Activity(alu=5, fetch_misses=None)
    assert [model.prices(counted), model.prices(uncounted)] == [True, False]
    for activity, is_predicted in ((counted, True), (uncounted, False)):
        one = measurement()
        assert one.run is not None
        run = one.run.model_copy(update={"activity": Activities(load=activity, call=activity)})
        found = model.with_predictions(one.model_copy(update={"run": run}))
        assert found is not None
        assert (found.predicted is not None) == is_predicted


def test_phases_that_are_not_known_have_no_prediction() -> None:
    found = predictions(Activities(load=Activity(alu=5)), CORE, TIMING, 1)
    assert found.load is not None
    assert (found.instantiate, found.first_call, found.call) == (None, None, None)
    assert found.calibrated is False
    assert found.source == "a core: s; board: b"


def test_the_start_up_is_load_and_instantiation_with_one_error() -> None:
    load, instantiate = Activity(alu=100, load=50), Activity(alu=60, load=30, fetch_misses=3)
    found = predictions(Activities(load=load, instantiate=instantiate), CORE, TIMING, 1_000_000)
    together = predict(Activity(alu=160, load=80, fetch_misses=3), CORE, TIMING, 1_000_000)
    assert found.start == together
    # A load's cost is as wrong in both: its errors add up, and not by squares.
    assert found.load is not None
    assert found.start is not None
    assert found.start.cycles_high == round(350 + (160**2 + 35**2) ** 0.5)
    assert predictions(Activities(load=load), CORE, TIMING, 1).start is None


TIMED = st.sampled_from(sorted(name for name, board in CATALOG.boards.items() if board.timing))
"""Boards that time is predicted on."""


@given(ACTIVITIES, TIMED)
def test_every_prediction_has_its_bar(activity: Activity, name: str) -> None:
    board = CATALOG.board(name)
    core = CATALOG.core(board)
    assert core is not None
    assert board.timing is not None
    found = predict(activity, core, board.timing, board.clock_hz)
    assert 0 <= found.cycles_low <= found.cycles <= found.cycles_high
    assert 0 <= found.time_low_s <= found.time_s <= found.time_high_s
    # At least the board's own error, but for rounding to whole cycles.
    assert found.cycles_high >= found.cycles * (1 + board.timing.error) - 1


def test_the_old_name_of_cycle_costs_is_read() -> None:
    old = {"name": "c", "title": "a core", "source": "s", "prices": {"alu": 1}}
    assert Core.model_validate(old).cycle_costs == {"alu": CycleCost(low=1, typical=1, high=1)}


def test_a_ratio_by_hand() -> None:
    first, second = Activity(alu=100, load=50), Activity(alu=100)
    found = ratio(first, second, CORE, TIMING)
    assert found.typical == pytest.approx(2)
    # A quarter of the first is the load's least less than usual, and half its most more.
    assert found.low == pytest.approx(2 * exp(-50 / 200))
    assert found.high == pytest.approx(2 * exp(100 / 200))
    assert found.is_conclusive


@given(ACTIVITIES, TIMED, st.integers(1, 9))
def test_what_does_the_same_compares_without_a_bar(activity: Activity, name: str, times: int) -> None:
    """Two with the same costs in the same shares: whatever is wrong of a cost is wrong of both."""
    board = CATALOG.board(name)
    core = CATALOG.core(board)
    assert core is not None
    assert board.timing is not None
    more = Activity(**{measure: times * count for measure, count in asdict(activity).items()})
    if predict(activity, core, board.timing, 1).cycles > 0:
        found = ratio(more, activity, core, board.timing)
        assert found.low == pytest.approx(times)
        assert found.high == pytest.approx(times)


@given(ACTIVITIES, ACTIVITIES, TIMED)
def test_a_ratio_has_its_bar_and_its_inverse(first: Activity, second: Activity, name: str) -> None:
    board = CATALOG.board(name)
    core = CATALOG.core(board)
    assert core is not None
    assert board.timing is not None
    found, other = ratio(first, second, core, board.timing), ratio(second, first, core, board.timing)
    assert found.low <= found.typical <= found.high
    if found.low > 0 and found.high < inf:
        assert other.low == pytest.approx(1 / found.high)
        assert other.high == pytest.approx(1 / found.low)
    assert found.is_conclusive == other.is_conclusive


def test_a_ratio_of_several_is_the_geometric_mean() -> None:
    model = CostModel.of(CORE, TIMING, 1)
    first = cost_shares([Activity(alu=100), Activity(alu=100, load=50)], model)
    second = cost_shares([Activity(alu=100), Activity(alu=50)], model)
    found = ratio_of(first, second, model)
    assert found.typical == pytest.approx(2)
    # A load is incurred 50 times in 200 cycles of one of two.
    assert found.low == pytest.approx(2 * exp(-50 / 200 / 2))
    assert found.high == pytest.approx(2 * exp(100 / 200 / 2))


def test_a_further_error_widens_a_ratio_in_quadrature() -> None:
    found = Ratio(2 * exp(-0.03), 2, 2 * exp(0.04)).widened(0.03)
    assert found.typical == 2
    assert found.low == pytest.approx(2 * exp(-0.03 * 2**0.5))
    assert found.high == pytest.approx(2 * exp(0.05))
    assert Ratio(0, 1, inf).widened(0.1) == Ratio(0, 1, inf)


def test_nothing_compares_with_nothing() -> None:
    none, some = Activity(), Activity(alu=1)
    assert ratio(none, none, CORE, TIMING).typical == 1
    assert ratio(some, none, CORE, TIMING).typical == inf
    assert ratio(none, some, CORE, TIMING).typical == 0
    assert not ratio(some, none, CORE, TIMING).is_conclusive


def test_what_is_assumed_stands_with_the_sources() -> None:
    timing = TIMING.model_copy(update={"assumptions": ("the cache is on",)})
    assert (
        predictions(Activities(), CORE, timing, 1).source == "a core: s; board: b; assumed: the cache is on"
    )


def test_every_board_says_what_it_assumes() -> None:
    assert all(
        board.timing.assumptions or any(value.says for value in board.timing.chosen.values())
        for board in CATALOG.boards.values()
        if board.timing
    )


def test_every_instruction_has_a_price_on_every_core() -> None:
    floats = {kind for kind in KINDS if kind.startswith("float")}
    riscv = floats | {"load_multiple", "store_multiple", "prefix"}
    # RV32IMAC has neither float, nor loads of several registers, nor IT; RV32IMC no atomics; ARMv6-M neither
    # IT nor division nor long products, and the Cortex-M0+ no floating-point unit.
    lacking = {
        "esp32-c6-hp": riscv,
        "esp32-c3": riscv | {"atomic"},
        "cortex-m0plus": floats | {"prefix", "divide", "multiply_long", "atomic"},
    }
    for core in CATALOG.cores.values():
        missing = set(KINDS) - core.cycle_costs.keys()
        assert missing <= lacking.get(core.name, set())
        assert core.source


@pytest.mark.parametrize("price", [[1, 2], [3, 2, 1], "1", None, [1, 2, "x"], {"low": 1}])
def test_a_price_that_is_none(price: object) -> None:
    with pytest.raises(ValidationError):
        CycleCost.model_validate(price)


def test_a_price_for_what_nothing_measures(tmp_path: Path) -> None:
    (tmp_path / "cores").mkdir()
    (tmp_path / "cores" / "x.toml").write_text(
        'name = "x"\ntitle = "x"\nsource = "x"\n[cycle_costs]\nalu = 1\nallu = 1\n'
    )
    with pytest.raises(CatalogError, match="nothing counts allu"):
        Catalog.load(tmp_path)


def test_only_boards_that_figures_were_published_for_call_themselves_calibrated() -> None:
    """And one that has the same chip and flash, and another radio."""
    boards = CATALOG.boards.values()
    calibrated = {board.name for board in boards if board.timing and board.timing.calibrated}
    assert calibrated == {"nrf52840dk", "pico2", "pico2w"}
    plain, wireless = CATALOG.board("pico2"), CATALOG.board("pico2w")
    assert (plain.timing, plain.flash_path) == (wireless.timing, wireless.flash_path)
