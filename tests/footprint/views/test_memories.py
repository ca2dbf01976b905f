"""Memories: where sections lie at load and at run time, and what each memory holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import Elf, SectionFlag, SectionType, parse_elf
from wasmfit.footprint.views.memories import OUTSIDE, DeviceMemory, MemoryLayout, MemoryUse, flash_and_ram
from wasmfit.model.board import Region

from ...elf.elf_builder import ALLOC, CODE, DATA, ElfBuilder, Sec, Seg

FLASH = DeviceMemory("flash", 0x0, 0x10000, 0x1000)
RAM = DeviceMemory("RAM", 0x2000_0000, 0x1000)
HIGH = DeviceMemory("RAM", 0x2000_0000, 0x4000)


def firmware(*, segments: list[Seg] | None = None, sections: list[Sec] | None = None) -> Elf:
    """Vectors and code in flash, data that is copied to RAM, and zeroed data; 8 bytes of fill in between."""
    return parse_elf(
        ElfBuilder(
            sections=sections
            or [
                Sec(".vectors", 0x0, bytes(64)),
                Sec(".text", 0x40, bytes(0x1000), flags=CODE),
                Sec(".data", 0x2000_0000, bytes(16), flags=DATA),
                Sec(".bss", 0x2000_0010, None, size=100, flags=DATA, type=SectionType.NOBITS),
            ],
            segments=segments
            or [
                Seg(0x0, 0x0, 0x1040, 0x1040),
                Seg(0x2000_0000, 0x1048, 16, 16),
                Seg(0x2000_0010, 0x2000_0010, 0, 100),
            ],
        ).build()
    )


def placements(elf: Elf, *memories: DeviceMemory) -> dict[str, list[tuple[str, int]]]:
    layout = MemoryLayout(elf, memories)
    return {s.name: [(p.memory, p.address) for p in layout.placements(s)] for s in elf.allocated()}


WHERE = {
    ".vectors": [("flash", 0x0)],
    ".text": [("flash", 0x40)],
    ".data": [("flash", 0x1048), ("RAM", 0x2000_0000)],
    ".bss": [("RAM", 0x2000_0010)],
}


def test_initialised_data_lies_in_flash_and_in_ram() -> None:
    assert placements(firmware(), FLASH, RAM) == WHERE


def test_without_memories_the_file_tells_the_same() -> None:
    assert placements(firmware()) == WHERE
    assert MemoryLayout(firmware()).guessed
    assert not MemoryLayout(firmware(), [FLASH]).guessed


def test_uses_have_pages_and_shares() -> None:
    flash, ram = MemoryLayout(firmware(), [FLASH, RAM]).uses()
    assert flash == MemoryUse("flash", 0x1050, 0x10000, 0x1000, 2)
    assert flash.flashed == 0x2000
    assert flash.share == 0x1050 / 0x10000
    assert ram == MemoryUse("RAM", 116, 0x1000)
    assert (ram.flashed, ram.share) == (None, 116 / 0x1000)


def test_what_no_memory_holds_is_named() -> None:
    elf = firmware()
    assert placements(elf, DeviceMemory("flash", 0, 64))[".text"] == [(OUTSIDE, 0x40)]
    outside = {use.name: use.bytes for use in MemoryLayout(elf, [DeviceMemory("flash", 0, 64)]).uses()}
    assert outside == {"flash": 64, OUTSIDE: 0x1000 + 16 + 116}


def test_what_is_written_between_sections_counts() -> None:
    elf = firmware(
        segments=[Seg(0, 0, 0x20, 0x20)],
        sections=[Sec(".a", 0x4, bytes(8)), Sec(".b", 0x10, bytes(8), flags=CODE)],
    )
    assert MemoryLayout(elf, [FLASH]).between() == [
        ("flash", 0, 4),
        ("flash", 0xC, 0x10),
        ("flash", 0x18, 0x20),
    ]
    assert MemoryLayout(elf, [FLASH]).uses() == [MemoryUse("flash", 0x20, 0x10000, 0x1000, 1)]


def test_thread_local_zeroes_take_no_memory() -> None:
    tls = int(DATA | SectionFlag.TLS)
    elf = firmware(
        sections=[Sec(".tbss", 0x10, None, size=8, flags=tls, type=SectionType.NOBITS)],
        segments=[Seg(0, 0, 0, 0)],
    )
    assert placements(elf) == {".tbss": []}
    assert MemoryLayout(elf).uses() == []


def test_a_hosted_programs_memories_are_called_by_what_they_are() -> None:
    elf = firmware(
        sections=[
            Sec(".interp", 0x100, b"/lib/ld.so\0"),
            Sec(".text", 0x200, bytes(16), flags=CODE),
            Sec(".data", 0x300, bytes(16), flags=DATA),
        ],
        segments=[Seg(0x100, 0x100, 11, 11)],
    )
    assert placements(elf) == {
        ".interp": [("read-only", 0x100)],
        ".text": [("read-only", 0x200)],
        ".data": [("writable", 0x300)],
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 0x3000), st.integers(1, 0x800), st.booleans(), st.integers(0, 0x3000)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([1, 0x10, 0x1000]),
)
def test_flash_is_what_the_segments_say(parts: list[tuple[int, int, bool, int]], page: int) -> None:
    """Compared with a slow look at each byte of the segments."""
    sections, segments = [], []
    for number, (address, size, copied, load) in enumerate(parts):
        run = 0x2000_0000 + address if copied else address
        sections.append(Sec(f".s{number}", run, bytes(size), flags=ALLOC, align=1))
        segments.append(Seg(run, load if copied else address, size, size))
    elf = parse_elf(ElfBuilder(sections=sections, segments=segments).build())
    written = {at for segment in elf.segments for at in range(segment.paddr, segment.paddr + segment.filesz)}
    taken = {at for section in elf.allocated() for at in range(section.address, section.end)}
    uses = {use.name: use for use in MemoryLayout(elf, [DeviceMemory("flash", 0, 0x4000, page), HIGH]).uses()}
    assert uses["flash"].bytes == len(written)
    assert uses["flash"].pages == len({at // page for at in written})
    assert uses["RAM"].bytes == sum(at >= HIGH.origin for at in taken)
    assert OUTSIDE not in uses


# Of a board


FLASH_OF_BOARD = Region(origin=0x0800_0000, size=0x1_0000)
RAM_OF_BOARD = Region(origin=0x2000_0000, size=0x1000)
FILLER = Sec(".filler", 0, bytes(0x2_0000), flags=0)  # so that the segments' bytes lie in the file


def of_board(
    sections: list[Sec], segments: list[Seg], *, flash: Region = FLASH_OF_BOARD, ram: Region = RAM_OF_BOARD
) -> dict[str, MemoryUse]:
    file = parse_elf(ElfBuilder(sections=sections, segments=segments, bits=64).build())
    return {use.name: use for use in MemoryLayout(file, flash_and_ram(flash, ram, 4096)).uses()}


def segment(paddr: int, filesz: int, memsz: int | None = None, vaddr: int | None = None) -> Seg:
    return Seg(paddr if vaddr is None else vaddr, paddr, filesz, filesz if memsz is None else memsz)


def test_initialised_data_counts_in_both_memories() -> None:
    uses = of_board(
        [
            Sec(".text", 0x0800_0000, bytes(100), flags=CODE),
            Sec(".data", 0x2000_0000, bytes(8), flags=DATA),
            Sec(".bss", 0x2000_0008, None, size=24, flags=DATA, type=SectionType.NOBITS),
        ],
        [segment(0x0800_0000, 100), segment(0x0800_0064, 8, 32, vaddr=0x2000_0000)],
    )
    assert uses == {
        "flash": MemoryUse("flash", 108, 0x1_0000, 4096, 1),
        "RAM": MemoryUse("RAM", 32, 0x1000),
    }
    assert uses["flash"].flashed == 4096


def test_code_in_ram_counts_there_where_it_is_fetched_from_elsewhere() -> None:
    sections = [
        Sec(".text", 0x0800_0000, bytes(100), flags=CODE),
        Sec(".rwtext", 0x4000_0000, bytes(16), flags=CODE),
        Sec(".data", 0x2000_0010, bytes(8), flags=DATA),
    ]
    segments = [
        segment(0x0800_0000, 100),
        segment(0x0800_0064, 16, vaddr=0x4000_0000),
        segment(0x0800_0074, 8, vaddr=0x2000_0010),
    ]
    apart = Region(origin=0x2000_0000, size=0x1000, code=0x4000_0000)
    uses = of_board(sections, segments, ram=apart)
    assert {name: use.bytes for name, use in uses.items()} == {"flash": 124, "RAM": 24}
    assert of_board(sections, segments)[OUTSIDE].bytes == 16


@pytest.mark.parametrize(
    ("segments", "pages"),
    [
        ([], 0),
        ([(0x0800_0000, 1)], 1),
        ([(0x0800_0000, 4096)], 1),
        ([(0x0800_0000, 4097)], 2),
        ([(0x0800_0FFF, 2)], 2),
        ([(0x0800_0000, 10), (0x0800_0FF0, 16)], 1),  # one page, twice
        ([(0x0800_0000, 10), (0x0800_0FF0, 17)], 2),
        ([(0x0800_3000, 10), (0x0800_0000, 10)], 2),  # with a hole between, out of order
        ([(0x0800_0000, 4000), (0x0800_0FA0, 200), (0x0800_1FFF, 1)], 2),
        ([(0x0800_0000, 100), (0x0800_0000, 100)], 1),
    ],
)
def test_counts_each_erase_unit_once(segments: list[tuple[int, int]], pages: int) -> None:
    assert of_board([FILLER], [segment(*s) for s in segments])["flash"].pages == pages


@pytest.mark.parametrize(("size", "pages"), [(2048, 1), (2049, 2), (4096, 2)])
def test_flash_may_begin_inside_an_erase_unit(size: int, pages: int) -> None:
    """After a boot loader's second stage or a header, which share the unit."""
    flash = Region(origin=0x0800_0800, size=0x1_0000)
    assert of_board([FILLER], [segment(0x0800_0800, size)], flash=flash)["flash"].pages == pages


