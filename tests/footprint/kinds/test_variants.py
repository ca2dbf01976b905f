"""Variants of the kinds of files: other machines, compilers and linkers."""

import re
import shutil
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import ElfError, read_elf
from wasmfit.footprint import RESERVED, UNKNOWN, VENEERS, attribute_bytes
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware

from . import ARM, RISCV, by, holds_together, run, uses
from .agreement import printed

CLANG = "clang-19"
LLD = "ld.lld" if shutil.which("ld.lld") else "ld.lld-19"

OVERLAYS = """
typedef unsigned u;
u counter = 5, zeros[40]; const u table[8] = {1,2,3,4,5,6,7,8};
__attribute__((noinline)) u work(u x) { for (u i = 0; i < 8; i++) x = x * 31 + table[i & x & 7]; return x; }
__attribute__((section(".ov1"), noinline)) u one(u x) { return work(x) + 1; }
__attribute__((section(".ov2"), noinline)) u two(u x) { return work(x) * 3 + work(x + 1); }
__attribute__((section(".ramfunc"), noinline)) u fast(u x) { return x ^ counter; }
int main(void) { zeros[1] = one(counter) + two(3) + fast(4); return zeros[1]; }
void _start(void) { main(); for (;;); }
"""
SCRIPT = """
ENTRY(_start)
MEMORY { FLASH : ORIGIN = FLASHAT, LENGTH = 256K  RAM : ORIGIN = RAMAT, LENGTH = 32K }
SECTIONS {
  .text : { *(.text*) *(.rodata*) } > FLASH
  .data : { *(.data* .sdata* .got*) *(.ramfunc) } > RAM AT > FLASH
  .bss (NOLOAD) : { *(.bss* .sbss* COMMON) } > RAM
  OVERLAY : { ORDER } > RAM AT > FLASH
  .settings (NOLOAD) : { . = ALIGN(4096); . += 4096; } > FLASH
  /DISCARD/ : { *(.ARM.exidx* .eh_frame* .comment) }
}
"""
FIRST, SECOND = ".ov1 { *(.ov1) }", ".ov2 { *(.ov2) }"


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)], ids=["small-first", "large-first"])
@pytest.mark.parametrize(
    ("compiler", "flash", "ram"),
    [
        ((*ARM, "-mlong-calls"), "0x08000000", "0x20000000"),
        (("arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb", "-mlong-calls"), "0x0", "0x20000000"),
        ((*RISCV, "-mcmodel=medany", "-msmall-data-limit=0"), "0x20400000", "0x80000000"),
    ],
    ids=["cortex-m4", "cortex-m0-at-0", "riscv"],
)
def test_overlays_code_in_data_and_room_in_flash(
    compiler: tuple[str, ...], flash: str, ram: str, order: tuple[str, str], tmp_path: Path
) -> None:
    """What is flashed is the sum of readelf's segments; RAM has the larger overlay."""
    (tmp_path / "a.c").write_text(OVERLAYS)
    script = SCRIPT.replace("FLASHAT", flash).replace("RAMAT", ram).replace("ORDER", " ".join(order))
    (tmp_path / "a.ld").write_text(script)
    run(tmp_path, *compiler, "-Os", "-g", "-nostdlib", "-Wl,-T,a.ld", "a.c", "-o", "a.elf")
    path = tmp_path / "a.elf"
    listed = re.findall(r"^  LOAD +\w+ \w+ \w+ (\w+) ", printed("readelf", "-lW", str(path)), re.M)
    found = by(path, "region", "section")
    assert found["flash",] == sum(int(size, 16) for size in listed)
    assert uses(wasmfit.size(path))["flash"] == found["flash",]
    sizes = {s.name: s.size for s in read_elf(path).allocated()}
    assert found["RAM",] == sizes[".data"] + sizes[".bss"] + max(sizes[".ov1"], sizes[".ov2"])
    assert found["flash (reserved)", ".settings"] == sizes[".settings"]
    assert by(path, "section", "crate")[".settings", RESERVED] == sizes[".settings"]
    kinds = by(path, "kind", "symbol")
    assert (kinds["code", "fast"] > 0, kinds["initialised data", "counter"]) == (True, 4)
    holds_together(path)


