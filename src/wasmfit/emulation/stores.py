"""Looking at every store of a run: which of them go to memory that nobody has given to whoever stores.

The plugin in ``plugin/stores`` knows blocks of the heap from the allocator's own list of them, which it
reads in the machine's memory: QEMU shares that as a file. Only a machine's main memory can be shared, so the
image has its RAM there; see :func:`place`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf import Elf, SymbolType, read_elf
from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.names.demangle import demangle
from wasmfit.model import Board, MemoryMap, Region, StoreCheck, StrayStore
from wasmfit.words import escape_unprintable, hexadecimal

from . import faults, machine, symbols
from .classification import REACHED
from .execution import RunLimits
from .faults import NameOf
from .fence import unfenced
from .machine import QemuRunner
from .plugins import SOURCES
from .symbols import PHASES, Symbols

STORES = SOURCES / "stores"
"""Sources of the plugin that looks at stores."""

_MIB = 1 << 20
MAIN_MEMORY = {
    "mps2-an385": Region(origin=0x2100_0000, size=16 * _MIB),
    "mps2-an386": Region(origin=0x2100_0000, size=16 * _MIB),
    "mps2-an500": Region(origin=0x6000_0000, size=16 * _MIB),
    "mps2-an505": Region(origin=0x8000_0000, size=16 * _MIB),
    "virt": Region(origin=0x8000_0000, size=128 * _MIB),
}
"""QEMU's machine → the memory of it that can be a file, by what ``info mtree`` prints."""

_HEADER = "stores 1"
_LAST = 0xFFFF_FFFF
_MOST_RECORD_BYTES = 4096
_SHARED = "memory"
_ALLOCATOR = frozenset({"rlsf", "embedded_alloc"})
_HARNESS = "harness"
_HARNESS_HEAP = f"{_HARNESS}::heap::"
_C_HEAP = frozenset({"malloc", "calloc", "realloc", "free"})


@dataclass(frozen=True)
class StoresRecord:
    """The plugin's record: how the run ended, and after how much.

    Attributes:
        started: Whether the plugin was loaded.
        word: ``end``, ``limit``, ``stray``, ``broken``, ``fenced`` or ``unfenced``; ``None`` where QEMU died.
        instructions: Executed by then.
        stores: Stores to the heap by then, the allocator's own left out.
        rest: What else the last line says.
    """

    started: bool = False
    word: str | None = None
    instructions: int | None = None
    stores: int | None = None
    rest: tuple[str, ...] = ()


_WORDS = {"end": 0, "limit": 0, "unfenced": 0, "broken": 1, "fenced": 1, "stray": 6}
"""Word → how many others follow the totals."""


def parse(text: str) -> StoresRecord:
    """Reads a record, which may be cut short anywhere."""
    lines = text.splitlines()
    if not lines or lines[0] != _HEADER:
        return StoresRecord()
    words = lines[1].split() if len(lines) > 1 else []
    if len(words) < 3 or len(words) - 3 != _WORDS.get(words[0]):
        return StoresRecord(started=True)
    word, instructions, stores, *rest = words
    numbers = rest[1:] if word == "stray" else rest if word == "broken" else []
    if not all(number.isascii() and number.isdecimal() for number in (instructions, stores)):
        return StoresRecord(started=True)
    try:
        for number in numbers:
            int(number, 0)
    except ValueError:
        return StoresRecord(started=True)
    return StoresRecord(True, word, int(instructions), int(stores), tuple(rest))


def place(board: Board) -> MemoryMap | str:
    """Where an image has to be linked to for its stores to be looked at, or why there is no such place."""
    memory = MAIN_MEMORY.get(board.emulator.machine)
    if memory is None:
        return f"it is not known where QEMU's machine {board.emulator.machine} has its main memory"
    emulated = board.emulated
    if memory.origin <= emulated.ram.origin and emulated.ram.end <= memory.end:
        return emulated
    if emulated.ram.size > memory.size:
        return f"QEMU's machine {board.emulator.machine} has {memory.size:,} B of main memory, the board more"
    moved = emulated.ram.model_copy(update={"origin": memory.origin})
    return emulated.model_copy(update={"ram": moved})


