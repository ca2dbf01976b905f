"""What a wasm module declares: types, imports, exports, memories, start function.

Code and data are skipped: whether they are valid is for each runtime to say. What is read here is what
wasmfit must know to call an export and to answer imports; it has been made for files of unknown origin.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from wasmfit.model import Signature, ValueType
from wasmfit.words import agreeing, counted

from .cursor import Cursor, ModuleError

__all__ = ["Export", "ExternalKind", "Import", "Memory", "ModuleError", "Wasm", "read"]

LONGEST = 16 * 1024 * 1024
"""Largest module that is read, in bytes: four times the flash of any board in the catalogue."""

_MAGIC = b"\0asm"
_VERSION = b"\1\0\0\0"
_COMPONENT = b"\1\0"  # the second half of a component's version: the layer

# The order in which sections must come; custom ones (0) may stand anywhere.
_ORDER = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 13: 6, 6: 7, 7: 8, 8: 9, 9: 10, 12: 11, 10: 12, 11: 13}
_NAMES = {
    0: "custom",
    1: "type",
    2: "import",
    3: "function",
    4: "table",
    5: "memory",
    6: "global",
    7: "export",
    8: "start",
    9: "element",
    10: "code",
    11: "data",
    12: "data count",
    13: "tag",
}

_NUMBERS = {0x7F: ValueType.I32, 0x7E: ValueType.I64, 0x7D: ValueType.F32, 0x7C: ValueType.F64}
_OTHERS = {
    0x7B: "v128",
    0x70: "funcref",
    0x6F: "externref",
    0x6E: "anyref",
    0x6D: "eqref",
    0x6C: "i31ref",
    0x6B: "structref",
    0x6A: "arrayref",
    0x69: "exnref",
    0x74: "nullexnref",
    0x73: "nullfuncref",
    0x72: "nullexternref",
    0x71: "nullref",
}
_HEAP_TYPED = {0x63: "(ref null …)", 0x64: "(ref …)"}

_COMPACT = (0x7E, 0x7F)  # instead of a kind of import: many names of one module

_HAS_MAXIMUM, _SHARED, _IS_64, _PAGE_SIZE = 1, 2, 4, 8
PAGE = 65_536


class ExternalKind(StrEnum):
    """What is imported or exported."""

    FUNCTION = "function"
    TABLE = "table"
    MEMORY = "memory"
    GLOBAL = "global"
    TAG = "tag"


_KINDS = (
    ExternalKind.FUNCTION,
    ExternalKind.TABLE,
    ExternalKind.MEMORY,
    ExternalKind.GLOBAL,
    ExternalKind.TAG,
)


@dataclass(frozen=True)
class FunctionType:
    """A function's type, with the types that are not numbers under their names."""

    params: tuple[ValueType | str, ...]
    results: tuple[ValueType | str, ...]

    @property
    def signature(self) -> Signature | None:
        """The same, if there is nothing but numbers in it."""
        params = tuple(kind for kind in self.params if isinstance(kind, ValueType))
        results = tuple(kind for kind in self.results if isinstance(kind, ValueType))
        if len(params) + len(results) != len(self.params) + len(self.results):
            return None
        return Signature(params=params, results=results)

    def __str__(self) -> str:
        return f"({', '.join(self.params)}) -> ({', '.join(self.results)})"


@dataclass(frozen=True)
class Memory:
    """A memory: pages to begin with, the most it may have, and the size of a page in bytes."""

    minimum: int
    maximum: int | None
    page: int = PAGE

    @property
    def bytes(self) -> int:
        """Bytes to begin with."""
        return self.minimum * self.page


@dataclass(frozen=True)
class Import:
    """Something imported; functions have a type."""

    module: str
    name: str
    kind: ExternalKind
    type: FunctionType | None = None
    memory: Memory | None = None


@dataclass(frozen=True)
class Export:
    """Something exported: what it is, and its index among its kind."""

    name: str
    kind: ExternalKind
    index: int


