"""The owner of a range of bytes."""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from wasmfit.elf.linkmap.records import INTERNAL, InputSection
from wasmfit.elf.names.crates import RustCrate, codegen_unit_crate, embedded_crate, rust_crate
from wasmfit.elf.records import Elf, Section, SectionFlag, SectionType, Symbol, SymbolType
from wasmfit.footprint.attribution.claimed_ranges import ClaimedRange, ClaimKind
from wasmfit.footprint.attribution.codegen_units import CodegenUnits
from wasmfit.footprint.attribution.kinds import (
    LINKER_SECTION_TYPES,
    LINKER_SECTIONS,
    RESERVED_SECTIONS,
    UNWIND_SECTIONS,
    VECTOR_SECTIONS,
    ByteKind,
)

PADDING = "[padding]"
"""Fill between two things, for the alignment of the second."""
MERGED_STRINGS = "[merged strings]"
"""Strings that the linker merged; it does not record from where."""
MERGED_CONSTANTS = "[merged constants]"
"""Constants of one size that the linker merged; it does not record from where."""
STRINGS = "[strings]"
"""Text without a symbol in constant data, as merged string literals are; without a map their origin is
unknown."""
ANONYMOUS_CONSTANTS = "[anonymous constants]"
"""Constants that the compiler named itself, or whose name the linker dropped: their crate is unknown."""
LINKER = "[linker]"
"""What the linker makes itself: veneers, tables for dynamic linking, notes."""
LINKER_SCRIPT = "[linker script]"
"""What the linker script lays down or leaves free."""
VENEERS = "[linker veneers]"
"""Code that the linker makes to reach far targets."""
VECTORS = "[vector table]"
"""The processor's vectors, where it is unknown who defines them."""
HANDLERS = "[interrupt handlers]"
"""Functions that the processor's vectors name, where it is unknown who defines them."""
ASSEMBLY = "[assembly]"
"""Code after a symbol without a size, as assembly has, of unknown origin."""
UNWIND_TABLES = "[unwind tables]"
"""Tables for exceptions and backtraces."""
RESERVED = "[reserved]"
"""Room that the linker script keeps free for the stack or the heap."""
UNKNOWN = "[unknown]"
"""Bytes of unknown origin."""

ObjectRule = Callable[[str], str | None]
"""From an object's path as the map gives it (or, without a map, the name of an ``STT_FILE`` symbol) to the
owner of what has no Rust name in it; None when the rule does not know. It is called once for each name."""

SymbolRule = Callable[[str], str | None]
"""From a symbol's name that is not a Rust name to its owner; None when the rule does not know."""

# rustc and LLVM name the constants that have no name in the source: .Lanon.<hash>.3, anon.<hash>.3,
# .L__unnamed_2, alloc_<hash>, vtable.4, switch.table.f, .L.str.1. Only such names begin with .L.
_ANONYMOUS = re.compile(r"\.L|anon\.[0-9a-f]|__unnamed_[0-9]|alloc_[0-9a-f]{16}|vtable\.[0-9]|switch\.table")
_ANONYMOUS_SECTION = re.compile(r"\.(?:rodata|data)(?:\.[\w]+)*\.(?:\.L|anon\.|__unnamed_|alloc_)")
# lld's __Thumbv7ABSLongThunk_f, __AArch64ADRPThunk_f, __LA25Thunk_f, __LongThunk_f, __long_branch_f; GNU ld's
# __f_veneer, __f_from_thumb, __erratum_835769_veneer_0, __stm32l4xx_veneer_0, e843419@0001_00000002_10,
# 0000001b.long_branch.f; mold's f$thunk and thunk-0-f
_VENEER = re.compile(
    r"__(?:ARM|Arm|Thumb|AArch64|LA25|microLA25|MIPS|Mips|AVR|PPC|Hexagon|hexagon|Long)\w*?[Tt]hunk_|__.+_veneer(?:_\w+)?$"
    r"|__.+_(?:from|change_to)_(?:arm|thumb)$|e843419@|[0-9a-f]{8}\.(?:long_branch|plt_branch|plt_call|(?:got2\.)?plt_pic32)\b"
    r"|__(?:long_branch|gep_setup|toc_save)_\w|.+\$(?:thunk|veneer)\b|thunk-\d+-",
    re.DOTALL,
)
_PLAIN_NAME = str.isidentifier  # of which only those with two underscores are veneers' names
# What maps call the input sections and the object of such code.
_VENEER_INPUT = re.compile(
    r"\.(?:glue_7t?|v4_bx|vfp11_veneer|stm32l4xx_veneer|trampolines|stub|gnu\.sgstubs)$|.*(?:__stub|\.stub|thunk)"
)
_VENEER_OBJECTS = frozenset({"linker stubs", "linker-created stubs"})
_VENEER_SECTIONS = frozenset(
    {".gnu.sgstubs", ".glue_7", ".glue_7t", ".v4_bx", ".vfp11_veneer", ".trampolines"}
)
_MERGED_STRINGS = re.compile(r"\.rodata.*\.str")
_MERGED_CONSTANTS = re.compile(r"\.rodata.*\.cst")
_VECTOR_SYMBOL = re.compile(
    r"__(?:RESET_VECTOR|EXCEPTIONS|INTERRUPTS)|_?_?isr_vectors?|g_pfnVectors|__[Vv]ectors?"
)


