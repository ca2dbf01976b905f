"""The bytes of a file by section and owner, in one step."""

from wasmfit.elf import Elf, LinkMap
from wasmfit.footprint import Footprint, ObjectRule, SymbolRule, attribute_bytes, section_totals


def totals(
    elf: Elf,
    link_map: LinkMap | None = None,
    *,
    owner_of_object: ObjectRule | None = None,
    owner_of_symbol: SymbolRule | None = None,
) -> Footprint:
    """See :func:`wasmfit.footprint.attribute_bytes`."""
    return section_totals(
        attribute_bytes(elf, link_map, owner_of_object=owner_of_object, owner_of_symbol=owner_of_symbol)
    )
