"""An image → its size and its execution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from wasmfit.builder import (
    Context,
    Image,
    StepContext,
    digest,
    is_instance_for_glue,
    object_rule,
    runtime_rule,
    symbol_rule,
)
from wasmfit.elf import Elf, read_elf, read_link_map
from wasmfit.emulation import (
    COUNTER_PLUGIN,
    Execution,
    QemuRunner,
    RunLimits,
    compiled,
    execute,
    instance_ram,
    leak,
    least_ram,
)
from wasmfit.footprint import ByteMap, ByteRange, attribute_bytes, section_totals
from wasmfit.footprint.views.memories import MemoryLayout, flash_and_ram
from wasmfit.model import GLUE, Board, Cell, InstanceRam, LeastRam, Size, Status, UserModule
from wasmfit.probe import BoardRunner
from wasmfit.timing import cost_model

from .clock import TimedImage, scored, settled, step_of, stepped
from .fence import fence_around
from .fresh import heaviest, image_for, together, with_one_call
from .subject import Subject, subject_of

_PACKAGE = Path(__file__).parents[1]
_ROUNDS = 100
"""Rounds of load, calls and drop that show a leak."""

_SLOWEST = 20_000_000
"""Instructions a second that the emulator reaches, counting, on a machine that is busy with other things."""

_MOST_PER_ROUND = 5_000_000
"""Instructions of a run that is short enough to be done so often: seconds, at most."""

_MOST_PER_RUN = 200_000_000
"""Instructions of a run that is done twice more, with further instances."""

_MOST_SEARCHED = 200_000_000
"""Instructions that the search for the least RAM may execute: a few seconds, of five to ten runs."""

_HEADROOM = 2
"""So many times what the slowest call so far has needed is what each of a module's calls may need."""

_HARNESS, _BASE = "harness", "base"
"""The owners of the harness's code and the base's: their crates."""

_MEASURING = ("builder", "elf", "emulation", "footprint", "run")


def owned(context: Context, cell: Cell, elf: Path, link_map: Path | None) -> ByteMap:
    """The bytes of an image, with their owners; constants without a name belong to whoever refers to them.

    Args:
        context: What it was built with.
        cell: Whose image it is.
        elf: The image.
        link_map: The linker's map of it; ``None`` where an operating system's own build links.

    Raises:
        ElfError: The image cannot be read.
        LinkMapError: The map is of another link.
        OSError: A file cannot be read.
    """
    # Loads a disassembler, which a comparison that finds everything in the store does without.
    from wasmfit.footprint.graph.constants import attribute_by_references

    of_object = object_rule(context, cell)
    by_name = attribute_bytes(
        read_elf(elf),
        None if link_map is None else read_link_map(link_map),
        owner_of_object=of_object,
        owner_of_symbol=symbol_rule(context, cell),
    )
    return attribute_by_references(_corrected(by_name, of_object))


def _corrected(byte_map: ByteMap, of_object: Callable[[str], str | None]) -> ByteMap:
    """The bytes, with two owners that names alone do not tell.

    The harness's generic functions for types of the embedding are the embedding's. A name in capitals, by
    which a base defines handlers of interrupts, may be a function's of a runtime in C, whose object says it.
    """

    def owner(one: ByteRange) -> str:
        if one.owner == _HARNESS and one.symbol is not None and is_instance_for_glue(one.symbol.name):
            return GLUE
        if one.owner == _BASE and one.input is not None:
            return of_object(one.input.object) or one.owner
        return one.owner

    return byte_map.with_ranges(one._replace(owner=owner(one)) for one in byte_map.ranges)


def size(context: Context, cell: Cell, byte_map: ByteMap, lock: Path | None = None) -> Size:
    """What the bytes of a cell's image add up to.

    Args:
        lock: The lockfile that cargo has left next to the image.
    """
    elf, board = byte_map.elf, cell.board
    memories = MemoryLayout(elf, flash_and_ram(board.flash, board.ram, board.erase_unit, board.aliases))
    uses = {use.name: use for use in memories.uses()}
    flash, ram = uses["flash"], uses["RAM"]
    assert flash.pages is not None, "a board's flash has erase units"
    owners = section_totals(byte_map).owners()
    is_runtimes = runtime_rule(context.catalog, cell, lock)
    return Size(
        text=_section(elf, ".text"),
        rodata=_section(elf, ".rodata"),
        data=_section(elf, ".data"),
        bss=_section(elf, ".bss"),
        flash=flash.bytes,
        pages=flash.pages,
        page_size=board.erase_unit,
        flashed=flash.pages * board.erase_unit,
        ram_static=ram.bytes,
        runtime_crates=sum(size for owner, size in owners.get(".text", {}).items() if is_runtimes(owner)),
        owners=owners,
    )


