"""Memories: where sections lie at load and at run time, and what each memory holds."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import Elf, SectionFlag, SectionType, parse_elf
from wasmfit.footprint import region_use
from wasmfit.footprint.memories import OUTSIDE, Memories, Memory, Use

from ..elf.elf_builder import ALLOC, CODE, DATA, ElfBuilder, Sec, Seg

FLASH = Memory("flash", 0x0, 0x10000, 0x1000)
RAM = Memory("RAM", 0x2000_0000, 0x1000)


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


def places(elf: Elf, *memories: Memory) -> dict[str, list[tuple[str, int]]]:
    found = Memories(elf, memories)
    return {s.name: [(p.memory, p.address) for p in found.places(s)] for s in elf.allocated()}


WHERE = {
    ".vectors": [("flash", 0x0)],
    ".text": [("flash", 0x40)],
    ".data": [("flash", 0x1048), ("RAM", 0x2000_0000)],
    ".bss": [("RAM", 0x2000_0010)],
}


def test_initialised_data_lies_in_flash_and_in_ram() -> None:
    assert places(firmware(), FLASH, RAM) == WHERE


def test_without_memories_the_file_tells_the_same() -> None:
    assert places(firmware()) == WHERE
    assert Memories(firmware()).guessed
    assert not Memories(firmware(), [FLASH]).guessed


def test_uses_have_pages_and_shares() -> None:
    flash, ram = Memories(firmware(), [FLASH, RAM]).uses()
    assert flash == Use("flash", 0x1050, 0x10000, 0x1000, 2)
    assert flash.flashed == 0x2000
    assert flash.share == 0x1050 / 0x10000
    assert ram == Use("RAM", 116, 0x1000)
    assert (ram.flashed, ram.share) == (None, 116 / 0x1000)


def test_what_no_memory_holds_is_named() -> None:
    elf = firmware()
    assert places(elf, Memory("flash", 0, 64))[".text"] == [(OUTSIDE, 0x40)]
    outside = {use.name: use.bytes for use in Memories(elf, [Memory("flash", 0, 64)]).uses()}
    assert outside == {"flash": 64, OUTSIDE: 0x1000 + 16 + 116}


def test_what_is_written_between_sections_counts() -> None:
    elf = firmware(
        segments=[Seg(0, 0, 0x20, 0x20)],
        sections=[Sec(".a", 0x4, bytes(8)), Sec(".b", 0x10, bytes(8), flags=CODE)],
    )
    assert Memories(elf, [FLASH]).between() == [("flash", 0, 4), ("flash", 0xC, 0x10), ("flash", 0x18, 0x20)]
    assert Memories(elf, [FLASH]).uses() == [Use("flash", 0x20, 0x10000, 0x1000, 1)]


def test_thread_local_zeroes_take_no_memory() -> None:
    tls = int(DATA | SectionFlag.TLS)
    elf = firmware(
        sections=[Sec(".tbss", 0x10, None, size=8, flags=tls, type=SectionType.NOBITS)],
        segments=[Seg(0, 0, 0, 0)],
    )
    assert places(elf) == {".tbss": []}
    assert Memories(elf).uses() == []


def test_a_hosted_programs_memories_are_called_by_what_they_are() -> None:
    elf = firmware(
        sections=[
            Sec(".interp", 0x100, b"/lib/ld.so\0"),
            Sec(".text", 0x200, bytes(16), flags=CODE),
            Sec(".data", 0x300, bytes(16), flags=DATA),
        ],
        segments=[Seg(0x100, 0x100, 11, 11)],
    )
    assert places(elf) == {
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
    """Against :func:`region_use`, which looks at segments where this looks at sections and gaps."""
    sections, segments = [], []
    for number, (address, size, copied, load) in enumerate(parts):
        run = 0x2000_0000 + address if copied else address
        sections.append(Sec(f".s{number}", run, bytes(size), flags=ALLOC, align=1))
        segments.append(Seg(run, load if copied else address, size, size))
    elf = parse_elf(ElfBuilder(sections=sections, segments=segments).build())
    flash, ram = Memory("flash", 0, 0x4000, page), Memory("RAM", 0x2000_0000, 0x4000)
    theirs = region_use(elf, flash, ram, page)
    ours = {use.name: use for use in Memories(elf, [flash, ram]).uses()}
    assert (ours["flash"].bytes, ours["flash"].pages) == (theirs.flash, theirs.pages)
    assert ours["RAM"].bytes == theirs.ram
    assert OUTSIDE not in ours
