"""The source file of bytes by their symbols; see :mod:`.debug_lines` for debug information."""

from wasmfit.elf.names.crates import codegen_unit_crate
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange


def with_files(byte_map: ByteMap) -> ByteMap:
    """A pass: the source file of every range that has none yet.

    A local symbol's file is the one that its ``STT_FILE`` symbol names; global symbols have none. rustc's
    codegen units are not files.
    """
    return byte_map.with_ranges(
        byte_range if byte_range.file is not None else byte_range._replace(file=_by_symbol(byte_range))
        for byte_range in byte_map.ranges
    )


def _by_symbol(byte_range: ByteRange) -> str | None:
    symbol = byte_range.symbol
    if symbol is None or not symbol.file or symbol.hidden or codegen_unit_crate(symbol.file) is not None:
        return None
    return symbol.file
