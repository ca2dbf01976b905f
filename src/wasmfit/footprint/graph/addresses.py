"""Telling addresses from other numbers.

Flash begins at address 0 on many microcontrollers, so that small numbers look like addresses. A number in
data is therefore taken for one only if something begins there; a larger one may also point into something.
"""

from collections.abc import Sequence

import numpy as np

from wasmfit.elf.records import Elf, Machine, Section, SymbolType
from wasmfit.footprint.arrays import REACH, Booleans, Integers
from wasmfit.footprint.graph.instructions import function_starts
from wasmfit.footprint.graph.reference import NO_PAIRS, ReferencePairs, join

SMALL = 1 << 20
"""Numbers below are as likely to be counts, sizes or flags as addresses."""
NEVER = 1 << 10
"""Numbers below are never taken for addresses: they are too common, and only a vector table is there."""

_LONGEST_TEXT = 1 << 12  # bytes
_TEXT = np.zeros(256, np.bool_)
_TEXT[[9, 10, 13, *range(0x20, 0x7F)]] = True


class AddressResolver:
    """The addresses of a file.

    Args:
        elf: The file.
        begins: Addresses at which more begins than symbols do: input sections, merged constants.
        data: Ranges of data in sections with code.
    """

    def __init__(
        self, elf: Elf, begins: Integers | None = None, data: Sequence[tuple[int, int]] = ()
    ) -> None:
        self._elf = elf
        self._thumb = elf.machine == Machine.ARM
        self._word = elf.bits // 8
        sections = [s for s in elf.allocated() if not _is_template(s) and s.end <= REACH]
        sections.sort(key=lambda section: section.address)
        self._sections = sections
        self._starts = np.array([s.address for s in sections], dtype=np.int64)
        self._ends = np.array([s.end for s in sections], dtype=np.int64)
        self._code = np.array([s.executable for s in sections], dtype=np.bool_)
        self._functions = function_starts(elf)
        among = sorted(part for part in data if part[1] <= REACH)
        self._data_starts = np.array([start for start, _ in among], dtype=np.int64)
        self._data_ends = np.array([end for _, end in among], dtype=np.int64)
        numbers = {s.index for s in sections}
        symbols = [
            s
            for s in elf.symbols
            if s.section in numbers and s.type != SymbolType.FILE and s.address + s.size <= REACH
        ]
        named = {s.address for s in symbols}
        self._named = np.array(sorted(named), dtype=np.int64)
        if begins is not None:
            self._named = np.unique(np.concatenate([self._named, begins]))
        sized = sorted((s.address, s.address + s.size) for s in symbols if s.size)
        self._sized_starts = np.array([start for start, _ in sized], dtype=np.int64)
        ends = np.array([end for _, end in sized], dtype=np.int64)
        self._sized_ends = np.maximum.accumulate(ends) if len(ends) else ends
        self._named = np.union1d(self._named, self._after_symbols())

    def certain(self, pairs: ReferencePairs) -> ReferencePairs:
        """References whose target lies in some section, with the Thumb bit cleared."""
        section = self._section_of(pairs.target)
        inside = section >= 0
        targets = pairs.target
        if self._thumb:
            targets = np.where(inside & self._in_code(targets, section), targets & ~1, targets)
        return ReferencePairs(pairs.source[inside], targets[inside])

    def built(self, pairs: ReferencePairs) -> ReferencePairs:
        """References that code makes or loads: into data anywhere, into code only where a function begins."""
        source, value, section = self._inside(pairs)
        if not len(value):
            return NO_PAIRS
        in_code = self._in_code(value, section)
        address = np.where(in_code & self._thumb, value & ~1, value)
        keep = ~in_code | self._function_pointers(value)
        if not len(self._functions):
            keep &= in_code | _among(value, self._named)
        return ReferencePairs(source[keep], address[keep])

    def likely(self, pairs: ReferencePairs) -> ReferencePairs:
        """References by words of data that look like addresses."""
        possible = pairs.target >= NEVER
        source, value, section = self._inside(ReferencePairs(pairs.source[possible], pairs.target[possible]))
        if not len(value):
            return NO_PAIRS
        in_code = self._in_code(value, section)
        address = np.where(in_code & self._thumb, value & ~1, value)
        begins = _among(value, self._named)
        if len(self._functions):
            begins |= value >= SMALL
        unknown = ~in_code & ~begins
        begins[unknown] = self._text(pairs, source[unknown], value[unknown], section[unknown])
        keep = np.where(in_code, self._function_pointers(value), begins)
        return ReferencePairs(source[keep], address[keep])

    def _in_code(self, address: Integers, section: Integers) -> Booleans:
        """Whether addresses lie in a section with code, but for the data in it."""
        in_code: Booleans = self._code[np.maximum(section, 0)]
        if len(self._data_starts):
            row = np.maximum(np.searchsorted(self._data_starts, address, side="right") - 1, 0)
            in_code = in_code & ~((address >= self._data_starts[row]) & (address < self._data_ends[row]))
        return in_code

    def _inside(self, pairs: ReferencePairs) -> tuple[Integers, Integers, Integers]:
        section = self._section_of(pairs.target)
        inside = section >= 0
        return pairs.source[inside], pairs.target[inside], section[inside]

    def _function_pointers(self, value: Integers) -> Booleans:
        """Whether values that lie in code are pointers to functions, or to data among code."""
        if not self._thumb:
            # Also into functions, for tables of jumps.
            return np.logical_or(self._begins_function(value), value >= SMALL)
        marked = value & 1 == 1
        # Data among code has even addresses.
        data = ~marked & (value >= SMALL) & _among(value, self._named)
        keep: Booleans = (marked & self._begins_function(value & ~1)) | data
        return keep

    def _begins_function(self, address: Integers) -> Booleans:
        # With no function known at all (a stripped file), only the entry point is one.
        if not len(self._functions):
            return np.asarray(address == (self._elf.entry & ~int(self._thumb)))
        return _among(address, self._functions)

    def in_file(self, pairs: ReferencePairs) -> ReferencePairs:
        """References whose source lies in a section."""
        inside = self._section_of(pairs.source) >= 0
        return ReferencePairs(pairs.source[inside], pairs.target[inside])

    def words(self, start: int, end: int) -> ReferencePairs:
        """The aligned words of a range in one section, with their addresses."""
        section = self._section(start)
        if section is None:
            return NO_PAIRS
        first = -(-start // self._word) * self._word
        count = (min(end, section.end) - first) // self._word
        if count <= 0:
            return NO_PAIRS
        data = self._elf.contents(section)[first - section.address :][: count * self._word]
        order = ">" if self._elf.big_endian else "<"
        # Of 64 bits the highest is cut off: no address has it, and numbers stay positive.
        values = np.frombuffer(data, f"{order}u{self._word}") & np.uint64((1 << 63) - 1)
        return ReferencePairs(
            first + np.arange(len(values), dtype=np.int64) * self._word, values.astype(np.int64)
        )

    def load(self, loads: ReferencePairs) -> ReferencePairs:
        """From instructions and the words that they load, to instructions and what the words say."""
        loaded = [NO_PAIRS]
        section = self._section_of(loads.target)
        for number in np.unique(section[section >= 0]).tolist():
            data = np.frombuffer(self._elf.contents(self._sections[number]), np.uint8).astype(np.int64)
            chosen = section == number
            offset = loads.target[chosen] - self._starts[number]
            inside = offset + self._word <= len(data)
            offset, source = offset[inside], loads.source[chosen][inside]
            value = np.zeros(len(offset), np.int64)
            for byte in range(self._word):
                significance = self._word - 1 - byte if self._elf.big_endian else byte
                value |= (data[offset + byte] & (0x7F if byte == 7 else 0xFF)) << (8 * significance)
            loaded.append(ReferencePairs(source, value))
        return join(*loaded)

    def _section(self, address: int) -> Section | None:
        if address >= REACH:
            return None
        number = int(self._section_of(np.array([address], dtype=np.int64))[0])
        return self._sections[number] if number >= 0 else None

    def _section_of(self, values: Integers) -> Integers:
        """The number of the section that each address lies in, or -1."""
        if not len(self._starts):
            return np.full(len(values), -1, np.int64)
        number = np.searchsorted(self._starts, values, side="right") - 1
        inside = (number >= 0) & (values < self._ends[np.maximum(number, 0)])
        return np.where(inside, number, -1)

    def _after_symbols(self) -> Integers:
        """Where something without a name begins in data: after a symbol, or aligned to a word after it.

        Linkers drop the names of many local constants; the first of them follows a symbol's end, after zeros
        for its alignment.
        """
        beginnings = [np.empty(0, np.int64)]
        for number, section in enumerate(self._sections):
            if section.executable or not section.has_bytes:
                continue
            data = np.frombuffer(self._elf.contents(section), np.uint8)
            inside = (self._sized_ends > self._starts[number]) & (self._sized_ends < self._ends[number])
            end = np.unique(self._sized_ends[inside])
            covering = np.searchsorted(self._sized_starts, end, side="right") - 1
            end = end[self._sized_ends[covering] <= end]
            alignment = 1
            while alignment <= self._word:
                start = -(-end // alignment) * alignment
                # The zeros before an address are part of what begins there if it is not aligned.
                zeros = np.ones(len(end), np.bool_)
                for byte in range(alignment - 1):
                    at = np.minimum(end + byte, start)
                    offset = np.minimum(at - self._starts[number], len(data) - 1)
                    zeros &= (at == start) | (data[offset] == 0)
                beginnings.append(start[zeros & (start < self._ends[number])])
                alignment *= 2
        return np.unique(np.concatenate(beginnings))

    def _text(self, words: ReferencePairs, source: Integers, value: Integers, section: Integers) -> Booleans:
        """Whether a text begins at each of some addresses that no symbol with a size covers.

        A text follows a NUL, or the word after the reference is its length (as in Rust's ``&str``), or words
        next to the reference refer to such addresses too, as in a table of texts.
        """
        free = np.zeros(len(value), np.bool_)
        before = np.searchsorted(self._sized_starts, value, side="right") - 1
        covered = before >= 0
        if len(self._sized_ends):
            covered &= value < self._sized_ends[np.maximum(before, 0)]
        result = np.zeros(len(value), np.bool_)
        if covered.all():
            return result
        following = words.target[
            np.minimum(np.searchsorted(words.source, source + self._word), len(words.source) - 1)
        ]
        for number in np.unique(section[~covered]).tolist():
            data = np.frombuffer(self._elf.contents(self._sections[number]), np.uint8)
            chosen = np.nonzero((section == number) & ~covered)[0]
            offset = value[chosen] - self._starts[number]
            chosen, offset = chosen[offset < len(data)], offset[offset < len(data)]
            is_text = _TEXT[data[offset]]
            length = following[chosen]
            last = np.clip(offset + length - 1, 0, len(data) - 1)
            counted = (
                (length > 0) & (offset + length <= len(data)) & (length < _LONGEST_TEXT) & _TEXT[data[last]]
            )
            result[chosen] = is_text & ((offset == 0) | (data[np.maximum(offset - 1, 0)] == 0) | counted)
            free[chosen] = is_text
        candidates = source[free]
        in_table = _among(source - self._word, candidates) | _among(source + self._word, candidates)
        return result | (free & in_table)


def _among(values: Integers, sorted_values: Integers) -> Booleans:
    if not len(sorted_values):
        return np.zeros(len(values), np.bool_)
    row = np.minimum(np.searchsorted(sorted_values, values), len(sorted_values) - 1)
    among: Booleans = sorted_values[row] == values
    return among


def _is_template(section: Section) -> bool:
    """Whether a section takes no memory at its address: ``.tbss``."""
    return section.name == ".tbss"
