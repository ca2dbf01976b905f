"""Interrupt handlers: functions in the processor's vectors, where it is unknown who defines them."""

import re
import struct
from collections.abc import Iterator

from wasmfit.elf.records import Machine
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import VECTOR_SECTIONS, ByteKind
from wasmfit.footprint.attribution.owners import ASSEMBLY, HANDLERS, UNKNOWN, VECTORS

_TABLE = re.compile(
    r"_*(?:isr_|irq_|exception_|interrupt_)?vectors?(?:_table|_base)?_*|cortex_vector_base|vector_cpu"
)


def with_handlers(byte_map: ByteMap) -> ByteMap:
    """A pass: what is unknown and in the vectors of a Cortex-M is a handler.

    Other processors have code in that place, or one handler for all.
    """
    elf = byte_map.elf
    unknown = [r for r in byte_map.ranges if r.owner in (UNKNOWN, ASSEMBLY) and r.symbol is not None]
    if elf.machine != Machine.ARM or not unknown:
        return byte_map
    vectors = {address & ~1 for r in byte_map.ranges if _is_table(r) for address in _words(byte_map, r)}
    handlers = {
        r.start for r in unknown if r.kind is ByteKind.CODE and r.symbol and r.symbol.address in vectors
    }
    if not handlers:
        return byte_map
    return byte_map.with_ranges(
        r._replace(owner=HANDLERS) if r.start in handlers and r.owner in (UNKNOWN, ASSEMBLY) else r
        for r in byte_map.ranges
    )


def _is_table(byte_range: ByteRange) -> bool:
    if not byte_range.section.has_bytes:
        return False
    if byte_range.owner == VECTORS or byte_range.section.name in VECTOR_SECTIONS:
        return True
    return byte_range.symbol is not None and _TABLE.fullmatch(byte_range.symbol.name) is not None


def _words(byte_map: ByteMap, byte_range: ByteRange) -> Iterator[int]:
    start = byte_range.start - byte_range.section.address
    data = byte_map.elf.contents(byte_range.section)[start : start + byte_range.size // 4 * 4]
    order = ">" if byte_map.elf.big_endian else "<"
    for (word,) in struct.iter_unpack(f"{order}I", data):
        yield word
