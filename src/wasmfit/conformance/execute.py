"""A part of the suite on an image: from its scripts to an outcome for every assertion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wasmfit.builder import Context, Progress, StepContext, silent
from wasmfit.emulation import WATCHDOG, QemuRunner, SuiteEnd, SuiteRun, compiled, run_suite
from wasmfit.model import AssertionOutcome, Board, FileOutcomes
from wasmfit.words import escape_unprintable

from .judge import LONGEST, ActionAnswer, Judged, answer, judge
from .prepare import Prepared
from .script import Part
from .stream import Chunk, CommandRecord, chunks, packed, records

BUDGET = 10_000_000_000
"""Instructions for a chunk of commands. The suite's longest make a million calls, several times over."""

_SECONDS = 3600
"""The safety net for a run that executes nothing."""

_ENDS = {
    SuiteEnd.CRASHED: AssertionOutcome.CRASHED,
    SuiteEnd.OUT_OF_MEMORY: AssertionOutcome.OUT_OF_MEMORY,
    SuiteEnd.TIMED_OUT: AssertionOutcome.TIMED_OUT,
    SuiteEnd.WHOLE: AssertionOutcome.CRASHED,
}


@dataclass(frozen=True)
class PartMeasured:
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


def suite_runner(context: Context, step: StepContext, board: Board, fence: bool) -> QemuRunner:
    """The emulator of a board, with the plugin that watches over a part of the suite.

    Args:
        fence: Whether images run inside the fence around this machine's files.

    Raises:
        MissingToolError: The emulator or a compiler for its plugin is missing.
    """
    plugin = compiled(
        context.home.plugins,
        context.runner,
        board.emulator.qemu,
        step.log,
        WATCHDOG,
        context.toolchain.images,
    )
    return QemuRunner(board, plugin, context.runner, step.log, fence)


