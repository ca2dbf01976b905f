"""Machine code as arrays of instructions, decoded by capstone.

capstone is called once for some ten thousand instructions and its records are read as one array: its Python
classes cost microseconds an instruction, the array a tenth of one (docs/decisions/0030). Capstone says where
each instruction begins and which one it is; what an instruction's fields hold is then taken from its bytes,
for all instructions of a kind at once.
"""

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import capstone
import numpy as np
import numpy.typing as npt

from wasmfit.elf.mapping_symbols import DATA, MappingSymbols
from wasmfit.elf.records import Elf, Machine, Section, SymbolType
from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.graph.budget import ReferenceBudget

_BATCH = 1 << 14  # instructions; a batch of capstone's records takes 4 MiB
_OPERANDS = 48  # characters of the operands' text that are kept

_RECORD = capstone._cs_insn
_DTYPE = np.dtype(
    {
        "names": ["id", "address", "size", "bytes", "operands"],
        "formats": ["<u4", "<u8", "<u2", "<u4", f"S{_OPERANDS}"],
        "offsets": [
            _RECORD.id.offset,
            _RECORD.address.offset,
            _RECORD.size.offset,
            _RECORD.bytes.offset,
            _RECORD.op_str.offset,
        ],
        "itemsize": ctypes.sizeof(_RECORD),
    }
)


class CodeRange(NamedTuple):
    """Adjacent bytes of a section that are all code of one kind, or all data.

    Attributes:
        section: The section.
        start: First address.
        end: First address after it.
        kind: ``t`` Thumb, ``a`` Arm, ``x`` other code, ``d`` data.
    """

    section: Section
    start: int
    end: int
    kind: str


class DecodedInstructions(NamedTuple):
    """Instructions in order of address; all arrays have the same length.

    Attributes:
        address: Where each begins.
        size: Its length in bytes.
        id: Capstone's number of the instruction; 0 for bytes that are none.
        word: Its first four bytes, as one little-endian number. Those after a shorter instruction are 0.
        operands: Capstone's text of the operands, cut off.
        function: Number of the function that it lies in, counted from 0; see :func:`decode`.
    """

    address: Integers
    size: Integers
    id: Integers
    word: Integers
    operands: npt.NDArray[np.bytes_]
    function: Integers


class Decoder:
    """Capstone for one machine.

    Attributes:
        supported: Whether there is a decoder for the machine.
    """

    def __init__(self, elf: Elf) -> None:
        modes = _modes(elf)
        self.supported = modes is not None
        self._modes = modes or {}
        self._names: dict[int, str] = {}
        self._engines: dict[str, Any] = {}

    def decode(
        self,
        elf: Elf,
        ranges: Iterable[CodeRange],
        functions: Integers,
        budget: ReferenceBudget | None = None,
    ) -> DecodedInstructions:
        """Decode all code of some ranges.

        Args:
            elf: The file.
            ranges: Where code is; data among them is left out.
            functions: The addresses at which functions begin, ascending.
            budget: When to stop.
        """
        code = [code_range for code_range in ranges if code_range.kind != DATA]
        parts: list[npt.NDArray[np.void]] = []
        for code_range in code:
            for part in self._decoded(elf, code_range):
                parts.append(part)
                if budget is not None and budget.is_spent:
                    break
            if budget is not None and budget.is_spent:
                break
        all_ = np.concatenate(parts) if parts else np.empty(0, _DTYPE)
        size = all_["size"].astype(np.int64)
        word = all_["bytes"].astype(np.int64)
        word = np.where(size == 2, word & 0xFFFF, word)
        address = all_["address"].astype(np.int64)
        function = np.searchsorted(functions, address, side="right") - 1
        return DecodedInstructions(
            address,
            size,
            all_["id"].astype(np.int64),
            word,
            np.ascontiguousarray(all_["operands"]),
            function.astype(np.int64),
        )

    def name(self, number: int) -> str:
        """The mnemonic of an instruction's number, such as ``bl``; empty for 0."""
        if number not in self._names:
            engine = next(iter(self._engines.values()), None)
            text = capstone._cs.cs_insn_name(engine.csh, number) if engine and number else None
            self._names[number] = text.decode() if text else ""
        return self._names[number]

    def numbers(self, code: DecodedInstructions, pattern: str) -> Integers:
        """The instructions' numbers that occur in the code and whose whole mnemonic matches a pattern."""
        mnemonic = re.compile(pattern)
        matching = [n for n in np.unique(code.id).tolist() if mnemonic.fullmatch(self.name(n))]
        return np.array(matching, dtype=np.int64)

    def _decoded(self, elf: Elf, code: CodeRange) -> Iterator[npt.NDArray[np.void]]:
        engine = self._engine(code.kind)
        if engine is None:
            return
        offset = code.start - code.section.address
        data = bytes(elf.contents(code.section)[offset : offset + code.end - code.start])
        buffer = ctypes.create_string_buffer(data, len(data))
        base = ctypes.addressof(buffer)
        at = 0
        while at < len(data):
            records = ctypes.POINTER(_RECORD)()
            count = capstone._cs.cs_disasm(
                engine.csh,
                ctypes.cast(base + at, ctypes.POINTER(ctypes.c_char)),
                len(data) - at,
                code.start + at,
                _BATCH,
                ctypes.byref(records),
            )
            if count == 0:
                return  # less than one instruction is left
            try:
                raw = ctypes.string_at(records, count * _DTYPE.itemsize)
            finally:
                capstone._cs.cs_free(records, count)
            batch = np.frombuffer(raw, _DTYPE)
            yield _compact(batch)
            at = int(batch["address"][-1]) + int(batch["size"][-1]) - code.start

    def _engine(self, kind: str) -> Any:
        if kind not in self._modes:
            return None
        if kind not in self._engines:
            engine = capstone.Cs(*self._modes[kind])
            engine.skipdata = True
            self._engines[kind] = engine
        return self._engines[kind]


