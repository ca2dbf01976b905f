"""What a firmware takes of flash and RAM."""

import pytest

from wasmfit.elf import SectionType, parse_elf
from wasmfit.footprint import Overflow, RegionUse, region_use
from wasmfit.model.board import Region

from ..elf.elf_builder import ALLOC, CODE, DATA, ElfBuilder, Sec, Seg

FLASH = Region(origin=0x0800_0000, size=0x1_0000)
RAM = Region(origin=0x2000_0000, size=0x1000)


def use(sections: list[Sec], segments: list[Seg], leave_out: tuple[str, ...] = ()) -> RegionUse:
    file = parse_elf(ElfBuilder(sections=sections, segments=segments, bits=64).build())
    return region_use(file, FLASH, RAM, 4096, leave_out)


def segment(paddr: int, filesz: int, memsz: int | None = None, vaddr: int | None = None) -> Seg:
    # The segments' bytes are not looked at: an offset of 0 lets all of them lie in the file.
    return Seg(paddr if vaddr is None else vaddr, paddr, filesz, filesz if memsz is None else memsz)


FILLER = Sec(".filler", 0, bytes(0x2_0000), flags=0)  # so that segments lie in the file


def test_initialised_data_counts_in_both_memories() -> None:
    found = use(
        [
            Sec(".text", 0x0800_0000, bytes(100), flags=CODE),
            Sec(".data", 0x2000_0000, bytes(8), flags=DATA),
            Sec(".bss", 0x2000_0008, None, size=24, flags=DATA, type=SectionType.NOBITS),
        ],
        [segment(0x0800_0000, 100), segment(0x0800_0064, 8, 32, vaddr=0x2000_0000)],
    )
    assert (found.flash, found.ram, found.overflow) == (108, 32, ())
    assert (found.pages, found.page_size, found.flashed) == (1, 4096, 4096)


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
    file = parse_elf(ElfBuilder(sections=sections, segments=segments).build())
    found = region_use(file, FLASH, RAM, 4096, fetched=Region(origin=0x4000_0000, size=0x1000))
    assert (found.flash, found.ram, found.overflow) == (124, 24, ())
    (lost,) = region_use(file, FLASH, RAM, 4096).overflow
    assert lost == Overflow(what=".rwtext", address=0x4000_0000, bytes=16)


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
    assert use([FILLER], [segment(*s) for s in segments]).pages == pages


@pytest.mark.parametrize(("size", "pages"), [(2048, 1), (2049, 2), (4096, 2)])
def test_flash_may_begin_inside_an_erase_unit(size: int, pages: int) -> None:
    """Behind a boot loader's second stage or a header, which share the unit."""
    flash = Region(origin=0x0800_0800, size=0x1_0000)
    file = parse_elf(ElfBuilder(sections=[FILLER], segments=[segment(0x0800_0800, size)]).build())
    assert region_use(file, flash, RAM, 4096).pages == pages


def test_bytes_that_segments_share_count_once() -> None:
    assert use([FILLER], [segment(0x0800_0000, 100), segment(0x0800_0032, 100)]).flash == 150


def test_what_does_not_fit_into_flash_is_told_to_the_byte() -> None:
    found = use([FILLER], [segment(0x0800_0000, 0x1_0010)])
    assert found.flash == 0x1_0010
    assert found.overflow == (Overflow(what="load", address=0x0801_0000, bytes=0x10),)


def test_what_does_not_fit_into_ram_is_told_to_the_byte() -> None:
    found = use([Sec(".bss", 0x2000_0F00, None, size=0x180, flags=DATA, type=SectionType.NOBITS)], [])
    assert found.ram == 0x180
    assert found.overflow == (Overflow(what=".bss", address=0x2000_1000, bytes=0x80),)


def test_what_lies_in_neither_memory_is_overflow() -> None:
    found = use(
        [Sec(".ccm", 0x1000_0000, bytes(16), flags=DATA)], [segment(0x9000_0000, 16, vaddr=0x1000_0000)]
    )
    assert (found.flash, found.ram) == (0, 0)
    assert found.overflow == (
        Overflow(what="load", address=0x9000_0000, bytes=16),
        Overflow(what=".ccm", address=0x1000_0000, bytes=16),
    )


def test_a_range_over_both_ends_overflows_at_both() -> None:
    found = use([FILLER], [segment(0x07FF_FFF0, 0x1_0020)])
    # It begins outside of the flash, so none of it counts there.
    assert found.flash == 0
    assert [(o.address, o.bytes) for o in found.overflow] == [(0x07FF_FFF0, 16), (0x0801_0000, 16)]


def test_code_that_is_loaded_into_ram_is_no_flash() -> None:
    found = use([Sec(".text", 0x2000_0000, bytes(16), flags=CODE)], [segment(0x2000_0000, 16)])
    assert (found.flash, found.ram, found.overflow) == (0, 16, ())


def test_leaves_out_reservations_and_thread_local_templates() -> None:
    nobits = SectionType.NOBITS
    found = use(
        [
            Sec(".bss", 0x2000_0000, None, size=8, flags=DATA, type=nobits),
            Sec(".tbss", 0x2000_0008, None, size=100, flags=DATA | 0x400, type=nobits),
            Sec(".stack", 0x2000_0008, None, size=1 << 20, flags=DATA, type=nobits),
            Sec(".debug", 0x2000_0000, bytes(99), flags=0),
            Sec(".empty", 0x7000_0000, b"", flags=ALLOC),
        ],
        [],
        leave_out=(".stack",),
    )
    assert (found.ram, found.overflow) == (8, ())
