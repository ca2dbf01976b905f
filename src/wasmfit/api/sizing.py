"""The library's ``size``, ``why`` and ``savings``: who owns each byte of any ELF file, and why it is there.

It loads nothing that builds or runs firmware: a survey takes less time than that takes to load.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wasmfit.footprint.analysis import DEFAULT_BY, SizeAnalysis, SizeOptions, analyse
from wasmfit.footprint.views.memories import DeviceMemory, flash_and_ram
from wasmfit.footprint.views.tree import GroupBy, SortOrder, ViewFilter

if TYPE_CHECKING:
    from wasmfit.footprint.graph.explain import Explanations, SavingsReport


def size(
    path: str | Path,
    *,
    by: Sequence[str | GroupBy] = DEFAULT_BY,
    base: str | Path | None = None,
    link_map: str | Path | None = None,
    board: str | None = None,
    memories: Sequence[DeviceMemory] = (),
    sections: Sequence[str] = (),
    regions: Sequence[str] = (),
    owners: Sequence[str] = (),
    top: int | Sequence[int | None] | None = None,
    sort: str | SortOrder = SortOrder.SIZE,
    references: bool = False,
    inlined: bool = False,
    catalogs: Sequence[Path] = (),
) -> SizeAnalysis:
    """Says who owns each byte of an ELF file.

    Args:
        path: The ELF file, of any firmware or program.
        by: Groupings of the view, the outermost first: ``section``, ``region``, ``crate``, ``object``,
            ``file``, ``symbol``, ``family`` or ``kind``.
        base: An older ELF file to compare with.
        link_map: The map that lld wrote of the same link.
        board: Name of a board of the catalogue, whose memories it is for.
        memories: The memories, for a device that is not in the catalogue.
        sections, regions, owners: Shell patterns of what to show; none shows all.
        top: Most rows of each level, or of the first, the second and all further ones.
        sort: ``size``, ``name`` or ``address``.
        references: Whether constants that nothing names belong to the code that refers to them.
        inlined: Whether code belongs to the crate that it was inlined from, by debug information.
        catalogs: Folders laid out as the built-in catalogue, whose boards are added to it.

    Raises:
        UsageError: A file cannot be read, or a name is unknown.
    """
    if board is not None:
        memories = (*memories_of(board, catalogs), *memories)
    options = SizeOptions(
        by=tuple(GroupBy(grouping) for grouping in by),
        only=ViewFilter(tuple(sections), tuple(regions), tuple(owners)),
        top=(top,) if top is None or isinstance(top, int) else tuple(top),
        sort=SortOrder(sort),
        memories=tuple(memories),
        link_map=_path(link_map),
        references=references,
        inlined=inlined,
    )
    return analyse(path, options, base)


def why(path: str | Path, symbol: str, *, link_map: str | Path | None = None) -> "Explanations":
    """Says why something is in an ELF file: what refers to it, and what would be removed with it.

    Args:
        path: The ELF file.
        symbol: A symbol's name, mangled or readable, or a part of the readable one, or an address (``0x…``).
        link_map: The map that the linker wrote of the same link.

    Raises:
        UsageError: A file cannot be read, or nothing has that name.
    """
    # What decodes code takes longer to load than an analysis takes.
    from wasmfit.footprint.graph import explain

    return explain.why(path, symbol, _path(link_map))


def savings(path: str | Path, *, link_map: str | Path | None = None, largest: int = 5) -> "SavingsReport":
    """Says what could be saved in an ELF file, with the usual remedies.

    Args:
        path: The ELF file.
        link_map: The map that the linker wrote of the same link.
        largest: How many of the largest things of each kind to name.

    Raises:
        UsageError: A file cannot be read.
    """
    from wasmfit.footprint.graph import explain

    return explain.savings(path, _path(link_map), largest=largest)


def _path(link_map: str | Path | None) -> Path | None:
    return None if link_map is None else Path(link_map)


def memories_of(board: str, catalogs: Sequence[Path] = ()) -> tuple[DeviceMemory, ...]:
    """The memories of a board of the catalogue.

    Raises:
        UsageError: There is no such board.
    """
    # The catalogue takes as long to load as an analysis takes.
    from wasmfit.catalog import Catalog

    known = Catalog.load(*catalogs).board(board)
    return flash_and_ram(known.flash, known.ram, known.erase_unit)
