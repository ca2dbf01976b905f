"""The account: for every section that takes memory, its owners and their bytes, to the last byte."""

from collections.abc import Iterable
from dataclasses import dataclass

from wasmfit.elf.linkmap.records import LinkMap
from wasmfit.elf.records import Elf, Section
from wasmfit.footprint.attribution.byte_map import Ledger, ledger
from wasmfit.footprint.attribution.claimed_ranges import Span, section_spans, symbols_by_section
from wasmfit.footprint.attribution.owners import ObjectRule, SymbolRule


@dataclass(frozen=True, slots=True)
class Row:
    """An owner's part of a section.

    Attributes:
        owner: A crate, what a rule of the caller's said, or a name in brackets from
            :mod:`~wasmfit.footprint.attribution.owners`.
        bytes: Its bytes.

    Raises:
        ValueError: There are none.
    """

    owner: str
    bytes: int

    def __post_init__(self) -> None:
        if self.bytes <= 0:
            raise ValueError(f"{self.owner} owns {self.bytes} bytes")


@dataclass(frozen=True, slots=True)
class SectionAccount:
    """The account of one section.

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
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        total = sum(row.bytes for row in self.rows)
        if total != self.size:
            raise ValueError(f"the rows of {self.name} add up to {total} of {self.size} bytes")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Who owns each byte of an ELF file.

    Attributes:
        sections: The account of each section that takes memory, in the file's order; empty ones are left out.
    """

    sections: tuple[SectionAccount, ...]

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
        return sum(account.size for account in self.sections if account.name == section)

    def bytes_of(self, owners: Iterable[str], section: str) -> int:
        """Bytes of a section that belong to any of some owners."""
        wanted = set(owners)
        return sum(size for owner, size in self.owners().get(section, {}).items() if owner in wanted)


def account(
    elf: Elf,
    link_map: LinkMap | None = None,
    *,
    owner_of_object: ObjectRule | None = None,
    owner_of_symbol: SymbolRule | None = None,
) -> Footprint:
    """Account for every byte of the sections that take memory on the device.

    Args:
        elf: The file.
        link_map: lld's map of the same link, which tells the objects of what has no telling symbol.
        owner_of_object: The owner of what comes from an object and has no Rust name; asked with the object's
            path in the map or, without a map, with the name of the ``STT_FILE`` symbol.
        owner_of_symbol: The owner of a symbol without a Rust name; asked before ``owner_of_object``.

    Raises:
        LinkMapError: The map is of another link.
    """
    return footprint(ledger(elf, link_map, owner_of_object=owner_of_object, owner_of_symbol=owner_of_symbol))


def footprint(made: Ledger) -> Footprint:
    """The account that a ledger adds up to."""
    totals: dict[int, dict[str, int]] = {section.index: {} for section in made.elf.allocated()}
    for start, end, section, _kind, owner, *_ in made.entries:
        owners = totals[section.index]
        owners[owner] = owners.get(owner, 0) + end - start
    return Footprint(
        tuple(
            SectionAccount(
                section.name,
                section.address,
                section.size,
                tuple(
                    Row(owner, size)
                    for owner, size in sorted(
                        totals[section.index].items(), key=lambda row: (-row[1], row[0])
                    )
                ),
            )
            for section in made.elf.allocated()
        )
    )


def elf_spans(elf: Elf, link_map: LinkMap | None = None) -> Iterable[tuple[Section, list[Span]]]:
    """Each section that takes memory with its spans.

    Raises:
        LinkMapError: The map is of another link.
    """
    symbols = symbols_by_section(elf)
    for section in elf.allocated():
        mapped = None if link_map is None else link_map.find(section.name, section.address, section.size)
        yield section, section_spans(elf, section, symbols.get(section.index, ()), mapped)