def check_stores(
    elf: Path, runner: QemuRunner, limits: RunLimits, *, static: bool, name_of: NameOf | None = None
) -> StoreCheck:
    """Runs an image and looks at every store of it.

    Args:
        elf: The image, linked to :func:`place`.
        runner: What runs it, with the plugin :data:`STORES`.
        limits: When it is given up.
        static: Whether the allocator's static data is its alone. It is not where the runtime is in Rust: then
            the compiler may have put the allocator's counting into the runtime's functions.
        name_of: Tells the function at an address; without it, symbols are named as the image has them.

    Raises:
        MissingToolError: There is no emulator, or none that the plugin can be loaded into.
        UsageError: The file is not an image of wasmfit's.
        ChildCancelledError: The runner was told to stop.
    """
    board, linked = runner.board, place(runner.board)
    image = symbols.read(elf)
    if isinstance(linked, str):
        return StoreCheck(reason=linked)
    if image.heap is None:
        return StoreCheck(reason="the image has no heap of wasmfit's, whose blocks would be known")
    look = _Look(board, linked, image, read_elf(elf), static)
    run = QemuRunner(look.sharing, runner.plugin, runner.runner, runner.log, runner.fence).run(
        elf,
        lambda folder: look.arguments(folder, limits.instructions),
        seconds=limits.seconds,
        on_line=lambda _line: None,
        writes={machine.RECORD: _MOST_RECORD_BYTES},
    )
    record = parse(run.record)
    if not record.started:
        raise runner.refused(run)
    if record.word == "unfenced":
        raise unfenced()
    stray = look.stray(record, name_of or image.function_at) if record.word == "stray" else None
    return StoreCheck(
        stores=record.stores,
        instructions=record.instructions,
        stray=stray,
        reason=_unfinished(record, limits, in_time=run.in_time, last_words=run.last_words),
    )


def _unfinished(
    record: StoresRecord, limits: RunLimits, *, in_time: bool, last_words: str | None
) -> str | None:
    """Why a run was not looked at to its end."""
    if not in_time:
        return f"not at its end after {limits.seconds:,.0f} s"
    match record.word:
        case "end" | "stray":
            return None
        case "limit":
            return f"not at its end after {limits.instructions:,} instructions"
        case "broken":
            return f"the heap's list of blocks makes no sense at {record.rest[0]}"
        case "fenced":
            return REACHED.format(call=escape_unprintable(record.rest[0]))
    return (
        "the emulator ended without a word" if last_words is None else f"the emulator gave up: {last_words}"
    )


