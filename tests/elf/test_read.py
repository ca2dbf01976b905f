"""The ELF reader: what it reads, compared with pyelftools and readelf, and what it refuses."""

import io
import os
import re
import struct
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.enums import ENUM_SH_TYPE_AMD64
from elftools.elf.sections import SymbolTableSection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasmfit.elf import Binding, ElfError, Machine, SectionType, SymbolType, file_bytes, parse_elf, read_elf
from wasmfit.errors import UsageError
from wasmfit.footprint.views.memories import DeviceMemory, MemoryLayout

from ..footprint.totals import totals
from ..tools import tool
from .elf_builder import ABS, ALLOC, CODE, DATA, UNDEF, ElfBuilder, Sec, Seg, Sym

MEMORIES = (DeviceMemory("flash", 0, 1 << 20, 4096), DeviceMemory("RAM", 0x2000_0000, 1 << 18))


def firmware(bits: int = 32, *, big_endian: bool = False) -> ElfBuilder:
    return ElfBuilder(
        bits=bits,
        big_endian=big_endian,
        sections=[
            Sec(".text", 0x400, bytes(range(64)), flags=CODE),
            Sec(".rodata", 0x440, b"hello\0\0\0"),
            Sec(".bss", 0x2000_0000, None, size=256, flags=DATA, type=SectionType.NOBITS),
            Sec(".comment", 0, b"made by hand\0", flags=0),
        ],
        symbols=[
            Sym("main.c", section=ABS, type=SymbolType.FILE, binding=0),
            Sym("$t", 0x400, type=0, binding=0),
            Sym("helper", 0x421, 16, binding=0),
            Sym("", section=ABS, type=SymbolType.FILE, binding=0),
            Sym("veneer", 0x431, 8, binding=0, visibility=2),
            Sym("main", 0x401, 32),
            Sym("_estack", 0x2004_0000, section=ABS, type=0),
            Sym("missing", section=UNDEF, type=0, binding=2),
            Sym("größe", 0x440, 6, ".rodata", type=1),
            Sym("buffer", 0x2000_0000, 256, ".bss", type=1),
        ],
        segments=[Seg(0x400, 0x400, 72, 72), Seg(0x2000_0000, 0x2000_0000, 0, 256), Seg(0, 0, 0, 0, type=6)],
    )


def test_what_a_file_defines_is_told_from_what_it_only_refers_to() -> None:
    file = parse_elf(firmware().build())
    assert [s.name for s in file.symbols if not s.defined] == ["missing"]
    assert [s.name for s in file.symbols if s.defined and s.section is None and s.name == "_estack"] == [
        "_estack"
    ]


@pytest.mark.parametrize(
    ("address", "size", "offset"),
    [
        (0x2000_0000, 4, 0x60),
        (0x2000_001C, 4, 0x7C),
        (0x2000_001D, 4, None),  # beyond what the file has of the segment
        (0x2000_0020, 4, None),  # zeroed
        (0x1FFF_FFFE, 4, None),
        (0x0800_0000, 4, 0x54),
        (0x0800_1000, 4, None),  # where initial data is stored, and no segment runs
    ],
)
def test_the_file_has_the_bytes_of_an_address_at_an_offset(
    address: int, size: int, offset: int | None
) -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x0800_0000, bytes(64), flags=CODE)],
        segments=[
            Seg(0x0800_0000, 0x0800_0000, 12, 12, offset=0x54),
            Seg(0x2000_0000, 0x0800_1000, 0x20, 0x100, offset=0x60),
        ],
    )
    file = parse_elf(built.build())
    assert file.file_offset(address, size) == offset
    with_pyelftools = ELFFile(io.BytesIO(built.build())).address_offsets(address, size)
    assert next(iter(with_pyelftools), None) == offset


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("big_endian", [False, True])
def test_reads_every_class_and_byte_order(bits: int, big_endian: bool) -> None:
    file = parse_elf(firmware(bits, big_endian=big_endian).build())
    assert (file.bits, file.big_endian, file.machine) == (bits, big_endian, Machine.ARM)
    assert [(s.name, s.address, s.size) for s in file.allocated()] == [
        (".text", 0x400, 64),
        (".rodata", 0x440, 8),
        (".bss", 0x2000_0000, 256),
    ]
    text, rodata, bss = file.allocated()
    assert (text.executable, rodata.executable) == (True, False)
    assert bytes(file.contents(rodata)) == b"hello\0\0\0"
    assert bytes(file.contents(bss)) == b""
    assert [(s.vaddr, s.paddr, s.filesz, s.memsz) for s in file.segments] == [
        (0x400, 0x400, 72, 72),
        (0x2000_0000, 0x2000_0000, 0, 256),
    ]


