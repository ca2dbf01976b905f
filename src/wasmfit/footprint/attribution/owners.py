"""The owner of a range of bytes."""

import re
from collections.abc import Callable
from functools import cache

from wasmfit.elf.linkmap.records import INTERNAL
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
"""From a symbol's name that is no Rust name to its owner; None when the rule does not know."""

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
        self._of_symbol = owner_of_symbol or _no_rule
        # Many symbols share an object.
        self._of_object = cache(owner_of_object or _no_rule)
        self._last_resort = last_resort or _no_rule
        self._crate = cache(_crate)
        self._units = CodegenUnits(elf.symbols, self._crate)

    def owner(self, claimed: ClaimedRange, section: Section) -> str:
        """The owner of a range of a section."""
        symbol = claimed.symbol
        if symbol is not None and claimed.input is None and symbol[0][:2] == "_R" and "$" not in symbol[0]:
            crate = self._crate(symbol[0])  # as most of a Rust firmware
            if crate is not None:
                return crate.name
        if claimed.claim in _LAID_DOWN and section.name in RESERVED_SECTIONS:
            return RESERVED
        if claimed.claim is ClaimKind.PADDING:
            return PADDING
        if claimed.claim is ClaimKind.SCRIPT:
            return LINKER_SCRIPT
        if _is_veneer(claimed, section):
            return VENEERS
        if (
            symbol is not None
            and not symbol.size
            and claimed.input is None
            and section.name in UNWIND_SECTIONS
        ):
            return UNWIND_TABLES  # __EH_FRAME_BEGIN__ marks where the tables of all objects begin
        if symbol is not None:
            crate = self._crate(symbol.name)
            if crate is not None:
                return crate.name
        return (
            self._by_rule(claimed)
            or _by_input_name(claimed)
            or self._by_unit(claimed)
            or self._otherwise(claimed, section)
        )

    def _by_rule(self, claimed: ClaimedRange) -> str | None:
        owner = None
        if claimed.symbol is not None:
            owner = self._of_symbol(claimed.symbol.name)
        if owner is None:
            source = _object(claimed)
            owner = None if source is None else self._of_object(source)
        return owner

    def _by_unit(self, claimed: ClaimedRange) -> str | None:
        source = _object(claimed)
        return None if source is None else self._units.crate(source)

    def _otherwise(self, claimed: ClaimedRange, section: Section) -> str:
        last = None if claimed.symbol is None else self._last_resort(claimed.symbol.name)
        return last or _by_kind(claimed, section)


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


_LAID_DOWN = (ClaimKind.PADDING, ClaimKind.SCRIPT)


def _crate(name: str) -> RustCrate | None:
    if name.startswith("_"):
        return rust_crate(name)
    # What the compiler derived from a function: .Lswitch.table._RNv…
    return embedded_crate(name) if name.startswith((".", "switch", "anon")) or "._R" in name else None


def _object(claimed: ClaimedRange) -> str | None:
    """The object that a range comes from: its path in the map or, without a map, its ``STT_FILE`` symbol."""
    if claimed.input is not None:
        return None if claimed.input.object == INTERNAL else claimed.input.object
    return claimed.symbol.file if claimed.symbol is not None and _has_file(claimed.symbol) else None


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


def _is_veneer(claimed: ClaimedRange, section: Section) -> bool:
    """Whether the linker made code to reach what is far: by its name, and by the map.

    Its symbol is local, and so seems to belong to the last file.
    """
    symbol, source = claimed.symbol, claimed.input
    if not section.executable:
        return False
    if symbol is not None and _VENEER.match(symbol.name):
        return True
    if source is not None:
        if source.object in _VENEER_OBJECTS:
            return True
        return source.object == INTERNAL and _VENEER_INPUT.match(source.section) is not None
    return section.name in _VENEER_SECTIONS


def _by_input_name(claimed: ClaimedRange) -> str | None:
    crate = None if claimed.input is None else embedded_crate(claimed.input.section)
    return None if crate is None else crate.name


def _by_kind(claimed: ClaimedRange, section: Section) -> str:
    """A row in brackets."""
    source, symbol = claimed.input, claimed.symbol
    if source is not None and source.object == INTERNAL:
        return _of_linker(source.section, section)
    if section.type == SectionType.ARM_EXIDX or section.name in UNWIND_SECTIONS:
        return UNWIND_TABLES
    if section.type in LINKER_SECTION_TYPES or section.name in LINKER_SECTIONS:
        return LINKER
    if section.name in RESERVED_SECTIONS and section.type == SectionType.NOBITS:
        return RESERVED
    if section.name in VECTOR_SECTIONS or (symbol is not None and _VECTOR_SYMBOL.fullmatch(symbol.name)):
        return VECTORS
    if section.executable:
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
