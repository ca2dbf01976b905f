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
    free = {
        section.index
        for section in byte_map.elf.allocated()
        if section.type == SectionType.NOBITS and _VARIABLES.match(section.name) is None
    }
    if free:
        named = {r.section.index for r in byte_map.ranges if r.symbol is not None or r.input is not None}
        free -= named
    if not any(_is_free(r, free) for r in byte_map.ranges if free):
        return byte_map
    return byte_map.with_ranges(
        r._replace(owner=RESERVED) if _is_free(r, free) else r for r in byte_map.ranges
    )


def _is_free(byte_range: ByteRange, free: set[int]) -> bool:
    return byte_range.owner == UNKNOWN and byte_range.section.index in free
