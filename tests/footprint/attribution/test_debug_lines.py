"""Source files and inlined origins, compared with binutils and LLVM."""

import json
import posixpath
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import Elf, parse_elf, read_elf
from wasmfit.errors import UsageError
from wasmfit.footprint import attribute_bytes, with_literals
from wasmfit.footprint.attribution.debug_lines import (
    DebugLines,
    files_by_dwarf,
    owners_by_inlining,
    read_lines,
)
from wasmfit.footprint.attribution.source_paths import source_path
from wasmfit.footprint.attribution.symcache import LinesError, parse_symcache

from ...elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from ...tools import rust, tool

SOURCES = {
    "one.h": """
        static inline __attribute__((always_inline)) int inner(int x) {
            return x * 77 + (x >> 3);
        }
        static inline __attribute__((always_inline)) int outer(int x) {
            int y = inner(x + 1) ^ 0x5555;
            return y * y;
        }
    """,
    "one.c": """
        #include "one.h"
        volatile int sink;
        int used(int x) { sink = x; x = outer(x) - 3; sink = x; return x; }
        int unused_1(int x) { sink = x + 1; return outer(x) * 31 + outer(x + 1); }
        int unused_2(int x) { sink = x + 2; return outer(x) * 37 + outer(x + 2); }
        __attribute__((noinline)) int second(int x) { for (int i = 0; i < x; i++) sink += i; return sink; }
    """,
    "two.c": """
        int used(int); int second(int);
        int data = 4;
        int main(void) { return used(data) + second(3); }
        void _start(void) { main(); for (;;); }
    """,
    "bare.c": "int sink2; int bare(int x) { sink2 = x; return x * 5 + sink2; } ",
}


def run(*command: str | Path, folder: Path, text: str = "") -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder, input=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sources(folder: Path) -> None:
    for name, text in SOURCES.items():
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def host_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lines")
    sources(folder)
    run(tool("gcc"), "-O2", "-g", "-o", "image", "one.c", "two.c", "-nostdlib", "-static", folder=folder)
    return folder / "image"


def functions(elf: Elf) -> list[tuple[int, int]]:
    return [(s.address, s.size) for s in elf.symbols if s.type == 2 and s.size and s.section is not None]


def chains(lines: DebugLines, addresses: Sequence[int]) -> list[list[tuple[str, str, int]]]:
    """Function, file's name and line of each place at each address."""
    return [
        [(frame.function, posixpath.basename(frame.file), frame.line) for frame in lines.at(address)]
        for address in addresses
    ]


def addr2line(program: str, path: Path, addresses: Sequence[int]) -> list[list[tuple[str, str, int]]]:
    text = run(program, "-i", "-f", "-a", "-e", path, folder=path.parent, text="\n".join(map(hex, addresses)))
    frames: list[list[tuple[str, str, int]]] = []
    rows = text.splitlines()
    while rows:
        row = rows.pop(0)
        if row.startswith("0x"):
            frames.append([])
            continue
        file, _, line = rows.pop(0).partition(" ")[0].rpartition(":")
        frames[-1].append((row, posixpath.basename(file), int(line) if line.isdigit() else 0))
    return frames


def test_places_are_those_of_addr2line(host_image: Path) -> None:
    elf = read_elf(host_image)
    addresses = [at for address, size in functions(elf) for at in range(address, address + size)]
    ours = chains(read_lines(elf), addresses)
    theirs = addr2line(tool("addr2line"), host_image, addresses)
    assert len(ours) > 100
    assert ours == theirs
    assert max(len(places) for places in ours) == 3  # used, outer, inner


def test_files_add_up_and_inlined_code_counts_for_its_own_file(host_image: Path) -> None:
    elf = read_elf(host_image)
    before = attribute_bytes(elf)
    after = files_by_dwarf(before)
    assert after.size == before.size
    sizes: dict[str | None, int] = {}
    for byte_range in after.ranges:
        if byte_range.section.name == ".text":
            name = posixpath.basename(byte_range.file) if byte_range.file else None
            sizes[name] = sizes.get(name, 0) + byte_range.size
    assert sum(sizes.values()) == next(s.size for s in elf.allocated() if s.name == ".text")
    assert {"one.h", "one.c", "two.c"} <= set(sizes)
    # Each byte's file is that of the innermost place.
    lines = read_lines(elf)
    for byte_range in after.ranges:
        for address in range(byte_range.start, byte_range.end) if byte_range.section.executable else ():
            if byte_range.symbol is not None:
                frames = lines.at(address)
                assert byte_range.file == (frames[0].file if frames else None)


