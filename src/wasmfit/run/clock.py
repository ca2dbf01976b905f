"""A clock that tells the time that is predicted to have passed, without a clock in the emulator.

The times of its readings are data of the image. They are a guess at first. A run shows what the core had
done before each reading, so when it was; that is written into the image, and so on until a run reads what the
one before it has shown. All that comes before a reading is decided by the readings before it, so each pass
settles at least one more, and the result is the same on every machine.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from wasmfit.builder import job
from wasmfit.emulation import Execution
from wasmfit.model import Activity, ClockReadings, Rule, Status, UserModule
from wasmfit.module.clocks import GUESS, MEAN, READINGS, table
from wasmfit.timing import CostModel

from .job_copy import JobCopy

MOST_PASSES = 16
"""Runs of an image at most; a benchmark that looks for a number of iterations takes four to eight."""

_LEAST_STEP, _LONGEST_STEP = 10, 1_000_000_000
"""Microseconds between readings, of those that are guessed."""


@dataclass(frozen=True)
class TimedImage:
    """An image whose clock's times can be changed.

    Attributes:
        copy: The file, which is ours.
        units: Microseconds per unit of each clock, in the order of the imports.
        tables: Where the job has the times of each.
    """

    copy: JobCopy
    units: tuple[int, ...]
    tables: tuple[int, ...]

    @classmethod
    def copied(cls, image: Path, folder: Path, module: UserModule) -> "TimedImage":
        """A copy of an image that was built for a module with a real clock.

        Raises:
            ElfError: It cannot be read.
            LookupError: It is not such an image.
        """
        copy = JobCopy.of(image, folder / "timed.elf")
        tables = tuple(offset for rule, offset, _ in job.import_data(copy.read) if rule == Rule.TIMES)
        return cls(copy, tuple(stub.value for stub in module.stubs if stub.rule is Rule.TIMES), tables)

    @property
    def path(self) -> Path:
        """The file."""
        return self.copy.path

    def tell(self, microseconds: Sequence[int]) -> None:
        """Has the clocks tell these times at their readings."""
        for unit, offset in zip(self.units, self.tables, strict=True):
            self.copy.write(offset, table(microseconds, unit))

    @property
    def told(self) -> tuple[int, ...]:
        """The times that the first clock tells, in microseconds."""
        _, *times = struct.unpack(f"<Q{READINGS}Q", self.copy.read(self.tables[0], 8 + 8 * READINGS))
        return tuple(times)


def settled(timed: TimedImage, model: CostModel, run: Callable[[Path], Execution]) -> Execution:
    """Runs an image until its clock tells when it is read, within its unit.

    Args:
        timed: The image; it is left with the times that it was run with last.
        model: What time is predicted with.
        run: Runs it.
    """
    unit = max(timed.units)
    passes = 0
    while True:
        execution = run(timed.path)
        passes += 1
        told = timed.told
        when = _when(execution.readings, model)
        if _agrees(when, told, unit) or passes == MOST_PASSES:
            return _with_clock(execution, passes, told, when)
        wanted = _continued(when)
        if tuple(wanted) == tuple(told):
            return _with_clock(execution, passes, told, when)
        timed.tell(wanted)


def _agrees(when: Sequence[int], told: Sequence[int], unit: int) -> bool:
    """Whether each reading has told when it was made, in whole units.

    Those that are not told apart may be off by one.
    """
    apart = zip(when[:READINGS], told, strict=False)
    others = enumerate(when[READINGS:], start=READINGS)
    return all(time // unit == text // unit for time, text in apart) and all(
        abs(time - _told_at(told, at)) <= unit for at, time in others
    )


def _when(readings: Sequence[Activity], model: CostModel) -> list[int]:
    """Microseconds from the first reading to each."""
    if not readings:
        return []
    seconds = accumulate((model.predict(did).time_s for did in readings[1:]), initial=0.0)
    return [round(time * 1e6) for time in seconds]


def _continued(when: Sequence[int]) -> list[int]:
    """Times for all readings that are told apart: those that are known, and a guess at others.

    Each is twice as far from the one before it as that: so what waits for a time, or a stretch that is long
    enough, ends after a few readings more, which the next pass then knows.
    """
    times = list(when[:READINGS])
    step = max(times[-1] - times[-2], _LEAST_STEP) if len(times) > 1 else GUESS
    while len(times) < READINGS:
        step = min(2 * step, _LONGEST_STEP)
        times.append(times[-1] + step)
    return times


def _with_clock(execution: Execution, passes: int, told: Sequence[int], when: Sequence[int]) -> Execution:
    texts = [_told_at(told, at) for at in range(len(when))]
    differences = [abs(time - text) for time, text in zip(when, texts, strict=True)]
    clock = ClockReadings(
        readings=len(when),
        passes=passes,
        error_s=max(differences, default=0) / 1e6,
        **_last_interval(execution, texts),
    )
    return execution.with_figures(clock=clock)


def _told_at(told: Sequence[int], at: int) -> int:
    last = len(told) - 1
    return told[at] if at <= last else told[last] + (at - last) * (told[last] - told[last - MEAN]) // MEAN


def _last_interval(execution: Execution, told: Sequence[int]) -> dict[str, object]:
    if len(told) < 2:
        return {}
    return {"told_s": (told[-1] - told[-2]) / 1e6, "between": execution.readings[-1]}


def step_of(module: UserModule) -> int:
    """Microseconds from one reading to the next, of a module whose clocks go by steps."""
    stub = next(stub for stub in module.stubs if stub.rule is Rule.TIMES)
    _, first, second = struct.unpack_from("<3Q", stub.data)
    return int(second - first)


def stepped(execution: Execution, step: int) -> Execution:
    """The same with what is known of a clock that goes by steps of so many microseconds."""
    readings = len(execution.readings)
    told = [reading * step for reading in range(readings)]
    clock = ClockReadings(readings=readings, passes=1, **_last_interval(execution, told))
    return execution.with_figures(clock=clock)


def scored(execution: Execution, of: str | None) -> Execution:
    """The same with what the module has returned as its score, where that is a number."""
    clock, calls = execution.run.clock, execution.run.calls
    if clock is None or of is None or not calls or execution.status is not Status.OK:
        return execution
    try:
        score = float(calls[-1].shown or "")
    except ValueError:
        return execution
    return execution.with_figures(clock=clock.model_copy(update={"score_of": of, "score": score}))