class OwnerRules:
    """Finds owners, by the most certain evidence first.

    1. the crate in a symbol's own Rust name;
    2. the caller's rules, for the symbol and then for the object;
    3. the crate in the Rust name that the input section is called after;
    4. the crate of the codegen unit, where :mod:`~wasmfit.footprint.attribution.codegen_units` trusts it;
    5. the caller's rule of last resort for a symbol;
    6. a row in brackets that says what the bytes are;
    7. :data:`UNKNOWN`.
    """

    def __init__(
        self,
        elf: Elf,
        owner_of_object: ObjectRule | None = None,
        owner_of_symbol: SymbolRule | None = None,
        last_resort: SymbolRule | None = None,
    ) -> None:
        self._of_symbol = owner_of_symbol
        # Many symbols share an object.
        self._of_object = cache(owner_of_object or _no_rule)
        self._last_resort = last_resort or _no_rule
        self._crate = cache(_crate)
        self._unit = cache(CodegenUnits(elf.symbols, self._crate).crate)
        self._places = {section.index: _Place.of(section) for section in elf.allocated()}

    def owner(self, claimed: ClaimedRange, section: Section) -> str:
        """The owner of a range of a section."""
        _, _, claim, symbol, source = claimed
        name = "" if symbol is None else symbol[0]
        if source is None and name[:2] == "_R" and "$" not in name:
            crate = self._crate(name)  # as most of a Rust firmware
            if crate is not None:
                return crate.name
        place = self._places[section.index]
        if claim is ClaimKind.PADDING:
            return RESERVED if place.reserved else PADDING
        if claim is ClaimKind.SCRIPT:
            return RESERVED if place.reserved else LINKER_SCRIPT
        if place.code and _is_veneer(name, source, section):
            return VENEERS
        if symbol is not None:
            if place.unwind and source is None and not symbol.size:
                return UNWIND_TABLES  # __EH_FRAME_BEGIN__ marks where the tables of all objects begin
            crate = self._crate(name) if _may_have_crate(name) else None
            if crate is not None:
                return crate.name
        return self._by_rules(claimed, name) or _by_kind(claimed, section, place)

    def _by_rules(self, claimed: ClaimedRange, name: str) -> str | None:
        """The owner by what else is known of the symbol and of the object that it comes from."""
        owner = None if self._of_symbol is None or not name else self._of_symbol(name)
        origin = _object(claimed)
        if owner is None and origin is not None:
            owner = self._of_object(origin)
        if owner is None and claimed.input is not None:
            owner = _by_input_name(claimed.input)
        if owner is None and origin is not None:
            owner = self._unit(origin)
        if owner is None and name:
            owner = self._last_resort(name)
        return owner


KIND_OF_OWNER = {
    PADDING: ByteKind.PADDING,
    LINKER_SCRIPT: ByteKind.SCRIPT,
    MERGED_STRINGS: ByteKind.STRINGS,
    STRINGS: ByteKind.STRINGS,
    VENEERS: ByteKind.VENEER,
    VECTORS: ByteKind.VECTORS,
    UNWIND_TABLES: ByteKind.TABLES,
}
"""What bytes are by their owner, where it determines that; else their section does."""


class _Place(NamedTuple):
    """What a section says of owners of what lies in it.

    Attributes:
        code: Whether it holds code.
        reserved: Whether it only keeps room free.
        unwind: Whether it holds tables for exceptions and backtraces.
        row: The row in brackets of what nothing in it identifies, if the section alone says it.
    """

    code: bool
    reserved: bool
    unwind: bool
    row: str | None

    @classmethod
    def of(cls, section: Section) -> "_Place":
        """What a section says."""
        unwind, name = section.name in UNWIND_SECTIONS, section.name
        row = None
        if section.type == SectionType.ARM_EXIDX or unwind:
            row = UNWIND_TABLES
        elif section.type in LINKER_SECTION_TYPES or name in LINKER_SECTIONS:
            row = LINKER
        elif name in RESERVED_SECTIONS and section.type == SectionType.NOBITS:
            row = RESERVED
        elif name in VECTOR_SECTIONS:
            row = VECTORS
        return cls(section.executable, name in RESERVED_SECTIONS, unwind, row)


