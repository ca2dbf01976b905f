"""Thousands of calls of generated modules in a few runs of the emulator, on the W3C suite's image."""

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.builder import BuildStep, Context, StepContext, digest, image, steps
from wasmfit.conformance import Part, PartCell, prepared, suite_runner
from wasmfit.conformance.judge import ActionAnswer, answer
from wasmfit.conformance.prepare import Prepared, step
from wasmfit.conformance.script import Command, Script, modules_of
from wasmfit.conformance.stream import CommandRecord, chunks, packed, records
from wasmfit.emulation import QemuRunner, SuiteEnd, SuiteRun, run_suite
from wasmfit.model import Board, Build, Status, ValueType, to_float

from .differential import Case, End

PART = "generated"
"""The name of the modules' part, where the suite has ``v1`` and others."""

BUDGET = 2_000_000_000
"""Instructions for a call: a thousand steps, each of which may fill a memory."""

_SECONDS = 900
_WORD = struct.Struct("<I")
_ENDS = {
    SuiteEnd.CRASHED: Status.FAULTED,
    SuiteEnd.WHOLE: Status.FAULTED,
    SuiteEnd.OUT_OF_MEMORY: Status.OUT_OF_MEMORY,
    SuiteEnd.TIMED_OUT: Status.TIMEOUT,
}
Run = Callable[[bytes, Callable[[str], None]], SuiteRun]
"""Runs an image over a file of records, and hands its answers out as they come."""


@dataclass(frozen=True)
class Interpreter:
    """A runtime on a board, with the image that reads commands.

    Attributes:
        context: What it is built with.
        build: The runtime.
        board: The board; the image has all RAM of the emulated machine.
    """

    context: Context
    build: Build
    board: Board

    @property
    def name(self) -> str:
        """What it is called in a table."""
        return f"{self.build.label} on {self.board.name}"

    def ends(self, cases: Sequence[Case], log: Path) -> list[End]:
        """How each call ends, in an instance of its own.

        Raises:
            BuildError: The image cannot be built, or the host step gave up.
        """
        context, shared, log_of = self.context, digest.Shared(), StepContext(log)
        catalog = context.catalog
        cell = PartCell(self.build, PART, self.board, catalog.base("bare"), catalog.profile("reference"))
        elf = image(context, log_of, cell.spec, steps(context, cell.spec, shared)).elf
        paths = sorted({case.path for case in cases})
        modules = _modules(paths)
        host_step = step(context, cell, modules, shared)
        made = None if host_step is None else host_step.ensure(context.cache, log_of)
        part = part_of(cases, paths, modules.ensure(context.cache, log_of))
        runner = suite_runner(context, log_of, self.board, fence=True)
        return over(part, prepared(part, made), cases, partial(_run, elf, runner))


def _run(elf: Path, runner: QemuRunner, data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
    return run_suite(elf, runner, data, budget=BUDGET, seconds=_SECONDS, on_answer=on_answer)


def _modules(paths: Sequence[Path]) -> BuildStep:
    """Modules in one file, as the host program of the suite writes them."""
    contents = [path.read_bytes() for path in paths]
    key = digest.of("generated modules", [digest.of(content.hex()) for content in contents])
    return BuildStep("generated", key, "generated modules", partial(_write, contents))


def _write(contents: Sequence[bytes], _step: StepContext, _built: Mapping[str, Path], artefact: Path) -> None:
    parts = [_WORD.pack(len(content)) + content for content in contents]
    modules_of(artefact, PART).write_bytes(_WORD.pack(len(parts)) + b"".join(parts))


def part_of(cases: Sequence[Case], paths: Sequence[Path], folder: Path) -> Part:
    """A script for each call: its module is instantiated, and the function is called."""
    number = {path: at for at, path in enumerate(paths)}
    return Part(
        PART,
        tuple(Script(case.path.name, _commands(case, number[case.path]), {}) for case in cases),
        modules_of(folder, PART),
    )


def _commands(case: Case, module: int) -> tuple[Command, Command]:
    arguments = tuple(map(_argument, case.params, case.arguments))
    return (
        Command(line=0, do="instantiate", module=module, fresh=True),
        Command(line=1, do="invoke", instance=0, name=case.export, args=arguments, expect="return"),
    )


def _argument(kind: ValueType, text: str) -> str:
    if not kind.is_float:
        return f"{kind}:{int(text) & ((1 << kind.bits) - 1):x}"
    data = struct.pack("<f" if kind is ValueType.F32 else "<d", float(text))
    return f"{kind}:{int.from_bytes(data, 'little'):x}"


def over(part: Part, modules: Sequence[Prepared], cases: Sequence[Case], run: Run) -> list[End]:
    """How each call ends; after a run that ended early, the next goes on with the call after."""
    scripts = [list(records(chunk, modules)) for chunk in chunks(part)]
    ends: list[End] = []
    while len(ends) < len(cases):
        begin = len(ends)
        came: list[ActionAnswer] = []
        ended = run(_packed(scripts[begin:]), partial(_take, came))
        ends += _whole(scripts[begin:], cases[begin:], came)
        if len(ends) == len(cases) and ended.ended is SuiteEnd.WHOLE:
            break
        answered = sum(map(len, scripts[begin : len(ends)]))
        crash = End(status=_ENDS[ended.ended], reason=ended.words or "the run ended without an answer")
        if len(came) > answered or len(ends) == begin:
            ends.append(crash)
        else:
            # Everything is dropped as the next call begins, or the run ends: that is when damage shows.
            ends[-1] = crash
    return ends


def _packed(scripts: Sequence[Sequence[CommandRecord]]) -> bytes:
    return packed(enumerate(record for script in scripts for record in script))


def _take(came: list[ActionAnswer], text: str) -> None:
    answered = answer(text)
    if answered is not None and answered[0] == len(came):
        came.append(answered[1])


def _whole(
    scripts: Sequence[Sequence[CommandRecord]], cases: Sequence[Case], came: Sequence[ActionAnswer]
) -> Iterator[End]:
    """The ends of all calls that were answered in full."""
    at = 0
    for script, case in zip(scripts, cases, strict=True):
        answers = came[at : at + len(script)]
        if len(answers) < len(script):
            return
        _, instantiated, called = answers
        yield end_of(case, called if instantiated.how == "ok" else instantiated)
        at += len(script)


def end_of(case: Case, came: ActionAnswer) -> End:
    """What an answer says of how a call ended."""
    words = came.words.strip()
    match came.how:
        case "got" | "tight":
            return End(tuple(map(_bits, case.results, words.split())))
        case "trap":
            return End(status=Status.TRAPPED, reason=words)
        case "memory":
            return End(status=Status.OUT_OF_MEMORY, reason=words)
        case "load" | "link" | "refused":
            return End(status=Status.UNSUPPORTED, reason=words)
    return End(status=Status.BUILD_FAILED, reason=f"{came.how}: {words}")


def _bits(kind: ValueType, value: str) -> str:
    word = int(value.partition(":")[2], 16)
    return "nan" if kind.is_float and math.isnan(to_float(kind, word)) else f"{word:x}"