def test_code_without_debug_information_next_to_code_with_it_has_no_file(tmp_path: Path) -> None:
    sources(tmp_path)
    run(tool("gcc"), "-O2", "-c", "bare.c", folder=tmp_path)
    run(tool("gcc"), "-O2", "-g", "-c", "one.c", folder=tmp_path)
    link = [tool("gcc"), "-nostdlib", "-static", "-Wl,-e,used", "-o", "image", "one.o", "bare.o"]
    run(*link, folder=tmp_path)
    after = files_by_dwarf(attribute_bytes(read_elf(tmp_path / "image")))
    by_symbol: dict[str, set[str | None]] = {}
    for byte_range in after.ranges:
        if byte_range.symbol is not None and byte_range.section.executable:
            by_symbol.setdefault(byte_range.symbol.name, set()).add(byte_range.file)
    assert by_symbol["bare"] == {None}
    assert None not in by_symbol["used"]


@pytest.mark.real
@pytest.mark.parametrize("linker", ["gnu", "lld"])
@pytest.mark.parametrize("flash", ["0x0", "0x100", "0x08000000"])
def test_removed_functions_claim_nothing(tmp_path: Path, linker: str, flash: str) -> None:
    """Debug information of what the linker dropped says that it lies at 0, where other code may lie."""
    sources(tmp_path)
    (tmp_path / "script.ld").write_text(
        f"SECTIONS {{ . = {flash}; .vectors : {{ LONG(0x20001000) LONG(_start) }} "
        ".text : { *(.text .text.*) } .data : { *(.data*) } .bss : { *(.bss*) } }"
    )
    compiler = tool("arm-none-eabi-gcc")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-O2", "-g", "-ffunction-sections", "-c"]
    for name in ("one.c", "two.c"):
        run(compiler, *flags, name, folder=tmp_path)
    program = tool("ld.lld", "ld.lld-19") if linker == "lld" else tool("arm-none-eabi-ld")
    options = ["--gc-sections", "-e", "_start", "-T", "script.ld", "-o", "image.elf"]
    run(program, *options, "one.o", "two.o", folder=tmp_path)
    elf = read_elf(tmp_path / "image.elf")
    assert {s.name for s in elf.symbols if s.type == 2} == {"_start", "main", "used", "second"}
    lines = read_lines(elf)
    for symbol in elf.symbols:
        if symbol.type != 2:
            continue
        for address in range(symbol.address, symbol.address + symbol.size):
            frames = lines.at(address)
            assert frames[-1].function == symbol.name
    byte_map = files_by_dwarf(with_literals(attribute_bytes(elf)))
    text = [
        byte_range
        for byte_range in byte_map.ranges
        if byte_range.section.name == ".text" and byte_range.symbol is not None
    ]
    assert all(byte_range.file is not None for byte_range in text)
    if flash == "0x08000000":  # at 0, the debug information of what was dropped misleads addr2line
        addresses = [a for start, size in functions(elf) for a in range(start, start + size, 2)]
        assert chains(lines, addresses) == addr2line(
            tool("arm-none-eabi-addr2line"), elf_path(elf), addresses
        )


def elf_path(elf: Elf) -> Path:
    return Path(elf.path)


RUST = """
#[inline(always)] fn cube(x: u64) -> u64 { x * x * x }
#[inline(never)] fn work(values: &[u64]) -> u64 { values.iter().map(|v| cube(*v)).sum() }
fn main() { println!("{}", work(&(0..std::env::args().count() as u64).collect::<Vec<_>>())); }
"""


@pytest.mark.real
def test_inlined_code_of_rust_belongs_to_its_crate(tmp_path: Path) -> None:
    (tmp_path / "program.rs").write_text(RUST)
    run(rust("rustc"), "-O", "-g", "-C", "symbol-mangling-version=v0", "program.rs", folder=tmp_path)
    elf = read_elf(tmp_path / "program")
    before = attribute_bytes(elf)
    after = owners_by_inlining(before)
    assert after.size == before.size

    def owners(of: str) -> dict[str, int]:
        rows: dict[str, int] = {}
        for byte_range in after.ranges:
            if byte_range.symbol is not None and of in byte_range.symbol.name:
                rows[byte_range.owner] = rows.get(byte_range.owner, 0) + byte_range.size
        return rows

    assert {"core", "program"} <= set(owners("7program4work"))
    assert {"alloc"} <= set(owners("7program4main"))


@pytest.mark.real
def test_places_are_those_of_llvm_symbolizer(tmp_path: Path) -> None:
    (tmp_path / "program.rs").write_text(RUST)
    run(rust("rustc"), "-O", "-g", "-C", "symbol-mangling-version=v0", "program.rs", folder=tmp_path)
    elf = read_elf(tmp_path / "program")
    symbolizer = tool("llvm-symbolizer", *(f"llvm-symbolizer-{version}" for version in range(22, 13, -1)))
    addresses = [a for start, size in functions(elf)[::7] for a in range(start, start + size, 13)][:20_000]
    output = run(
        symbolizer,
        f"--obj={elf.path}",
        "--no-demangle",
        "--output-style=JSON",
        folder=tmp_path,
        text="\n".join(map(hex, addresses)),
    )
    theirs = [
        [
            (row["FunctionName"], posixpath.basename(row["FileName"]), row["Line"])
            for row in json.loads(text)["Symbol"]
        ]
        for text in output.splitlines()
    ]
    ours = chains(read_lines(elf), addresses)
    known = [(our, their) for our, their in zip(ours, theirs, strict=True) if our and their[0][1]]
    same = sum(our == their for our, their in known)
    assert len(known) > 1000
    assert same / len(known) > 0.97  # they differ in what bad debug information means


