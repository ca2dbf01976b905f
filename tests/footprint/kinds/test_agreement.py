"""Agreement with ``readelf -l``, ``nm -S``, ``addr2line`` and ``objdump``, over compilers and machines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.elf import read_elf
from wasmfit.elf.machines import machine_name

from ...tools import rust, tool
from .agreement import files_agree, literals_agree, segments_agree, symbols_agree

SOURCE = """
typedef unsigned u;
static const u table[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
u counter = 5; u zeros[64];
#include "mix.h"
__attribute__((noinline)) u first(u x) { return mix(x, counter) + 1; }
__attribute__((noinline)) static u second(u x) { zeros[x & 63] += first(x); return mix(x, 9); }
u main_loop(void) { u s = 0; for (u i = 0; i < 10; i++) s += second(i); return s; }
void _start(void) { counter += main_loop(); for (;;) ; }
"""
MIX = """
static inline u mix(u x, u y) {
  for (u i = 0; i < y; i++) x = (x << 3) ^ (x >> 5) ^ table[i & 15];
  return x;
}
"""
CLANG = {
    "thumbv7em-none-eabi": "Arm",
    "armv7a-none-eabi": "Arm",
    "aarch64-none-elf": "AArch64",
    "riscv32-none-elf": "RISC-V",
    "riscv64-none-elf": "RISC-V",
    "avr": "AVR",
    "mips-none-elf": "MIPS",
    "mipsel-none-elf": "MIPS",
    "powerpc-none-elf": "PowerPC",
    "powerpc64le-none-elf": "PowerPC64",
    "hexagon-none-elf": "Hexagon",
    "loongarch64-none-elf": "LoongArch",
    "sparcv9-none-elf": "SPARC V9",
    "s390x-none-elf": "S/390",
    "x86_64-none-elf": "x86-64",
    "i386-none-elf": "x86",
}
GCC = {
    "thumb": ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"),
    "thumb-1": ("arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"),
    "arm": ("arm-none-eabi-gcc", "-march=armv7-a", "-marm"),
    "riscv32": ("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32"),
    "riscv64": ("riscv64-unknown-elf-gcc", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"),
    "x86-64": ("gcc", "-static", "-fno-stack-protector"),
}


def _build(folder: Path, *command: str) -> Path:
    (folder / "a.c").write_text(SOURCE)
    (folder / "mix.h").write_text(MIX)
    return _run(folder, *command)


def _run(folder: Path, *command: str, **environment: str) -> Path:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return folder / "a.elf"


def agrees(path: Path) -> None:
    """All four comparisons."""
    segments_agree(path)
    symbols_agree(path)
    files_agree(path)
    literals_agree(path)


@pytest.mark.parametrize("version", ["4", "5"])
@pytest.mark.parametrize("target", CLANG)
def test_clang(target: str, version: str, tmp_path: Path) -> None:
    flags = ("-O2", f"-gdwarf-{version}", "-ffreestanding", "-ffunction-sections")
    _build(tmp_path, tool("clang-19"), f"--target={target}", *flags, "-c", "a.c", "-o", "a.o")
    # Addresses in AVR's debug information have 16 bits.
    where = ("-Ttext=0x200", "-Tdata=0x800100", "-Tbss=0x800200") if target == "avr" else ()
    linker = tool("ld.lld-19", "ld.lld")
    path = _run(tmp_path, linker, "-e", "_start", *where, "a.o", "-o", "a.elf")
    assert machine_name(read_elf(path).machine) == CLANG[target]
    agrees(path)


@pytest.mark.parametrize("machine", GCC)
def test_gcc(machine: str, tmp_path: Path) -> None:
    compiler, *flags = GCC[machine]
    flags += ["-O2", "-g", "-ffreestanding", "-nostdlib", "-ffunction-sections", "-Wl,--gc-sections"]
    agrees(_build(tmp_path, tool(compiler), *flags, "-Wl,-e,_start", "a.c", "-o", "a.elf"))


RUST = """
fn main() {
    let words: std::collections::BTreeMap<usize, String> = std::env::args().enumerate().collect();
    println!("{words:?}");
}
"""


@pytest.mark.parametrize("mangling", ["v0", "legacy"])
def test_rustc(mangling: str, tmp_path: Path) -> None:
    (tmp_path / "main.rs").write_text(RUST)
    flags = ["-O", "-g", f"-Csymbol-mangling-version={mangling}"]
    flags += ["-Zunstable-options"] if mangling == "legacy" else []
    agrees(_run(tmp_path, rust("rustc"), *flags, "main.rs", "-o", "a.elf", RUSTC_BOOTSTRAP="1"))


RUST_TARGETS = {
    "thumbv7em-none-eabi": "Arm",
    "aarch64-unknown-none": "AArch64",
    "riscv32imac-unknown-none-elf": "RISC-V",
    "riscv64imac-unknown-none-elf": "RISC-V",
    "x86_64-unknown-none": "x86-64",
    "loongarch64-unknown-none": "LoongArch",
    "mipsel-unknown-none": "MIPS",
    "powerpc64le-unknown-linux-gnu": "PowerPC64",
    "s390x-unknown-linux-gnu": "S/390",
    "sparc64-unknown-linux-gnu": "SPARC V9",
}
# Without bounds to check, since of the core library there is metadata alone: no code to link.
NO_STD = """
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate core;
use core::ops::FnMut;
static TABLE: [u32; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
static mut COUNTER: u32 = 5;
static mut ZEROS: [u32; 64] = [0; 64];
#[inline]
fn repeated(times: u32, mut each: impl FnMut(u32)) {
    let mut i = 0;
    while i < times {
        each(i);
        i = i.wrapping_add(1);
    }
}
#[inline]
fn mix(mut x: u32, y: u32) -> u32 {
    repeated(y, |i| x = x.rotate_left(3) ^ (x >> 5) ^ unsafe { *TABLE.as_ptr().add((i & 15) as usize) });
    x
}
#[inline(never)]
fn first(x: u32) -> u32 {
    unsafe { mix(x, COUNTER).wrapping_add(1) }
}
#[inline(never)]
fn second(x: u32) -> u32 {
    unsafe { *(&raw mut ZEROS).cast::<u32>().add((x & 63) as usize) = first(x) };
    mix(x, 9)
}
#[no_mangle]
pub extern "C" fn _start() -> ! {
    loop {
        unsafe { COUNTER = second(COUNTER) };
    }
}
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
"""


def _rust_with_sources() -> tuple[str, Path]:
    """A compiler of Rust that comes with the core library's sources, and where those are."""
    for compiler in (rust("rustc"), "/usr/bin/rustc"):
        done = subprocess.run(
            [compiler, "--print", "sysroot"], capture_output=True, text=True, timeout=60, check=False
        )
        core = Path(done.stdout.strip()) / "lib/rustlib/src/rust/library/core"
        if done.returncode == 0 and core.is_dir():
            return compiler, core
    raise AssertionError("no rustc has the sources of its library: install rust-src")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", RUST_TARGETS)
def test_rustc_for_other_machines(target: str, tmp_path: Path) -> None:
    """Rust without its standard library, and lld: for each machine the core library is compiled first."""
    compiler, core = _rust_with_sources()
    (tmp_path / "main.rs").write_text(NO_STD)
    edition = re.search(r'^edition = "(\d+)"', (core / "Cargo.toml").read_text(), re.M)
    assert edition is not None
    common = (compiler, "--target", target, "--cap-lints", "allow")
    library = ["--crate-type", "rlib", "--crate-name", "core", "--emit=metadata", "-Zalways-encode-mir"]
    library += ["-Zforce-unstable-if-unmarked", "--edition", edition[1], "-o", "libcore.rmeta"]
    _run(tmp_path, *common, *library, str(core / "src/lib.rs"), RUSTC_BOOTSTRAP="1")
    program = ("--edition", "2021", "-O", "-g", "-Cpanic=abort", "--emit=obj", "-o", "a.o")
    _run(tmp_path, *common, *program, "--extern", "core=libcore.rmeta", "main.rs", RUSTC_BOOTSTRAP="1")
    path = _run(tmp_path, tool("ld.lld-19", "ld.lld"), "-e", "_start", "a.o", "-o", "a.elf")
    assert machine_name(read_elf(path).machine) == RUST_TARGETS[target]
    agrees(path)


GO = """
package main

import ("fmt"; "os")

func main() { fmt.Println(len(os.Args)) }
"""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("machine", ["amd64", "386", "arm", "arm64", "riscv64", "mips", "ppc64le", "s390x"])
def test_go(machine: str, tmp_path: Path) -> None:
    """Go's linker: sections without alignment, DWARF 5 with its own forms, symbols in tens of thousands."""
    (tmp_path / "main.go").write_text(GO)
    flags = ("build", "-ldflags=-compressdwarf=false", "-o", "a.elf", "main.go")
    path = _run(tmp_path, tool("go"), *flags, GOARCH=machine, GOOS="linux", CGO_ENABLED="0", GOFLAGS="-p=1")
    segments_agree(path)
    symbols_agree(path)
    files_agree(path)


ZIG = {
    "thumb-freestanding-eabi": "Arm",
    "arm-freestanding-eabi": "Arm",
    "aarch64-freestanding-none": "AArch64",
    "riscv32-freestanding-none": "RISC-V",
    "riscv64-freestanding-none": "RISC-V",
    "x86_64-linux-musl": "x86-64",
    "mips-freestanding-eabi": "MIPS",
    "mipsel-freestanding-eabi": "MIPS",
    "powerpc-freestanding-eabi": "PowerPC",
    "powerpc64le-freestanding-none": "PowerPC64",
    "s390x-freestanding-none": "S/390",
    "loongarch64-freestanding-none": "LoongArch",
    "sparc64-freestanding-none": "SPARC V9",
    "hexagon-freestanding-none": "Hexagon",
}


@pytest.mark.slow
@pytest.mark.parametrize("target", ZIG)
def test_zig(target: str, tmp_path: Path) -> None:
    """Zig's compiler and linker, of ``uv sync --all-extras --group zig``, which brings some 400 MB."""
    pytest.importorskip("ziglang", reason="Zig is not installed: uv sync --all-extras --group zig")
    command = (sys.executable, "-m", "ziglang", "cc", "-target", target)
    flags = ("-O2", "-g", "-ffreestanding", "-nostdlib", "-fno-sanitize=undefined", "-Wl,-e,_start")
    path = _build(tmp_path, *command, *flags, "a.c", "-o", "a.elf")
    assert machine_name(read_elf(path).machine) == ZIG[target]
    agrees(path)
