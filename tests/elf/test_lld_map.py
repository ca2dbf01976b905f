"""The parser of lld's maps."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import InputSection, LinkMapError, ScriptCommand, parse_link_map, read_link_map

HEADER = "     VMA      LMA     Size Align Out     In      Symbol\n"

# From a link of a real firmware by LLD 19, with most rows taken out.
MAP = (
    HEADER
    + """\
       0        0        0     1 _stack_end = ORIGIN ( STACK )
       0        0        0     1 PROVIDE ( NonMaskableInt = DefaultHandler )
       0        0      400     4 .vector_table
       0        0        0     1         __vector_table = .
       0        0        4     1         LONG ( _stack_start & 0xFFFFFFF8 )
       4        4        4     4         f.a(f-05b.f.b602-cgu.0.rcgu.o):(.vector_table.reset_vector)
       4        4        4     1                 __RESET_VECTOR
     400      400     1308     4 .text
     400      400        0     1         __stext = .
     400      400       58     4         f.a(f-05b.f.b602-cgu.0.rcgu.o):(.Reset)
     400      400        0     1                 $t
     401      401       3e     1                 Reset
     458      458      104     2         libc.a(libc_string_memcpy.S.o):(.text.memcpy)
     459      459      104     1                 memcpy
     55c      55c       10     4         <internal>:(.text.thunk)
    1708     1708      43c     8 .rodata
    1708     1708       46     1         glue.o:(.rodata..Lanon.21f6ab57f49cdf4fd4d1c0ff4c316837.1)
    1750     1750      1b9     1         <internal>:(.rodata.str1.1)
    1b42     1b42        2     1         . = ALIGN ( 4 )
    1b44     1b44        0     1         __erodata = .
20008000     1b60        4     4 .data
20008000     1b60        1     1                 harness::phase::CURRENT (.0)
20008001     1b61        3     1         . = ALIGN ( 4 )
20008004     1b64        0     1 __sidata = LOADADDR ( .data )
200090bc 200090bc        0     1 {nothing}
200090bc 200090bc        0     1 {nothing}
       0        0       65     1 .comment
       0        0       65     1         <internal>:(.comment)
