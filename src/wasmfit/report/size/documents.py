"""What ``wasmfit size`` prints as JSON.

Typed dictionaries and no records: this command loads no pydantic, and writes a row for every symbol.
"""

import sys
from typing import Literal

if sys.version_info >= (3, 12):
    from typing import NotRequired, TypedDict
else:
    # Those of 3.11 cannot be read by what makes the JSON Schemas.
    from typing import NotRequired

    from typing_extensions import TypedDict


class OwnerRow(TypedDict):
    """An owner in a section.

    Attributes:
        owner: A crate, a library, or in brackets what it is.
        bytes: Its bytes.
    """

    owner: str
    bytes: int


class SectionRecord(TypedDict):
    """A section; its rows add up to its size.

    Attributes:
        name: Its name.
        address: Its address.
        size: Its bytes.
        rows: Its owners, the largest first.
    """

    name: str
    address: int
    size: int
    rows: list[OwnerRow]


class MemoryRecord(TypedDict):
    """A memory of the device.

    Attributes:
        name: Its name.
        bytes: Bytes used.
        size: Bytes that it has, if they are known.
        share: ``bytes`` as a fraction of ``size``.
        page_size: Bytes that are erased at once.
        pages: Erase units that the bytes touch.
        flashed: Bytes of these.
        guessed: Whether the memories were guessed from the file.
    """

    name: str
    bytes: int
    size: int | None
    share: float | None
    page_size: int | None
    pages: int | None
    flashed: int | None
    guessed: bool


class RowRecord(TypedDict):
    """Bytes, and what they consist of.

    Attributes:
        by: What it is one of: a section, region, crate, object, file, symbol, family or kind.
        name: Its name.
        bytes: Its bytes; those of ``rows`` add up to them.
        count: How many it represents, if there are several.
        symbol: The symbol's name as the file has it, of a row that is one.
        address: The symbol's address.
        rows: Its parts.
    """

    by: str
    name: str
    bytes: int
    count: NotRequired[int]
    symbol: NotRequired[str]
    address: NotRequired[int]
    rows: NotRequired[list["RowRecord"]]


class ViewRecord(TypedDict):
    """All bytes that are shown.

    Attributes:
        bytes: How many.
        rows: Their parts.
    """

    bytes: int
    rows: list[RowRecord]


class ChangeRecord(TypedDict):
    """Bytes on both sides.

    Attributes:
        by: What it is one of: a section, region, crate, object, file, symbol, family or kind.
        name: Its name.
        before, after: Its bytes.
        bytes: The difference.
        how: What became of it.
        count: How many it represents, if there are several.
        rows: Its parts.
    """

    by: str
    name: str
    before: int
    after: int
    bytes: int
    how: str
    count: NotRequired[int]
    rows: NotRequired[list["ChangeRecord"]]


class PlaceRecord(TypedDict):
    """Where a symbol is on one side.

    Attributes:
        section: In which section.
        owner: Its owner.
        bytes: Its bytes.
    """

    section: str
    owner: str
    bytes: int


class MoveRecord(TypedDict):
    """A symbol that has another section or owner.

    Attributes:
        name: Its name.
        before, after: Where it is.
    """

    name: str
    before: PlaceRecord
    after: PlaceRecord


class CrateRecord(TypedDict):
    """A crate of another version.

    Attributes:
        crate: Its name.
        before, after: Its version.
        what: What that means, in words.
    """

    crate: str
    before: str | None
    after: str | None
    what: str


class DifferenceRecord(TypedDict):
    """What changed since another file.

    Attributes:
        base: The other file.
        before, after: Bytes of both.
        bytes: The difference.
        rows: What it consists of.
        moved: Symbols that have another section or owner.
        crates: Crates of another version.
    """

    base: str
    before: int
    after: int
    bytes: int
    rows: list[ChangeRecord]
    moved: list[MoveRecord]
    crates: list[CrateRecord]


class SizeDocument(TypedDict):
    """What ``size --format json`` prints.

    Attributes:
        schema: Version of this contract.
        file: The file.
        kind: What kind of file it is.
        machine: For which kind of processor.
        bits: The width of its addresses.
        bytes: Bytes of all sections that take memory.
        sections: Sections that take memory.
        regions: Memories of the device.
        by: What the levels of ``view`` are grouped by.
        view: The rows that were asked for.
        notes: What a reader must know.
        difference: With ``--base``: what changed.
    """

    schema: Literal[1]
    file: str
    kind: str
    machine: str
    bits: int
    bytes: int
    sections: list[SectionRecord]
    regions: list[MemoryRecord]
    by: list[str]
    view: ViewRecord
    notes: list[str]
    difference: NotRequired[DifferenceRecord]


class BytesRecord(TypedDict):
    """Bytes in each kind of memory.

    Attributes:
        flash, ram: Bytes in it.
    """

    flash: int
    ram: int


class PartRecord(TypedDict):
    """A part, with its bytes.

    Attributes:
        name: Its name.
        flash, ram: Bytes in it of each kind of memory.
    """

    name: str
    flash: int
    ram: int


class LinkRecord(TypedDict):
    """A reference.

    Attributes:
        name: What refers, or is referred to.
        how: In which way; null for a root.
    """

    name: str
    how: str | None


class SymbolRecord(TypedDict):
    """Why a symbol is in a firmware.

    Attributes:
        name: Its name.
        owner: Its owner.
        section: Its section.
        address: Its address.
        own: Its bytes.
        retained: The bytes that would be removed with it, its own included.
        root: Why the first of ``path`` stays, in words.
        path: A shortest path of references to it.
        keepers: What each path to it goes through.
        callers: What refers to it.
        callees: What it refers to.
        goes: What would be removed with it, the largest first.
    """

    name: str
    owner: str
    section: str
    address: int
    own: BytesRecord
    retained: BytesRecord
    root: str
    path: list[LinkRecord]
    keepers: list[str]
    callers: list[LinkRecord]
    callees: list[LinkRecord]
    goes: list[PartRecord]


class WhyDocument(TypedDict):
    """What ``size --why SYMBOL --format json`` prints.

    Attributes:
        schema: Version of this contract.
        file: The file.
        found: The largest things that the name may mean.
        others: Names of the others.
        notes: What could not be seen.
    """

    schema: Literal[1]
    file: str
    found: list[SymbolRecord]
    others: list[str]
    notes: list[str]


class SavingRecord(TypedDict):
    """Something that could be removed or made smaller.

    Attributes:
        key: A short name that stays the same.
        title: What it is.
        remedy: What is usually done about it.
        count: How many there are.
        own: The bytes of the things themselves.
        retained: The bytes that would be removed with them.
        largest: The largest of them.
        overlaps: Keys of others that have some of the same bytes.
    """

    key: str
    title: str
    remedy: str
    count: int
    own: BytesRecord
    retained: BytesRecord
    largest: list[PartRecord]
    overlaps: list[str]


class SavingsDocument(TypedDict):
    """What ``size --savings --format json`` prints.

    Attributes:
        schema: Version of this contract.
        file: The file.
        bytes: Bytes of all sections that take memory.
        savings: What could be saved, the largest first; they overlap.
        notes: What could not be seen.
    """

    schema: Literal[1]
    file: str
    bytes: int
    savings: list[SavingRecord]
    notes: list[str]
