"""A part of the suite on an image: from its scripts to an outcome for every assertion."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from wasmfit.build import Context, Progress, Step, silent
from wasmfit.emulation import GUARD, Ended, Replay, compiled, replay
from wasmfit.model import Board, Build, FileOutcomes, Outcome, Profile
from wasmfit.words import printable

from .judge import LONGEST, Answer, Judged, answer, judge
from .prepare import Prepared
from .script import Part
from .stream import Chunk, Record, chunks, packed, records

BUDGET = 10_000_000_000
"""Instructions for a chunk of commands. The suite's longest make a million calls, several times over."""

_SECONDS = 3600
"""The safety net for a run that executes nothing."""

_ENDS = {
    Ended.CRASHED: Outcome.CRASHED,
    Ended.OUT_OF_MEMORY: Outcome.OUT_OF_MEMORY,
    Ended.TIMED_OUT: Outcome.TIMED_OUT,
    Ended.WHOLE: Outcome.CRASHED,
}


@dataclass(frozen=True)
class Cell:
    """One thing to measure: a part of the suite on a runtime, for a board, in a profile."""

    build: Build
    part: str
    board: Board
    base: str
    profile: Profile

    @property
    def id(self) -> str:
        """``wasmi@2.0.0/suite-v1/nrf52840dk/bare/reference``."""
        return "/".join(
            (self.build.label, f"suite-{self.part}", self.board.name, self.base, self.profile.name)
        )


@dataclass(frozen=True)
class Measured:
    """What came of a part.

    Attributes:
        files: Outcomes, file by file.
        words: What was said, each sentence once.
        instructions: Executed in all.
        runs: Times that the emulator was started.
        seconds: Wall-clock time of it.
    """

    files: tuple[FileOutcomes, ...]
    words: tuple[str, ...]
    instructions: int
    runs: int
    seconds: float


def measured(
    context: Context, step: Step, part: Part, elf: Path, board: Board, modules: Sequence[Prepared]
) -> Measured:
    """Runs a part, again and again until the image has come to its end.

    Raises:
        MissingToolError: The emulator or a compiler for its plugin is missing.
    """
    plugin = compiled(context.home.artefacts / "plugin", context.gateway, step.log, GUARD)

    def run(data: bytes, on_answer: Callable[[str], None]) -> Replay:
        return replay(
            elf,
            board,
            data,
            plugin=plugin,
            gateway=context.gateway,
            budget=BUDGET,
            seconds=_SECONDS,
            on_answer=on_answer,
            log=step.log,
        )

    return over(part, modules, run, step.progress)


Run = Callable[[bytes, Callable[[str], None]], Replay]
"""Runs an image over a file of records, and hands its answers out as they come."""


def over(
    part: Part,
    modules: Sequence[Prepared],
    run: Run,
    progress: Progress = silent,
) -> Measured:
    """A part with whatever runs the image.

    A run that ends early is charged to the first record without an answer. What builds on it is lost, up to
    where everything can be dropped; the next run goes on from there.
    """
    todo = deque(chunks(part))
    total, ledger = len(todo), _Ledger(part)
    instructions, runs, seconds = 0, 0, 0.0
    while todo:
        gone = total - len(todo)
        watch = _Watch(list(todo), modules, partial(_tell, progress, part.name, gone, total))
        ended = run(watch.data(), watch.take)
        runs += 1
        instructions += ended.instructions or 0
        seconds += ended.seconds
        done = watch.finished(ended, ledger)
        for _ in range(done):
            todo.popleft()
    files, words = ledger.written()
    return Measured(files, words, instructions, runs, seconds)


def _tell(progress: Progress, what: str, gone: int, total: int, done: int) -> None:
    progress(what, gone + done, total)