FAR = """
__attribute__((section(".far"), noinline)) int far(int x) { return x * 3; }
__attribute__((noinline)) int near(int x) { return far(x) + 1; }
int _start(void) { return near(2) + far(4); }
"""
FAR_SCRIPT = """
ENTRY(_start)
PHDRS { one PT_LOAD; two PT_LOAD; }
SECTIONS {
  .text 0x10000 : { *(.text*) } :one
  .data : { *(.data* .got* .toc* .branch_lt*) } :one
  .far 0x40000000 : { *(.far) } :two
  /DISCARD/ : { *(.ARM.exidx* .eh_frame* .comment) }
}
"""
FAR_TARGETS = {
    "aarch64-none-elf": 16,
    "thumbv7em-none-eabi": 10,
    "thumbv6m-none-eabi": 12,
    "armv7a-none-eabi": 12,
    "armv4t-none-eabi": 8,
    "powerpc-none-elf": 16,
    "powerpc64le-none-elf": 32,
}


@pytest.mark.parametrize("with_map", [False, True])
@pytest.mark.parametrize("target", FAR_TARGETS)
def test_thunks_of_lld_for_other_machines(target: str, with_map: bool, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(FAR)
    (tmp_path / "a.ld").write_text(FAR_SCRIPT)
    run(tmp_path, CLANG, f"--target={target}", "-ffreestanding", "-O1", "-c", "a.c", "-o", "a.o")
    run(tmp_path, LLD, "-T", "a.ld", "-Map", "a.map", "a.o", "-o", "a.elf")
    found = by(tmp_path / "a.elf", "crate", "kind", link_map=tmp_path / "a.map" if with_map else None)
    assert found[VENEERS, "linker's veneers"] == FAR_TARGETS[target]


@pytest.mark.parametrize(
    "cpu", [("-march=armv7-a", "-marm"), ("-mcpu=cortex-m0", "-mthumb"), ("-mcpu=cortex-m33", "-mthumb")]
)
def test_veneers_of_gnu_ld_for_other_cores(cpu: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(FAR)
    (tmp_path / "a.ld").write_text(FAR_SCRIPT)
    run(tmp_path, "arm-none-eabi-gcc", *cpu, "-nostdlib", "-O1", "-Wl,-T,a.ld", "a.c", "-o", "a.elf")
    listed = printed("arm-none-eabi-nm", "-n", str(tmp_path / "a.elf"))
    assert "__far_veneer" in listed
    (start,) = re.findall(r"^(\w+) \w __far_veneer$", listed, re.M)
    end = max(s.end for s in read_elf(tmp_path / "a.elf").allocated() if s.address < 0x4000_0000)
    assert by(tmp_path / "a.elf", "crate")[VENEERS,] == end - (int(start, 16) & ~1)


ALIGNED = """
__attribute__((aligned(32), noinline)) int NAME1(int x) { return x + 3; }
__attribute__((aligned(32), noinline)) int NAME2(int x) { return x * 3; }
__attribute__((aligned(32), noinline)) int NAME3(int x) { return x ^ 99; }
"""
FILLED = (
    "x86_64-none-elf", "i386-none-elf", "aarch64-none-elf", "aarch64_be-none-elf", "thumbv7em-none-eabi",
    "thumbv6m-none-eabi", "armv7a-none-eabi", "armeb-none-eabi", "riscv32", "riscv64", "mips-none-elf",
    "mipsel-none-elf", "powerpc-none-elf", "sparc-none-elf", "sparcv9-none-elf", "s390x-none-elf",
    "hexagon-none-elf", "loongarch64-none-elf", "avr", "msp430", "bpf", "lanai", "m68k", "ve",
)  # fmt: skip


@pytest.mark.parametrize("target", FILLED)
def test_what_assemblers_and_lld_fill_gaps_with_is_padding(target: str, tmp_path: Path) -> None:
    """Objects of LLVM, and what lld links of two of them where it knows the machine."""
    for name in ("f", "g"):
        (tmp_path / f"{name}.c").write_text(ALIGNED.replace("NAME", name))
        flags = ["-ffreestanding", "-O1", "-fno-asynchronous-unwind-tables"]
        flags += ["-mno-relax"] if target.startswith("riscv") else []
        run(tmp_path, CLANG, f"--target={target}", *flags, "-c", f"{name}.c", "-o", f"{name}.o")
    assert _nameless(tmp_path / "f.o") == 0
    if target.split("-")[0] in ("sparc", "avr", "msp430", "bpf", "lanai", "m68k", "ve"):
        return
    run(tmp_path, LLD, "-e", "f1", "f.o", "g.o", "-o", "a.elf")
    assert _nameless(tmp_path / "a.elf") == 0


@pytest.mark.parametrize("target", ["riscv32", "riscv64", "loongarch64-none-elf"])
def test_fill_that_relaxation_will_remove_is_padding(target: str, tmp_path: Path) -> None:
    """As much as may be needed is laid down in object files, wherever functions begin."""
    (tmp_path / "f.c").write_text(ALIGNED.replace("NAME", "f"))
    run(tmp_path, CLANG, f"--target={target}", "-mrelax", "-ffreestanding", "-O1", "-c", "f.c", "-o", "f.o")
    assert _nameless(tmp_path / "f.o") == 0


def _nameless(path: Path) -> int:
    """Bytes of code that no symbol claims and that are not padding."""
    ranges = attribute_bytes(read_elf(path)).ranges
    return sum(r.size for r in ranges if r.section.executable and r.symbol is None and r.owner == UNKNOWN)


def test_an_object_file_is_not_told_of_a_map(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(OVERLAYS)
    run(tmp_path, *ARM, "-Os", "-c", "a.c")
    for groupings in (("crate",), ("object",)):
        assert not any("--map" in note for note in wasmfit.size(tmp_path / "a.o", by=groupings).notes)


def test_variables_without_a_symbol_are_not_room_that_a_script_keeps(tmp_path: Path) -> None:
    """A section that is called as those of variables are keeps its unknown bytes unknown."""
    (tmp_path / "a.c").write_text(OVERLAYS)
    script = (
        SCRIPT.replace("FLASHAT", "0x0").replace("RAMAT", "0x20000000").replace("ORDER", f"{FIRST} {SECOND}")
    )
    (tmp_path / "a.ld").write_text(script)
    run(tmp_path, *ARM, "-mlong-calls", "-Os", "-nostdlib", "-Wl,-T,a.ld", "a.c", "-o", "a.elf")
    run(tmp_path, "arm-none-eabi-objcopy", "-N", "zeros", "a.elf")
    owners = {r.section.name: r.owner for r in attribute_any_firmware(read_elf(tmp_path / "a.elf")).ranges}
    assert (owners[".bss"], owners[".settings"]) == (UNKNOWN, RESERVED)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("x86_64-apple-macos", "Mach-O"),
        ("armv7-apple-watchos", "Mach-O"),
        ("x86_64-pc-windows-gnu", "COFF"),
        ("i686-pc-windows-gnu", "COFF"),
        ("aarch64-pc-windows-msvc", "COFF"),
        ("thumbv7a-pc-windows-gnu", "COFF"),
        ("powerpc-ibm-aix", "XCOFF"),
        ("powerpc64-ibm-aix", "XCOFF"),
    ],
)
def test_objects_of_other_systems_are_named(target: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int f(int x) { return x; }")
    run(tmp_path, CLANG, f"--target={target}", "-ffreestanding", "-c", "a.c", "-o", "a.o")
    with pytest.raises(ElfError, match=said) as caught:
        wasmfit.size(tmp_path / "a.o")
    assert caught.value.remedy == "Build it for a target with ELF files."


@pytest.mark.parametrize(
    ("limits", "bits", "size"),
    [
        (b"\x00\x02", 32, 2 << 16),
        (b"\x01\x02\x03", 32, 2 << 16),
        (b"\x04\x02", 64, 2 << 16),
        (b"\x05\x02\x03", 64, 2 << 16),
        (b"\x08\xc8\x01\x00", 32, 200),
        (b"\x09\x64\xc8\x01\x00", 32, 100),
    ],
    ids=["plain", "most", "wide", "wide-most", "small-pages", "small-pages-most"],
)
def test_memories_of_modules_of_every_kind(limits: bytes, bits: int, size: int, tmp_path: Path) -> None:
    """Addresses of 64 bits, and pages of one byte."""
    body = b"\x01" + limits
    (tmp_path / "a.wasm").write_bytes(b"\0asm\1\0\0\0\x05" + bytes([len(body)]) + body)
    analysis = wasmfit.size(tmp_path / "a.wasm")
    assert (analysis.bits, uses(analysis)["RAM"]) == (bits, size)
