"""The byte map of firmware of which nothing is known but its files."""

from pathlib import Path

from wasmfit.elf.records import Elf, Machine, SectionType
from wasmfit.footprint.attribution.byte_map import ByteMap, attribute_bytes
from wasmfit.footprint.attribution.libraries import library_rule, owner_of_object
from wasmfit.footprint.attribution.reserved import with_reserved
from wasmfit.footprint.attribution.systems import system_rule
from wasmfit.footprint.attribution.unknown_bytes import has_debug_information, is_much_unknown


def attribute_any_firmware(elf: Elf, link_map: Path | None = None, *, in_library: bool = False) -> ByteMap:
    """The byte map of a file, with C and C++ libraries found by archives and by the names of their functions.

    Args:
        elf: The file.
        link_map: The map that the linker wrote of the same link.
        in_library: Whether it is a member of a static library, which then owns what nothing else does.

    Raises:
        LinkMapError: The map cannot be read, or is of another link.
    """
    mapped = None
    if link_map is not None:
        # Imported here, since most files come without a map.
        from wasmfit.elf.linkmap.read import read_link_map

        mapped = read_link_map(link_map)
    of_library, of_system = library_rule(elf.symbols), system_rule(elf.symbols)
    byte_map = attribute_bytes(
        elf,
        mapped,
        owner_of_object=owner_of_object,
        last_resort=lambda name: of_library(name) or of_system(name),
    )
    if any(s.type == SectionType.NOBITS and not s.executable for s in elf.allocated()):
        byte_map = with_reserved(byte_map)
    if not in_library and has_debug_information(elf) and is_much_unknown(byte_map):
        from wasmfit.footprint.attribution.unit_owners import owners_by_units  # most files do without

        byte_map = owners_by_units(byte_map)
    if elf.machine == Machine.ARM:
        from wasmfit.footprint.attribution.handlers import with_handlers

        byte_map = with_handlers(byte_map)
    return byte_map
