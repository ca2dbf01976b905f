"""What the emulation needs of an image's symbol table."""

from __future__ import annotations

import bisect
import struct
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf import Symbol, SymbolType, read_elf
from wasmfit.errors import UsageError
from wasmfit.model import Region
from wasmfit.words import hexadecimal

PHASES = ("load", "instantiate", "call", "idle", "done", "region", "outside")
"""The phases that firmware marks; the place in this list, counted from 1, is the mark's number. ``region`` is
the module's region of interest within a call, and ``outside`` what comes after it."""

_MARK = "wasmfit_mark_"
_STACK_LOW = "wasmfit_stack_start"
_STACK_TOP = "_stack_start"
_JOB = "wasmfit_job"
_HEAP = ("wasmfit_heap_start", "wasmfit_heap_end", "wasmfit_heap_ends")


@dataclass(frozen=True)
class Function:
    """A function: its address without the Thumb bit, its size in bytes, and its symbol's name."""

    address: int
    size: int
    name: str


@dataclass(frozen=True)
class HeapBounds:
    """Where the heap is: its first address, its size in bytes, the address of the word that says its end."""

    start: int
    size: int
    word: int


@dataclass(frozen=True)
class Symbols:
    """The symbols that the emulation uses.

    Attributes:
        marks: Phase → address of the function that marks its beginning, of the phases that the image marks.
        stack: The stack's reservation; its end is where the stack begins.
        functions: All functions by ascending address.
        job: Address of the job, where there is one.
        heap: The heap, where the image has one.
    """

    marks: dict[str, int]
    stack: Region
    functions: tuple[Function, ...]
    job: int | None = None
    heap: HeapBounds | None = None

    @property
    def mark_arguments(self) -> tuple[str, ...]:
        """Where phases begin, as plugins are told: an address and the phase's number."""
        numbered = enumerate(PHASES, 1)
        return tuple(
            f"mark={hexadecimal(self.marks[phase])}:{number}"
            for number, phase in numbered
            if phase in self.marks
        )

    def function_at(self, address: int) -> str | None:
        """Name of the function that holds the address."""
        following = bisect.bisect_right(self.functions, address, key=lambda function: function.address)
        if following == 0:
            return None
        function = self.functions[following - 1]
        # Functions in assembly often have no size.
        last = following == len(self.functions)
        next_start = function.address + 2 if last else self.functions[following].address
        end = function.address + function.size if function.size else next_start
        return function.name if address < end else None


def read(elf: Path) -> Symbols:
    """Reads the symbols of an image.

    Raises:
        UsageError: The file cannot be read as an ELF file, is not a 32-bit little-endian one, or has none of
            the symbols of the harness.
    """
    defined = _defined(elf)
    values = {symbol.name: symbol.address for symbol in defined if symbol.name}
    missing = [name for name in (_STACK_LOW, _STACK_TOP) if name not in values]
    if missing or values[_STACK_LOW] >= values[_STACK_TOP]:
        raise UsageError(f"{elf} is not an image of wasmfit's: it does not say where its stack is.")
    stack = Region(origin=values[_STACK_LOW], size=values[_STACK_TOP] - values[_STACK_LOW])
    marks = {phase: values[_MARK + phase] & ~1 for phase in PHASES if _MARK + phase in values}
    if len(set(marks.values())) != len(marks):
        raise UsageError(f"{elf} cannot be measured: the linker has folded two phase marks into one.")
    functions = {Function(s.address & ~1, s.size, s.name) for s in defined if s.type == SymbolType.FUNC}
    ordered = tuple(sorted(functions, key=lambda f: (f.address, -f.size, f.name)))
    return Symbols(marks, stack, ordered, values.get(_JOB), _heap(values))


def _heap(values: dict[str, int]) -> HeapBounds | None:
    if any(name not in values for name in _HEAP):
        return None
    start, end, word = (values[name] for name in _HEAP)
    return HeapBounds(start, end - start, word) if end > start else None


def job_address(elf: Path) -> int | None:
    """Where an image has its job, if it has one.

    Raises:
        UsageError: As for :func:`read`.
    """
    return read(elf).job


def patch(elf: Path, address: int, word: int) -> bool:
    """Changes the 32-bit word that an image has at an address; ``False`` if the file does not hold it."""
    offset = read_elf(elf).file_offset(address, 4)
    if offset is None:
        return False
    with elf.open("r+b") as file:
        file.seek(offset)
        file.write(struct.pack("<I", word))
    return True


def _defined(path: Path) -> list[Symbol]:
    """The symbols that an image defines; none of a file that is of another kind than an image is."""
    elf = read_elf(path)
    if elf.stripped or elf.bits != 32 or elf.big_endian:
        return []
    return [symbol for symbol in elf.symbols if symbol.defined]
