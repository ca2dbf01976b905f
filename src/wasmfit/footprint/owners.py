"""The owner of a span."""

import re
from collections.abc import Callable
from functools import cache

from wasmfit.footprint.elf import Section, SectionType, Symbol, SymbolType
from wasmfit.footprint.linkmap import INTERNAL
from wasmfit.footprint.rust_symbols import codegen_unit_crate, embedded_crate, rust_crate
from wasmfit.footprint.spans import Claim, Span

PADDING = "[padding]"
"""Fill between two things, for the alignment of the second."""
MERGED_STRINGS = "[merged strings]"
"""Strings that the linker merged; it does not record from where."""
MERGED_CONSTANTS = "[merged constants]"
"""Constants of one size that the linker merged; it does not record from where."""
ANONYMOUS_CONSTANTS = "[anonymous constants]"
"""Constants that the compiler named itself, so that nothing tells their crate."""
LINKER = "[linker]"
"""What the linker makes itself: veneers, tables for dynamic linking, notes."""
LINKER_SCRIPT = "[linker script]"
"""What the linker script lays down or leaves free."""
UNWIND_TABLES = "[unwind tables]"
"""Tables for exceptions and backtraces."""
UNKNOWN = "[unknown]"
"""What nothing tells the owner of."""

ObjectRule = Callable[[str], str | None]
"""From an object's path as the map gives it (or, without a map, the name of an ``STT_FILE`` symbol) to the
owner of what has no Rust name in it; None when the rule does not know. It is asked once for each name."""

SymbolRule = Callable[[str], str | None]
"""From a symbol's name that is no Rust name to its owner; None when the rule does not know."""

# rustc and LLVM name the constants that have no name in the source: .Lanon.<hash>.3, anon.<hash>.3,
# .L__unnamed_2, alloc_<hash>, vtable.4, switch.table.f, .L.str.1. Only such names begin with .L.
_ANONYMOUS = re.compile(r"\.L|anon\.[0-9a-f]|__unnamed_[0-9]|alloc_[0-9a-f]{16}|vtable\.[0-9]|switch\.table")
_ANONYMOUS_SECTION = re.compile(r"\.(?:rodata|data)(?:\.[\w]+)*\.(?:\.L|anon\.|__unnamed_|alloc_)")
# lld's __Thumbv7ABSLongThunk_f, GNU ld's __f_veneer
_VENEER = re.compile(r"__(?:ARM|Thumb|AArch64)\w*Thunk_|__.+_veneer$")
_STRINGS = re.compile(r"\.rodata.*\.str")
_CONSTANTS = re.compile(r"\.rodata.*\.cst")
_BY_SECTION_TYPE = {
    SectionType.SYMTAB: LINKER,
    SectionType.STRTAB: LINKER,
    SectionType.RELA: LINKER,
    SectionType.HASH: LINKER,
    SectionType.DYNAMIC: LINKER,
    SectionType.NOTE: LINKER,
    SectionType.REL: LINKER,
    SectionType.DYNSYM: LINKER,
    SectionType.RELR: LINKER,
    SectionType.GNU_HASH: LINKER,
    SectionType.GNU_VERDEF: LINKER,
    SectionType.GNU_VERNEED: LINKER,
    SectionType.GNU_VERSYM: LINKER,
    SectionType.ARM_EXIDX: UNWIND_TABLES,
}
_UNWIND_SECTIONS = frozenset({".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".ARM.extab"})


class Owners:
    """Finds owners, by what is most certain first.

    1. the crate in a symbol's own Rust name;
    2. the caller's rules, for the symbol and then for the object;
    3. the crate in the Rust name that the input section is called after;
    4. a row in brackets that says what the bytes are;
    5. :data:`UNKNOWN`.
    """

    def __init__(
        self, owner_of_object: ObjectRule | None = None, owner_of_symbol: SymbolRule | None = None
    ) -> None:
        self._of_symbol = owner_of_symbol or _no_rule
        # Many symbols share an object.
        self._of_object = cache(owner_of_object or _no_rule)

    def owner(self, span: Span, section: Section) -> str:
        """The owner of a span of a section."""
        if span.claim is Claim.PADDING:
            return PADDING
        if span.claim is Claim.SCRIPT:
            return LINKER_SCRIPT
        return self._by_name(span) or self._by_rule(span) or _by_input_name(span) or _by_kind(span, section)

    def _by_name(self, span: Span) -> str | None:
        if span.symbol is None:
            return None
        name = span.symbol.name
        crate = rust_crate(name) or embedded_crate(name)
        return None if crate is None else crate.name

    def _by_rule(self, span: Span) -> str | None:
        owner = None
        if span.symbol is not None:
            owner = self._of_symbol(span.symbol.name)
        if owner is None and span.input is not None:
            if span.input.object != INTERNAL:
                owner = self._of_object(span.input.object)
        elif owner is None and span.symbol is not None and _has_file(span.symbol):
            owner = self._of_object(span.symbol.file)
        return owner


def _has_file(symbol: Symbol) -> bool:
    """Whether the ``STT_FILE`` symbol before a symbol is its own.

    Every compiler writes one, but assembly often comes without, and lld then puts its symbols behind another
    file's. Untyped and hidden symbols are what assembly has; rustc's hidden ones (as in
    ``compiler_builtins``) follow a file that names a codegen unit.
    """
    if not symbol.file or symbol.type == SymbolType.NOTYPE:
        return False
    return not symbol.hidden or codegen_unit_crate(symbol.file) is not None


def _no_rule(_name: str) -> str | None:
    return None


def _by_input_name(span: Span) -> str | None:
    crate = None if span.input is None else embedded_crate(span.input.section)
    return None if crate is None else crate.name


def _by_kind(span: Span, section: Section) -> str:
    """A row in brackets."""
    source = span.input
    if source is not None and source.object == INTERNAL:
        if _STRINGS.match(source.section):
            return MERGED_STRINGS
        if _CONSTANTS.match(source.section):
            return MERGED_CONSTANTS
    if section.name in _UNWIND_SECTIONS:
        return UNWIND_TABLES
    if section.type in _BY_SECTION_TYPE:
        return _BY_SECTION_TYPE[SectionType(section.type)]
    if (source is not None and source.object == INTERNAL) or _is_veneer(span):
        return LINKER
    if not section.executable and _is_anonymous(span):
        return ANONYMOUS_CONSTANTS
    return UNKNOWN


def _is_veneer(span: Span) -> bool:
    return span.symbol is not None and _VENEER.match(span.symbol.name) is not None


def _is_anonymous(span: Span) -> bool:
    if span.symbol is not None:
        return _ANONYMOUS.match(span.symbol.name) is not None
    return span.input is not None and _ANONYMOUS_SECTION.match(span.input.section) is not None