""".replace("{nothing}", "")  # the text of an ASSERT, after a blank
)


def test_reads_the_output_sections_and_what_is_in_them() -> None:
    sections = {s.name: s for s in parse_link_map(MAP).sections}
    assert list(sections) == [".vector_table", ".text", ".rodata", ".data", ".comment"]
    text = sections[".text"]
    assert (text.address, text.size) == (0x400, 0x1308)
    assert text.inputs == (
        InputSection(0x400, 0x58, 4, "f.a(f-05b.f.b602-cgu.0.rcgu.o)", ".Reset"),
        InputSection(0x458, 0x104, 2, "libc.a(libc_string_memcpy.S.o)", ".text.memcpy"),
        InputSection(0x55C, 0x10, 4, "<internal>", ".text.thunk"),
    )


def test_reads_what_the_linker_script_lays_down() -> None:
    sections = {s.name: s for s in parse_link_map(MAP).sections}
    assert sections[".vector_table"].commands == (ScriptCommand(0, 4, "LONG ( _stack_start & 0xFFFFFFF8 )"),)
    assert sections[".rodata"].commands == (ScriptCommand(0x1B42, 2, ". = ALIGN ( 4 )"),)
    assert sections[".rodata"].commands[0].aligns
    assert not sections[".vector_table"].commands[0].aligns


@pytest.mark.parametrize(
    ("command", "aligns"),
    [
        (". = ALIGN ( 4 )", True),
        (". =ALIGN(1 << 4)", True),
        (". = ALIGN ( ALIGNOF ( .text ) )", True),
        (". = ALIGN ( 4 ) + 256", False),
        (". = MAX ( . , 256 )", False),
        (". += 4", False),
        ("end = ALIGN ( 4 )", False),
    ],
)
def test_knows_which_commands_align(command: str, aligns: bool) -> None:
    assert ScriptCommand(0, 4, command).aligns is aligns


def test_finds_a_section_and_refuses_a_map_of_another_link() -> None:
    link_map = parse_link_map(MAP, "old.map")
    section = link_map.find(".text", 0x400, 0x1308)
    assert section is not None
    assert section.name == ".text"
    assert link_map.find(".added", 0x9000, 4) is None
    with pytest.raises(
        LinkMapError, match=r"old\.map is of another link: \.text has 4872 bytes at 0x400 in it"
    ):
        link_map.find(".text", 0x400, 0x1309)
    with pytest.raises(LinkMapError, match="another link"):
        link_map.find(".text", 0x404, 0x1308)


def test_reads_wide_addresses() -> None:
    text = (
        "             VMA              LMA     Size Align Out     In      Symbol\n"
        "          201000           201000       15     4 .text\n"
        "ffffffff80201000 ffffffff80201000        e     4         a b.o:(.text)\n"
    )
    (section,) = parse_link_map(text).sections
    assert section.inputs == (InputSection(0xFFFF_FFFF_8020_1000, 0xE, 4, "a b.o", ".text"),)


def test_reads_spellings_of_newer_versions() -> None:
    # Since version 20 the text of a command is the script's own, after its first word.
    text = HEADER + (
        "     400      400       20     4 .text\n"
        "     400      400        4     1         LONG (0)\n"
        "     404      404        4     1         . = ALIGN(8)\n"
        "     408      408        4     1         . += 4\n"
        "     40c      40c        0     1         PROVIDE (here = .)\n"
        "     40c      40c        0     1         \n"
        "     40c      40c        4     4         x=y.o:(.text.a=b)\n"
    )
    (section,) = parse_link_map(text).sections
    assert [(c.command, c.aligns) for c in section.commands] == [
        ("LONG (0)", False),
        (". = ALIGN(8)", True),
        (". += 4", False),
    ]
    assert section.inputs == (InputSection(0x40C, 4, 4, "x=y.o", ".text.a=b"),)


def test_stops_at_the_cross_reference_table() -> None:
    assert parse_link_map(MAP + "\nCross Reference Table\n\nSymbol   File\nmain   a.o\n") == parse_link_map(
        MAP
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a map of LLVM's lld"),
        ("Archive member included to satisfy reference by file (symbol)\n", "not a map of LLVM's lld"),
        ("Address  Size     Align Out     In      Symbol\n", "not a map of LLVM's lld"),
        (HEADER + "something else\n", "line 2: not a line of lld's map"),
        (
            HEADER + "     400      400       58     4         a.o:(.text)\n",
            "line 2: not a line of lld's map",
        ),
        (
            MAP + "     400      400       58     4         neither input nor command\n",
            "not a line of lld's map",
        ),
        (MAP + "     4x0      400       58     4 .more\n", "not a line of lld's map"),
    ],
)
def test_refuses_what_lld_does_not_write(text: str, message: str) -> None:
    with pytest.raises(LinkMapError, match=message) as error:
        parse_link_map(text, "x.map")
    assert "x.map" in error.value.message
    assert error.value.remedy


def test_reads_a_file_and_refuses_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.map"
    path.write_text(MAP)
    assert read_link_map(path).sections == parse_link_map(MAP).sections
    for bad in (tmp_path, tmp_path / "nowhere.map"):
        with pytest.raises(LinkMapError, match="cannot be read"):
            read_link_map(bad)
    path.write_bytes(b"\x7fELF\xff\xfe")
    with pytest.raises(LinkMapError, match="not a map"):
        read_link_map(path)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(MAP)), st.text(max_size=20), st.integers(0, 20))
def test_a_mutated_map_is_read_or_refused(at: int, text: str, length: int) -> None:
    try:
        parse_link_map(MAP[:at] + text + MAP[at + length :])
    except LinkMapError as error:
        message = error.message
    else:
        message = "."
    assert message.endswith(".")