# Words instead of tracebacks


def test_no_debug_information_is_said_in_words(tmp_path: Path) -> None:
    sources(tmp_path)
    run(tool("gcc"), "-O2", "-nostdlib", "-static", "-o", "image", "one.c", "two.c", folder=tmp_path)
    with pytest.raises(LinesError, match="no debug information"):
        read_lines(read_elf(tmp_path / "image"))
    stripped = parse_elf(ElfBuilder(sections=[Sec(".text", 0x100, bytes(8), flags=CODE)]).build())
    with pytest.raises(UsageError, match="-g"):
        files_by_dwarf(attribute_bytes(stripped))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from([".debug_abbrev", ".debug_line", ".debug_str"]), st.binary(max_size=60)),
    st.binary(max_size=200),
)
def test_broken_debug_information_is_said_in_words(others: dict[str, bytes], info: bytes) -> None:
    built = ElfBuilder(
        sections=[
            Sec(".text", 0x100, bytes(8), flags=CODE),
            *(Sec(name, 0, data, flags=0) for name, data in {**others, ".debug_info": info}.items()),
        ],
        symbols=[Sym("f", 0x101, 8)],
    )
    elf = parse_elf(built.build())
    try:
        byte_map = files_by_dwarf(attribute_bytes(elf))
    except LinesError:
        return
    assert byte_map.size == attribute_bytes(elf).size


def test_damaged_debug_information_of_a_compiler_is_said_in_words(host_image: Path) -> None:
    image = bytearray(host_image.read_bytes())
    elf = parse_elf(bytes(image))
    sections = {s.name: s for s in elf.sections}
    for name in (".debug_info", ".debug_abbrev", ".debug_line", ".debug_str"):
        section = sections[name]
        for seed in range(12):
            broken = bytearray(image)
            for at in range(section.offset + seed, section.offset + section.size, 37):
                broken[at] ^= 1 << seed % 8
            damaged = parse_elf(bytes(broken))
            try:
                byte_map = files_by_dwarf(attribute_bytes(damaged))
            except LinesError:
                continue
            assert byte_map.size == attribute_bytes(damaged).size


def symcache(version: int = 9, counts: tuple[int, ...] = (0, 0, 0, 0, 0), rest: bytes = b"") -> bytes:
    return struct.pack("<4sI32sI5I16s", b"SYMC", version, b"", 0, *counts, b"") + rest


def test_tables_of_another_version_are_refused() -> None:
    with pytest.raises(LinesError, match="version 10"):
        parse_symcache(symcache(10))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SYMC",
        b"ABCD" + symcache()[4:],
        symcache(counts=(1, 0, 0, 0, 0)),
        symcache(counts=(0, 0, 0, 1, 0), rest=bytes(4)),
        symcache(counts=(0, 0, 0, 0, 9)),
        symcache(counts=(0xFFFF_FFFF,) * 5),
    ],
)
def test_damaged_tables_are_refused(data: bytes) -> None:
    with pytest.raises(LinesError, match="damaged"):
        parse_symcache(data)


def test_empty_tables_have_no_ranges() -> None:
    assert len(parse_symcache(symcache()).starts) == 0


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=5, max_size=5), st.binary(max_size=300))
def test_any_tables_can_be_asked(counts: list[int], rest: bytes) -> None:
    try:
        cache = parse_symcache(symcache(counts=tuple(counts), rest=rest))
    except LinesError:
        return
    for offset in range(-1, 20):
        assert isinstance(cache.text(max(offset, 0)), str)


REGISTRY = "registry-1949cf8c6b5b557f"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("/home/me/project", "src", "main.c"), "/home/me/project/src/main.c"),
        (("/home/me/project", "", "../lib/a.c"), "/home/me/lib/a.c"),
        (("/home/me/project", "/usr/include", "stdio.h"), "/usr/include/stdio.h"),
        (
            (f"/root/.cargo/registry/src/{REGISTRY}/wasmi-2.0.0", "src", "engine.rs"),
            "wasmi-2.0.0/src/engine.rs",
        ),
        (
            (f"{REGISTRY}/wasmi-2.0.0", f"{REGISTRY}/wasmparser-0.228.0", "src/lib.rs"),
            "wasmparser-0.228.0/src/lib.rs",
        ),
        (("/x", "/rustc/ac68faa20c/library/core/src/num", "mod.rs"), "library/core/src/num/mod.rs"),
        (("/x", "y", ""), ""),
    ],
)
def test_paths_are_joined_and_shortened(parts: tuple[str, str, str], expected: str) -> None:
    assert source_path(*parts) == expected
