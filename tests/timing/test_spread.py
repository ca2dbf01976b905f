"""What a warm call takes over layouts."""

import pytest

from wasmfit.model import Activity, Core, Timing
from wasmfit.timing import CostModel, layout_spread

MODEL = CostModel.of(
    Core.model_validate(
        {"name": "c", "title": "c", "source": "s", "cycle_costs": {"alu": 1, "jumps_astride": 1}}
    ),
    Timing.model_validate(
        {
            "core": "c",
            "cycle_costs": {"fetch_misses": 10, "fetch_runs": -4, "fetches": 1},
            "error": 0.1,
            "calibrated": False,
            "source": "b",
        }
    ),
    1_000,
)


def call(misses: int = 0, runs: int = 0, astride: int = 0) -> Activity:
    return Activity(alu=100, fetch_misses=misses, fetch_runs=runs, jumps_astride=astride)


def test_median_least_and_most() -> None:
    found = layout_spread([call(), call(misses=4), call(misses=2)], MODEL)
    assert found.number == 3
    assert (found.median_s, found.least_s, found.most_s) == pytest.approx((0.120, 0.100, 0.140))
    assert found.cache_share == 1
    assert found.reason is None


def test_the_share_of_the_cache_leaves_out_how_code_lies_across_words() -> None:
    # Misses spread over 10 × 3 − 4 × 1 = 26 cycles, jumps over 13.
    found = layout_spread([call(), call(misses=3, runs=1), call(astride=13)], MODEL)
    assert found.cache_share == pytest.approx(26 / 39)


def test_one_layout_has_no_spread() -> None:
    found = layout_spread([call(misses=2)], MODEL, "it does not link")
    assert (found.number, found.least_s, found.most_s) == (1, found.median_s, found.median_s)
    assert found.cache_share is None
    assert found.reason == "it does not link"
