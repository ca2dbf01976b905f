"""Debug information: removed functions, object files, split files, overlays, files without bytes, claims."""

import struct
import zlib
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import parse_elf, read_elf
from wasmfit.elf.dwarf.sections import DebugSections, check_claims
from wasmfit.elf.errors import ElfError
from wasmfit.elf.names.demangle import demangle
from wasmfit.errors import UsageError

from ...elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from . import ARM, RISCV, build, by, run, sources

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


def test_inlined_calls_of_an_object_file_are_refused_in_words(tmp_path: Path) -> None:
    path = build("objfile", tmp_path, "gcc", "-O2", "-g", "-c", "a.c", output="a.o")
    with pytest.raises(UsageError, match="object file"):
        wasmfit.size(path, inlined=True)


def test_split_debug_information_leaves_the_line_tables(tmp_path: Path) -> None:
    whole = build("debugforms", tmp_path, "g++", "-O2", "-g", "a.cc", output="whole")
    split = build("debugforms", tmp_path, "g++", "-O2", "-g", "-gsplit-dwarf", "a.cc", output="split")
    assert files(split, sections=[".text"]) == files(whole, sections=[".text"])
    assert files(split)["gen.h"] > 40
    for options in ({"by": ("file",)}, {"inlined": True}):
        notes = wasmfit.size(split, **options).notes
        assert any(".dwo" in note and "not read" in note for note in notes)
    assert not any(".dwo" in note for note in wasmfit.size(whole, by=("file",)).notes)


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


def test_an_object_of_intermediate_code_says_so(tmp_path: Path) -> None:
    path = build(
        "objfile", tmp_path, "gcc", "-O2", "-flto", "-fno-fat-lto-objects", "-c", "a.c", output="a.o"
    )
    assert any("-flto" in note for note in wasmfit.size(path).notes)
