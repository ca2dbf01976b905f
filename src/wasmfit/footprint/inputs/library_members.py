"""What a static library's members add to the bytes in them: the object that they are of."""

from wasmfit.elf.linkmap.records import InputSection
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.libraries import owner_of_object
from wasmfit.footprint.attribution.owners import ASSEMBLY, UNKNOWN


def of_member(byte_map: ByteMap, library: str, member: str) -> ByteMap:
    """A pass: bytes are a member's, and belong to the library where nothing else is known.

    Args:
        byte_map: The member's bytes.
        library: The library's file name.
        member: The member's name.
    """
    owner = owner_of_object(f"{library}({member})")

    def placed(byte_range: ByteRange) -> ByteRange:
        section = byte_range.section
        source = InputSection(section.address, section.size, section.align, member, section.name)
        nobody = byte_range.owner in (UNKNOWN, ASSEMBLY) and owner is not None
        return byte_range._replace(input=source, owner=owner if nobody and owner else byte_range.owner)

    return byte_map.with_ranges(placed(byte_range) for byte_range in byte_map.ranges)
