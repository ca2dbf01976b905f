"""Accounts of images that real compilers and linkers made, compared with binutils."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import Machine, SectionType, read_elf, read_link_map
from wasmfit.elf.names.crates import codegen_unit_crate, rust_crate
from wasmfit.footprint import (
    ASSEMBLY,
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    UNKNOWN,
    Footprint,
)
from wasmfit.footprint.views.memories import OUTSIDE, DeviceMemory, MemoryLayout

from ..tools import rust, tool
from .totals import totals


def run(*command: str | Path, folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, cwd=folder, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def agrees_with_size(path: Path, footprint: Footprint, size: str) -> None:
    """The sizes of all sections that take memory are those that binutils report."""
    rows = [line.split() for line in run(size, "-A", path).splitlines()]
    theirs = {row[0]: int(row[1]) for row in rows if len(row) == 3 and row[1].isdigit()}
    assert {s.name: s.size for s in footprint.sections} == {
        s.name: theirs[s.name] for s in read_elf(path).allocated()
    }


def agrees_with_nm(path: Path, nm: str) -> None:
    """Sized symbols are those that binutils report, Thumb bit cleared."""
    row = re.compile(r"([0-9a-f]+) ([0-9a-f]+) (\w) (.*)")
    output = run(nm, "--print-size", "--defined-only", path)
    theirs = sorted(
        (int(m[1], 16), int(m[2], 16), m[4]) for line in output.splitlines() if (m := row.fullmatch(line))
    )
    ours = sorted(
        (s.address, s.size, s.name)
        for s in read_elf(path).symbols
        if s.size and s.section is not None and s.type not in (3, 4, 6)  # nm: thread-local ones by offset
    )
    assert set(ours) <= set(theirs)
    assert len(ours) > 5


# Of the host

TWO_FILES = {
    "one.c": """
        static int counter; static const char names[] = "one, of course";
        __attribute__((noinline)) static int helper(int x) { return x * counter + names[x & 7]; }
        int one(int x) { counter++; return helper(x) + 1; }
    """,
    "two.c": """
        int one(int); static int table[40] = {1, 2, 3};
        static int helper(int x) { return table[x & 31] ^ x; }
        int main(int n, char **v) { (void)v; table[n & 31]++; return one(n) + helper(n); }
    """,
}


@pytest.fixture(scope="module")
def host_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    for name, text in TWO_FILES.items():
        (folder / name).write_text(text)
    run(tool("gcc"), "-O1", "-o", "image", *TWO_FILES, folder=folder)
    return folder / "image"


def test_a_host_image_adds_up_as_binutils_say(host_image: Path) -> None:
    agrees_with_size(host_image, totals(read_elf(host_image)), tool("size"))
    agrees_with_nm(host_image, tool("nm"))


def test_local_symbols_of_a_host_image_belong_to_their_file(host_image: Path) -> None:
    file = read_elf(host_image)
    owners = totals(file, owner_of_object={"one.c": "one", "two.c": "two"}.get).owners()
    assert owners[".data"]["two"] == 160
    assert owners[".bss"]["one"] == 4
    helpers = [s.size for s in file.symbols if s.name.startswith("helper")]
    # Which of the two helpers stay functions is the compiler's choice; all that stay have an owner.
    assert owners[".text"].get("one", 0) + owners[".text"].get("two", 0) == sum(helpers) > 0
    assert owners[".rodata"]["one"] == 15


def test_a_stripped_host_image_still_adds_up(host_image: Path, tmp_path: Path) -> None:
    stripped = tmp_path / "stripped"
    run(tool("strip"), "-o", stripped, host_image)
    footprint = totals(read_elf(stripped))
    agrees_with_size(stripped, footprint, tool("size"))
    assert set(footprint.owners()[".text"]) == {UNKNOWN}


def test_a_host_object_adds_up(host_image: Path) -> None:
    folder = host_image.parent
    run(tool("gcc"), "-O1", "-c", "-ffunction-sections", "-fdata-sections", "one.c", folder=folder)
    file = read_elf(folder / "one.o")
    owners = totals(file, owner_of_object=lambda name: name).owners()
    assert file.segments == ()
    assert owners[".text.helper"] == {"one.c": sum(owners[".text.helper"].values())}


# Of a microcontroller: needs the Arm compiler and LLVM's linker

FIRMWARE = {
    "vectors.S": """
        .syntax unified
        .cpu cortex-m4
        .section .vectors, "a"
        .word 0x20008000, reset
        .text
        .thumb_func
        .global reset
    reset:                      @ a function without a size, and a literal pool
        ldr r0, =0x20000000
        bl first
        b .
        .ltorg
    """,
    "first.c": """
        int second(int); extern const char *message(int);
        volatile int value = 5; char buffer[333]; static short odd[3] = {1, 2, 3};
        unsigned long long divide(unsigned long long a, unsigned long long b) { return a / b; }
        float scale(float x) { return x * 1.5f; }
        int first(int n) {
            buffer[n] = message(n)[1]; odd[n & 1]++;
            return second(n) + odd[n & 1] + (int)divide(n, value);
        }
    """,
    "second.c": """
        const char *message(int n) { return n ? "shared text" : "own text"; }
        const char *other(void) { return "shared text"; }
        static const unsigned char flags[5] = {1, 2, 3, 4, 5};
        int second(int n) { return flags[n % 5] + other()[n]; }
    """,
}
SCRIPT = """
MEMORY { FLASH : ORIGIN = 0x0, LENGTH = 64K  RAM : ORIGIN = 0x20000000, LENGTH = 16K }
ENTRY(reset)
SECTIONS {
  .vectors : { KEEP(*(.vectors)) LONG(0xdeadbeef) } > FLASH
  .text : { *(.text .text.*) . = ALIGN(16); } > FLASH
  .rodata : { *(.rodata .rodata.*) . = ALIGN(4); } > FLASH
  .data : { *(.data .data.*) . = ALIGN(4); } > RAM AT > FLASH
  .bss (NOLOAD) : { *(.bss .bss.* COMMON) . = ALIGN(4); } > RAM
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
}
"""


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firmware")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-ffunction-sections", "-fdata-sections", "-c"]
    for name, text in FIRMWARE.items():
        (folder / name).write_text(text)
        run(tool("arm-none-eabi-gcc"), *flags, name, folder=folder)
    (folder / "script.ld").write_text(SCRIPT)
    compiler = tool("arm-none-eabi-gcc")
    libgcc = run(compiler, "-mcpu=cortex-m4", "-mthumb", "-print-libgcc-file-name").strip()
    inputs = ["-T", "script.ld", "vectors.o", "first.o", "second.o", libgcc]
    linker = tool("ld.lld", *(f"ld.lld-{version}" for version in range(22, 12, -1)))
    run(linker, "-O2", *inputs, "-Map=lld.map", "-o", "lld.elf", folder=folder)
    run(tool("arm-none-eabi-ld"), *inputs, "-Map=gnu.map", "-o", "gnu.elf", folder=folder)
    return folder


def object_owner(path: str) -> str | None:
    library = re.search(r"/lib(\w+)\.a\(", path)
    return library[1] if library else path.removesuffix(".o")


@pytest.mark.real
@pytest.mark.parametrize("image", ["lld.elf", "gnu.elf"])
def test_firmware_adds_up_as_binutils_say(firmware: Path, image: str) -> None:
    agrees_with_size(firmware / image, totals(read_elf(firmware / image)), tool("arm-none-eabi-size"))
    agrees_with_nm(firmware / image, tool("arm-none-eabi-nm"))


@pytest.mark.real
def test_with_a_map_each_byte_of_firmware_has_an_owner(firmware: Path) -> None:
    file = read_elf(firmware / "lld.elf")
    link_map = read_link_map(firmware / "lld.map")
    footprint = totals(file, link_map, owner_of_object=object_owner)
    owners = footprint.owners()
    assert all(UNKNOWN not in rows for rows in owners.values())
    assert set(owners[".text"]) - {PADDING} == {"vectors", "first", "second", "gcc"}
    assert owners[".vectors"] == {"vectors": 8, "[linker script]": 4}
    linkers = {MERGED_STRINGS, MERGED_CONSTANTS, PADDING}
    assert {MERGED_STRINGS, "second"} <= set(owners[".rodata"]) <= {*linkers, "second", "gcc"}
    assert owners[".bss"]["first"] == 333
    # Each input section of the map is accounted for, to the byte.
    text = next(section for section in link_map.sections if section.name == ".text")
    sizes: Counter[str | None] = Counter()
    for part in text.inputs:
        sizes[object_owner(part.object)] += part.size
    assert {owner: size for owner, size in owners[".text"].items() if owner != PADDING} == sizes


@pytest.mark.real
@pytest.mark.parametrize("image", ["lld.elf", "gnu.elf"])
def test_without_a_map_local_symbols_still_have_an_owner(firmware: Path, image: str) -> None:
    owners = totals(read_elf(firmware / image), owner_of_object=object_owner).owners()
    assert owners[".rodata"]["second.c"] == 5
    assert owners[".data"]["first.c"] == 6
    # The functions of these files are global. libgcc's assembly follows second.c's symbols without a file of
    # its own in lld's image, and must not be taken for second.c's.
    assert set(owners[".text"]) <= {UNKNOWN, ASSEMBLY, PADDING}


@pytest.mark.real
def test_firmware_takes_what_its_segments_say(firmware: Path) -> None:
    file = read_elf(firmware / "lld.elf")
    memories = [DeviceMemory("flash", 0, 64 << 10, 4096), DeviceMemory("RAM", 0x2000_0000, 16 << 10)]
    uses = {use.name: use for use in MemoryLayout(file, memories).uses()}
    in_flash = [s for s in file.allocated() if s.type != SectionType.NOBITS]
    assert uses["flash"].bytes == sum(s.size for s in in_flash)
    assert uses["RAM"].bytes == sum(s.size for s in file.allocated() if s.address >= 0x2000_0000)
    assert uses["flash"].pages == 1
    assert OUTSIDE not in uses
    assert file.machine == Machine.ARM


# Of Rust: needs its compiler

RUST = """
use std::fmt;
pub trait Shape { fn area(&self) -> u64; fn twice(&self) -> u64 { std::hint::black_box(2 * self.area()) } }
pub struct Square(u64);
impl Shape for Square { #[inline(never)] fn area(&self) -> u64 { self.0 * self.0 } }
impl fmt::Display for Square {
    #[inline(never)] fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "square {}", self.0) }
}
fn main() {
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(std::env::args().count() as u64))];
    println!("{} {}", shapes[0].twice(), Square(7));
}
"""


@pytest.mark.real
@pytest.mark.parametrize("mangling", ["v0", "legacy"])
def test_a_rust_image_is_owned_by_its_crates(tmp_path: Path, mangling: str) -> None:
    (tmp_path / "shapes.rs").write_text(RUST)
    flags = [
        "-O",
        "-C",
        "codegen-units=1",
        "-Z",
        "unstable-options",
        "-C",
        f"symbol-mangling-version={mangling}",
    ]
    # Asking for legacy names needs an unstable option.
    run(rust("rustc"), *flags, "shapes.rs", folder=tmp_path, RUSTC_BOOTSTRAP="1")
    file = read_elf(tmp_path / "shapes")
    footprint = totals(file)
    agrees_with_size(tmp_path / "shapes", footprint, tool("size"))
    owners = footprint.owners()[".text"]
    own = [
        s for s in file.symbols if (crate := rust_crate(s.name)) and crate.name == "shapes" and s.type == 2
    ]
    assert owners["shapes"] == sum(s.size for s in own) > 0
    assert {"core", "alloc", "std"} <= set(owners)
    named = sum(size for owner, size in owners.items() if not owner.startswith("["))
    assert named > 0.85 * footprint.size(".text")
    if mangling == "v0":
        units = {codegen_unit_crate(s.file) for s in own if s.file}
        assert units <= {"shapes"}


# Of C++

CPP = """
template <class T> __attribute__((noinline)) T larger(T a, T b) { return a > b ? a : b; }
template <int N> struct Table { int rows[N]; __attribute__((noinline)) int sum() const {
    int all = 0; for (int row : rows) all += row * N; return all; } };