@dataclass(frozen=True)
class _Look:
    """What the plugin is told of an image, and what its words mean.

    Attributes:
        board: The board.
        linked: Where the image is linked to.
        image: Its symbols.
        elf: The image.
        static: Whether the allocator's static data is its alone.
    """

    board: Board
    linked: MemoryMap
    image: Symbols
    elf: Elf
    static: bool

    @property
    def memory(self) -> Region:
        """What QEMU shares."""
        return MAIN_MEMORY[self.board.emulator.machine]

    @property
    def sharing(self) -> Board:
        """The board, whose machine shares its main memory as a file in the run's own folder."""
        emulator = self.board.emulator
        shared = f"memory-backend-file,id={_SHARED},size={self.memory.size},mem-path={_SHARED},share=on"
        changed = emulator.model_copy(
            update={
                "machine": f"{emulator.machine},memory-backend={_SHARED}",
                "options": (*emulator.options, "-object", shared),
            }
        )
        return self.board.model_copy(update={"emulator": changed})

    def arguments(self, folder: Path, limit: int) -> list[str]:
        """The plugin's arguments; see ``stores.c``."""
        assert self.image.heap is not None
        start = self.image.heap.start
        return [
            f"out={folder / machine.RECORD}",
            f"isa={self.board.emulator.isa}",
            f"shared={folder / _SHARED}",
            f"base={hexadecimal(self.memory.origin)}",
            f"heap={hexadecimal(start)}:{hexadecimal(start + self.image.heap.size)}",
            f"owned={_range(self.image.stack.origin, self.image.stack.end)}",
            *(f"owned={_range(low, end)}" for low, end in self._static()),
            *(f"kept={_range(low, end)}" for low, end, _ in self._kept()),
            *(f"code={_range(low, end)}" for low, end in self._allocator()),
            *(f"memory={_range(one.origin, one.end)}" for one in self.board.emulator.memory),
            f"memory={_range(self.memory.origin, self.memory.end)}",
            *self.image.mark_arguments,
            f"limit={limit}",
        ]

    def _static(self) -> Iterator[tuple[int, int]]:
        """Sections in RAM."""
        for section in self.elf.sections:
            if section.allocated and section.size and self.linked.ram.holds(section.address):
                yield section.address, section.address + section.size

    def _kept(self) -> Iterator[tuple[int, int, str]]:
        """Static data that is the allocator's alone, with its name."""
        if not self.static:
            return
        for symbol in self.elf.symbols:
            name = symbol.name and demangle(symbol.name)
            if (
                name
                and symbol.defined
                and symbol.size
                and symbol.type == SymbolType.OBJECT
                and name.startswith(_HARNESS_HEAP)
                and self.linked.ram.holds(symbol.address)
            ):
                yield symbol.address, symbol.address + symbol.size, name

    def _allocator(self) -> list[tuple[int, int]]:
        """Code of the allocator and of the harness, which keeps its counters; neighbours as one."""
        ranges: list[tuple[int, int]] = []
        for number, function in enumerate(self.image.functions):
            if not _is_allocators(function.name):
                continue
            end = function.address + function.size
            if not function.size and number + 1 < len(self.image.functions):
                end = self.image.functions[number + 1].address
            if ranges and function.address <= ranges[-1][1] + 3:
                ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
            elif end > function.address:
                ranges.append((function.address, end))
        return ranges

    def stray(self, record: StoresRecord, name_of: NameOf) -> StrayStore:
        """What the plugin's line says, in words."""
        kind, address, pc, phase, first, end = record.rest[0], *(int(one, 0) for one in record.rest[1:])
        name = name_of(pc)
        return StrayStore(
            address=self._at_home(address),
            pc=self._at_home(pc),
            function=None if name is None else escape_unprintable(name),
            phase=PHASES[phase - 1] if 0 < phase <= len(PHASES) else "start",
            what=self._what(kind, address, first, end),
        )

    def _what(self, kind: str, address: int, first: int, end: int) -> str:
        own, stack = self.linked, self.image.stack
        if kind == "header":
            if first >= end:
                return "the allocator's mark at the end of the heap"
            return f"the allocator's header of the block of {end - first:,} B at {self._shown(first)}"
        if kind == "free":
            into = address - first
            return f"free memory of the heap, {into:,} B into the {end - first:,} B at {self._shown(first)}"
        if kind == "kept":
            names = (name for low, high, name in self._kept() if low <= address < high)
            return f"the allocator's static data, {escape_unprintable(next(names))}"
        if faults.below(stack, address):
            return f"{stack.origin - address:,} B below the stack of {stack.size:,}"
        if own.flash.holds(address):
            return "flash"
        if own.ram.holds(address):
            return "RAM that nothing owns"
        return "outside the memory of the board"

    def _at_home(self, address: int) -> int:
        """An address in the board's own memory map."""
        for ours, theirs in ((self.board.flash, self.linked.flash), (self.board.ram, self.linked.ram)):
            if theirs.holds(address):
                return address - theirs.origin + ours.origin
        # What misses memory misses that which is nearest below it.
        ram = self.linked.ram
        return max(address - ram.origin + self.board.ram.origin, 0) if ram.origin <= address else address

    def _shown(self, address: int) -> str:
        return hexadecimal(self._at_home(address))


def _is_allocators(name: str) -> bool:
    crate = rust_crate(name)
    if crate is None:
        return name in _C_HEAP
    return crate.name in _ALLOCATOR or crate.name == _HARNESS


def _range(low: int, end: int) -> str:
    return f"{hexadecimal(low)}:{hexadecimal(min(end, _LAST))}"


def worst(checks: Sequence[StoreCheck]) -> StoreCheck:
    """Several runs as one: the first stray store, and all that was looked at."""
    assert checks
    found = next((one for one in checks if one.stray is not None), None)
    why = next((one.reason for one in checks if one.reason is not None), None)
    stores = [one.stores for one in checks if one.stores is not None]
    instructions = [one.instructions for one in checks if one.instructions is not None]
    return StoreCheck(
        stores=sum(stores) if stores else None,
        instructions=sum(instructions) if instructions else None,
        stray=None if found is None else found.stray,
        reason=why,
    )
