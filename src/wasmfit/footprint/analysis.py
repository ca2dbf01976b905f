"""The analysis of one firmware: its byte map, memories and view, with notes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.section_totals import SectionTotals, section_totals
from wasmfit.footprint.inputs.sources import is_image, is_library, read_source
from wasmfit.footprint.notes import notes_on, what_there_is
from wasmfit.footprint.sides import AttributedFile, attributed, has_memories
from wasmfit.footprint.size_options import (
    DEFAULT_BY,
    DEFAULT_OPTIONS,
    IMAGE_BY,
    LIBRARY_BY,
    SizeOptions,
)
from wasmfit.footprint.views.memories import MemoryUse
from wasmfit.footprint.views.tree import GroupBy, ViewRow, build_view
from wasmfit.frames import frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from wasmfit.footprint.views.diff import SizeDifference


@dataclass(frozen=True, slots=True)
class SizeAnalysis:
    """Who owns each byte of a file.

    Attributes:
        file: Its path.
        machine: Its processor, in words.
        bits: 32 or 64.
        kind: What kind of file it is, in words.
        size: Bytes of all sections that take memory.
        sections: The bytes of each of these sections by owner; they add up to the section.
        uses: What each memory holds.
        guessed: Whether the memories are a guess from the file itself.
        by: The groupings of the view.
        view: The view; it adds up to what was asked for.
        notes: What to know when reading it.
        difference: What changed since another file, if that was asked for.
    """

    file: str
    machine: str
    bits: int
    kind: str
    size: int
    sections: tuple[SectionTotals, ...]
    uses: tuple[MemoryUse, ...]
    guessed: bool
    by: tuple[GroupBy, ...]
    view: ViewRow
    notes: tuple[str, ...]
    difference: "SizeDifference | None" = None

    def rows(self) -> list[dict[str, str | int | None]]:
        """The innermost rows of the view, flat: a column for each grouping, and the bytes."""
        return [
            {**{row.by.value: row.name for row in path if row.by}, "bytes": path[-1].bytes}
            for path in self.view.walk()
            if not path[-1].rows
        ]

    def to_frame(self) -> "DataFrame":
        """The innermost rows as a pandas table, for notebooks.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self.rows(), columns=[*(by.value for by in self.by), "bytes"])


def default_by(path: str | Path) -> tuple[GroupBy, ...]:
    """The groupings of a view of a file for which none are given, by what it is."""
    if is_library(Path(path)):
        return LIBRARY_BY
    return IMAGE_BY if is_image(Path(path)) else DEFAULT_BY


def analyse(
    path: str | Path, options: SizeOptions = DEFAULT_OPTIONS, base: str | Path | None = None
) -> SizeAnalysis:
    """Analyse a file.

    Args:
        path: The ELF file, WebAssembly module, static library, Intel HEX, S-record or UF2 file.
        options: What to show.
        base: Another such file to compare with.

    Raises:
        ElfError: A file cannot be read.
        LinkMapError: The map cannot be read, or is of another link.
        UsageError: Nothing in the file matches the filter, it is for another processor than the board's, or
            it is in no memory and memories are asked for.
    """
    source = read_source(path, options.bounds)
    if options.target is not None:
        options.target.require(source)
    side = attributed(source, options, options.link_map)
    if not side.ranges and not options.only.is_open:
        raise UsageError(f"Nothing in {path} matches the filter.", what_there_is(side))
    only = source.only
    return SizeAnalysis(
        file=str(path),
        machine=source.machine,
        bits=source.parts[0][1].bits,
        kind=source.kind,
        size=sum(part.byte_map.size for part in side.parts),
        sections=tuple(totals for part in side.parts for totals in section_totals(part.byte_map).sections),
        uses=tuple(side.parts[0].memories.uses()) if only is not None and has_memories(only) else (),
        guessed=side.parts[0].memories.guessed and source.has_names,
        by=options.by,
        view=build_view(side.ranges, options.by, top=options.top, sort=options.sort),
        notes=(*source.notes, *notes_on(source, side, options)),
        difference=None if base is None else _difference(side, base, options),
    )


def _difference(new: AttributedFile, base: str | Path, options: SizeOptions) -> "SizeDifference":
    from wasmfit.footprint.views.crate_versions import crate_changes, crates
    from wasmfit.footprint.views.diff import SizeDifference, build_changes, moves

    old = attributed(read_source(base, options.bounds), options, None)
    return SizeDifference(
        str(base),
        build_changes(old.ranges, new.ranges, options.by, top=options.top),
        moves(old.ranges, new.ranges),
        tuple(crate_changes(*(crates(*(part.byte_map.elf for part in side.parts)) for side in (old, new)))),
    )
