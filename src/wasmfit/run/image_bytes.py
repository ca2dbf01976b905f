"""An image's bytes as a report shows them: memory, section, owner, family of symbols.

They are kept in the cache by the image's SHA-256 when it is measured, since a large image takes a second;
what is no longer there is made again.
"""

import json
from pathlib import Path
from typing import Any

from wasmfit.analysis.document import ByteNode, ImageTree
from wasmfit.builder import Context, FirmwareSpec, backend_of, digest
from wasmfit.elf import ElfError, LinkMapError
from wasmfit.footprint import ByteMap
from wasmfit.footprint.views.memories import MemoryLayout, flash_and_ram
from wasmfit.footprint.views.tree import NO_FILTER, GroupBy, ViewRow, build_view, placed_ranges
from wasmfit.model import Cell, Measurement, Status
from wasmfit.words import escape_unprintable

from . import measure

LONGEST_NAME = 160
_BY = (GroupBy.REGION, GroupBy.SECTION, GroupBy.CRATE, GroupBy.FAMILY)
_FILE = "bytes.json"


def keep(context: Context, cell: Cell, byte_map: ByteMap, sha256: str) -> None:
    """Keeps the bytes of an image that is being measured, for a report.

    Args:
        context: What it was built with.
        cell: The cell.
        made: The image's bytes with their owners.
        sha256: The image's.

    Raises:
        OSError: They cannot be written.
    """
    context.cache.get("bytes", key(cell, sha256), lambda folder: _write(cell, byte_map, folder))


def image_bytes(context: Context, cell: Cell, measurement: Measurement) -> ImageTree | None:
    """The bytes of a cell's image.

    Args:
        context: What it was built with.
        cell: The cell.
        one: Its measurement.

    Returns:
        ``None`` where there is no image, or no longer the one that was measured.
    """
    sha256 = measurement.provenance.elf_sha256
    if measurement.status is not Status.OK or sha256 is None or measurement.provenance.elf is None:
        return None
    elf = Path(measurement.provenance.elf)
    try:
        folder = context.cache.get(
            "bytes", key(cell, sha256), lambda folder: _make(context, cell, elf, sha256, folder)
        )
    except (ElfError, LinkMapError, OSError):
        return None
    return ImageTree(measurement.id, _node(json.loads((folder / _FILE).read_text("utf-8"))))


def key(cell: Cell, sha256: str) -> str:
    """Under which the bytes of a cell's image with that SHA-256 are in the cache, as ``bytes``."""
    return digest.of("bytes", sha256, cell.board.own, cell.board.erase_unit, measure.own_code())


def _make(context: Context, cell: Cell, path: Path, sha256: str, folder: Path) -> None:
    if digest.file(path) != sha256:
        raise ElfError(f"{path} is not the image that was measured.", "Measure it again with --rerun.")
    # An operating system's own build links without a map.
    has_map = backend_of(context, FirmwareSpec.of(cell)).has_link_map
    link_map = path.with_name("firmware.map") if has_map else None
    _write(cell, measure.owned(context, cell, path, link_map), folder)


def _write(cell: Cell, byte_map: ByteMap, folder: Path) -> None:
    board = cell.board
    memories = MemoryLayout(
        byte_map.elf, flash_and_ram(board.flash, board.ram, board.erase_unit, board.aliases)
    )
    ranges = placed_ranges(byte_map, memories, regions=True, only=NO_FILTER)
    (folder / _FILE).write_text(json.dumps(_plain(build_view(ranges, _BY))), encoding="utf-8")


def _plain(node: ViewRow) -> list[Any]:
    """A row as JSON can express it: name, bytes, parts."""
    return [escape_unprintable(node.name, LONGEST_NAME), node.bytes, [_plain(row) for row in node.rows]]


def _node(plain: list[Any]) -> ByteNode:
    name, size, rows = plain
    return ByteNode(name, size, tuple(_node(row) for row in rows))
