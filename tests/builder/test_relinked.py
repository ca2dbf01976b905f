"""An image and its twin differ in addresses alone, and what differs in more is refused."""

import struct
from pathlib import Path

import pytest

from wasmfit.builder import BuildError, relinked
from wasmfit.model import MemoryMap, Region

OWN = MemoryMap(flash=Region(origin=0x4200_0020, size=0x1000), ram=Region(origin=0x4080_0000, size=0x1000))
MOVED = MemoryMap(flash=Region(origin=0x8000_0020, size=0x1000), ram=Region(origin=0x8280_0000, size=0x1000))


def image(place: Path, memory_map: MemoryMap, *, size: int = 64, at: int = 8, nowhere: int = 0) -> Path:
    """An ELF with one section of code, a symbol in it, one behind RAM, and one that is a plain number."""
    strings = b"\0here\0heap\0number\0"
    entries = [(1, memory_map.flash.origin + at, 4), (6, memory_map.ram.end, 0), (11, nowhere, 0)]
    symbols = struct.pack("<IIIBBH", 0, 0, 0, 0, 0, 0)
    symbols += b"".join(
        struct.pack("<IIIBBH", name, value, length, 2, 0, 1) for name, value, length in entries
    )
    names = b"\0.text\0.symtab\0.strtab\0.shstrtab\0"
    header = 52
    offsets = [header, header + len(symbols), header + len(symbols) + len(strings)]
    table = offsets[2] + len(names)
    sections = [
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        (1, 8, 6, memory_map.flash.origin, header, size, 0, 0, 4, 0),
        (7, 2, 0, 0, offsets[0], len(symbols), 3, 1, 4, 16),
        (15, 3, 0, 0, offsets[1], len(strings), 0, 0, 1, 0),
        (23, 3, 0, 0, offsets[2], len(names), 0, 0, 1, 0),
    ]
    ident = b"\x7fELF\x01\x01\x01" + bytes(9)
    head = ident + struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, 0, 0, table, 0, 52, 0, 0, 40, len(sections), 4)
    body = symbols + strings + names + b"".join(struct.pack("<10I", *section) for section in sections)
    place.write_bytes(head + body)
    return place


def test_moved_addresses_are_no_difference(tmp_path: Path) -> None:
    relinked.check(image(tmp_path / "a", OWN), OWN, image(tmp_path / "b", MOVED), MOVED)


def test_code_in_ram_may_be_linked_to_where_it_is_fetched(tmp_path: Path) -> None:
    apart = OWN.model_copy(update={"ram": OWN.ram.model_copy(update={"code": 0x4100_0000})})
    mine = image(tmp_path / "a", OWN, nowhere=0x4100_0010)
    relinked.check(mine, apart, image(tmp_path / "b", MOVED, nowhere=MOVED.ram.origin + 0x10), MOVED)
    with pytest.raises(BuildError, match="symbol number at 0x10 of RAM"):
        relinked.check(mine, apart, image(tmp_path / "b", MOVED, nowhere=MOVED.ram.origin + 0x14), MOVED)
    with pytest.raises(BuildError, match="symbol number is 0x41000010"):
        relinked.check(mine, OWN, image(tmp_path / "b", MOVED, nowhere=MOVED.ram.origin + 0x10), MOVED)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"size": 68}, "section .text at 0x0 of flash"),
        ({"at": 12}, "symbol here at 0x8 of flash"),
        ({"nowhere": 1}, "symbol number is 0x0"),
    ],
)
def test_anything_else_is(tmp_path: Path, other: dict[str, int], words: str) -> None:
    with pytest.raises(BuildError) as caught:
        relinked.check(image(tmp_path / "a", OWN), OWN, image(tmp_path / "b", MOVED, **other), MOVED)
    assert f"it differs first at {words}" in caught.value.reason