@dataclass
class _Watch:
    """One run: its records by number, and the answers that have come."""

    todo: Sequence[Chunk]
    modules: Sequence[Prepared]
    progress: Callable[[int], None]
    _sent: list[tuple[int, Record]] = field(default_factory=list)
    _came: dict[int, Answer] = field(default_factory=dict)

    def data(self) -> bytes:
        """The file of records."""
        self._sent = [
            (place, record)
            for place, chunk in enumerate(self.todo)
            for record in records(chunk, self.modules)
        ]
        return packed((number, record) for number, (_, record) in enumerate(self._sent))

    def take(self, text: str) -> None:
        """Takes an answer, in the order of the records; anything else is left out."""
        found = answer(text)
        if found is None or found[0] != len(self._came) or found[0] >= len(self._sent):
            return
        self._came[found[0]] = found[1]
        if found[0] % 256 == 0:
            self.progress(self._sent[found[0]][0])

    def _count(self, ticks: Sequence[int]) -> None:
        """Gives answers the instructions between the marks around their calls."""
        counted = [number for number in self._came if self._sent[number][1].is_counted]
        for number, began, finished in zip(counted, ticks[::2], ticks[1::2], strict=False):
            self._came[number] = replace(self._came[number], instructions=finished - began)

    def finished(self, ended: Replay, ledger: "_Ledger") -> int:
        """Enters all outcomes into the ledger; returns how many chunks are done with."""
        self._count(ended.ticks)
        for number, came in self._came.items():
            place, record = self._sent[number]
            ledger.enter(self.todo[place], record, came)
        if len(self._came) == len(self._sent):
            return len(self.todo)
        place, record = self._sent[len(self._came)]
        why = ended.words or "the run ended without an answer"
        outcome = _ENDS[ended.ended]
        if record.drops and place > 0:
            # It is when everything is dropped that the previous chunk's damage shows.
            ledger.charge(self.todo[place - 1], outcome, f"when everything was dropped: {why}")
            return place
        ledger.lost(self.todo[place], record, outcome, why)
        return place + 1


class _Ledger:
    """Outcomes of a part's assertions, by file and command."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._outcomes: dict[tuple[str, int], Judged] = {}
        self._setup: dict[tuple[str, int], str] = {}
        self._spectest = ""

    def enter(self, chunk: Chunk, record: Record, came: Answer) -> None:
        """Enters an answer."""
        if record.command is None:
            if record.drops:
                self._spectest = ""
            elif came.how not in ("ok", "absent"):
                self._spectest = printable(f"spectest: {came.how}: {came.words}", LONGEST)
            return
        command, place = chunk.script.commands[record.command], (chunk.script.file, record.command)
        if not command.is_assertion:
            if came.how not in ("ok", "got", "tight"):
                self._setup[place] = printable(f"{came.how}: {came.words}".strip(": "), LONGEST)
            return
        judged = judge(command, came, self._absence(chunk, command.instance))
        if judged.outcome is Outcome.REFUSED and came.how == "link" and self._spectest:
            judged = Judged(judged.outcome, printable(f"{judged.words} ({self._spectest})", LONGEST))
        self._outcomes[place] = judged

    def _absence(self, chunk: Chunk, instance: int | None) -> str:
        if instance is None:
            return ""
        said = self._setup.get((chunk.script.file, instance))
        line = chunk.script.commands[instance].line
        return "" if said is None else printable(f"module of line {line}: {said}", LONGEST)

    def lost(self, chunk: Chunk, record: Record, outcome: Outcome, why: str) -> None:
        """Enters that the run ended in a record: what comes behind it in the chunk is not run."""
        start = chunk.start if record.command is None else record.command
        commands, charged = chunk.script.commands, False
        after = f"line {commands[start].line} {outcome.value}: {why}"
        for at in range(start, chunk.end):
            if not commands[at].is_assertion:
                continue
            if at == record.command:
                self._outcomes[chunk.script.file, at] = Judged(outcome, printable(why, LONGEST))
            elif not charged and record.command is not None and not commands[start].is_assertion:
                # What is asserted of nothing is asserted of by what comes next.
                self._outcomes[chunk.script.file, at] = Judged(outcome, printable(after, LONGEST))
                charged = True
            else:
                self._outcomes[chunk.script.file, at] = Judged(Outcome.NOT_RUN, printable(after, LONGEST))

    def charge(self, chunk: Chunk, outcome: Outcome, why: str) -> None:
        """Enters that a chunk's end ended the run: its last assertion does not hold."""
        for at in reversed(chunk.commands):
            if chunk.script.commands[at].is_assertion:
                self._outcomes[chunk.script.file, at] = Judged(outcome, printable(why, LONGEST))
                return

    def written(self) -> tuple[tuple[FileOutcomes, ...], tuple[str, ...]]:
        """All of it, file by file, and the sentences in it."""
        sentences: dict[str, int] = {}
        files = []
        for script in self._part.scripts:
            places = [at for at, command in enumerate(script.commands) if command.is_assertion]
            judged = [
                self._outcomes.get((script.file, at), Judged(Outcome.NOT_RUN, "never reached"))
                for at in places
            ]
            words = {
                number: sentences.setdefault(one.words, len(sentences))
                for number, one in enumerate(judged)
                if one.words
            }
            numbers = {number: one.number for number, one in enumerate(judged) if one.number is not None}
            outcomes = "".join(one.outcome.letter for one in judged)
            files.append(FileOutcomes(file=script.file, outcomes=outcomes, words=words, numbers=numbers))
        return tuple(files), tuple(sentences)
