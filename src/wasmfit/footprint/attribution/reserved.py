"""Room that a linker script keeps free under a name of its own, such as ``.settings (NOLOAD)``."""

import re

from wasmfit.elf.records import SectionType
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.owners import RESERVED, UNKNOWN

# Variables without a name are there in a file of which some symbols are stripped.
_VARIABLES = re.compile(r"\.?s?[tl]?bss|\.?noinit|\.?uninit|COMMON|\.backup", re.IGNORECASE)


def with_reserved(byte_map: ByteMap) -> ByteMap:
    """A pass: a section without bytes and without a symbol is room that the script keeps free.

    Not of files without symbols, and not of sections that are called as those of variables are.
    """
    if not byte_map.elf.symbols:
        return byte_map
    named = {r.section.index for r in byte_map.ranges if r.symbol is not None or r.input is not None}
    if not any(_is_free(r, named) for r in byte_map.ranges):
        return byte_map
    return byte_map.with_ranges(
        r._replace(owner=RESERVED) if _is_free(r, named) else r for r in byte_map.ranges
    )


def _is_free(byte_range: ByteRange, named: set[int]) -> bool:
    section = byte_range.section
    return (
        byte_range.owner == UNKNOWN
        and section.type == SectionType.NOBITS
        and section.index not in named
        and _VARIABLES.match(section.name) is None
    )