@dataclass(frozen=True)
class Wasm:
    """What a module declares.

    Attributes:
        types: Function types.
        imports: Imports, in order.
        functions: Types of all functions, imported ones first, as indices into ``types``.
        memories: All memories, imported ones first.
        exports: Exports, in order.
        start: Index of the start function.
    """

    types: tuple[FunctionType, ...] = ()
    imports: tuple[Import, ...] = ()
    functions: tuple[int, ...] = ()
    memories: tuple[Memory, ...] = ()
    exports: tuple[Export, ...] = ()
    start: int | None = None

    @property
    def callable(self) -> dict[str, FunctionType]:
        """The exported functions."""
        return {
            export.name: self.types[self.functions[export.index]]
            for export in self.exports
            if export.kind is ExternalKind.FUNCTION
        }

    def place(self, export: str) -> int:
        """An export's place among all."""
        return next(at for at, entry in enumerate(self.exports) if entry.name == export)

    def imported(self, export: str) -> Import | None:
        """The imported function that an export is, if it is one of those."""
        functions = [imported for imported in self.imports if imported.kind is ExternalKind.FUNCTION]
        index = self.exports[self.place(export)].index
        return functions[index] if index < len(functions) else None

    @property
    def exported_memory(self) -> str | None:
        """The name by which memory 0 is exported."""
        names = (
            export.name for export in self.exports if export.kind is ExternalKind.MEMORY and export.index == 0
        )
        return next(names, None)


@dataclass
class _Draft:
    types: list[FunctionType] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    start: int | None = None
    others: dict[ExternalKind, int] = field(default_factory=dict)
    code: int = 0
    defined: int = 0


def read(data: bytes) -> Wasm:
    """Reads a module.

    Raises:
        ModuleError: It is none, or its encoding is broken; one sentence that says where.
    """
    if len(data) > LONGEST:
        raise ModuleError(f"the file has {len(data):,} bytes; the most that is read is {LONGEST:,}")
    if data[:4] != _MAGIC:
        raise ModuleError(
            "the file does not begin as a wasm module does (\\0asm)",
            "Name a .wasm file, or WebAssembly text, which begins with (module.",
        )
    if data[4:8] != _VERSION:
        if data[6:8] == _COMPONENT:
            raise ModuleError(
                "the file is a component, not a core module: no runtime here takes one as it is"
            )
        raise ModuleError(f"the file has version {data[4:8].hex(' ') or 'none'}, not 01 00 00 00")
    file = Cursor(data, 8, len(data), "the file")
    draft, last = _Draft(), 0
    while file.rest:
        start, number = file.at, file.byte()
        name = _NAMES.get(number)
        if name is None:
            raise file.error(f"has a section of an unknown kind, {number}", start)
        section = file.part(file.number(), f"the {name} section")
        if number == 0:
            section.name()
            continue
        if _ORDER[number] <= last:
            raise file.error(f"has its {name} section twice or out of order", start)
        last = _ORDER[number]
        _section(draft, number, section)
    if draft.code != draft.defined:
        raise ModuleError(
            f"the file declares {counted(draft.defined, 'function')} and has code for {draft.code:,}"
        )
    _check_indices(draft)
    return Wasm(
        types=tuple(draft.types),
        imports=tuple(draft.imports),
        functions=tuple(draft.functions),
        memories=tuple(draft.memories),
        exports=tuple(draft.exports),
        start=draft.start,
    )


def _section(draft: _Draft, number: int, section: Cursor) -> None:
    match number:
        case 1:
            draft.types = [_type(section) for _ in range(section.count("types"))]
        case 2:
            for _ in range(section.count("imports")):
                _import(draft, section)
        case 3:
            draft.defined = section.count("functions")
            draft.functions += [_type_index(draft, section) for _ in range(draft.defined)]
        case 5:
            draft.memories += [_memory(section) for _ in range(section.count("memories"))]
        case 7:
            draft.exports = [_export(section) for _ in range(section.count("exports"))]
        case 8:
            draft.start = section.number()
        case 10:
            draft.code = section.count("functions")
            return
        case _:
            return
    if section.rest:
        raise section.error(
            f"is followed by {counted(section.rest, 'byte')} that "
            f"{agreeing(section.rest, 'belongs', 'belong')} to nothing"
        )


