"""Runs until a clock tells when it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wasmfit.emulation import Execution
from wasmfit.model import Activity, CheckedCall, Run, Status
from wasmfit.module.clocks import GUESS, MEAN, READINGS
from wasmfit.run.clock import MOST_PASSES, TimedImage, scored, settled, stepped
from wasmfit.timing import CostModel

MODEL = cast("CostModel", SimpleNamespace(predict=lambda did: SimpleNamespace(time_s=did.alu * 1e-6)))
"""A microsecond for each instruction."""

Program = Callable[[Callable[[int], int]], int]
"""Given what takes so many microseconds and then reads the clock in milliseconds; returns a result."""


@dataclass
class FakeImage:
    """What is told, without an image."""

    path: Path = Path("fake.elf")
    units: tuple[int, ...] = (1000,)
    told: list[int] = field(default_factory=lambda: [at * GUESS for at in range(READINGS)])
    history: list[list[int]] = field(default_factory=list)

    def tell(self, microseconds: Sequence[int]) -> None:
        self.told = list(microseconds)
        self.history.append(self.told)


def ran(image: FakeImage, program: Program) -> Callable[[Path], Execution]:
    def run(_: Path) -> Execution:
        readings: list[Activity] = []

        def work(microseconds: int) -> int:
            at, last = len(readings), READINGS - 1
            assert at < 10_000, "a run would have reached its limit"
            readings.append(Activity(alu=microseconds))
            beyond = max(at - last, 0)
            now = image.told[min(at, last)] + beyond * (image.told[last] - image.told[last - MEAN]) // MEAN
            return now // 1000

        result = program(work)
        call = CheckedCall((), result, None, 1, shown=str(result))
        return Execution(
            status=Status.OK,
            reason=None,
            phase="done",
            run=Run(calls=(call,)),
            instructions=1,
            stack_deepest=None,
            refused=None,
            seconds=0.0,
            readings=tuple(readings),
        )

    return run


def settle(program: Program) -> tuple[Execution, FakeImage]:
    image = FakeImage()
    return settled(cast("TimedImage", image), MODEL, ran(image, program)), image


def coremark(work: Callable[[int], int]) -> int:
    """As CoreMark looks for its number of iterations, 3 ms each; iterations in ten seconds or so."""

    def took(times: int) -> int:
        start = work(0)
        return work(3_000 * times) - start

    times = 1
    while took(times := times * 10) < 1_000:
        pass
    times *= 1 + 10_000 // took(times)
    return times * 1_000_000 // took(times)


def test_a_benchmark_finds_its_iterations() -> None:
    execution, _ = settle(coremark)
    clock = execution.run.clock
    assert clock is not None
    # 10, 100 and 1,000 iterations, 1,000 again, and 4,000: 333 a second.
    assert clock.readings == 10
    assert 2 <= clock.passes <= 10
    assert execution.run.calls[0].result == 333_333
    assert clock.error_s == 0
    assert clock.told_s == pytest.approx(12.0)
    assert clock.between == Activity(alu=12_000_000)


@pytest.mark.parametrize("poll", [3, 30, 83, 110])
def test_a_program_that_waits_is_right_in_the_mean(poll: int) -> None:
    def waits(work: Callable[[int], int]) -> int:
        until, polls = work(5) + 20, 1
        # Polls take now more, now less.
        while work(poll + polls % 3 - 1) < until:
            polls += 1
        return polls

    execution, _ = settle(waits)
    clock = execution.run.clock
    assert clock is not None
    assert clock.readings > READINGS
    assert execution.run.calls[0].result == pytest.approx(20_000 / poll, abs=2)
    assert clock.error_s is not None
    assert clock.error_s < 0.001


def test_what_never_settles_ends_and_says_how_far_off_it_is() -> None:
    # Slow when told that little time has passed, and the other way about.
    def contrary(work: Callable[[int], int]) -> int:
        early = work(0)
        return work(10_000 if work(5_000 * READINGS) - early > 100 else 500_000)

    def unsettled(work: Callable[[int], int]) -> int:
        for _ in range(READINGS - 1):
            work(1_000 if work(0) % 2 else 2_500)
        return 0

    execution, image = settle(unsettled)
    clock = execution.run.clock
    assert clock is not None
    assert clock.passes <= MOST_PASSES
    assert len(image.history) == clock.passes - 1
    assert (clock.error_s or 0) >= 0
    assert settle(contrary)[0].run.clock is not None


def test_who_reads_no_clock_runs_once() -> None:
    execution, image = settle(lambda _: 7)
    clock = execution.run.clock
    assert clock is not None
    assert (clock.readings, clock.passes, clock.told_s) == (0, 1, None)
    assert image.history == []


@pytest.mark.parametrize(("shown", "score"), [("12.5", 12.5), ("nothing", None), (None, None)])
def test_a_score_is_what_a_number_was_returned_for(shown: str | None, score: float | None) -> None:
    image = FakeImage()

    def two(work: Callable[[int], int]) -> int:
        return work(10) + work(90)

    execution = stepped(ran(image, two)(image.path), 11_000_000)
    call = CheckedCall((), 1, None, 1, shown=shown)
    changed = execution.model_copy(update={"run": execution.run.model_copy(update={"calls": (call,)})})
    clock = scored(changed, "iterations").run.clock
    assert clock is not None
    assert (clock.score, clock.told_s) == (score, 11.0)
    kept: Any = scored(changed, None).run.clock
    assert kept.score is None
