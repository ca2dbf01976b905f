"""A section as ranges by what claims its bytes: a symbol, an input section, the linker script, or nothing.

All that is said of the bytes later (owner, symbol, object) is said of such ranges, and so adds up to the
section.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from wasmfit.elf.linkmap.records import InputSection, OutputSection, ScriptCommand
from wasmfit.elf.mapping_symbols import is_mapping_symbol
from wasmfit.elf.records import Binding, Elf, ElfKind, Machine, Section, Symbol, SymbolType
from wasmfit.footprint.attribution.fill import fill_bytes
from wasmfit.footprint.attribution.overlaps import UNCLAIMED, resolve_overlaps


class ClaimKind(Enum):
    """What claims a range."""

    SYMBOL = auto()
    INPUT = auto()
    SCRIPT = auto()
    PADDING = auto()
    NONE = auto()


class ClaimedRange(NamedTuple):
    """Adjacent bytes of a section with one claim.

    Attributes:
        start: First address.
        end: First address after it; always greater than ``start``.
        claim: What claims it.
        symbol: The symbol, for :attr:`ClaimKind.SYMBOL`.
        input: The input section that it lies in, when there is a map that has it.
    """

    start: int
    end: int
    claim: ClaimKind
    symbol: Symbol | None
    input: InputSection | None

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start


_RELAXING = (Machine.RISCV, Machine.LOONGARCH)
_MAX_PADDING = 4096  # bytes; a hostile file may claim any alignment
# .L4, .Lpcrel_hi0, .L0 (GNU's for RISC-V), $L4 (MIPS), L0^A and L1^B (numbered labels).
_LOCAL_LABEL = re.compile(r"\.L|\$L|L\d+[\x01\x02]|\.\.")
_MARKS = frozenset("$.L")  # what such labels and mapping symbols begin with
# What linker scripts call the ends of things: _edata, __bss_start__, __StackTop, Image$$RW$$Base.
_MARK = re.compile(
    r"_*[es](?:data|bss|text|rodata|init|stack|heap|ram|flash|idata|got|uninit|code|vectors?)_*$|_*end_*$"
    r"|.*(?:_|^)(?:end|start|begin|limit|size|top|base|stop|lma|vma|load|loadaddr)_*\d*$"
    r"|.*(?:End|Start|Base|Limit|Top|Size)_*$|.*\$\$(?:Base|Limit|Length)|__global_pointer\$|_gp$|_SDA\d?_BASE_",
    re.DOTALL,
)
_NO_OWNERS = frozenset({SymbolType.SECTION, SymbolType.FILE})
_ADDRESS = itemgetter(1)  # of a symbol: quicker than its attribute, and there are tens of thousands
_NEW: Callable[[type[ClaimedRange], tuple[object, ...]], ClaimedRange] = tuple.__new__


def symbols_by_section(elf: Elf) -> dict[int, list[Symbol]]:
    """The symbols that can own bytes, by the number of their section.

    Sections, files, the mapping symbols ``$t``, ``$d``, ``$a``, ``$x``, and labels of the compiler's or the
    assembler's own (``.L4``, ``.Lpcrel_hi0``) own nothing.
    """
    grouped: dict[int, list[Symbol]] = {}
    for symbol in elf.symbols:
        number = symbol[5]
        if number is None or symbol[3] in _NO_OWNERS:
            continue
        name = symbol[0]
        if name[:1] in _MARKS and (is_mapping_symbol(name) or (not symbol.size and _LOCAL_LABEL.match(name))):
            continue
        if number in grouped:
            grouped[number].append(symbol)
        else:
            grouped[number] = [symbol]
    return grouped


def claimed_ranges(
    elf: Elf, section: Section, symbols: Sequence[Symbol], mapped: OutputSection | None = None
) -> list[ClaimedRange]:
    """Divide a section into ranges.

    A symbol claims the bytes from its address over its size; where symbols overlap, see
    :func:`~wasmfit.footprint.attribution.overlaps.resolve_overlaps`; of several names for the same bytes one
    is chosen, Rust names and global ones first. What no symbol claims is the input section's, else padding if
    it is shorter than the alignment it serves and holds nothing but fill, else a symbol's that has no size
    and stands at its start, else nobody's.

    Args:
        elf: The file.
        section: A section of it.
        symbols: The symbols in it, see :func:`symbols_by_section`.
        mapped: The same section in the linker's map.

    Returns:
        Ranges in order of address that fill the section without gap or overlap.
    """
    return _Divider(elf, section, symbols, mapped).ranges()


def _ordered(symbols: Sequence[Symbol], start: int) -> list[Symbol]:
    """The symbols, of several that begin together the one to prefer last. Most begin alone.

    Args:
        symbols: The symbols of a section.
        start: Where the section begins, and with it whatever is said to begin before it.
    """
    begins = list(map(_ADDRESS, symbols))
    if min(begins, default=start) < start:
        begins = [max(begin, start) for begin in begins]
    counts = Counter(begins)
    if len(counts) == len(begins):
        return list(symbols)
    shared = [symbol for symbol, begin in zip(symbols, begins, strict=True) if counts[begin] > 1]
    alone = [symbol for symbol, begin in zip(symbols, begins, strict=True) if counts[begin] == 1]
    return [*alone, *sorted(shared, key=_preference)]


def _preference(symbol: Symbol) -> tuple[bool, bool, bool, str]:
    """Sorts symbols so that of several at one address the one to prefer comes last."""
    name = symbol.name
    return (
        name.startswith(("_R", "_ZN")),
        symbol.type != SymbolType.NOTYPE,
        symbol.binding == Binding.GLOBAL,
        name,
    )


class _MappedParts:
    """The input sections and script commands of a section, without overlap, by address."""

    def __init__(self, section: Section, mapped: OutputSection | None) -> None:
        origins: list[InputSection | ScriptCommand] = [*mapped.commands, *mapped.inputs] if mapped else []
        claims = [(origin.address, origin.address + origin.size) for origin in origins]
        resolved = resolve_overlaps(section.address, section.end, claims)
        self._parts = [(start, end, origins[claim]) for start, end, claim in resolved if claim != UNCLAIMED]
        self._starts = [start for start, _, _ in self._parts]

    def __bool__(self) -> bool:
        return bool(self._starts)

    def at(self, address: int) -> tuple[int, int, InputSection | ScriptCommand] | None:
        """The part that an address lies in: its start, its end and what it is."""
        number = bisect_right(self._starts, address) - 1
        if number >= 0 and address < self._parts[number][1]:
            return self._parts[number]
        return None

    def next_start(self, address: int) -> int | None:
        """Where the first part after an address begins."""
        number = bisect_right(self._starts, address)
        return self._starts[number] if number < len(self._starts) else None

    def align_at(self, address: int) -> int | None:
        """Alignment of the input section at an address where a gap ends, and so at its beginning."""
        part = self.at(address)
        return part[2].align if part and isinstance(part[2], InputSection) else None


class _Divider:
    def __init__(
        self, elf: Elf, section: Section, symbols: Sequence[Symbol], mapped: OutputSection | None
    ) -> None:
        self._section = section
        self._begin = section.address
        self._code = section.executable
        self._fill = bytes(fill_bytes(elf.machine, code=self._code))
        self._align = min(section.align, _MAX_PADDING)
        # There the assembler lays down as much fill as may be needed, and the linker removes the rest.
        self._relaxes = elf.kind == ElfKind.RELOCATABLE and elf.machine in _RELAXING
        self._contents = elf.contents(section)
        self._parts = _MappedParts(section, mapped)
        self._sized = [symbol for symbol in symbols if symbol[2]]
        start, end = section.address, section.end
        # The last of those at one address replaces the others.
        labels = [symbol for symbol in symbols if not symbol[2] and start <= symbol[1] < end]
        self._labels = {symbol.address: symbol for symbol in _ordered(labels, start)}
        self._label_addresses = sorted(self._labels)

    def ranges(self) -> list[ClaimedRange]:
        ordered = sorted(self._sized, key=_ADDRESS)
        start, end = self._section.address, self._section.end
        # Nearly always; the others are cut off at the section's ends, or at those of the map's parts.
        if not self._parts and (not ordered or (ordered[0][1] >= start and ordered[-1][1] < end)):
            return self._by_symbols(ordered)
        ranges: list[ClaimedRange] = []
        self._resolve(start, end, _ordered(self._sized, start), ranges)
        return ranges

    def _by_symbols(self, ordered: Sequence[Symbol]) -> list[ClaimedRange]:
        """Ranges by symbols that begin in the section, by address. Most overlap no other, which makes this
        quick; for those that do, see :meth:`_resolve`."""
        ranges: list[ClaimedRange] = []
        append, labels, relaxes = ranges.append, self._label_addresses, self._relaxes
        begin, contents, fill, most = self._begin, self._contents, self._fill, self._align
        by_symbol, by_fill, by_none = ClaimKind.SYMBOL, ClaimKind.PADDING, ClaimKind.NONE
        at, end = begin, self._section.end
        count, number = len(ordered), 0
        while number < count:
            symbol = ordered[number]
            low = symbol[1]
            high = low + symbol[2]
            number += 1
            if at < low:
                if labels:
                    self._gap(at, low, ranges)
                else:
                    # As _gap, without its calls: there are half as many gaps as symbols.
                    align = low & -low
                    if align > most or relaxes or not align:
                        align = most
                    is_fill = low - at < align and not bytes(contents[at - begin : low - begin]).strip(fill)
                    append(_NEW(ClaimedRange, (at, low, by_fill if is_fill else by_none, None, None)))
            if (number < count and ordered[number][1] < high) or high > end:
                first, reach = number - 1, high
                while number < count and ordered[number][1] < reach:
                    reach = max(reach, ordered[number][1] + ordered[number][2])
                    number += 1
                at = min(reach, end)
                self._overlapping(low, at, ordered[first:number], ranges)
            else:
                append(_NEW(ClaimedRange, (low, high, by_symbol, symbol, None)))
                at = high
        if at < end:
            self._gap(at, end, ranges)
        return ranges

    def _overlapping(
        self, start: int, end: int, symbols: Sequence[Symbol], ranges: list[ClaimedRange]
    ) -> None:
        """Ranges of symbols that overlap, and together leave no gap."""
        size = symbols[0][2]
        if start + size == end and all(symbol[1] == start and symbol[2] == size for symbol in symbols):
            # Names for one thing.
            best = sorted(symbols, key=_preference)[-1]
            ranges.append(_NEW(ClaimedRange, (start, end, ClaimKind.SYMBOL, best, None)))
        else:
            self._resolve(start, end, _ordered(symbols, start), ranges)

    def _resolve(self, start: int, end: int, sized: Sequence[Symbol], ranges: list[ClaimedRange]) -> None:
        """Ranges by symbols that may overlap, and by the map."""
        inputs: list[InputSection | None] = [None] * len(sized)
        claims = [(symbol[1], symbol[1] + symbol[2]) for symbol in sized]
        if self._parts:
            for number, symbol in enumerate(sized):
                part = self._parts.at(symbol.address)
                if part is not None:
                    # A symbol ends with the input section that defines it, whatever its size says.
                    claims[number] = (symbol.address, min(symbol.address + symbol.size, part[1]))
                    inputs[number] = part[2] if isinstance(part[2], InputSection) else None
        for low, high, claim in resolve_overlaps(start, end, claims):
            if claim != UNCLAIMED:
                ranges.append(ClaimedRange(low, high, ClaimKind.SYMBOL, sized[claim], inputs[claim]))
            elif self._parts:
                ranges.extend(self._unclaimed(low, high))
            else:
                self._gap(low, high, ranges)

    def _unclaimed(self, start: int, end: int) -> Iterator[ClaimedRange]:
        """Ranges of what no symbol with a size claims, by the map."""
        while start < end:
            part = self._parts.at(start)
            if part is None:
                after = self._parts.next_start(start)
                until = end if after is None else min(end, after)
                gap: list[ClaimedRange] = []
                self._gap(start, until, gap)
                yield from gap
            else:
                until = min(end, part[1])
                yield from self._rest_of_part(start, until, part[2])
            start = until

    def _rest_of_part(
        self, start: int, end: int, part: InputSection | ScriptCommand
    ) -> Iterator[ClaimedRange]:
        if isinstance(part, ScriptCommand):
            yield ClaimedRange(start, end, ClaimKind.PADDING if part.aligns else ClaimKind.SCRIPT, None, None)
            return
        for low, high, label in self._split_at_labels(start, end):
            yield ClaimedRange(low, high, ClaimKind.SYMBOL if label else ClaimKind.INPUT, label, part)

    def _gap(self, start: int, end: int, ranges: list[ClaimedRange]) -> None:
        """Appends ranges of what lies in no part of the map and in no symbol with a size."""
        labels = self._label_addresses
        first = bisect_left(labels, start) if labels else 0
        if first == len(labels) or labels[first] >= end:  # nearly always
            claim = ClaimKind.PADDING if self._is_padding(start, end) else ClaimKind.NONE
            ranges.append(_NEW(ClaimedRange, (start, end, claim, None, None)))
            return
        for low, high, label in self._split_at_labels(start, end):
            if self._may_be_padding(label) and self._is_padding(low, high):
                ranges.append(ClaimedRange(low, high, ClaimKind.PADDING, None, None))
            else:
                claim = ClaimKind.SYMBOL if label else ClaimKind.NONE
                ranges.append(ClaimedRange(low, high, claim, label, None))

    def _may_be_padding(self, label: Symbol | None) -> bool:
        """Whether what follows a label can be fill: not what a label in data names, unless that is a mark."""
        return label is None or self._code or _MARK.match(label.name) is not None

    def _split_at_labels(self, start: int, end: int) -> list[tuple[int, int, Symbol | None]]:
        """A symbol without size claims what follows it, up to the next symbol."""
        first = bisect_right(self._label_addresses, start)
        addresses = self._label_addresses[first : bisect_left(self._label_addresses, end, first)]
        if not addresses:
            return [(start, end, self._labels.get(start))]
        bounds = [start, *addresses, end]
        return [(low, high, self._labels.get(low)) for low, high in pairwise(bounds)]

    def _is_padding(self, start: int, end: int) -> bool:
        align = self._parts.align_at(end) if self._parts else None
        if align is None:
            # Without a map: no more than the alignment that the next address has and the section allows.
            align, most = end & -end, self._align
            align = align if 0 < align < most and not self._relaxes else most
        if end - start >= align:
            return False
        offset = start - self._begin
        return not bytes(self._contents[offset : offset + end - start]).strip(self._fill)
