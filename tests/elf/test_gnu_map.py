"""The parser of GNU ld's maps."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import InputSection, LinkMapError, ScriptCommand, read_link_map
from wasmfit.elf.linkmap.gnu import START, parse_gnu_map

# From a link by GNU ld 2.40, with most rows taken out.
MAP = """\
Archive member included to satisfy reference by file (symbol)

/lib/libc.a(memcpy.c.o)       /x/main.o (memcpy)

Discarded input sections

 .text          0x00000000        0x0 /lib/crt0.o

Memory Configuration

Name             Origin             Length             Attributes
flash            0x10000000         0x00400000         xr
*default*        0x00000000         0xffffffff

Linker script and memory map

                0x20008000                        PROVIDE (__stack = (ORIGIN (ram) + LENGTH (ram)))

.init           0x10000000       0x40
 *(.text.init.enter)
 .data.init.enter
                0x10000000       0x40 /lib/libc.a(interrupt.c.o)
                0x10000000                __interrupt_vector
 *(SORT_BY_NAME(.init) SORT_BY_NAME(.init.*))

.text           0x10000040       0x98
 *(.text.unlikely .text.unlikely.*)
 .text          0x10000040        0x0 /x/main.o
 .text.main     0x10000040       0x24 /x/my folder/main.o
                0x10000040                main
 *fill*         0x10000064        0x4{blank}
 .text.memcpy   0x10000068       0x1c /lib/libc.a(memcpy.c.o)
                0x10000068                memcpy
                0x10000084        0x4 LONG 0xdeadbeef
                0x10000088                . = ALIGN (0x8)
 .text.a_very_long_name_indeed
                0x10000088       0x50 main.o

.a_long_output_section
                0x20000000       0x10 load address 0x100000d8
 .data          0x20000000       0x10 main.o
                0x20000010                _edata = .
OUTPUT(a.elf elf32-littlearm)

.later          0x00000000        0x4 another.o
""".replace("{blank}", " ")


def test_reads_output_sections_input_sections_fill_and_data() -> None:
    sections = {s.name: s for s in parse_gnu_map(MAP, "a.map").sections}
    assert list(sections) == [".init", ".text", ".a_long_output_section"]
    text = sections[".text"]
    assert (text.address, text.size) == (0x10000040, 0x98)
    assert text.inputs == (
        InputSection(0x10000040, 0x24, 1, "/x/my folder/main.o", ".text.main"),
        InputSection(0x10000068, 0x1C, 1, "/lib/libc.a(memcpy.c.o)", ".text.memcpy"),
        InputSection(0x10000088, 0x50, 1, "main.o", ".text.a_very_long_name_indeed"),
    )
    fill, data = text.commands
    assert (fill.address, fill.size, fill.aligns) == (0x10000064, 4, True)
    assert data == ScriptCommand(0x10000084, 4, "LONG 0xdeadbeef")
    assert not data.aligns
    data_section = sections[".a_long_output_section"]
    assert (data_section.address, data_section.size) == (0x20000000, 0x10)
    assert [part.object for part in data_section.inputs] == ["main.o"]


def test_the_file_says_which_linker_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "unix.map").write_text(MAP)
    (tmp_path / "dos.map").write_bytes(MAP.replace("\n", "\r\n").encode())
    assert read_link_map(tmp_path / "unix.map").sections == read_link_map(tmp_path / "dos.map").sections


def test_a_map_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.map").write_text("Section Cross References\n")
    with pytest.raises(LinkMapError, match="not a map of LLVM's lld or of GNU ld"):
        read_link_map(tmp_path / "x.map")
    with pytest.raises(LinkMapError, match="has no part"):
        parse_gnu_map("", "x.map")


LINE = st.sampled_from(MAP.split("\n")) | st.text(" .*x0a1()=fill\t", max_size=40)


@given(st.lists(LINE, max_size=30))
def test_any_lines_are_read(lines: list[str]) -> None:
    for section in parse_gnu_map("\n".join([START, *lines]), "x.map").sections:
        assert section.name
        assert all(part.size > 0 and part.object for part in section.inputs)
        assert all(command.size > 0 for command in section.commands)
