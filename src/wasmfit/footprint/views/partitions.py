"""The partitions of a product: what of flash and RAM its images (MCUboot, TF-M, the application) have.

A TOML file names them; each is a memory of its own in every view::

    page = "4K"            # erase unit of flash

    [[partition]]
    name = "mcuboot"
    origin = 0x0
    size = "48K"

    [[partition]]
    name = "RAM of TF-M"
    origin = 0x20000000
    size = "64K"
    memory = "RAM"         # flash if nothing is said
"""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

from wasmfit import input_file
from wasmfit.errors import UsageError
from wasmfit.footprint.views.memories import DeviceMemory
from wasmfit.words import escape_unprintable, hexadecimal

_SIZE = re.compile(r"(0x[0-9a-f]{1,16}|\d{1,20})\s*([kmg]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_KEYS = frozenset({"name", "origin", "size", "memory", "page"})
_MEMORIES = {"flash": True, "ram": False}
_MOST_BYTES = 1 << 20
_MOST = 1000
_EXAMPLE = 'A partition is [[partition]] with name = "mcuboot", origin = 0x0 and size = "48K".'


def read_partitions(path: str | Path) -> tuple[DeviceMemory, ...]:
    """The partitions that a TOML file names.

    Raises:
        UsageError: It cannot be read, something in it is wrong or unknown, or two partitions overlap.
    """
    shown = escape_unprintable(str(path))
    data = _load(Path(path), shown)
    if unknown := data.keys() - {"page", "partition"}:
        raise UsageError(f"{shown} has an unknown key {escape_unprintable(min(unknown))}.", _EXAMPLE)
    rows = data.get("partition")
    if not isinstance(rows, list) or not rows or len(rows) > _MOST:
        raise UsageError(f"{shown} names no partition, or more than {_MOST:,}.", _EXAMPLE)
    page = _number(data["page"], f"page of {shown}") if "page" in data else None
    partitions = tuple(_partition(row, page, shown) for row in rows)
    names = [partition.name for partition in partitions]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{shown} names {escape_unprintable(name)} twice.", "Call them differently.")
    for before, after in pairwise(sorted(partitions, key=lambda partition: partition.origin)):
        if after.origin < before.end:
            raise UsageError(
                f"{escape_unprintable(before.name)} and {escape_unprintable(after.name)} of {shown} overlap "
                f"at {hexadecimal(after.origin)}.",
                "Name the parts of a partition instead of the whole.",
            )
    return partitions


def _load(path: Path, shown: str) -> dict[str, object]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{shown} is too large for a list of partitions.", _EXAMPLE)
        return tomllib.loads(input_file.text(path))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{shown} cannot be read: {escape_unprintable(reason)}.", _EXAMPLE) from None


def _partition(row: object, page: int | None, shown: str) -> DeviceMemory:
    if not isinstance(row, dict):
        raise UsageError(f"A partition of {shown} is not a table.", _EXAMPLE)
    if unknown := {str(key) for key in row} - _KEYS:
        raise UsageError(
            f"A partition of {shown} has an unknown key {escape_unprintable(min(unknown))}.", _EXAMPLE
        )
    name, kind = row.get("name"), row.get("memory", "flash")
    if not isinstance(name, str) or not name.strip() or name.startswith("["):
        raise UsageError(f"A partition of {shown} has no name.", _EXAMPLE)
    if not isinstance(kind, str) or kind.lower() not in _MEMORIES:
        raise UsageError(f"{escape_unprintable(name)} of {shown} is in no memory.", "It is flash or RAM.")
    what = f"{escape_unprintable(name)} of {shown}"
    keeps = _MEMORIES[kind.lower()]
    origin = _number(row.get("origin"), f"origin of {what}", least=0)
    size = _number(row.get("size"), f"size of {what}")
    if origin + size > 1 << 64:
        raise UsageError(f"The end of {what} is beyond the address space.", "Give it a smaller size.")
    unit = _number(row["page"], f"page of {what}") if "page" in row else page
    return DeviceMemory(name, origin, size, unit if keeps else None, is_flash=keeps)


def _number(value: object, what: str, least: int = 1) -> int:
    """A number of bytes, or an address: ``4096``, ``0x1000``, ``"48K"``."""
    number = -1
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        number = int(match[1], 0 if match[1].lower().startswith("0x") else 10) * _UNITS[match[2].lower()]
    if not least <= number < 1 << 64:
        raise UsageError(f"The {what} is not a number of bytes.", 'Write it as 4096, 0x1000 or "4K".')
    return number
