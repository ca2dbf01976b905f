"""The source file of bytes."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from wasmfit.elf.names.crates import codegen_unit_crate
from wasmfit.footprint.attribution.byte_map import Entry, Ledger


class Lines(Protocol):
    """What debug information says of source files."""

    def files(self, start: int, end: int) -> Iterable[tuple[int, int, str | None]]:
        """Divides a range of addresses by source file.

        Yields:
            First address, first address behind, and the file's path, None where nothing is known; in order,
            and together the whole range.
        """


def with_files(made: Ledger, lines: Lines | None = None) -> Ledger:
    """A pass: the source file of every entry.

    Debug information knows best. Where it is silent or there is none, a local symbol's file is the one that
    its ``STT_FILE`` symbol names; global symbols have none. rustc's codegen units are no files.
    """
    return made.with_entries(_entries(made, lines))


def _entries(made: Ledger, lines: Lines | None) -> Iterator[Entry]:
    for entry in made.entries:
        if lines is None:
            yield entry._replace(file=_by_symbol(entry))
            continue
        for start, end, file in lines.files(entry.start, entry.end):
            yield entry._replace(start=start, end=end, file=file or _by_symbol(entry))


def _by_symbol(entry: Entry) -> str | None:
    if entry.file is not None:
        return entry.file
    symbol = entry.symbol
    if symbol is None or not symbol.file or symbol.hidden or codegen_unit_crate(symbol.file) is not None:
        return None
    return symbol.file
