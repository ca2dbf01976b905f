"""Which source file, line and inlined function code comes from, by the debug information (DWARF).

Needs the extra ``wasmfit[lines]``.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wasmfit.elf.dwarf.sections import check_claims
from wasmfit.elf.errors import ElfError
from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf, Machine
from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution import symbolic_child
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.attribution.source_lines import files_by_line_tables
from wasmfit.footprint.attribution.source_paths import source_path
from wasmfit.footprint.attribution.symcache import NOTHING, LinesError, SymCache, parse_symcache
from wasmfit.words import escape_unprintable

MOST_MEMORY = 1 << 30
"""Most memory that reading debug information may take, in bytes of address space."""
MOST_SECONDS = 60
"""Longest time that it may take, in seconds."""

_MAX_DEPTH = 256  # of inlined calls; debug information that has more is taken for damaged


class Frame(NamedTuple):
    """A location in a function; a call of it may have been inlined.

    Attributes:
        function: The function's mangled name.
        file: The source file, as the compiler recorded it; empty if it did not.
        line: The line in it; 0 if unknown.
        unit: The folder that the compile unit was compiled in: with cargo, the package's.
    """

    function: str
    file: str
    line: int
    unit: str


@dataclass(frozen=True)
class DebugLines:
    """The debug information of a file.

    Attributes:
        starts: First addresses of ranges of code, ascending; each ends where the next one begins.
    """

    starts: Integers
    _location: Integers  # for each range, -1 where nothing is known
    _cache: SymCache

    def at(self, address: int) -> tuple[Frame, ...]:
        """The locations that the code at an address comes from: the innermost function first, then where its
        call was inlined, and so on. Empty where the debug information does not say."""
        number = int(np.searchsorted(self.starts, min(address, REACH), side="right")) - 1
        location = int(self._location[number]) if number >= 0 else -1
        return tuple(self._frames(location))

    @cached_property
    def files(self) -> list[str | None]:
        """For each range its source file: that of the innermost location."""
        files = self._of_innermost(0)
        names = {number: self.file(number) or None for number in np.unique(files[files >= 0]).tolist()}
        return [names.get(number) for number in files.tolist()]

    @cached_property
    def functions(self) -> list[str | None]:
        """For each range the mangled name of its innermost function."""
        functions = self._of_innermost(2)
        names = {number: self._function(number) for number in np.unique(functions[functions >= 0]).tolist()}
        return [names.get(number) for number in functions.tolist()]

    def file(self, number: int) -> str:
        """The path of a file of the table."""
        directory, folder, name = (self._cache.text(int(self._cache.files[number, n])) for n in range(3))
        return source_path(directory, folder, name)

    def _of_innermost(self, field: int) -> Integers:
        known = self._location >= 0
        values = self._cache.locations[np.maximum(self._location, 0), field].astype(np.int64)
        limit = len(self._cache.files if field == 0 else self._cache.functions)
        return np.where(known & (values < limit), values, -1)

    def _function(self, number: int) -> str:
        return self._cache.text(int(self._cache.functions[number, 0]))

    def _frames(self, location: int) -> Iterator[Frame]:
        for _ in range(_MAX_DEPTH):
            if not 0 <= location < len(self._cache.locations):
                return
            file, line, function, into = self._cache.locations[location].tolist()
            name = self._function(function) if function < len(self._cache.functions) else ""
            path = unit = ""
            if file < len(self._cache.files):
                path, unit = self.file(file), self._cache.text(int(self._cache.files[file, 0]))
            yield Frame(name, path, 0 if line == NOTHING else line, unit)
            location = into if into != NOTHING else -1


def read_lines(elf: Elf) -> DebugLines:
    """Read the debug information of a file.

    Raises:
        LinesError: There is none, it is damaged, or the extra ``wasmfit[lines]`` is not installed.
        ElfError: The file cannot be read any more.
    """
    require_debug_information(elf)
    if find_spec("symbolic") is None:
        raise LinesError(
            "Reading debug information needs the package symbolic, which is not installed.",
            "pip install 'wasmfit[lines]'",
        )
    try:
        check_claims(elf)
    except ElfError as error:
        raise LinesError(str(error)) from None
    return _lines(elf, parse_symcache(_converted(elf)))


def require_debug_information(elf: Elf) -> None:
    """Refuses a file without debug information.

    Raises:
        LinesError: It has none.
    """
    if not any(section.name in _NEEDED for section in elf.sections):
        raise LinesError(
            f"{escape_unprintable(elf.path)} has no debug information, so the source files of its code are "
            "unknown.",
            'Build it with debug information: debug = "full" in the profile (cargo), or -g (C).',
        )


def _converted(elf: Elf) -> bytes:
    """What symbolic makes of a file, in a process whose memory and time have an end."""
    # Loaded when needed only.
    from wasmfit.toolchain.process import ChildTimeoutError, ProcessRunner

    shown = escape_unprintable(elf.path)
    with tempfile.TemporaryDirectory(prefix="wasmfit-lines-") as folder:
        source, result = Path(folder) / "elf", Path(folder) / "symcache"
        source.write_bytes(elf.image())
        try:
            finished = ProcessRunner().run(
                [sys.executable, "-I", symbolic_child.__file__, str(source), str(result)],
                timeout=MOST_SECONDS,
                memory=MOST_MEMORY,
            )
        except ChildTimeoutError:
            raise LinesError(
                f"Reading the debug information of {shown} took longer than {MOST_SECONDS} s.",
                "Build it with less of it (-g1).",
            ) from None
        if finished.code == symbolic_child.REFUSED:
            said = escape_unprintable(" ".join(finished.output.split()))
            raise LinesError(f"The debug information of {shown} cannot be read: {said}.", "Build it again.")
        if finished.code or not result.is_file():
            raise LinesError(
                f"The debug information of {shown} cannot be read in {MOST_MEMORY >> 20} MiB of memory.",
                "Build it with less of it (-g1), or again if it is damaged.",
            )
        return result.read_bytes()


_NEEDED = frozenset({".debug_info", ".zdebug_info"})


def _lines(elf: Elf, cache: SymCache) -> DebugLines:
    """The ranges, without what symbolic adds from the symbol table.

    Its addresses count from the first segment that is loaded. It knows nothing of Arm's Thumb bit, and so
    puts a function's symbol one byte after its first range, which it then seems to end. No code begins at an
    odd address.
    """
    base = elf.segments[0].vaddr if elf.segments else 0
    if base >= REACH:
        raise LinesError(
            f"{escape_unprintable(elf.path)} lies too high in the address space for source files."
        )
    starts = cache.starts.astype(np.int64) + base
    location = cache.first + np.arange(len(starts), dtype=np.int64)
    rows = cache.locations[cache.first :]
    function = rows[:, 2].astype(np.int64)
    known = function < len(cache.functions)
    by_symbol = np.full(len(starts), True)
    if len(cache.functions):
        language = cache.functions[np.where(known, function, 0), 3]
        by_symbol = ~known | ((language == NOTHING) & (rows[:, 0] == NOTHING))
    location = np.where(by_symbol, -1, location)
    if elf.machine == Machine.ARM:
        odd = starts & 1 == 1
        # Where no range begins, the symbol does end the one before.
        ends = odd & ~np.isin(starts & ~1, starts[~odd])
        keep = ~odd | ends
        starts, location = np.where(ends, starts & ~1, starts)[keep], location[keep]
    return DebugLines(starts, location, cache)


def files_by_dwarf(byte_map: ByteMap, lines: DebugLines | None = None) -> ByteMap:
    """A pass: code is divided by source file. Inlined code counts for the file that it was written in.

    Args:
        byte_map: The bytes.
        lines: What symbolic has read of it, to be used instead of the line tables.

    Raises:
        LinesError: There is no debug information, or it cannot be read.
    """
    if lines is None:
        return files_by_line_tables(byte_map)[0]
    return byte_map.with_ranges(
        byte_range if file is None else byte_range._replace(file=file)
        for byte_range, file in _divided(byte_map, lines.starts, lines.files)
    )


def owners_by_inlining(byte_map: ByteMap, lines: DebugLines | None = None) -> ByteMap:
    """A pass: code belongs to the crate of the innermost function that it was inlined from.

    What has no debug information, and what does not come from Rust, keeps its owner.

    Args:
        byte_map: The bytes.
        lines: Its debug information, if it has been read already.

    Raises:
        LinesError: See :func:`read_lines`.
    """
    lines = lines or read_lines(byte_map.elf)
    crates: dict[str | None, str | None] = {None: None}
    for name in lines.functions:
        if name is not None and name not in crates:
            crate = rust_crate(name)
            crates[name] = None if crate is None else crate.name
    owners = [crates[name] for name in lines.functions]
    return byte_map.with_ranges(
        byte_range if owner is None else byte_range._replace(owner=owner)
        for byte_range, owner in _divided(byte_map, lines.starts, owners)
    )


def _divided(
    byte_map: ByteMap, starts: Integers, labels: Sequence[str | None]
) -> Iterator[tuple[ByteRange, str | None]]:
    """The byte map's ranges, code divided where the label of the debug information's ranges changes.

    A range of the debug information that begins before the symbol does not count for it: there is a gap.
    """
    ranges = byte_map.ranges
    first = np.searchsorted(starts, [min(r.start, REACH) for r in ranges], side="right").tolist()
    last = np.searchsorted(starts, [min(r.end, REACH) for r in ranges]).tolist()
    begins = starts.tolist()
    for byte_range, low, high in zip(ranges, first, last, strict=True):
        if byte_range.kind not in (ByteKind.CODE, ByteKind.LITERALS):
            yield byte_range, None
            continue
        floor = byte_range.start if byte_range.symbol is None else byte_range.symbol.address
        label = labels[low - 1] if low and begins[low - 1] >= floor else None
        at = byte_range.start
        for number in range(low, high):
            if labels[number] != label:
                if at < begins[number]:
                    yield byte_range._replace(start=at, end=begins[number]), label
                at, label = begins[number], labels[number]
        yield byte_range._replace(start=at), label
