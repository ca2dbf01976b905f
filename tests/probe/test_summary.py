"""Runs → means with their intervals."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.emulation.channel import Report
from wasmfit.model import CheckedCall, Run, Status
from wasmfit.probe.board_runner import FEWEST_RUNS, MOST_RUNS, often_enough
from wasmfit.probe.errors import BoardError
from wasmfit.probe.run import BoardPhase, OneRun
from wasmfit.probe.summary import interval, settled, summarised


def one(load: int | None, *calls: int | None, results: tuple[int, ...] = (3, 3), end: str = "ok") -> OneRun:
    phases = [BoardPhase("load", load, 0.5), *(BoardPhase("call", cycles, 0.25) for cycles in calls)]
    counter = None if load is None else "DWT CYCCNT"
    return OneRun(tuple(phases), Report(results=results, end=end), counter, finished=True)


RIGHT = Run(calls=tuple(CheckedCall(arguments=(), result=3, expected=3, instructions=1) for _ in range(2)))


def test_the_interval_of_a_known_sample() -> None:
    # 10, 12, 14: s = 2, t(2) = 4.303, so 4.303 · 2 / √3 = 4.9687 to either side.
    mean, low, high = interval([10, 12, 14])
    assert (mean, round(low, 3), round(high, 3)) == (12, 7.031, 16.969)


@given(some.lists(some.floats(1, 1e9), min_size=2, max_size=80))
def test_the_mean_lies_in_its_interval(values: list[float]) -> None:
    mean, low, high = interval(values)
    assert low <= mean <= high
    assert math.isclose(mean, statistics.fmean(values))


def test_one_value_is_all_that_is_known() -> None:
    assert interval([7]) == (7, 7, 7)
    with pytest.raises(ValueError, match="no values"):
        interval([])


def test_cycles_become_time_at_the_boards_clock() -> None:
    found = summarised(
        [one(6400, 64, 32), one(6400, 64, 32)], probe="P", chip="C", clock_hz=64_000_000, flashed=8192
    )
    assert found.load is not None
    assert (found.load.cycles, found.load.cycles_low, found.load.cycles_high) == (6400, 6400, 6400)
    assert found.load.time_s == 1e-4
    assert found.first_call is not None
    assert found.call is not None
    assert (found.first_call.cycles, found.call.cycles) == (64, 32)
    assert found.instantiate is None
    assert (found.counter, found.runs, found.flashed) == ("DWT CYCCNT", 2, 8192)


def test_without_a_counter_there_is_time_and_no_cycles() -> None:
    found = summarised([one(None, None), one(None, None)], probe="P", chip="C", clock_hz=1, flashed=None)
    assert found.load is not None
    assert (found.load.cycles, found.load.time_s) == (None, 0.5)
    assert found.call is None, "a single call is the first, not a steady one"
    assert found.counter.startswith("the host's clock")


def test_runs_go_on_until_the_figures_are_narrow() -> None:
    assert len(often_enough(lambda: one(1000, 10, 10), RIGHT)) == FEWEST_RUNS
    noisy = iter(one(1000 + 400 * (number % 2), 10, 10) for number in range(1000))
    assert len(often_enough(lambda: next(noisy), RIGHT)) == MOST_RUNS
    assert not settled([one(1000, 10), one(2000, 10)], 0.01)


def test_another_result_than_the_emulators_is_no_figure() -> None:
    with pytest.raises(BoardError, match="others than in the emulator") as caught:
        often_enough(lambda: one(1000, 10, 10, results=(3, 4)), RIGHT)
    assert caught.value.status is Status.WRONG_RESULT


def test_a_board_that_fails_or_never_ends_is_said_to() -> None:
    with pytest.raises(BoardError, match="on the board, it ended in phase None: panic"):
        often_enough(lambda: one(1, 1, end="panic"), RIGHT)
    stuck = OneRun((), Report(), None, finished=False)
    with pytest.raises(BoardError, match="did not come to its end") as caught:
        often_enough(lambda: stuck, RIGHT)
    assert caught.value.status is Status.TIMEOUT
