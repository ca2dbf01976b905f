"""The counting plugin's record: instructions, measures and stack, mark by mark."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .symbols import PHASES

HEADER = "counter 2"


Measures = dict[str, int]
"""What the plugin counts besides instructions: measure → number."""


@dataclass(frozen=True)
class Mark:
    """A mark that the program passed.

    Attributes:
        phase: The phase that begins.
        count: Instructions executed before it, since reset.
        lowest: Lowest stack address written since the mark before.
        since: What has been measured since the mark before, by name as in ``plugin/classes.h``; ``None``
            where the plugin has stopped noting it.
    """

    phase: str
    count: int
    lowest: int
    since: Measures | None = None


@dataclass(frozen=True)
class OutOfBoundsStore:
    """An access that the board would not have made: where to, and the instruction's address."""

    address: int
    pc: int


WITHIN_CALL = ("region", "outside")
"""Phases that begin in the middle of a call."""


@dataclass(frozen=True)
class Passage:
    """A call that came back.

    Attributes:
        instructions: Of all of it.
        measures: What was measured in all of it; ``None`` where the plugin has stopped noting it.
        region: Instructions of its region of interest; ``None`` where there is none, or it is not whole.
        region_measures: What was measured in that.
        problem: What is wrong with the region, in words.
    """

    instructions: int
    measures: Measures | None
    region: int | None = None
    region_measures: Measures | None = None
    problem: str | None = None


def _passage(segments: list[tuple[Mark, Mark]]) -> Passage:
    measures = _sum([following.since for _, following in segments])
    instructions = segments[-1][1].count - segments[0][0].count
    inside = [(mark, following) for mark, following in segments if mark.phase == "region"]
    problem = _problem([mark.phase for mark, _ in segments])
    if problem is not None or not inside:
        return Passage(instructions, measures, problem=problem)
    region = sum(following.count - mark.count for mark, following in inside)
    return Passage(instructions, measures, region, _sum([following.since for _, following in inside]))


def _problem(phases: list[str]) -> str | None:
    """What is wrong with the order in which a call's region begins and ends."""
    previous = "outside"
    for phase in phases[1:]:
        if phase == previous:
            return "begins again before it has ended" if phase == "region" else "ends before it has begun"
        previous = phase
    return "does not end in the call that it begins in" if previous == "region" else None