def test_bytes_that_segments_share_count_once() -> None:
    assert of_board([FILLER], [segment(0x0800_0000, 100), segment(0x0800_0032, 100)])["flash"].bytes == 150


def test_a_section_that_does_not_fit_counts_where_it_begins() -> None:
    uses = of_board([Sec(".bss", 0x2000_0F00, None, size=0x180, flags=DATA, type=SectionType.NOBITS)], [])
    assert uses["RAM"].bytes == 0x180
    assert OUTSIDE not in uses


def test_what_lies_in_neither_memory_is_outside() -> None:
    uses = of_board(
        [Sec(".ccm", 0x1000_0000, bytes(16), flags=DATA)], [segment(0x9000_0000, 16, vaddr=0x1000_0000)]
    )
    assert {name: use.bytes for name, use in uses.items()} == {"flash": 0, "RAM": 0, OUTSIDE: 32}


def test_code_that_is_loaded_into_ram_is_no_flash() -> None:
    uses = of_board([Sec(".text", 0x2000_0000, bytes(16), flags=CODE)], [segment(0x2000_0000, 16)])
    assert {name: use.bytes for name, use in uses.items()} == {"flash": 0, "RAM": 16}


def test_thread_local_templates_and_what_is_not_loaded_take_no_memory() -> None:
    nobits = SectionType.NOBITS
    uses = of_board(
        [
            Sec(".bss", 0x2000_0000, None, size=8, flags=DATA, type=nobits),
            Sec(".tbss", 0x2000_0008, None, size=100, flags=DATA | 0x400, type=nobits),
            Sec(".debug", 0x2000_0000, bytes(99), flags=0),
            Sec(".empty", 0x7000_0000, b"", flags=ALLOC),
        ],
        [],
    )
    assert {name: use.bytes for name, use in uses.items()} == {"flash": 0, "RAM": 8}
