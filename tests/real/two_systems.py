"""The cells that two systems measured, and what decides whether their images can be the same."""

import json
from pathlib import Path
from typing import Any

Cells = dict[str, dict[str, Any]]


def by_id(comparison: dict[str, Any]) -> Cells:
    """A comparison's cells, as JSON has them, by their ids."""
    return {cell["id"]: cell for cell in comparison["cells"]}


def cells(results: Path) -> Cells:
    """Those in a file that ``compare --format json`` wrote."""
    return by_id(json.loads(results.read_text(encoding="utf-8")))


def image(cell: dict[str, Any]) -> object:
    """What tells a cell's image from others: its digest, and its twin's."""
    return cell["provenance"]["elf_sha256"], (cell["provenance"]["twin"] or {}).get("elf_sha256")


def rust(cell: dict[str, Any]) -> list[str]:
    """The versions of what an image without C is compiled by."""
    return [cell["provenance"]["tools"][name] for name in ("rustc", "cargo", "linker")]