def _section(elf: Elf, name: str) -> int:
    return sum(section.size for section in elf.sections if section.name == name)


def run(context: Context, step: StepContext, cell: Cell, image: Image) -> Execution:
    """Runs an image in the emulator and checks what it answers."""
    step.progress("running", 0, 0)
    subject = subject_of(cell)
    with TemporaryDirectory(prefix="wasmfit-") as folder:
        ran = _executed(context, step, cell, image, Path(folder))
        execution = ran.execution
        if execution.status is Status.OK:
            step.progress("looking for the minimum RAM", 0, 0)
            execution = execution.with_figures(
                least_ram=_least_ram(context, step, ran),
                instance_ram=_instance_ram(context, step, ran),
            )
    execution = execution.with_figures(calls=subject.shown(execution.run.calls))
    if execution.status is Status.OUT_OF_MEMORY and subject.memory_advice is not None:
        # In front of a runtime's own words, what is known of the module would be taken for theirs.
        reason = f"{execution.reason}; of the memory's pages, {subject.memory_advice}"
        execution = execution.model_copy(update={"reason": reason})
    rounds_at = subject.rounds_at
    if (
        rounds_at is None
        # Of a system's heap nothing is known.
        or cell.base.system is not None
        or execution.status is not Status.OK
        or (execution.instructions or 0) > _MOST_PER_ROUND
    ):
        return execution
    step.progress(f"running {_ROUNDS} rounds", 0, 0)
    leaked = leak(
        image.ran,
        runner_of(context, step, cell),
        subject.expected,
        rounds=_ROUNDS,
        rounds_at=rounds_at,
        limits=limits(subject),
    )
    return execution.with_figures(leak=leaked)


def executed(
    context: Context, step: StepContext, cell: Cell, image: Image, *, profiled: bool = False
) -> Execution:
    """Runs an image once, as its workload or module wants it; ``profiled`` follows calls as well.

    A run of a module that reaches the usual limit after its first call is done again with as much as all
    calls need by that.
    """
    with TemporaryDirectory(prefix="wasmfit-") as folder:
        return _executed(context, step, cell, image, Path(folder), profiled=profiled).execution


@dataclass(frozen=True)
class _Ran:
    """An execution, and what the search for the minimum RAM runs again.

    Attributes:
        execution: What is recorded.
        elf: The file that ran; of several, the one that took most memory.
        cell: What it was to do.
        own: Its own execution.
    """

    execution: Execution
    elf: Path
    cell: Cell
    own: Execution


def _executed(
    context: Context, step: StepContext, cell: Cell, image: Image, folder: Path, *, profiled: bool = False
) -> _Ran:
    """The execution, with what ran: of some modules, copies of the image in the folder."""
    module, known = cell.workload, subject_of(cell).clock
    if isinstance(module, UserModule) and module.fresh and subject_of(cell).is_run:
        return _each_fresh(context, step, cell, image, folder, profiled=profiled)
    if known is None or not isinstance(module, UserModule):
        execution = _run_of(context, step, cell, image.ran, profiled=profiled)
        return _Ran(execution, image.ran, cell, execution)
    if not known.real:
        execution = stepped(_run_of(context, step, cell, image.ran, profiled=profiled), step_of(module))
        execution = scored(execution, known.scores)
        return _Ran(execution, image.ran, cell, execution)
    model = cost_model(cell.board, context.catalog.core(cell.board))
    assert model is not None, "plans leave out boards without a model for modules with a real clock"
    timed = TimedImage.copied(image.ran, folder, module)
    passes = count(1)

    def run(path: Path) -> Execution:
        step.progress(f"running, pass {next(passes)} of the clock", 0, 0)
        return _run_of(context, step, cell, path, profiled=profiled)

    execution = scored(settled(timed, model, run), known.scores)
    return _Ran(execution, timed.path, cell, execution)


def _each_fresh(
    context: Context, step: StepContext, cell: Cell, image: Image, folder: Path, *, profiled: bool
) -> _Ran:
    """A run for each call, up to the first that does not end well."""
    module = cell.workload
    assert isinstance(module, UserModule)
    ran: list[_Ran] = []
    for number in range(len(module.calls)):
        step.progress(f"running call {number + 1} of {len(module.calls)}", 0, 0)
        one = replace(cell, workload=with_one_call(module, number))
        elf = image_for(image.ran, folder, module, number)
        execution = _run_of(context, step, one, elf, profiled=profiled)
        ran.append(_Ran(execution, elf, one, execution))
        if execution.status is not Status.OK:
            break
    executions = [one.execution for one in ran]
    return replace(ran[heaviest(executions)], execution=together(executions))