def test_reads_symbols_without_the_thumb_bit_and_with_their_file() -> None:
    file = parse_elf(firmware().build())
    symbols = {s.name: s for s in file.symbols}
    assert (symbols["main"].address, symbols["main"].size, symbols["main"].file) == (0x400, 32, "")
    assert (symbols["helper"].address, symbols["helper"].file) == (0x420, "main.c")
    assert (symbols["veneer"].file, symbols["veneer"].binding) == ("", Binding.LOCAL)
    assert (symbols["veneer"].hidden, symbols["helper"].hidden) == (True, False)
    assert symbols["_estack"].section is None
    assert symbols["missing"].section is None
    assert file.sections[symbols["größe"].section or 0].name == ".rodata"


def test_keeps_odd_addresses_of_data_and_of_other_machines() -> None:
    data = ElfBuilder(
        sections=[Sec(".data", 0, b"abcd", flags=DATA)], symbols=[Sym("b", 1, 1, ".data", type=1)]
    )
    assert parse_elf(data.build()).symbols[0].address == 1
    riscv = ElfBuilder(
        sections=[Sec(".text", 0, b"abcd", flags=CODE)], symbols=[Sym("f", 1, 1)], machine=Machine.RISCV
    )
    assert parse_elf(riscv.build()).symbols[0].address == 1


def test_places_thread_local_symbols_by_their_segment() -> None:
    built = ElfBuilder(
        sections=[Sec(".tdata", 0x2000_0010, b"abcd", flags=DATA | 0x400)],
        symbols=[Sym("counter", 2, 2, ".tdata", type=SymbolType.TLS)],
        segments=[Seg(0x2000_0010, 0x100, 4, 4, type=7)],
    )
    assert parse_elf(built.build()).symbols[0].address == 0x2000_0012


def test_reads_section_numbers_that_are_too_large_for_the_symbol() -> None:
    built = ElfBuilder(
        sections=[
            Sec(".text", 0, b"abcd", flags=CODE),
            # One word a symbol: the null symbol, then the first, which lies in section 1. The symbol table is
            # section 3.
            Sec(".symtab_shndx", 0, struct.pack("<2I", 0, 1), flags=0, type=SectionType.SYMTAB_SHNDX),
        ],
        symbols=[Sym("f", 1, 4, 0xFFFF)],
    )
    image = bytearray(built.build())
    # sh_link of .symtab_shndx
    headers = struct.unpack_from("<I", image, 32)[0]
    struct.pack_into("<I", image, headers + 2 * 40 + 24, 3)
    assert parse_elf(bytes(image)).symbols[0].section == 1


def test_reads_a_stripped_file() -> None:
    assert parse_elf(ElfBuilder(sections=[Sec(".text", 0, b"abcd", flags=CODE)]).build()).symbols == ()


# Against other readers