def code_ranges(elf: Elf, data: Sequence[tuple[int, int]] = ()) -> list[CodeRange]:
    """Divide the sections that hold code into code and data by the mapping symbols in them.

    What stands before the first mapping symbol of a section, and all of a section without any, is code of the
    kind that the file has most.

    Args:
        elf: The file.
        data: Ranges that are data whatever the mapping symbols say, or do not say.
    """
    marks = MappingSymbols(elf)
    usual = _usual_kind(elf, marks)
    known = sorted(data)
    return [
        part
        for section in elf.allocated()
        if section.executable and section.has_bytes and section.end <= REACH
        for start, end, kind in marks.split(section.index, section.address, section.end, usual)
        for part in _data_apart(CodeRange(section, start, end, kind), known)
    ]


def _data_apart(code: CodeRange, data: Sequence[tuple[int, int]]) -> Iterator[CodeRange]:
    at = code.start
    if code.kind != DATA:
        first = max(bisect_right(data, (at, at)) - 1, 0)
        for number in range(first, bisect_right(data, (code.end, code.end))):
            low, high = data[number]
            start, end = max(low, at), min(high, code.end)
            if start >= end:
                continue
            if at < start:
                yield code._replace(start=at, end=start)
            yield code._replace(start=start, end=end, kind=DATA)
            at = end
    if at < code.end:
        yield code._replace(start=at)


def function_starts(elf: Elf) -> Integers:
    """Where functions begin, ascending: typed symbols, and untyped ones in code without a size."""
    code = {section.index for section in elf.allocated() if section.executable}
    starts = {
        s.address
        for s in elf.symbols
        if s.section in code
        and s.address < REACH
        and (s.type in (SymbolType.FUNC, SymbolType.GNU_IFUNC) or (s.type == SymbolType.NOTYPE))
        and not s.name.startswith(("$", ".L"))
    }
    return np.array(sorted(starts), dtype=np.int64)


def _compact(batch: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    packed = np.empty(len(batch), _PACKED)
    for name in _PACKED.names or ():
        packed[name] = batch[name]
    return packed


_PACKED = (
    np.dtype([(name, _DTYPE.fields[name][0]) for name in _DTYPE.names or ()]) if _DTYPE.fields else _DTYPE
)


def _usual_kind(elf: Elf, marks: MappingSymbols) -> str:
    if elf.machine != Machine.ARM:
        return "x"
    thumb, arm = marks.count("t"), marks.count("a")
    if thumb or arm:
        return "t" if thumb >= arm else "a"
    return "t" if elf.entry & 1 else "a"


def _modes(elf: Elf) -> dict[str, tuple[int, int]] | None:
    order = capstone.CS_MODE_BIG_ENDIAN if elf.big_endian else capstone.CS_MODE_LITTLE_ENDIAN
    arm, thumb = capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_V8
    wide = elf.bits == 64
    modes: dict[int, dict[str, tuple[int, int]]] = {
        Machine.ARM: {
            "t": (arm, thumb | capstone.CS_MODE_MCLASS | order),
            "a": (arm, capstone.CS_MODE_ARM | capstone.CS_MODE_V8 | order),
        },
        Machine.RISCV: {
            "x": (
                capstone.CS_ARCH_RISCV,
                (capstone.CS_MODE_RISCV64 if wide else capstone.CS_MODE_RISCV32) | capstone.CS_MODE_RISCVC,
            )
        },
        Machine.AARCH64: {"x": (capstone.CS_ARCH_ARM64, order)},
        Machine.X86_64: {"x": (capstone.CS_ARCH_X86, capstone.CS_MODE_64)},
        Machine.X86: {"x": (capstone.CS_ARCH_X86, capstone.CS_MODE_32)},
    }
    return modes.get(elf.machine) if not elf.big_endian else None
