"""Debug information: removed functions, object files, split files, overlays, files without bytes, claims."""

import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wasmfit
from wasmfit.elf import parse_elf, read_elf
from wasmfit.elf.dwarf.cursor import DwarfCursor
from wasmfit.elf.dwarf.forms import UnitSizes, skip_value
from wasmfit.elf.dwarf.sections import DebugSections, check_claims
from wasmfit.elf.errors import ElfError
from wasmfit.elf.names.demangle import demangle
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.debug_lines import owners_by_inlining
from wasmfit.footprint.attribution.inlined_calls import needs_entries, owners_by_entries, read_inlined_calls
from wasmfit.footprint.attribution.symcache import LinesError

from ...elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from ...tools import rust
from . import ARM, IMAGES, RISCV, build, by, run, sources

AVR = IMAGES / "avr/a.elf"
CLANG = ("clang-19", "--target=thumbv7em-none-eabi", "-mcpu=cortex-m4", "-fuse-ld=lld")


def files(path: Path, **options: object) -> dict[str, int]:
    """Source file, without its folder → bytes."""
    found: dict[str, int] = {}
    for (name,), size in by(path, "file", **options).items():
        name = Path(name).name
        found[name] = found.get(name, 0) + size
    return found


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("compiler", [ARM, CLANG], ids=["gnu", "lld"])
@pytest.mark.parametrize("folding", [(), ("-gz=zlib",)], ids=["plain", "packed"])
def test_removed_functions_claim_nothing_where_flash_begins_at_0(
    compiler: tuple[str, ...], version: int, folding: tuple[str, ...], tmp_path: Path
) -> None:
    found = {}
    for script in ("a", "b"):
        path = build(
            "dead-at-zero", tmp_path / script, *compiler, "-Os", f"-gdwarf-{version}", *folding,
            "-ffunction-sections", "-nostdlib", "-Wl,--gc-sections", f"-Wl,-T,{script}.ld", "m2.c", "lib2.c",
        )  # fmt: skip
        found[script] = files(path, sections=[".text"])
    assert found["a"] == found["b"]
    assert "hdr.h" not in found["a"]
    if compiler is ARM:
        assert found["a"] == {"lib2.c": 516, "m2.c": 116, "[no source file]": 8}


def test_code_at_0_that_is_there_keeps_its_file(tmp_path: Path) -> None:
    place = sources("dead-at-zero", tmp_path)
    (place / "c.ld").write_text(
        "SECTIONS { .text 0 : { *(.text.reset) *(.text*) } .data 0x20000000 : { *(.data*) *(.bss*) } }"
    )
    path = place / "c.elf"
    run(
        place, *RISCV, "-Os", "-g", "-ffunction-sections", "-nostdlib", "-Wl,--gc-sections", "-Wl,-T,c.ld",
        "-Wl,-e,reset", "m2.c", "lib2.c", "-o", str(path),
    )  # fmt: skip
    assert next(s for s in read_elf(path).symbols if s.name == "reset").address == 0
    found = by(path, "symbol", "file", sections=[".text"])
    assert [Path(names[1]).name for names in found if len(names) == 2 and names[0] == "reset"] == ["m2.c"]
    assert "hdr.h" not in files(path)


@pytest.mark.parametrize("version", [4, 5])
def test_object_files_are_read_with_their_relocations(version: int, tmp_path: Path) -> None:
    path = build(
        "objfile", tmp_path, "gcc", "-O2", f"-gdwarf-{version}", "-ffunction-sections", "-fcommon", "-c",
        "a.c", output="a.o",
    )  # fmt: skip
    found = {(names[0], Path(names[-1]).name): size for names, size in by(path, "symbol", "file").items()}
    assert found["in_gen", "gen.h"] == found["in_gen", "in_gen"] > 20
    assert found["f2", "a.c"] == found["f2", "f2"]
    assert found["f1", "inl.h"] > found["f1", "a.c"] > 0
    assert not any("cannot be read" in note for note in wasmfit.size(path, by=("file",)).notes)


