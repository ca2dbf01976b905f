"""What a report shows of images beyond their records: where bytes lie and instructions are spent."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from wasmfit.build import Context, base_owners, object_rule, symbol_rule
from wasmfit.footprint import ElfError, LinkMapError, ledger, read_elf, read_link_map
from wasmfit.footprint.memories import Memories, Memory
from wasmfit.footprint.views import NO_FILTER, By, Node, items, tree
from wasmfit.model import Cell, Measurement, Status, UserModule
from wasmfit.plan import BASELINE, Plan
from wasmfit.results import Comparison, ReportDocument
from wasmfit.results import document as results
from wasmfit.results.document import ByteNode, Flame, ImageBytes, OwnerClass, RuntimeNote
from wasmfit.words import printable

from .events import Listener, TaskEnded, TaskProgress, TaskStarted, nobody
from .profile import Profiled, ProfileError, profiled

_BY = (By.REGION, By.SECTION, By.CRATE, By.FAMILY)
_LONGEST_NAME = 160
_PHASES = ("call",)
_DEEPEST = 100
"""Calls in calls that a flame graph shows; what is deeper counts in the last."""

_NAMED = {
    "core": OwnerClass.STANDARD,
    "alloc": OwnerClass.STANDARD,
    "compiler_builtins": OwnerClass.STANDARD,
    "__rustc": OwnerClass.STANDARD,
    "picolibc": OwnerClass.C_LIBRARY,
    "libgcc": OwnerClass.C_LIBRARY,
    "firmware": OwnerClass.GLUE,
    "module": OwnerClass.MODULE,
}


def owner_classes(context: Context, measurements: Iterable[Measurement]) -> dict[str, OwnerClass]:
    """Every owner that the measurements name → its class."""
    base = base_owners(context)
    names = {
        owner for one in measurements if one.size for owners in one.size.owners.values() for owner in owners
    }
    return {name: _class(name, base) for name in sorted(names)}


def _class(owner: str, base: frozenset[str]) -> OwnerClass:
    if owner in _NAMED:
        return _NAMED[owner]
    if owner.startswith("["):
        return OwnerClass.OTHER
    return OwnerClass.HARNESS if owner in base else OwnerClass.RUNTIME


def notes(cells: Iterable[Cell]) -> tuple[RuntimeNote, ...]:
    """What a report should know of the cells' runtimes."""
    found = {}
    for cell in cells:
        runtime = cell.build.runtime
        linked = runtime.guest == "crate" or (runtime.c is not None and runtime.c.translator is not None)
        found[cell.build.name] = RuntimeNote(cell.build.name, runtime.name, runtime.title, bound=linked)
    return tuple(found.values())


def image_bytes(context: Context, cell: Cell, one: Measurement) -> ImageBytes | None:
    """The bytes of a cell's image; ``None`` where the image is no longer in the cache or cannot be read."""
    # Loads a disassembler, as in measuring; owners are to be the measurement's own.
    from wasmfit.footprint.constants import attribute_by_references

    if one.status is not Status.OK or one.provenance.elf is None:
        return None
    path = Path(one.provenance.elf)
    try:
        elf = read_elf(path)
        made = ledger(
            elf,
            read_link_map(path.with_name("firmware.map")),
            owner_of_object=object_rule(cell),
            owner_of_symbol=symbol_rule(context, cell),
        )
    except (ElfError, LinkMapError, OSError):
        return None
    board = cell.board
    memories = Memories(
        elf,
        (
            Memory("flash", board.flash.origin, board.flash.size, board.erase_unit),
            Memory("RAM", board.ram.origin, board.ram.size),
        ),
    )
    entries = items(attribute_by_references(made), memories, regions=True, only=NO_FILTER)
    return ImageBytes(one.id, _bytes(tree(entries, _BY)))


def _bytes(node: Node) -> ByteNode:
    return ByteNode(
        printable(node.name, _LONGEST_NAME), node.bytes, tuple(_bytes(row) for row in node.rows), node.count
    )


def flame(profiled: Profiled) -> Flame:
    """A profile as the tree of calls that a flame graph draws."""
    return Flame(profiled.cell, profiled.phases, calls(profiled.folded()))