def _type(section: Cursor) -> FunctionType:
    form = section.byte()
    if form != 0x60:
        raise section.error(
            f"has a type of form {form:#04x}: garbage-collected types are not read", section.at - 1
        )
    params = tuple(_value(section) for _ in range(section.count("parameters")))
    return FunctionType(params, tuple(_value(section) for _ in range(section.count("results"))))


def _value(section: Cursor) -> ValueType | str:
    code = section.byte()
    if code in _NUMBERS:
        return _NUMBERS[code]
    if code in _OTHERS:
        return _OTHERS[code]
    if code in _HEAP_TYPED:
        section.number(33)  # a signed number, whose sign does not matter here
        return _HEAP_TYPED[code]
    raise section.error(f"has an unknown value type, {code:#04x}", section.at - 1)


def _type_index(draft: _Draft, section: Cursor) -> int:
    start, index = section.at, section.number()
    if index >= len(draft.types):
        raise section.error(f"names type {index:,} of {len(draft.types):,}", start)
    return index


def _import(draft: _Draft, section: Cursor) -> None:
    module, name = section.name(), section.name()
    kind = _kind(section)
    kind_of, memory = None, None
    match kind:
        case ExternalKind.FUNCTION:
            index = _type_index(draft, section)
            draft.functions.append(index)
            kind_of = draft.types[index]
        case ExternalKind.TABLE:
            _value(section)
            _limits(section)
        case ExternalKind.MEMORY:
            memory = _memory(section)
            draft.memories.append(memory)
        case ExternalKind.GLOBAL:
            _value(section)
            section.byte()
        case ExternalKind.TAG:
            section.byte()
            section.number()
    draft.imports.append(Import(module, name, kind, kind_of, memory))


def _kind(section: Cursor) -> ExternalKind:
    code = section.byte()
    if code in _COMPACT:
        raise section.error("is written in the compact form of a proposal, which is not read", section.at - 1)
    if code >= len(_KINDS):
        raise section.error(f"has something of an unknown kind, {code}", section.at - 1)
    return _KINDS[code]


def _memory(section: Cursor) -> Memory:
    minimum, maximum, page = _limits(section)
    return Memory(minimum, maximum, page)


def _limits(section: Cursor) -> tuple[int, int | None, int]:
    start, flags = section.at, section.byte()
    if flags & ~(_HAS_MAXIMUM | _SHARED | _IS_64 | _PAGE_SIZE):
        raise section.error(f"has limits of an unknown kind, {flags:#04x}", start)
    bits = 64 if flags & _IS_64 else 32
    minimum = section.number(bits)
    maximum = section.number(bits) if flags & _HAS_MAXIMUM else None
    if maximum is not None and maximum < minimum:
        raise section.error(f"has limits from {minimum:,} down to {maximum:,}", start)
    page = PAGE
    if flags & _PAGE_SIZE:
        exponent = section.number()
        if exponent > 16:
            raise section.error(f"has pages of 2^{exponent:,} bytes", start)
        page = 1 << exponent
    return minimum, maximum, page


def _export(section: Cursor) -> Export:
    return Export(section.name(), _kind(section), section.number())


def _check_indices(draft: _Draft) -> None:
    names: set[str] = set()
    for export in draft.exports:
        known = {ExternalKind.FUNCTION: len(draft.functions), ExternalKind.MEMORY: len(draft.memories)}.get(
            export.kind
        )
        if known is not None and export.index >= known:
            raise ModuleError(f"the export section names {export.kind} {export.index:,} of {known:,}")
        if export.name in names:
            raise ModuleError(f"the export section has two exports of one name, {export.name[:60]!r}")
        names.add(export.name)
    if draft.start is not None and draft.start >= len(draft.functions):
        raise ModuleError(f"the start section names function {draft.start:,} of {len(draft.functions):,}")