def _sum(parts: list[Measures | None]) -> Measures | None:
    """Measures of parts that follow one another, added up."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    return {name: sum(part[name] for part in known) for name in known[0]}


@dataclass(frozen=True)
class Counts:
    """What the plugin recorded.

    Attributes:
        started: Whether the emulator loaded the plugin.
        marks: The marks in the order in which they were passed.
        total: Instructions executed until the end, or ``None`` where the emulator was killed or died.
        lowest: Lowest stack address written since the last mark, likewise.
        limited: Whether the instruction limit was reached.
        out_of_bounds: The store that ended the run, since the board's memory would not have taken it.
        fenced_call: The semihosting call that reached for this machine's files, and was stopped.
        unfenced: Whether it did not run, because the fence could not be put up.
        unaligned: The access that ended the run, since the board's core makes none that is not aligned.
    """

    started: bool = False
    marks: tuple[Mark, ...] = ()
    total: int | None = None
    lowest: int | None = None
    limited: bool = False
    out_of_bounds: OutOfBoundsStore | None = None
    unaligned: OutOfBoundsStore | None = None
    fenced_call: str | None = None
    unfenced: bool = False

    @property
    def phase(self) -> str:
        """The phase that the run ended in; ``start`` before the first mark."""
        return self.marks[-1].phase if self.marks else "start"

    def instructions_of(self, phase: str) -> int | None:
        """Instructions of the first passage through a phase, up to the next mark."""
        for mark, following in zip(self.marks, self.marks[1:], strict=False):
            if mark.phase == phase:
                return following.count - mark.count
        return None

    def measures_of(self, phase: str) -> Measures | None:
        """What was measured in the first passage through a phase, up to the next mark."""
        for mark, following in zip(self.marks, self.marks[1:], strict=False):
            if mark.phase == phase:
                return following.since
        return None

    def passages(self) -> tuple[Passage, ...]:
        """Each call that came back, with its region of interest."""
        found: list[Passage] = []
        begun: list[tuple[Mark, Mark]] | None = None
        for mark, following in zip(self.marks, self.marks[1:], strict=False):
            if mark.phase == "call":
                begun = []
            if begun is None:
                continue
            begun.append((mark, following))
            if following.phase == "idle":
                found.append(_passage(begun))
                begun = None
            elif following.phase not in WITHIN_CALL:
                begun = None
        return tuple(found)

    def readings(self) -> tuple[Measures, ...]:
        """What was measured in calls before each reading of a clock, since the one before.

        Readings are marked as regions are. From where the plugin has stopped noting, there are none.
        """
        found: list[Measures] = []
        since: list[Measures | None] = []
        in_call = False
        for mark, following in zip(self.marks, self.marks[1:], strict=False):
            in_call = mark.phase == "call" or (in_call and mark.phase in WITHIN_CALL)
            if not in_call:
                continue
            since.append(following.since)
            if following.phase == "region":
                passed = _sum(since)
                if passed is None:
                    break
                found.append(passed)
                since = []
        return tuple(found)

    def calls_measured(self) -> tuple[Measures | None, ...]:
        """What was measured in each call that came back."""
        return tuple(passage.measures for passage in self.passages())

    def calls(self) -> tuple[int, ...]:
        """Instructions of each call that came back."""
        return tuple(passage.instructions for passage in self.passages())

    @property
    def deepest(self) -> int | None:
        """Lowest stack address written from reset to the end; ``None`` where the end was not recorded."""
        if self.lowest is None:
            return None
        return min(self.lowest, *(mark.lowest for mark in self.marks)) if self.marks else self.lowest

    def lowest_in(self, phases: frozenset[str]) -> int | None:
        """Lowest stack address written in any of the phases; ``None`` if none of them was entered."""
        ends = [mark.lowest for mark in self.marks[1:]]
        if self.lowest is not None:
            ends.append(self.lowest)
        return min(
            (lowest for mark, lowest in zip(self.marks, ends, strict=False) if mark.phase in phases),
            default=None,
        )


def parse(text: str) -> Counts:
    """Reads a record, which may be cut short anywhere."""
    lines = text.splitlines()
    if not lines or lines[0] != HEADER:
        return Counts()
    marks: list[Mark] = []
    names: list[str] = []
    since: Measures | None = None
    for line in lines[1:]:
        match line.split():
            case ["measures", *names]:
                pass
            case ["since", *numbers]:
                values = _numbers(numbers, len(names))
                since = None if values is None else dict(zip(names, values, strict=True))
            case ["mark", number, count, lowest]:
                mark = _mark(number, count, lowest, since)
                since = None
                if mark is not None:
                    marks.append(mark)
            case words:
                ended = _ended(words, tuple(marks))
                if ended is not None:
                    return ended
    return Counts(True, tuple(marks))


def _ended(words: list[str], marks: tuple[Mark, ...]) -> Counts | None:
    """What the last line says."""
    match words:
        case [("end" | "limit" | "unfenced") as word, *numbers]:
            state = _numbers(numbers, 2)
            if state is not None:
                limited, unfenced = word == "limit", word == "unfenced"
                return Counts(True, marks, state[0], state[1], limited=limited, unfenced=unfenced)
        case ["fenced", call, *numbers]:
            state = _numbers(numbers, 2)
            if state is not None:
                return Counts(True, marks, state[0], state[1], fenced_call=call)
        case [("stray" | "unaligned") as word, *numbers]:
            state = _numbers(numbers, 4)
            if state is not None:
                ended = Counts(True, marks, state[2], state[3])
                access = OutOfBoundsStore(state[0], state[1])
                if word == "stray":
                    return replace(ended, out_of_bounds=access)
                return replace(ended, unaligned=access)
    return None


def _mark(number: str, count: str, lowest: str, since: Measures | None) -> Mark | None:
    numbers = _numbers([number, count, lowest], 3)
    if numbers is None or not 1 <= numbers[0] <= len(PHASES):
        return None
    return Mark(PHASES[numbers[0] - 1], numbers[1], numbers[2], since)


def _numbers(words: list[str], count: int) -> list[int] | None:
    try:
        return [int(word, 0) for word in words] if len(words) == count else None
    except ValueError:
        return None
