"""Accounts of images that real compilers and linkers made, held against binutils."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from wasmfit.footprint import (
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    UNKNOWN,
    Footprint,
    account,
    codegen_unit_crate,
    read_elf,
    read_link_map,
    region_use,
    rust_crate,
)
from wasmfit.footprint.elf import Machine, SectionType
from wasmfit.model.board import Region

from . import tool


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
    agrees_with_size(host_image, account(read_elf(host_image)), tool("size"))
    agrees_with_nm(host_image, tool("nm"))


def test_local_symbols_of_a_host_image_belong_to_their_file(host_image: Path) -> None:
    file = read_elf(host_image)
    owners = account(file, owner_of_object={"one.c": "one", "two.c": "two"}.get).owners()
    assert owners[".data"]["two"] == 160
    assert owners[".bss"]["one"] == 4
    helpers = [s.size for s in file.symbols if s.name.startswith("helper")]
    # Which of the two helpers stay functions is the compiler's choice; all that stay have an owner.
    assert owners[".text"].get("one", 0) + owners[".text"].get("two", 0) == sum(helpers) > 0
    assert owners[".rodata"]["one"] == 15


def test_a_stripped_host_image_still_adds_up(host_image: Path, tmp_path: Path) -> None:
    stripped = tmp_path / "stripped"
    run(tool("strip"), "-o", stripped, host_image)
    footprint = account(read_elf(stripped))
    agrees_with_size(stripped, footprint, tool("size"))
    assert set(footprint.owners()[".text"]) == {UNKNOWN}


def test_a_host_object_adds_up(host_image: Path) -> None:
    folder = host_image.parent
    run(tool("gcc"), "-O1", "-c", "-ffunction-sections", "-fdata-sections", "one.c", folder=folder)
    file = read_elf(folder / "one.o")
    owners = account(file, owner_of_object=lambda name: name).owners()
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
    run(tool("arm-none-eabi-ld"), *inputs, "-o", "gnu.elf", folder=folder)
    return folder


def object_owner(path: str) -> str | None:
    library = re.search(r"/lib(\w+)\.a\(", path)
    return library[1] if library else path.removesuffix(".o")


@pytest.mark.real
@pytest.mark.parametrize("image", ["lld.elf", "gnu.elf"])
def test_firmware_adds_up_as_binutils_say(firmware: Path, image: str) -> None:
    agrees_with_size(firmware / image, account(read_elf(firmware / image)), tool("arm-none-eabi-size"))
    agrees_with_nm(firmware / image, tool("arm-none-eabi-nm"))


@pytest.mark.real
def test_with_a_map_each_byte_of_firmware_has_an_owner(firmware: Path) -> None:
    file = read_elf(firmware / "lld.elf")
    link_map = read_link_map(firmware / "lld.map")
    footprint = account(file, link_map, owner_of_object=object_owner)
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
    owners = account(read_elf(firmware / image), owner_of_object=object_owner).owners()
    assert owners[".rodata"]["second.c"] == 5
    assert owners[".data"]["first.c"] == 6
    # The functions of these files are global. libgcc's assembly follows second.c's symbols without a file of
    # its own in lld's image, and must not be taken for second.c's.
    assert set(owners[".text"]) <= {UNKNOWN, PADDING}


@pytest.mark.real
def test_firmware_takes_what_its_segments_say(firmware: Path) -> None:
    file = read_elf(firmware / "lld.elf")
    use = region_use(file, Region(origin=0, size=64 << 10), Region(origin=0x2000_0000, size=16 << 10), 4096)
    in_flash = [s for s in file.allocated() if s.type != SectionType.NOBITS]
    assert use.flash == sum(s.size for s in in_flash)
    assert use.ram == sum(s.size for s in file.allocated() if s.address >= 0x2000_0000)
    assert (use.pages, use.overflow) == (1, ())
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
    run(tool("rustc"), *flags, "shapes.rs", folder=tmp_path, RUSTC_BOOTSTRAP="1")
    file = read_elf(tmp_path / "shapes")
    footprint = account(file)
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
