"""Whether so much of a file is unknown that its debug information is asked."""

from wasmfit.elf.records import Elf
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.owners import ASSEMBLY, UNKNOWN

LEAST_UNKNOWN = 0.01
"""Share of unknown bytes from which on debug information is read, which takes time."""

NOBODY = frozenset({UNKNOWN, ASSEMBLY})
"""Owners of what is unknown."""

_INFO = frozenset({".debug_info", ".zdebug_info"})


def has_debug_information(elf: Elf) -> bool:
    """Whether a file has units of debug information, its own or skeletons of what is elsewhere."""
    return any(section.name in _INFO and section.size for section in elf.sections)


def is_much_unknown(byte_map: ByteMap) -> bool:
    """Whether more than :data:`LEAST_UNKNOWN` of the bytes is unknown and in no object of a map."""
    unknown = sum(r.end - r.start for r in byte_map.ranges if r.owner in NOBODY and r.input is None)
    return unknown > LEAST_UNKNOWN * byte_map.size