def _run_of(context: Context, step: StepContext, cell: Cell, elf: Path, *, profiled: bool) -> Execution:
    subject = subject_of(cell)
    number = len(subject.expected.calls)

    def tell(call: int, instructions: int) -> None:
        step.progress(f"running call {call} of {number}, after {instructions:,} instructions", 0, 0)

    runner = replace(runner_of(context, step, cell), tell=tell)

    def execution(given: RunLimits) -> Execution:
        return execute(elf, runner, subject.expected, limits=given, profiled=profiled)

    usual = limits(subject)
    first = execution(usual)
    made = [call.instructions for call in first.run.calls if call.instructions is not None]
    if first.status is not Status.TIMEOUT or not subject.may_need_more or not made:
        return first
    needed = _HEADROOM * max(made) * len(first.run.calls)
    if not usual.instructions < needed:
        return first
    step.progress(f"running, {needed:,} instructions at most", 0, 0)
    return execution(limits(subject, needed))


def runner_of(context: Context, step: StepContext, cell: Cell, plugin: Path = COUNTER_PLUGIN) -> QemuRunner:
    """The emulator of a cell's board, with a plugin: the counting one, unless another is named.

    Args:
        plugin: Folder of the plugin's sources.
    """
    library = compiled(
        context.home.plugins,
        context.runner,
        cell.board.emulator.qemu,
        step.log,
        plugin,
        images=context.toolchain.images,
    )
    fence = fence_around(context, cell.build, cell.base, cell.workload)
    return QemuRunner(cell.board, library, context.runner, step.log, fence)


def _least_ram(context: Context, step: StepContext, ran: _Ran) -> LeastRam | None:
    subject = subject_of(ran.cell)
    return least_ram(
        ran.elf,
        runner_of(context, step, ran.cell),
        subject.expected,
        ran.own,
        instructions=_MOST_SEARCHED,
        seconds=limits(subject).seconds,
    )


def _instance_ram(context: Context, step: StepContext, ran: _Ran) -> InstanceRam | None:
    """What further instances take, of a module whose embedding makes them and whose runs are short."""
    subject = subject_of(ran.cell)
    executed_once = ran.own.instructions
    if subject.instances_at is None or executed_once is None or executed_once > _MOST_PER_RUN:
        return None
    return instance_ram(
        ran.elf,
        runner_of(context, step, ran.cell),
        subject.expected,
        ran.own,
        instances_at=subject.instances_at,
        limits=RunLimits(instructions=8 * executed_once, seconds=limits(subject).seconds),
    )


def limits(subject: Subject, instructions: int | None = None) -> RunLimits:
    """The instructions decide; the clock is for what executes none, on a busy machine too."""
    most = subject.instructions if instructions is None else instructions
    return RunLimits(instructions=most, seconds=subject.seconds or 60 + most / _SLOWEST)


def fingerprints(
    keyed: Iterable[tuple[Cell, str]], context: Context, code: str, bench: BoardRunner | None = None
) -> list[str]:
    """Digests of all that decides what is measured: image, board, expectations, emulator, probe, our code.

    Args:
        keyed: Cells with their images' keys.
        context: What they are built with.
        code: Digest of our code.
        bench: The board that images run on as well.
    """
    shared = digest.Shared()
    probed = [] if bench is None else [bench.probe.selector, digest.tree(_PACKAGE / "probe", (".py",))]

    def fingerprint(cell: Cell, image_key: str) -> str:
        board, workload, build = cell.board, cell.workload, cell.build
        return digest.of(
            "measurement",
            image_key,
            shared.once(("board", board.name), lambda: _board_key(board)),
            # A baseline's expectations are not those of the cells next to it.
            shared.once(("expected", build.label, workload.name), lambda: subject_of(cell).expectations),
            context.toolchain.emulators[board.emulator.qemu].version,
            *_told_by(context, cell),
            code,
            *probed,
        )

    return [fingerprint(cell, image_key) for cell, image_key in keyed]


def decided_by(context: Context, cell: Cell, image_key: str) -> str:
    """Digest of all that decides how a cell's image runs, as :func:`fingerprints` has it for many."""
    (fingerprint,) = fingerprints([(cell, image_key)], context, own_code())
    return fingerprint


def _told_by(context: Context, cell: Cell) -> list[object]:
    """What a real clock goes by, which decides what such a module does."""
    clock = subject_of(cell).clock
    if clock is None or not clock.real:
        return []
    core = context.catalog.core(cell.board)
    # A current decides no time.
    return [
        part.model_dump(mode="json", exclude={"currents"})
        for part in (cell.board.timing, core)
        if part is not None
    ]


def _board_key(board: Board) -> str:
    # What time is predicted from is looked up when results are shown, and changes nothing measured.
    return digest.of(board.model_dump(mode="json", exclude={"timing"}))


@cache
def own_code() -> str:
    """Digest of the code that builds and measures, as it is when that is first asked."""
    return digest.of({name: digest.tree(_PACKAGE / name, (".py", ".c", ".h")) for name in _MEASURING})
