"""Where the linker places hot code, in the error bars of calls."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wasmfit.model import Activities, Activity, Core, LinkInBar, LinkSpread, Run, Timing
from wasmfit.timing import CostModel, layout_spread

CORE = Core.model_validate({"name": "c", "title": "c", "source": "s", "cycle_costs": {"alu": [0.9, 1, 1.2]}})
TIMING = Timing.model_validate(
    {
        "core": "c",
        "cycle_costs": {"fetch_misses": 10},
        "error": 0.05,
        "link": {"misses": 0.5, "more": 0.3, "source": "eight layouts"},
        "setup": {
            "cache": {
                "title": "cache",
                "default": "on",
                "values": {
                    "on": {"says": ""},
                    "off": {"says": "", "source": "s", "cycle_costs": {"fetch_misses": 0, "fetches": 2}},
                },
            }
        },
        "calibrated": False,
        "source": "b",
    }
)
MODEL = CostModel.of(CORE, TIMING, 1_000)
CALL = Activity(alu=80, fetch_misses=2)
"""A hundred cycles, a fifth of them for misses."""


def run_of(**phases: Activity) -> Run:
    activity = Activities(**phases)
    return Run(activity=activity, predicted=MODEL.predictions(activity))


def test_what_is_typical_of_the_board_is_in_the_bars_of_calls_alone() -> None:
    found = MODEL.predictions(
        Activities(load=CALL, instantiate=CALL, first_call=CALL, call=CALL, region=CALL)
    )
    assert found.link == LinkInBar(less=0.1, more=0.3)
    for call in (found.first_call, found.call, found.region):
        assert call is not None
        assert call.time_low_s == pytest.approx((100 - hypot(8, 5, 10)) / 1e3)
        assert call.time_high_s == pytest.approx((100 + hypot(16, 5, 30)) / 1e3)
    for other in (found.load, found.instantiate):
        assert other is not None
        assert other.time_high_s == pytest.approx((100 + hypot(16, 5)) / 1e3)
    assert found.start is not None
    assert found.start.time_high_s == pytest.approx((200 + 2 * hypot(16, 5)) / 1e3)


def test_what_was_measured_replaces_what_is_typical() -> None:
    run = run_of(first_call=CALL, call=CALL)
    found = MODEL.in_layouts(
        run,
        layout_spread([CALL, Activity(alu=80, fetch_misses=6), Activity(alu=80, fetch_misses=3)], MODEL),
    )
    assert found.predicted is not None
    assert found.predicted.call is not None
    link = found.predicted.link
    assert link is not None
    assert link.more == pytest.approx(0.4)
    assert (link.less, link.layouts) == (0, 3)
    assert found.predicted.call.time_low_s == pytest.approx((100 - hypot(8, 5)) / 1e3)
    assert found.predicted.call.time_high_s == pytest.approx((100 + hypot(16, 5, 40)) / 1e3)
    # Of a first call no layout was measured.
    assert run.predicted is not None
    assert found.predicted.first_call == run.predicted.first_call


def test_a_layout_that_is_alone_says_nothing() -> None:
    run = run_of(call=CALL)
    found = MODEL.in_layouts(run, layout_spread([CALL], MODEL, "it does not link"))
    assert found.predicted == run.predicted
    assert found.layouts is not None
    assert found.layouts.reason == "it does not link"


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8))
def test_the_bar_holds_every_layout(misses: list[int]) -> None:
    calls = [Activity(alu=100, fetch_misses=number) for number in misses]
    found = MODEL.in_layouts(run_of(call=calls[0]), layout_spread(calls, MODEL))
    assert found.predicted is not None
    assert found.predicted.call is not None
    bar = found.predicted.call
    for call in calls:
        assert bar.time_low_s <= MODEL.predict(call).time_s <= bar.time_high_s


def test_where_a_miss_costs_nothing_the_link_is_not_in_the_bar() -> None:
    off = TIMING.model_copy(update={"assumed": {"cache": "off"}})
    found = CostModel.of(CORE, off, 1_000).predictions(Activities(call=CALL))
    assert found.link is None
    assert found.call is not None
    assert found.call.time_high_s == pytest.approx((80 + hypot(16, 4)) / 1e3)


def test_a_phase_that_is_not_known_has_no_link() -> None:
    assert MODEL.predictions(Activities(load=CALL)).link is None


@pytest.mark.parametrize("changes", [{"misses": 1.1}, {"misses": -0.1}, {"more": -0.1}])
def test_a_spread_that_is_none_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        LinkSpread.model_validate({"misses": 1, "more": 0.1, "source": "s", **changes})