Table<3> small; Table<40> large;
int main(int n, char **) {
    small.rows[n & 1] = n; large.rows[n & 7] = n;
    int all = larger(n, 3) + (int)larger(2.5f, (float)n) + (int)larger(2.5, (double)n);
    return all + small.sum() + large.sum();
}
"""


def test_instances_of_a_cpp_template_are_one_family(tmp_path: Path) -> None:
    (tmp_path / "templates.cpp").write_text(CPP)
    run(tool("g++", "c++"), "-O1", "-fno-inline", "-o", "image", "templates.cpp", folder=tmp_path)
    analysis = wasmfit.size(tmp_path / "image", by=["family", "symbol"], sections=[".text"])
    families = {row.name: row for row in analysis.view.rows}
    assert {row.name for row in families["larger"].rows} == {
        "int larger<int>(int, int)",
        "float larger<float>(float, float)",
        "double larger<double>(double, double)",
    }
    assert len(families["Table::sum"].rows) == 2
    agrees_with_size(tmp_path / "image", totals(read_elf(tmp_path / "image")), tool("size"))


def test_a_shared_object_that_is_stripped_keeps_its_dynamic_symbols(host_image: Path, tmp_path: Path) -> None:
    library = tmp_path / "library.so"
    run(tool("gcc"), "-O1", "-shared", "-fPIC", "-o", library, "one.c", folder=host_image.parent)
    run(tool("strip"), library)
    symbols = {row.name for row in wasmfit.size(library, by=["symbol"], sections=[".text"]).view.rows}
    assert "one" in symbols
    assert "helper" not in symbols
    assert any("stripped but for its dynamic symbols" in note for note in wasmfit.size(library).notes)


# With GNU ld's map


@pytest.mark.real
def test_gnu_lds_map_gives_each_byte_of_firmware_an_owner(firmware: Path) -> None:
    analysis = wasmfit.size(firmware / "gnu.elf", link_map=firmware / "gnu.map")
    owners = {section.name: {row.owner: row.bytes for row in section.rows} for section in analysis.sections}
    assert all(UNKNOWN not in rows for rows in owners.values())
    assert set(owners[".text"]) - {PADDING} == {"vectors.o", "first.o", "second.o", "libgcc"}
    assert owners[".vectors"] == {"vectors.o": 8, "[linker script]": 4}
    # Each input section of the map is accounted for, to the byte.
    text = next(s for s in read_link_map(firmware / "gnu.map").sections if s.name == ".text")
    sizes: Counter[str] = Counter()
    for part in text.inputs:
        sizes["libgcc" if "libgcc.a" in part.object else part.object] += part.size
    assert {owner: size for owner, size in owners[".text"].items() if owner != PADDING} == sizes


@pytest.mark.real
@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4", "cortex-m33"])
def test_firmware_of_every_core_adds_up(firmware: Path, tmp_path: Path, cpu: str) -> None:
    flags = [f"-mcpu={cpu}", "-mthumb", "-Os", "-ffunction-sections", "-fdata-sections", "-c"]
    for name in ("first.c", "second.c"):
        run(tool("arm-none-eabi-gcc"), *flags, firmware / name, folder=tmp_path)
    (tmp_path / "start.c").write_text("int first(int); void reset(void) { first(1); for (;;); }")
    run(tool("arm-none-eabi-gcc"), *flags, "start.c", folder=tmp_path)
    libgcc = run(tool("arm-none-eabi-gcc"), f"-mcpu={cpu}", "-mthumb", "-print-libgcc-file-name").strip()
    objects = ["start.o", "first.o", "second.o", libgcc]
    run(tool("arm-none-eabi-ld"), "-T", firmware / "script.ld", *objects, "-o", "image", folder=tmp_path)
    agrees_with_size(tmp_path / "image", totals(read_elf(tmp_path / "image")), tool("arm-none-eabi-size"))
    kinds = {row.name: row.bytes for row in wasmfit.size(tmp_path / "image", by=["kind"]).view.rows}
    assert kinds["code"] > kinds.get("literals in code", 0) > 0


# Against cargo-bloat

LENDER = """
pub trait Shape { fn area(&self) -> u64; }
#[inline(never)] pub fn twice<S: Shape>(shape: &S) -> u64 { std::hint::black_box(2 * shape.area()) }
#[inline(never)] pub fn plain(x: u64) -> u64 { std::hint::black_box(x.rotate_left(3) ^ 5) }
"""
BORROWER = """
struct Square(u64);
impl lender::Shape for Square {
    #[inline(never)] fn area(&self) -> u64 { std::hint::black_box(self.0 * self.0) }
}
fn main() {
    let n = std::env::args().count() as u64;
    println!("{} {}", lender::twice(&Square(n)), lender::plain(n));
}
"""


@pytest.mark.real
@pytest.mark.skipif(shutil.which("cargo-bloat") is None, reason="cargo-bloat is not installed")
def test_crates_are_cargo_bloats_but_for_what_it_guesses(tmp_path: Path) -> None:
    for name, file, text in (("lender", "lib.rs", LENDER), ("borrower", "main.rs", BORROWER)):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src" / file).write_text(text)
        needs = 'lender = { path = "../lender" }' if name == "borrower" else ""
        (tmp_path / name / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\n{needs}\n'
            "[profile.release]\ncodegen-units = 1\nlto = true\n"
        )
    folder = tmp_path / "borrower"
    command = ("bloat", "--release", "--crates", "-n", "0", "--message-format", "json")
    report = json.loads(run(rust("cargo"), *command, folder=folder, RUSTFLAGS="-Csymbol-mangling-version=v0"))
    theirs = {row["name"]: row["size"] for row in report["crates"]}
    (text_section,) = wasmfit.size(
        folder / "target/release/borrower", by=["section", "crate"], sections=[".text"]
    ).view.rows
    ours = {row.name: row.bytes for row in text_section.rows}
    assert report["text-section-size"] == text_section.bytes == sum(ours.values())
    # A generic is its own crate's here, and the crate's whose type it is used with there.
    assert ours["borrower"] + ours["lender"] == theirs["borrower"] + theirs.get("lender", 0)
    # Neither padding nor start files are anyone's there; all else is.
    assert abs(sum(theirs.values()) - text_section.bytes) < 0.02 * text_section.bytes