@pytest.mark.parametrize("compiler", [ARM, RISCV, CLANG[:-1]], ids=["arm", "riscv", "clang"])
def test_object_files_of_other_machines(compiler: tuple[str, ...], tmp_path: Path) -> None:
    path = build(
        "objfile", tmp_path, *compiler, "-O2", "-gdwarf-5", "-ffunction-sections", "-c", "a.c", output="a.o"
    )
    found = {(names[0], Path(names[-1]).name): size for names, size in by(path, "symbol", "file").items()}
    assert found["in_gen", "gen.h"] == found["in_gen", "in_gen"] > 20
    assert found["f1", "inl.h"] > 10


def test_an_object_file_has_no_entry_point(tmp_path: Path) -> None:
    path = build("objfile", tmp_path, "gcc", "-O2", "-ffunction-sections", "-c", "a.c", output="a.o")
    assert "entry point" not in {match.root for match in wasmfit.why(path, "f1").matches}


def functions(path: Path) -> dict[str, int]:
    """Innermost function → bytes."""
    found: dict[str, int] = {}
    for parts in read_inlined_calls(read_elf(path)).parts.values():
        for start, end, name in parts:
            found[name] = found.get(name, 0) + end - start
    return found


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("compiler", [ARM, CLANG], ids=["gnu", "lld"])
def test_removed_functions_were_inlined_nowhere_where_flash_begins_at_0(
    compiler: tuple[str, ...], version: int, tmp_path: Path
) -> None:
    found = {}
    for script in ("a", "b"):
        path = build(
            "dead-at-zero", tmp_path / script, *compiler, "-Os", f"-gdwarf-{version}", "-ffunction-sections",
            "-nostdlib", "-Wl,--gc-sections", f"-Wl,-T,{script}.ld", "m2.c", "lib2.c",
        )  # fmt: skip
        assert needs_entries(read_elf(path)) is (script == "a")
        found[script] = functions(path)
    assert found["a"] == found["b"]
    assert "main" in found["a"]
    assert not any(name.startswith("h") for name in found["a"])


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize(
    "compiler", [("gcc",), ARM, RISCV, CLANG[:-1]], ids=["host", "arm", "riscv", "clang"]
)
def test_inlined_calls_of_an_object_file(compiler: tuple[str, ...], version: int, tmp_path: Path) -> None:
    flags = ("-O2", f"-gdwarf-{version}", "-ffunction-sections", "-c", "a.c")
    path = build("objfile", tmp_path, *compiler, *flags, output="a.o")
    found = functions(path)
    by_symbol = {names[0]: size for names, size in by(path, "symbol", sections=[".text*"]).items()}
    assert found["in_gen"] == by_symbol["in_gen"]
    assert found["f1"] + found["helper"] == by_symbol["f1"]
    assert found["helper"] > 10
    assert wasmfit.size(path, inlined=True).size == read_size(path)


def read_size(path: Path) -> int:
    """Bytes of all sections that take memory."""
    return sum(section.size for section in read_elf(path).allocated())


RUST = """
use std::collections::BTreeMap;
fn main() {
    let mut lengths = BTreeMap::new();
    for word in std::env::args() {
        *lengths.entry(word.len()).or_insert(0) += word.bytes().map(usize::from).sum::<usize>();
    }
    println!("{lengths:?}");
}
"""


