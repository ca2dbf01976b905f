"""Images that are linked once and filled with any module, on files as lld lays them out."""

import struct
from dataclasses import dataclass

import pytest

from wasmfit.builder import prelinked
from wasmfit.builder.prelinked import Layout, PrelinkError, prelink, put, put_map

FLASH, RAM = 0x1000, 0x2000_0000
TEXT = 16
SIZES = (64, 4099, 12_301, 20_518)
_NAMES = b"\0.text\0.module\0.data\0.stubs\0.bss\0.note\0.symtab\0.shstrtab\0"


@dataclass(frozen=True)
class Linked:
    """What a linker makes of a firmware with a job: code, the job, initial values, and aligned veneers.

    Attributes:
        pair: Whether code loads the address of initial values with two instructions, as RISC-V does.
        twice: Whether it holds twice the job's size, which nothing that is known does.
    """

    pair: bool = False
    twice: bool = False

    def image(self, job: bytes) -> bytes:
        module = FLASH + TEXT
        values = _up(module + len(job), 4)
        stubs = _up(values + 8, 32)
        if self.pair:
            distance = values - FLASH
            high, low = distance + 0x800 & 0xFFFF_F000, distance & 0xFFF
            code = struct.pack("<II8x", high | 5 << 7 | 0x17, low << 20 | 5 << 15 | 5 << 7 | 0x13)
        else:
            code = struct.pack("<III4x", values, 2 * len(job) if self.twice else 7, stubs)
        symbols = b"".join(
            struct.pack("<IIIBBH", 0, value, 0, 0, 0, 1) for value in (0, values, module + len(job), 0x77)
        )
        header, segments = 52, 4
        text_at = header + segments * 32
        module_at = text_at + TEXT
        data_at = _up(module_at + len(job), 4)
        bss_at = _up(data_at + 8, 32)
        note_at, symbols_at = bss_at, _up(bss_at + 6, 4)
        names_at = symbols_at + len(symbols)
        table = _up(names_at + len(_NAMES), 4)
        rows = [
            (0,) * 10,
            (1, 1, 6, FLASH, text_at, TEXT, 0, 0, 4, 0),
            (7, 1, 3, module, module_at, len(job), 0, 0, 16, 0),
            (15, 1, 3, RAM, data_at, 8, 0, 0, 4, 0),
            (21, 1, 2, stubs, bss_at, 0, 0, 0, 32, 0),
            (28, 8, 3, RAM + 8, bss_at, 12, 0, 0, 4, 0),
            (33, 7, 0, 0, note_at, 6, 0, 0, 1, 0),
            (39, 2, 0, 0, symbols_at, len(symbols), 8, 1, 4, 16),
            (47, 3, 0, 0, names_at, len(_NAMES), 0, 0, 1, 0),
        ]
        heads = [
            (1, text_at, FLASH, FLASH, TEXT, TEXT, 5, 4),
            (1, module_at, module, module, len(job), len(job), 6, 4),
            (1, data_at, RAM, values, 8, 8, 6, 4),
            (1, bss_at, RAM + 8, RAM + 8, 0, 12, 6, 4),
        ]
        made = bytearray(table)
        ident = b"\x7fELF\x01\x01\x01" + bytes(9)
        struct.pack_into(
            "<16sHHIIIIIHHHHHH", made, 0, ident, 2, 40, 1, 0, 52, table, 0, 52, 32, segments, 40, len(rows), 8
        )
        for number, head in enumerate(heads):
            struct.pack_into("<8I", made, header + 32 * number, *head)
        for at, content in (
            (text_at, code),
            (module_at, job),
            (data_at, b"VALUES!!"),
            (note_at, b"a note"),
            (symbols_at, symbols),
            (names_at, _NAMES),
        ):
            made[at : at + len(content)] = content
        return bytes(made) + b"".join(struct.pack("<10I", *row) for row in rows)

    def map(self, size: int) -> str:
        values = _up(FLASH + TEXT + size, 4)
        stubs = _up(values + 8, 32)
        rows = [
            (FLASH, TEXT, 4, ".text"),
            (FLASH, TEXT, 4, "        /home/u/artefacts/c/1f/runtime/a.o:(.text.a)"),
            (FLASH, 8, 1, "                a"),
            (FLASH + TEXT, size, 16, ".module"),
            (FLASH + TEXT, size, 8, "        job.bin:(.data)"),
            (RAM, 8, 4, ".data"),
            (RAM, 8, 4, "        /home/u/artefacts/firmware/2e/firmware.a(one.o):(.data)"),
            (stubs, 0, 32, ".stubs"),
        ]
        lines = ["     VMA      LMA     Size Align Out     In      Symbol"]
        lines += [f"{at:8x} {at:8x} {size:8x} {align:5d} {text}" for at, size, align, text in rows]
        return "\n".join([*lines, ""])


def _up(value: int, alignment: int) -> int:
    return -(-value // alignment) * alignment


def known(linked: Linked) -> prelinked.Prelinked:
    maps = [prelinked.reduced(linked.map(size)) for size in SIZES]
    return prelink([(linked.image(bytes(size)), bytes(size)) for size in SIZES], maps)


@pytest.mark.parametrize("linked", [Linked(), Linked(pair=True)], ids=["words", "pairs"])
def test_filled_is_linked(linked: Linked) -> None:
    first, places = linked.image(bytes(SIZES[0])), known(linked)
    for size in (0, 1, 15, 16, 17, 31, 33, 244, 2_047, 2_049, 65_537):
        job = bytes(number * 7 & 0xFF for number in range(size))
        assert put(first, places, job) == linked.image(job), size


def test_what_depends_on_the_module_otherwise_is_refused() -> None:
    with pytest.raises(PrelinkError, match=r"\.text at 0x4 depends on the module in a way that is not known"):
        known(Linked(twice=True))


def test_the_map_moves_along() -> None:
    linked = Linked()
    first = Layout(linked.image(bytes(SIZES[0])))
    text, places = prelinked.reduced(linked.map(SIZES[0])), known(linked)
    for size in (0, 17, 4_000):
        made = put_map(text, places, first.terms(size, places.moved))
        assert made == prelinked.reduced(linked.map(size)), size


def test_a_reduced_map_has_no_folders_of_this_computer() -> None:
    text = prelinked.reduced(Linked().map(5))
    assert "/home" not in text
    assert " runtime/a.o:(.text.a)" in text
    assert " firmware.a(one.o):(.data)" in text
    assert "                a\n" not in text


@pytest.mark.parametrize("data", [b"", b"\x7fELF\x02\x01" + bytes(60), b"no ELF file at all" * 9])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(PrelinkError, match="no 32-bit little-endian ELF file"):
        Layout(data)
