"""The library's ``size``, ``why`` and ``savings``: who owns each byte of any ELF file, and why it is there.

It loads nothing that builds or runs firmware: a survey takes less time than that takes to load.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from wasmfit.elf.records import Machine
from wasmfit.footprint.analysis import SizeAnalysis, analyse, default_by
from wasmfit.footprint.size_options import SizeOptions
from wasmfit.footprint.views.memories import DeviceMemory, flash_and_ram
from wasmfit.footprint.views.tree import GroupBy, SortOrder, ViewFilter

if TYPE_CHECKING:
    from wasmfit.footprint.graph.budget import ReferenceBudget
    from wasmfit.footprint.graph.explain import Explanations, SavingsReport
    from wasmfit.footprint.views.board_target import BoardTarget

_MACHINES = {"thumb": Machine.ARM, "riscv32": Machine.RISCV}
"""A core's instruction set → the processor of its ELF files."""


class SizeKeywords(TypedDict, total=False):
    """What a size analysis shows.

    Attributes:
        by: Groupings of the view, the outermost first: ``section``, ``region``, ``crate``, ``object``,
            ``file``, ``symbol``, ``family`` or ``kind``.
        link_map: The map that lld wrote of the same link.
        memories: The memories, for a device that is not in the catalogue.
        partitions: A TOML file with the partitions that several images of a product have, each a memory.
        sections, regions, owners: Shell patterns of what to show; none shows all.
        top: Most rows of each level, or of the first, the second and all further ones.
        sort: ``size``, ``name`` or ``address``.
        references: Whether constants that nothing names belong to the code that refers to them.
        inlined: Whether code belongs to the crate that it was inlined from, by debug information.
        limit: Most bytes of memory and seconds that a search for references may take.
    """

    by: Sequence[str | GroupBy]
    link_map: str | Path | None
    memories: Sequence[DeviceMemory]
    partitions: str | Path | None
    sections: Sequence[str]
    regions: Sequence[str]
    owners: Sequence[str]
    top: int | Sequence[int | None] | None
    sort: str | SortOrder
    references: bool
    inlined: bool
    limit: tuple[int, float] | None


def size(
    path: str | Path,
    *,
    base: str | Path | None = None,
    board: str | None = None,
    catalogs: Sequence[Path] = (),
    **view: Unpack[SizeKeywords],
) -> SizeAnalysis:
    """Says who owns each byte of an ELF file.

    Args:
        path: The ELF file, of any firmware or program.
        base: An older ELF file to compare with.
        board: Name of a board of the catalogue, whose memories it is for.
        catalogs: Folders laid out as the built-in catalogue, whose boards are added to it.
        view: What to show: see :class:`SizeKeywords`.

    Raises:
        UsageError: A file cannot be read, a name is unknown, the file is for another processor than the
            board's, or memories are asked for of a file that is in none.
    """
    if unknown := view.keys() - SizeKeywords.__annotations__.keys():
        raise TypeError(f"size() got an unexpected keyword argument {min(unknown)!r}")
    memories = tuple(view.get("memories", ()))
    target = None
    if board is not None:
        target, of_board = _known_board(board, catalogs)
        memories = (*of_board, *memories)
    partitions = view.get("partitions")
    if partitions is not None:
        from wasmfit.footprint.views.partitions import read_partitions

        # Other memories hold what no partition does.
        memories = (*read_partitions(partitions), *memories)
    top = view.get("top")
    options = SizeOptions(
        by=tuple(GroupBy(grouping) for grouping in view.get("by", default_by(path))),
        only=ViewFilter(
            tuple(view.get("sections", ())), tuple(view.get("regions", ())), tuple(view.get("owners", ()))
        ),
        top=(top,) if top is None or isinstance(top, int) else tuple(top),
        sort=SortOrder(view.get("sort", SortOrder.SIZE)),
        memories=memories,
        target=target,
        link_map=_path(view.get("link_map")),
        references=view.get("references", False),
        inlined=view.get("inlined", False),
        limit=_budget(view.get("limit")),
    )
    return analyse(path, options, base)


def why(
    path: str | Path,
    symbol: str,
    *,
    link_map: str | Path | None = None,
    limit: tuple[int, float] | None = None,
) -> "Explanations":
    """Says why something is in an ELF file: what refers to it, and what would be removed with it.

    Args:
        path: The ELF file.
        symbol: A symbol's name, mangled or readable, or a part of the readable one, or an address (``0x…``).
        link_map: The map that the linker wrote of the same link.
        limit: Most bytes of memory and seconds that it may take.

    Raises:
        UsageError: A file cannot be read, or nothing has that name.
    """
    # What decodes code takes longer to load than an analysis takes.
    from wasmfit.footprint.graph import explain

    return explain.why(path, symbol, _path(link_map), _budget(limit))


def savings(
    path: str | Path,
    *,
    link_map: str | Path | None = None,
    largest: int = 5,
    limit: tuple[int, float] | None = None,
) -> "SavingsReport":
    """Says what could be saved in an ELF file, with the usual remedies.

    Args:
        path: The ELF file.
        link_map: The map that the linker wrote of the same link.
        largest: How many of the largest things of each kind to name.
        limit: Most bytes of memory and seconds that it may take.

    Raises:
        UsageError: A file cannot be read.
    """
    from wasmfit.footprint.graph import explain

    return explain.savings(path, _path(link_map), largest=largest, budget=_budget(limit))


def _budget(limit: tuple[int, float] | None) -> "ReferenceBudget | None":
    if limit is None:
        return None
    from wasmfit.footprint.graph.budget import ReferenceBudget

    return ReferenceBudget(*limit)


def _path(link_map: str | Path | None) -> Path | None:
    return None if link_map is None else Path(link_map)


def _known_board(board: str, catalogs: Sequence[Path]) -> "tuple[BoardTarget, tuple[DeviceMemory, ...]]":
    """What a board of the catalogue runs, and its memories.

    Raises:
        UsageError: There is no such board.
    """
    # The catalogue takes as long to load as an analysis takes.
    from wasmfit.catalog import Catalog
    from wasmfit.footprint.views.board_target import BoardTarget

    known = Catalog.load(*catalogs).board(board)
    machine = _MACHINES[known.emulator.isa]
    return BoardTarget(known.name, machine), flash_and_ram(
        known.flash, known.ram, known.erase_unit, known.aliases
    )