@pytest.fixture(scope="session")
def host_elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small program of the host, linked by its compiler."""
    folder = tmp_path_factory.mktemp("host")
    source = folder / "small.c"
    source.write_text(
        "static int twice(int x) { return 2 * x; }\n"
        "static char buffer[300]; __thread int counter = 3;\n"
        'const char text[] = "text"; int value = 7;\n'
        "int main(int n, char **v) { buffer[n] = v[0][0]; counter++; return twice(n) + buffer[0] + value; }\n"
    )
    output = folder / "small"
    subprocess.run([tool("gcc"), "-O0", "-o", output, source], check=True, timeout=60)
    return output


def test_agrees_with_pyelftools(host_elf: Path) -> None:
    file = read_elf(host_elf)
    with host_elf.open("rb") as stream:
        other = ELFFile(stream)
        assert [(s.name, s.address, s.size, s.type, s.flags, s.offset) for s in file.sections] == [
            (s.name, s["sh_addr"], s["sh_size"], _number(s["sh_type"]), s["sh_flags"], s["sh_offset"])
            for s in other.iter_sections()
        ]
        assert [(s.vaddr, s.paddr, s.filesz, s.memsz) for s in file.segments] == [
            (s["p_vaddr"], s["p_paddr"], s["p_filesz"], s["p_memsz"]) for s in other.iter_segments("PT_LOAD")
        ]
        assert file.entry == other["e_entry"]
        table = other.get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        theirs = list(table.iter_symbols())[1:]
        assert [(s.name, s.size) for s in file.symbols] == [(s.name, s["st_size"]) for s in theirs]
        tls = next(s["p_vaddr"] for s in other.iter_segments("PT_TLS"))
        for ours, their in zip(file.symbols, theirs, strict=True):
            base = tls if ours.type == SymbolType.TLS else 0
            assert ours.address == their["st_value"] + base
            assert ours.section == (their["st_shndx"] if isinstance(their["st_shndx"], int) else None)


def _number(sh_type: str | int) -> int:
    number = sh_type if isinstance(sh_type, int) else ENUM_SH_TYPE_AMD64[sh_type]
    assert isinstance(number, int)
    return number


def test_agrees_with_readelf(host_elf: Path) -> None:
    command = [tool("readelf"), "-SW", str(host_elf)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    row = re.compile(r"\s*\[ *(\d+)\] (\S+)\s+\S+\s+([0-9a-f]{8,16}) [0-9a-f]+ ([0-9a-f]{6,}) ")
    rows = [match.groups() for line in output.splitlines() if (match := row.match(line))]
    file = read_elf(host_elf)
    assert [(int(n), name, int(address, 16), int(size, 16)) for n, name, address, size in rows] == [
        (s.index, s.name, s.address, s.size) for s in file.sections[1:]
    ]


# What is refused


def test_refuses_a_file_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ElfError, match=r"nowhere\.elf does not exist"):
        read_elf(tmp_path / "nowhere.elf")


def test_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ElfError, match="is a folder"):
        read_elf(tmp_path)


def test_refuses_a_pipe_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ElfError, match="not a regular file"):
        read_elf(tmp_path / "pipe")


def test_refuses_a_path_that_cannot_be() -> None:
    with pytest.raises(ElfError, match="cannot be read"):
        read_elf("a\0b")
    with pytest.raises(ElfError, match="cannot be read"):
        read_elf("a" * 5000)


def test_refuses_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.elf"
    path.write_bytes(firmware().build())
    monkeypatch.setattr(file_bytes, "MAX_FILE_BYTES", 100)
    with pytest.raises(ElfError, match="larger than"):
        read_elf(path)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"", "is empty"),
        (b"hello, world", "not an ELF file"),
        (b"\0asm\1\0\0\0", "WebAssembly module"),
        (b"\x7fELF", "truncated"),
        (b"\x7fELF" + bytes(60), "unknown class"),
        (b"\x7fELF\1\1\1" + bytes(9), "truncated"),
        (b"\x7fELF\1\1\1" + bytes(80), "no section table"),
        (b"\x7fELF\1\1\1" + b"\xff" * 80, "section headers have"),
    ],
)
def test_refuses_what_is_no_whole_elf_file(image: bytes, message: str) -> None:
    with pytest.raises(ElfError, match=message) as error:
        parse_elf(image, "x.elf")
    assert isinstance(error.value, UsageError)
    assert error.value.message.startswith("x.elf ")
    assert error.value.message.endswith(".")
    assert error.value.remedy


def test_refuses_overlapping_names_that_would_fill_the_memory() -> None:
    name = "x" * 1000
    built = ElfBuilder(sections=[Sec(".text", 0, b"abcd", flags=CODE)], symbols=[Sym(name)] + [Sym("")] * 900)
    image = bytearray(built.build())
    table = next(s.offset for s in parse_elf(bytes(image)).sections if s.name == ".symtab")
    for number in range(2, 902):
        # Each of them enters the long name one byte further on.
        struct.pack_into("<I", image, table + 16 * number, number)
    with pytest.raises(ElfError, match="overlap beyond reason"):
        parse_elf(bytes(image))


def test_refuses_a_symbol_in_a_section_that_is_not() -> None:
    with pytest.raises(ElfError, match="section 77"):
        parse_elf(
            ElfBuilder(sections=[Sec(".text", 0, b"abcd", flags=CODE)], symbols=[Sym("f", 0, 4, 77)]).build()
        )


def check_survives(image: bytes) -> None:
    """Whatever the bytes, there is an account that adds up or one clear error."""
    try:
        file = parse_elf(image, "mutant.elf")
    except ElfError:
        return
    footprint = totals(file, owner_of_object=lambda name: name)
    assert [s.size for s in footprint.sections] == [s.size for s in file.allocated()]
    assert all(use.bytes >= 0 for use in MemoryLayout(file, MEMORIES).uses())


def test_every_truncation_of_a_file_is_refused_or_read() -> None:
    image = firmware().build()
    for length in range(len(image)):
        check_survives(image[:length])


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[float, bytes]]:
    """Places, as parts of the file's length, and what is written there."""
    value = st.one_of(
        st.binary(min_size=1, max_size=8),
        st.sampled_from(
            [b"\xff" * 4, b"\xff" * 8, bytes(8), b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff\xff"]
        ),
    )
    return draw(st.lists(st.tuples(st.floats(0, 1), value), min_size=1, max_size=6))


def mutate(image: bytes, changes: list[tuple[float, bytes]], first: int = 0) -> bytes:
    mutant = bytearray(image)
    for share, value in changes:
        at = first + int(share * (len(image) - first))
        mutant[at : at + len(value)] = value
    return bytes(mutant)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([32, 64]), st.booleans(), mutations())
def test_a_mutated_file_is_refused_or_accounted_for(
    bits: int, big_endian: bool, changes: list[tuple[float, bytes]]
) -> None:
    check_survives(mutate(firmware(bits, big_endian=big_endian).build(), changes))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations(), st.floats(0, 1), st.booleans())
def test_a_mutated_host_program_is_refused_or_accounted_for(
    host_elf: Path, changes: list[tuple[float, bytes]], cut: float, only_headers: bool
) -> None:
    image = host_elf.read_bytes()
    if only_headers:
        # The section headers stand at the end; most of the file is code that no reader looks into.
        mutant = mutate(image, changes, first=len(image) - 64 * 32)
    else:
        mutant = mutate(image, changes)[: int(len(image) * (1 - cut * cut))]
    check_survives(mutant)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_accounted_for(data: bytes) -> None:
    check_survives(data)
    check_survives(b"\x7fELF\1\1\1" + data)


def test_takes_only_allocated_sections_for_memory() -> None:
    file = parse_elf(
        ElfBuilder(sections=[Sec(".a", 0, b"", flags=ALLOC), Sec(".b", 0, b"abcd", flags=0)]).build()
    )
    assert file.allocated() == ()