def rust_program(folder: Path, *flags: str) -> Path:
    """Builds a program of Rust's that inlines much."""
    (folder / "main.rs").write_text(RUST)
    command = [rust("rustc"), "-O", "-g", "-Csymbol-mangling-version=v0", *flags, "main.rs", "-o", "main"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "main"


def test_entries_say_what_symbolic_says(tmp_path: Path) -> None:
    byte_map = attribute_any_firmware(read_elf(rust_program(tmp_path)))
    ours, missing = owners_by_entries(byte_map)
    assert missing is None
    assert totals_of(ours) == totals_of(owners_by_inlining(byte_map)) != totals_of(byte_map)


def totals_of(byte_map: ByteMap) -> dict[str, int]:
    """Owner → bytes."""
    found: dict[str, int] = {}
    for byte_range in byte_map.ranges:
        found[byte_range.owner] = found.get(byte_range.owner, 0) + byte_range.size
    return found


@pytest.mark.parametrize("way", ["unpacked", "packed"])
def test_split_debug_information_is_read(way: str, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "split").mkdir()
    whole = by(rust_program(tmp_path / "whole"), "crate", inlined=True)
    path = rust_program(tmp_path / "split", f"-Csplit-debuginfo={way}")
    (tmp_path / "elsewhere").mkdir()
    for file in path.parent.iterdir():
        file.rename(tmp_path / "elsewhere" / file.name)
    path = tmp_path / "elsewhere" / "main"
    assert by(path, "crate", inlined=True) == whole
    assert not any("missing" in note for note in wasmfit.size(path, inlined=True).notes)
    rests = [*path.parent.glob("*.dwo"), *path.parent.glob("*.dwp")]
    assert rests
    for rest in rests:
        rest.write_bytes(b"no ELF file")
    assert by(path, "crate", inlined=True) != whole
    assert any("missing" in note for note in wasmfit.size(path, inlined=True).notes)
    for rest in rests:
        rest.unlink()
    assert by(path, "crate", inlined=True) != whole
    assert any("missing" in note for note in wasmfit.size(path, inlined=True).notes)


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("compiler", ["g++", "clang++-19"])
def test_split_debug_information_of_c(compiler: str, version: int, tmp_path: Path) -> None:
    """GNU's extension of DWARF 4, and DWARF 5."""
    flags = ("-O2", f"-gdwarf-{version}", "a.cc")
    whole = functions(build("debugforms", tmp_path, compiler, "-g", *flags, output="whole"))
    path = build("debugforms", tmp_path, compiler, "-g", "-gsplit-dwarf", *flags, output="split")
    assert read_inlined_calls(read_elf(path)).missing == ()
    assert functions(path) == whole
    assert len(whole) > 3


def test_split_debug_information_leaves_the_line_tables(tmp_path: Path) -> None:
    whole = build("debugforms", tmp_path, "g++", "-O2", "-g", "a.cc", output="whole")
    split = build("debugforms", tmp_path, "g++", "-O2", "-g", "-gsplit-dwarf", "a.cc", output="split")
    assert files(split, sections=[".text"]) == files(whole, sections=[".text"])
    assert files(split)["gen.h"] > 40
    views: list[dict[str, object]] = [{"by": ("file",)}, {"inlined": True}]
    for options in views:
        assert not any("missing" in note for note in wasmfit.size(split, **options).notes)  # type: ignore[arg-type]
    for rest in split.parent.glob("*.dwo"):
        rest.unlink()
    assert files(split, sections=[".text"]) == files(whole, sections=[".text"])
    for options in views:
        notes = wasmfit.size(split, **options).notes  # type: ignore[arg-type]
        assert any(".dwo" in note and "missing" in note for note in notes)


def test_damaged_entries_end_in_words_or_in_less(tmp_path: Path) -> None:
    path = build("debugforms", tmp_path, "g++", "-O2", "-gdwarf-5", "a.cc", output="a")
    elf = read_elf(path)
    image = path.read_bytes()
    for section in elf.sections:
        if not section.name.startswith((".debug_info", ".debug_abbrev", ".debug_rnglists", ".debug_addr")):
            continue
        for number in range(0, section.size, max(section.size // 60, 1)):
            for value in (0x00, 0x16, 0x7F, 0xFF):
                damaged = bytearray(image)
                damaged[section.offset + number : section.offset + number + 3] = bytes([value]) * 3
                with suppress(LinesError):
                    calls = read_inlined_calls(parse_elf(bytes(damaged)))
                    for index, parts in calls.parts.items():
                        bounds = [(start, end) for start, end, _ in parts]
                        assert bounds == sorted(bounds)
                        assert elf.sections[index].address <= bounds[0][0]
                        assert bounds[-1][1] <= elf.sections[index].end


def test_a_form_that_refers_to_itself_ends() -> None:
    cursor = DwarfCursor(b"\x16" * 5000, 0, 5000, big_endian=False)
    with pytest.raises(ElfError, match="form"):
        skip_value(cursor, 0x16, UnitSizes(4, 4, 8))


@pytest.mark.parametrize(
    "flags",
    [
        ("-gdwarf-2", "-gstrict-dwarf"), ("-gdwarf-3",), ("-gdwarf-4",), ("-gdwarf-5",), ("-gz=zlib",),
        ("-gz=zlib-gnu",), ("-fdebug-types-section",), ("-g1",), ("-no-pie",), ("-gdwarf64",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_form_of_debug_information_gives_one_table(flags: tuple[str, ...], tmp_path: Path) -> None:
    found = files(build("debugforms", tmp_path, "g++", "-O2", "-g", *flags, "a.cc", output="a"))
    assert (found["inl.h"], found["gen.h"]) == (83, 46)


def test_what_zstd_packed_is_read(tmp_path: Path) -> None:
    flags = ("-O2", "-gdwarf-5", "a.cc")
    plain = build("debugforms", tmp_path, "clang++-19", *flags, output="plain")
    path = build("debugforms", tmp_path, "clang++-19", *flags, "-gz=zstd", output="packed")
    assert check_claims(read_elf(path))
    assert files(path) == files(plain)
    assert functions(path) == functions(plain)
    assert len(functions(path)) > 3
    assert not any("zstd" in note for note in wasmfit.size(path, by=("file",)).notes)
    damaged = bytearray(path.read_bytes())
    line = next(section for section in read_elf(path).sections if section.name == ".debug_line")
    damaged[line.offset + 24 : line.offset + 40] = bytes(16)
    path.write_bytes(damaged)
    assert any("cannot be unpacked" in note for note in wasmfit.size(path, by=("file",)).notes)


def test_without_the_package_that_unpacks_zstd_its_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build("debugforms", tmp_path, "clang++-19", "-O2", "-g", "-gz=zstd", "a.cc", output="packed")
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    notes = wasmfit.size(path, by=("file",)).notes
    assert any("backports.zstd" in note and "wasmfit[lines]" in note for note in notes)


def test_stabs_of_older_compilers_are_read() -> None:
    found = {(names[0], Path(names[-1]).name): size for names, size in by(AVR, "symbol", "file").items()}
    assert (found["main", "a.c"], found["__vector_16", "a.c"]) == (40, 46)
    assert files(AVR)["a.c"] == 86


@pytest.mark.parametrize("damage", [b"\0", b"\x64", b"\xff"])
def test_damaged_stabs_give_less(damage: bytes, tmp_path: Path) -> None:
    image = AVR.read_bytes()
    for section in read_elf(AVR).sections:
        if section.name in (".stab", ".stabstr"):
            for number in range(0, section.size, 37):
                damaged = bytearray(image)
                damaged[section.offset + number : section.offset + number + 2] = damage * 2
                (tmp_path / "a.elf").write_bytes(damaged)
                assert sum(files(tmp_path / "a.elf").values()) == 446


def test_overlays_have_files_of_their_own(tmp_path: Path) -> None:
    path = build(
        "overlay-flash", tmp_path, *ARM, "-mlong-calls", "-Os", "-g", "-nostdlib", "-Wl,-T,a.ld",
        "main.c", "big.c", "small.c",
    )  # fmt: skip
    found = {(names[0], Path(names[-1]).name): size for names, size in by(path, "symbol", "file").items()}
    assert (found["menu", "small.c"], found["update", "big.c"], found["update2", "big.c"]) == (8, 26, 10)
    assert ("menu", "big.c") not in found


def test_a_file_of_debug_information_alone_says_so(tmp_path: Path) -> None:
    flags = ("-Os", "-g", "-ffunction-sections", "-nostdlib", "-Wl,-T,b.ld", "-Wl,--gc-sections")
    path = build("dead-at-zero", tmp_path, *ARM, *flags, "m2.c", "lib2.c")
    debug = path.with_name("a.debug")
    run(tmp_path, "arm-none-eabi-objcopy", "--only-keep-debug", str(path), str(debug))
    analysis = wasmfit.size(debug, by=("file",))
    assert analysis.uses == ()
    assert any("hold no bytes" in note for note in analysis.notes)
    assert files(debug, sections=[".text"])["lib2.c"] == files(path, sections=[".text"])["lib2.c"] == 516


def test_a_stripped_file_says_where_its_symbols_are(tmp_path: Path) -> None:
    flags = ("-Os", "-g", "-nostdlib", "-Wl,-T,b.ld")
    path = build("dead-at-zero", tmp_path, *ARM, *flags, "m2.c", "lib2.c")
    run(path.parent, "arm-none-eabi-objcopy", "--only-keep-debug", "a.elf", "a.debug")
    link = "--add-gnu-debuglink=a.debug"
    run(path.parent, "arm-none-eabi-objcopy", "--strip-all", link, "a.elf", "b.elf")
    stripped, debug = path.with_name("b.elf"), path.with_name("a.debug")
    whole = by(path, "section")
    assert by(stripped, "section") == by(debug, "section") == whole
    (note,) = (note for note in wasmfit.size(stripped).notes if "no symbols" in note)
    assert f"They are in {debug}: eu-unstrip {stripped} {debug}" in note
    debug.rename(tmp_path / "elsewhere.debug")
    (note,) = (note for note in wasmfit.size(stripped).notes if "no symbols" in note)
    assert note.endswith("They are in a.debug, which is not next to it.")


@pytest.mark.parametrize("name", [b"", b"../a.debug\0", b"\xff\0", b"a" * 400])
def test_any_name_of_a_debug_file_is_taken(name: bytes, tmp_path: Path) -> None:
    link = Sec(".gnu_debuglink", 0, name, flags=0)
    (tmp_path / "a.elf").write_bytes(
        ElfBuilder(sections=[Sec(".text", 0, bytes(8), flags=CODE), link]).build()
    )
    assert any("no symbols" in note for note in wasmfit.size(tmp_path / "a.elf").notes)


def packed(claim: int, data: bytes, kind: int = 1) -> bytes:
    """A file with a section that claims to unpack to some bytes."""
    contents = struct.pack("<IIQQ", kind, 0, claim, 1) + zlib.compress(data)
    sections = [Sec(".text", 0x100, bytes(16), flags=CODE), Sec(".debug_info", 0, contents, flags=0x800)]
    return ElfBuilder(sections=sections, bits=64, machine=62).build()


@pytest.mark.parametrize(("claim", "kind"), [(10 << 30, 1), (1 << 20, 1), (10 << 30, 2), ((1 << 64) - 1, 2)])
def test_what_packed_sections_claim_is_checked_before_they_are_unpacked(claim: int, kind: int) -> None:
    elf = parse_elf(packed(claim, b"short", kind))
    with pytest.raises(ElfError, match="claims"):
        check_claims(elf)
    with pytest.raises(ElfError, match="claims"):
        DebugSections(elf).get(".debug_info")


def test_packed_sections_are_unpacked() -> None:
    assert DebugSections(parse_elf(packed(5000, bytes(5000)))).get(".debug_info") == bytes(5000)
    with pytest.raises(ElfError, match="not as long"):
        DebugSections(parse_elf(packed(5001, bytes(5000)))).get(".debug_info")


def test_a_hostile_claim_costs_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.elf").write_bytes(packed(10 << 30, b"short"))
    notes = wasmfit.size(tmp_path / "a.elf", by=("file",)).notes
    assert any("claims 10,737,418,240 bytes" in note for note in notes)
    with pytest.raises(UsageError, match="claims"):
        wasmfit.size(tmp_path / "a.elf", inlined=True)


@pytest.mark.parametrize("repeated", ["S_", "S0_", "T_", "B_"])
@pytest.mark.parametrize("times", [1000, 2000, 100_000])
def test_names_that_refer_back_without_end_are_shown_as_they_are(repeated: str, times: int) -> None:
    name = "_Z1f" + repeated * times
    assert demangle(name) == name


def test_a_file_with_such_a_name_is_read(tmp_path: Path) -> None:
    name = "_Z1f" + "S_" * 2000
    sections = [Sec(".text", 0x100, b"\x70\x47" * 64, flags=CODE)]
    (tmp_path / "x.elf").write_bytes(ElfBuilder(sections=sections, symbols=[Sym(name, 0x101, 16)]).build())
    assert by(tmp_path / "x.elf", "symbol")[name,] == 16


@pytest.mark.parametrize(
    ("start", "what", "instead"),
    [
        (b"!<thin>\n", "static library", "ELF file"),
        (b"\xcf\xfa\xed\xfe", "Mach-O", "target with ELF files"),
        (b"\xca\xfe\xba\xbe", "Mach-O", "target with ELF files"),
        (b"MZ\x90\0", "PE", "target with ELF files"),
        (b"\0asm\1\0\0\0", "WebAssembly", "firmware"),
        (b":020000040800F2\n", "Intel HEX", "made from"),
        (b"UF2\nWQ]\x9e", "UF2", "made from"),
        (b"S00F000068656C6C", "S-record", "made from"),
        (b"BC\xc0\xde", "bitcode", "Compile or link"),
        (b"", "is empty", "ELF"),
        (b"junk", "is not an ELF file", "ELF"),
    ],
)
def test_other_files_are_named_for_what_they_are(
    start: bytes, what: str, instead: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(start.ljust(64 if start else 0, b"0"))
    with pytest.raises(ElfError, match=what) as raised:
        read_elf(tmp_path / "file")
    assert instead in str(raised.value)


def windows_program(subsystem: int, *, plus: bool = True, cli: bool = False) -> bytes:
    """The headers of a PE file."""
    directories = [(0, 0)] * 16
    directories[14] = (0x2008, 72) if cli else (0, 0)
    optional = bytearray(112 if plus else 96)
    struct.pack_into("<H", optional, 0, 0x20B if plus else 0x10B)
    struct.pack_into("<H", optional, 68, subsystem)
    struct.pack_into("<I", optional, len(optional) - 4, len(directories))
    table = b"".join(struct.pack("<II", *entry) for entry in directories)
    header = struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, len(optional) + len(table), 2)
    return (
        b"MZ".ljust(0x3C, b"\0")
        + struct.pack("<I", 0x80)
        + bytes(0x40)
        + b"PE\0\0"
        + header
        + optional
        + table
    )


@pytest.mark.parametrize(
    ("image", "what"),
    [
        (windows_program(3), r"a Windows program \(PE32\+\)"),
        (windows_program(3, plus=False), r"a Windows program \(PE\)"),
        (windows_program(10), r"a UEFI application \(PE32\+\)"),
        (windows_program(12), "a UEFI runtime driver"),
        (windows_program(3, plus=False, cli=True), r"a .NET program \(PE\)"),
        (windows_program(3, cli=True), r"a .NET program \(PE32\+\)"),
        (windows_program(3)[:0x90], "PE that is cut off"),
        (b"MZ".ljust(0x3C, b"\0") + b"\xff\xff\xff\xff" + bytes(64), "PE that is cut off"),
        (b"MZ", "PE that is cut off"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(40), "several processors"),
        (b"\xca\xfe\xba\xbf\0\0\0\x02" + bytes(40), "several processors"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(40), "a Java class"),
    ],
)
def test_programs_of_other_systems_are_named_by_what_they_are_for(
    image: bytes, what: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(image)
    with pytest.raises(ElfError, match=f"file is {what}|file is .*{what}") as raised:
        read_elf(tmp_path / "file")
    assert "target with ELF files" in str(raised.value)


@given(st.binary(max_size=200), st.sampled_from([b"MZ", b"\xca\xfe\xba\xbe", windows_program(3)[:0x98]]))
def test_whatever_follows_it_is_named(rest: bytes, start: bytes) -> None:
    with pytest.raises(ElfError, match="not an ELF file"):
        parse_elf(start + rest)


def test_an_object_of_intermediate_code_says_so(tmp_path: Path) -> None:
    path = build(
        "objfile", tmp_path, "gcc", "-O2", "-flto", "-fno-fat-lto-objects", "-c", "a.c", output="a.o"
    )
    assert any("-flto" in note for note in wasmfit.size(path).notes)