def calls(folded: str) -> ByteNode:
    """Folded stacks (``caller;called NUMBER`` a line) as a tree."""
    root = _Calls()
    for line in folded.splitlines():
        stack, _, spent = line.rpartition(" ")
        if stack and spent.isdecimal():
            root.add(stack.split(";")[:_DEEPEST], int(spent))
    return root.node("all")


class _Calls:
    """A function in the making: what was spent under it, and whom it called."""

    def __init__(self) -> None:
        self._spent = 0
        self._called: dict[str, _Calls] = {}

    def add(self, stack: Iterable[str], spent: int) -> None:
        here = self
        here._spent += spent
        for function in stack:
            here = here._called.setdefault(function, _Calls())
            here._spent += spent

    def node(self, name: str) -> ByteNode:
        rows = sorted((called.node(function) for function, called in self._called.items()), key=_largest)
        return ByteNode(printable(name, _LONGEST_NAME), self._spent, tuple(rows))


def _largest(node: ByteNode) -> tuple[int, str]:
    return -node.bytes, node.name


def _title(plan: Plan) -> str:
    """The question that the experiment answers."""
    boards = dict.fromkeys(cell.board.title for cell in plan.all_cells)
    modules = dict.fromkeys(cell.workload.name for cell in plan.all_cells)
    where = next(iter(boards)) if len(boards) == 1 else f"{len(boards)} boards"
    what = next(iter(modules)) if len(modules) == 1 else f"{len(modules)} modules"
    return f"Which WebAssembly runtime fits the {where}? {what}"


def _images(
    context: Context, cells: Mapping[str, Cell], measured: Sequence[Measurement], listener: Listener
) -> Iterator[ImageBytes]:
    """The bytes of one image for every build and setting: those of other modules differ in the module."""
    first: dict[tuple[str, ...], Measurement] = {}
    for one in measured:
        if one.status is Status.OK:
            first.setdefault((one.runtime, one.version, one.board, one.base, one.profile), one)
    for one in _told(list(first.values()), "bytes of images", listener):
        found = image_bytes(context, cells[one.id], one)
        if found is not None:
            yield found


def _flames(
    context: Context, cells: Mapping[str, Cell], measured: Sequence[Measurement], listener: Listener
) -> Iterator[Flame]:
    """Where the instructions of calls are spent, of every cell with a workload that ran."""
    ran = [
        one
        for one in measured
        if one.status is Status.OK
        and one.runtime != BASELINE
        and not isinstance(cells[one.id].workload, UserModule)
    ]
    for one in _told(ran, "flame graphs", listener):
        try:
            yield flame(profiled(context, cells[one.id], _PHASES))
        except ProfileError as error:
            listener(TaskProgress("flame graphs", str(error), 0, 0))


def _told(ones: Sequence[Measurement], title: str, listener: Listener) -> Iterator[Measurement]:
    """The measurements one by one, with the listener told how far it is."""
    started = time.monotonic()
    listener(TaskStarted(title))
    for number, one in enumerate(ones):
        listener(TaskProgress(title, one.id, number, len(ones)))
        yield one
    listener(TaskEnded(title, time.monotonic() - started, None))


def document(
    context: Context,
    plan: Plan,
    comparison: Comparison,
    *,
    title: str | None = None,
    flames: bool = False,
    listener: Listener = nobody,
) -> ReportDocument:
    """The report's document of an experiment that was run.

    Args:
        context: What it was built with.
        plan: Its cells.
        comparison: Its measurements.
        title: The report's heading; by default the question with board and module in it.
        flames: Whether cells are run once more with every call followed.
        listener: Told how far it is.
    """
    measured = comparison.measurements
    cells = {cell.id: cell for cell in plan.all_cells}
    return results.document(
        measured,
        title=title or _title(plan),
        boards=[*{cell.board.name: cell.board for cell in plan.all_cells}.values()],
        runtimes=notes(plan.all_cells),
        owner_classes=owner_classes(context, measured),
        images=list(_images(context, cells, measured, listener)),
        flames=list(_flames(context, cells, measured, listener)) if flames else (),
    )