def _may_have_crate(name: str) -> bool:
    """Whether a name can have a Rust name in it: most others are told apart without a pattern."""
    if name[:1] == "_":
        return name[1:2] == "R" or ("17h" in name and name[:3] == "_ZN")
    return "." in name or name[:6] == "switch" or name[:4] == "anon"


def _crate(name: str) -> RustCrate | None:
    if name.startswith("_"):
        return rust_crate(name)
    # What the compiler derived from a function: .Lswitch.table._RNv…
    return embedded_crate(name) if name.startswith((".", "switch", "anon")) or "._R" in name else None


def _object(claimed: ClaimedRange) -> str | None:
    """The object that a range comes from: its path in the map or, without a map, its ``STT_FILE`` symbol."""
    source, symbol = claimed.input, claimed.symbol
    if source is not None:
        return None if source.object == INTERNAL else source.object
    return symbol.file if symbol is not None and symbol[6] and _has_file(symbol) else None


def _has_file(symbol: Symbol) -> bool:
    """Whether the ``STT_FILE`` symbol before a symbol is its own.

    Every compiler writes one, but assembly often comes without, and lld then puts its symbols after another
    file's. Untyped and hidden symbols are what assembly has; rustc's hidden ones (as in
    ``compiler_builtins``) follow a file that names a codegen unit.
    """
    if not symbol.file or symbol.type == SymbolType.NOTYPE:
        return False
    return not symbol.hidden or codegen_unit_crate(symbol.file) is not None


def _no_rule(_name: str) -> str | None:
    return None


def _is_veneer(name: str, source: InputSection | None, section: Section) -> bool:
    """Whether the linker made code to reach what is far: by its name, and by the map.

    Its symbol is local, and so seems to belong to the last file.

    Args:
        name: The name of its symbol; empty without one.
        source: The input section, when there is a map that has it.
        section: The section with code that it lies in.
    """
    if name and (name[:2] == "__" or not _PLAIN_NAME(name)) and _VENEER.match(name):
        return True
    if source is not None:
        if source.object in _VENEER_OBJECTS:
            return True
        return source.object == INTERNAL and _VENEER_INPUT.match(source.section) is not None
    return section.name in _VENEER_SECTIONS


def _by_input_name(source: InputSection) -> str | None:
    crate = embedded_crate(source.section)
    return None if crate is None else crate.name


def _by_kind(claimed: ClaimedRange, section: Section, place: _Place) -> str:
    """A row in brackets."""
    source, symbol = claimed.input, claimed.symbol
    if source is not None and source.object == INTERNAL:
        return _of_linker(source.section, section)
    if place.row is not None:
        return place.row
    if symbol is not None and _VECTOR_SYMBOL.fullmatch(symbol[0]):
        return VECTORS
    if place.code:
        return ASSEMBLY if symbol is not None and not symbol.size else UNKNOWN
    if _is_anonymous(claimed) or _is_dropped(claimed, section):
        return ANONYMOUS_CONSTANTS
    return UNKNOWN


def _of_linker(name: str, section: Section) -> str:
    """The row of what the linker makes itself, by what it calls the input section."""
    if _MERGED_STRINGS.match(name):
        return MERGED_STRINGS
    if _MERGED_CONSTANTS.match(name):
        return MERGED_CONSTANTS
    if section.type == SectionType.ARM_EXIDX or section.name in UNWIND_SECTIONS:
        return UNWIND_TABLES
    return VENEERS if section.executable and "thunk" in name else LINKER


def _is_anonymous(claimed: ClaimedRange) -> bool:
    if claimed.symbol is not None:
        return _ANONYMOUS.match(claimed.symbol.name) is not None
    return claimed.input is not None and _ANONYMOUS_SECTION.match(claimed.input.section) is not None


def _is_dropped(claimed: ClaimedRange, section: Section) -> bool:
    """Whether this is constant data whose name the linker dropped: it keeps others', but no ``.L…``.

    What stands there without a size, such as ``__srodata``, is a mark of the linker script's.
    """
    constant = section.type == SectionType.PROGBITS and not section.flags & SectionFlag.WRITE
    return is_nameless(claimed) and claimed.input is None and constant and section.name.startswith(".rodata")


def is_nameless(claimed: ClaimedRange) -> bool:
    """Whether no symbol with a size or a type claims a range."""
    return claimed.symbol is None or (not claimed.symbol.size and claimed.symbol.type == SymbolType.NOTYPE)
