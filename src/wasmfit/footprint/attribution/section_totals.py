"""Section totals: for every section that takes memory, its owners and their bytes, to the last byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from wasmfit.footprint.attribution.byte_map import ByteMap


@dataclass(frozen=True, slots=True)
class OwnerTotal:
    """An owner's bytes in a section.

    Attributes:
        owner: A crate, what a rule of the caller's said, or a name in brackets from
            :mod:`~wasmfit.footprint.attribution.owners`.
        bytes: How many.

    Raises:
        ValueError: There are none.
    """

    owner: str
    bytes: int

    def __post_init__(self) -> None:
        if self.bytes <= 0:
            raise ValueError(f"{self.owner} owns {self.bytes} bytes")


@dataclass(frozen=True, slots=True)
class SectionTotals:
    """The bytes of one section by owner.

    Attributes:
        name: Its name.
        address: Address at run time.
        size: Length in bytes.
        rows: Its owners, the largest first; their bytes add up to ``size``.

    Raises:
        ValueError: They do not.
    """

    name: str
    address: int
    size: int
    rows: tuple[OwnerTotal, ...]

    def __post_init__(self) -> None:
        total = sum(row.bytes for row in self.rows)
        if total != self.size:
            raise ValueError(f"the rows of {self.name} add up to {total} of {self.size} bytes")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Who owns each byte of an ELF file.

    Attributes:
        sections: The totals of each section that takes memory, in the file's order; empty ones are left out.
    """

    sections: tuple[SectionTotals, ...]

    def owners(self) -> dict[str, dict[str, int]]:
        """Section name → owner → bytes; sections of one name are added up."""
        table: dict[str, dict[str, int]] = {}
        for section in self.sections:
            owners = table.setdefault(section.name, {})
            for row in section.rows:
                owners[row.owner] = owners.get(row.owner, 0) + row.bytes
        return table

    def size(self, section: str) -> int:
        """Bytes of the sections of that name; 0 when there is none."""
        return sum(totals.size for totals in self.sections if totals.name == section)

    def bytes_of(self, owners: Iterable[str], section: str) -> int:
        """Bytes of a section that belong to any of some owners."""
        wanted = set(owners)
        return sum(size for owner, size in self.owners().get(section, {}).items() if owner in wanted)


def section_totals(byte_map: ByteMap) -> Footprint:
    """Add up a byte map by section and owner."""
    sections = byte_map.elf.allocated()
    totals: dict[int, dict[str, int]] = {section.index: {} for section in sections}
    for section, ranges in groupby(byte_map.ranges, key=itemgetter(2)):
        owners = totals[section.index]
        for byte_range in ranges:
            owner = byte_range[4]
            owners[owner] = owners.get(owner, 0) + byte_range[1] - byte_range[0]
    return Footprint(
        tuple(
            SectionTotals(section.name, section.address, section.size, _largest_first(totals[section.index]))
            for section in sections
        )
    )


def _largest_first(owners: dict[str, int]) -> tuple[OwnerTotal, ...]:
    ordered = sorted(owners.items(), key=lambda row: (-row[1], row[0]))
    return tuple(OwnerTotal(owner, size) for owner, size in ordered)