def measured(
    step: StepContext, part: Part, elf: Path, runner: QemuRunner, modules: Sequence[Prepared]
) -> PartMeasured:
    """Runs a part, again and again until the image has come to its end.

    Raises:
        MissingToolError: There is no such emulator, or no fence where one is needed.
    """

    def run(data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        return run_suite(elf, runner, data, budget=BUDGET, seconds=_SECONDS, on_answer=on_answer)

    return over(part, modules, run, step.progress)


Run = Callable[[bytes, Callable[[str], None]], SuiteRun]
"""Runs an image over a file of records, and hands its answers out as they come."""


def over(
    part: Part,
    modules: Sequence[Prepared],
    run: Run,
    progress: Progress = silent,
) -> PartMeasured:
    """A part with whatever runs the image.

    A run that ends early is charged to the first record without an answer. What builds on it is lost, up to
    where everything can be dropped; the next run goes on from there.
    """
    stream, table = _CommandStream(chunks(part), modules), _OutcomeTable(part)
    instructions, runs, seconds, begin = 0, 0, 0.0, 0
    while begin < len(stream.chunks):
        answers = _Answers(stream, begin, partial(_tell, progress, part.name, len(stream.chunks)))
        ended = run(stream.data(begin), answers.take)
        runs += 1
        instructions += ended.instructions or 0
        seconds += ended.seconds
        begin = answers.finished(ended, table)
    files, words = table.written()
    return PartMeasured(files, words, instructions, runs, seconds)


def _tell(progress: Progress, what: str, total: int, done: int) -> None:
    progress(what, done, total)


class _CommandStream:
    """A part's records, numbered through all chunks, so that every run reads a piece of the same stream."""

    def __init__(self, of: Sequence[Chunk], modules: Sequence[Prepared]) -> None:
        self.chunks = of
        self.records = [
            (number, record) for number, chunk in enumerate(of) for record in records(chunk, modules)
        ]
        self.starts = [number for number, (_, record) in enumerate(self.records) if record.drops]
        numbered = list(enumerate(record for _, record in self.records))
        ends = [*self.starts[1:], len(numbered)]
        self._packed = [packed(numbered[start:end]) for start, end in zip(self.starts, ends, strict=True)]

    def data(self, begin: int) -> bytes:
        """What is read from a chunk on."""
        return b"".join(self._packed[begin:])


class _Answers:
    """One run: the answers that have come."""

    def __init__(self, stream: _CommandStream, begin: int, progress: Callable[[int], None]) -> None:
        self._stream = stream
        self._first = stream.starts[begin]
        self._progress = progress
        self._came: list[ActionAnswer] = []

    def take(self, text: str) -> None:
        """Takes an answer, in the order of the records; anything else is left out."""
        answered, number = answer(text), self._first + len(self._came)
        if answered is None or answered[0] != number or number >= len(self._stream.records):
            return
        self._came.append(answered[1])
        if number % 256 == 0:
            self._progress(self._stream.records[number][0])

    def _count(self, ticks: Sequence[int]) -> None:
        """Gives answers the instructions between the marks around their calls."""
        counted = [
            at for at in range(len(self._came)) if self._stream.records[self._first + at][1].is_counted
        ]
        for at, began, finished in zip(counted, ticks[::2], ticks[1::2], strict=False):
            self._came[at] = replace(self._came[at], instructions=finished - began)

    def finished(self, ended: SuiteRun, table: "_OutcomeTable") -> int:
        """Enters all outcomes into the table; returns the chunk that the next run begins with."""
        self._count(ended.ticks)
        chunks, sent = self._stream.chunks, self._stream.records
        for number, came in enumerate(self._came, self._first):
            chunk, record = sent[number]
            table.enter(chunks[chunk], record, came)
        number = self._first + len(self._came)
        if number == len(sent):
            return len(chunks)
        chunk, record = sent[number]
        why = ended.words or "the run ended without an answer"
        outcome = _ENDS[ended.ended]
        if record.drops and number > self._first:
            # It is when everything is dropped that the previous chunk's damage shows.
            table.charge(chunks[chunk - 1], outcome, f"when everything was dropped: {why}")
            return chunk
        table.lost(chunks[chunk], record, outcome, why)
        return chunk + 1


class _OutcomeTable:
    """Outcomes of a part's assertions, by file and command."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._outcomes: dict[tuple[str, int], Judged] = {}
        self._setup: dict[tuple[str, int], str] = {}
        self._spectest = ""

    def enter(self, chunk: Chunk, record: CommandRecord, came: ActionAnswer) -> None:
        """Enters an answer."""
        if record.command is None:
            if record.drops:
                self._spectest = ""
            elif came.how not in ("ok", "absent"):
                self._spectest = escape_unprintable(f"spectest: {came.how}: {came.words}", LONGEST)
            return
        command, assertion = chunk.script.commands[record.command], (chunk.script.file, record.command)
        if not command.is_assertion:
            if came.how not in ("ok", "got", "tight"):
                self._setup[assertion] = escape_unprintable(f"{came.how}: {came.words}".strip(": "), LONGEST)
            return
        judged = judge(command, came, self._absence(chunk, command.instance))
        if judged.outcome is AssertionOutcome.REFUSED and came.how == "link" and self._spectest:
            judged = Judged(judged.outcome, escape_unprintable(f"{judged.words} ({self._spectest})", LONGEST))
        self._outcomes[assertion] = judged

    def _absence(self, chunk: Chunk, instance: int | None) -> str:
        if instance is None:
            return ""
        said = self._setup.get((chunk.script.file, instance))
        line = chunk.script.commands[instance].line
        return "" if said is None else escape_unprintable(f"module of line {line}: {said}", LONGEST)

    def lost(self, chunk: Chunk, record: CommandRecord, outcome: AssertionOutcome, why: str) -> None:
        """Enters that the run ended in a record: what comes after it in the chunk is not run."""
        start = chunk.start if record.command is None else record.command
        commands, charged = chunk.script.commands, False
        after = f"line {commands[start].line} {outcome.value}: {why}"
        for at in range(start, chunk.end):
            if not commands[at].is_assertion:
                continue
            if at == record.command:
                self._outcomes[chunk.script.file, at] = Judged(outcome, escape_unprintable(why, LONGEST))
            elif not charged and record.command is not None and not commands[start].is_assertion:
                # What is asserted of nothing is asserted of by what comes next.
                self._outcomes[chunk.script.file, at] = Judged(outcome, escape_unprintable(after, LONGEST))
                charged = True
            else:
                self._outcomes[chunk.script.file, at] = Judged(
                    AssertionOutcome.NOT_RUN, escape_unprintable(after, LONGEST)
                )

    def charge(self, chunk: Chunk, outcome: AssertionOutcome, why: str) -> None:
        """Enters that a chunk's end ended the run: its last assertion does not hold."""
        for at in reversed(chunk.commands):
            if chunk.script.commands[at].is_assertion:
                self._outcomes[chunk.script.file, at] = Judged(outcome, escape_unprintable(why, LONGEST))
                return

    def written(self) -> tuple[tuple[FileOutcomes, ...], tuple[str, ...]]:
        """All of it, file by file, and the sentences in it."""
        sentences: dict[str, int] = {}
        files = []
        for script in self._part.scripts:
            places = [at for at, command in enumerate(script.commands) if command.is_assertion]
            judged = [
                self._outcomes.get((script.file, at), Judged(AssertionOutcome.NOT_RUN, "never reached"))
                for at in places
            ]
            words = {
                number: sentences.setdefault(judgement.words, len(sentences))
                for number, judgement in enumerate(judged)
                if judgement.words
            }
            numbers = {
                number: judgement.number
                for number, judgement in enumerate(judged)
                if judgement.number is not None
            }
            outcomes = "".join(judgement.outcome.letter for judgement in judged)
            files.append(FileOutcomes(file=script.file, outcomes=outcomes, words=words, numbers=numbers))
        return tuple(files), tuple(sentences)
