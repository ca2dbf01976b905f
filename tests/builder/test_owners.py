"""Who owns what comes from C: by the library that the compiler has, wherever its archives lie."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import Context, object_rule, runtime_rule
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Cell
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import CCompiler, ProcessRunner, Toolchain, Versions, c_compiler, find, known_libraries

from ..toolchain.gcc import Library, gcc, newlib, picolibc

CATALOG = Catalog.load()


@pytest.fixture
def cells() -> dict[str, Cell]:
    wanted = Experiment(runtimes=("wasm3", "wasmi"), boards=("esp32c6",))
    return {cell.build.name: cell for cell in plan(CATALOG, wanted).measured}


def on_a_machine(place: Path, cell: Cell, *libraries: Library) -> Context:
    """What a cell is built with where GCC has these libraries."""
    versions = Versions(place / "tools.json", ProcessRunner())
    gcc(place / "bin" / "riscv-none-elf-gcc", *libraries)
    compiler = c_compiler(versions, CATALOG.target(cell.board).c, {"PATH": str(place / "bin")})
    assert isinstance(compiler, CCompiler)
    tools: Toolchain = replace(find(versions, {}, ()), c={cell.board.target: compiler})
    return Context(CATALOG, Home.at(place), tools, ProcessRunner())


def test_the_library_that_is_there_owns_its_archives(tmp_path: Path, cells: dict[str, Cell]) -> None:
    cell = cells["wasm3"]
    owner = object_rule(on_a_machine(tmp_path, cell, *newlib(tmp_path / "opt")), cell)
    assert owner("/opt/riscv-none-elf/lib/rv32imac/ilp32/libc_nano.a(libc_a-memset.o)") == "newlib-nano"
    assert owner("/opt/riscv-none-elf/lib/rv32imac/ilp32/libm.a(libm_a-s_floor.o)") == "newlib-nano"
    assert owner("/opt/lib/gcc/riscv-none-elf/13.2.0/libgcc.a(save-restore.o)") == "libgcc"
    # An archive that it does not have is nobody's.
    assert owner("/opt/riscv-none-elf/lib/libc.a(libc_a-memset.o)") is None
    other = object_rule(on_a_machine(tmp_path, cell, picolibc(tmp_path / "pico", ".")), cell)
    assert other("/opt/picolibc/lib/libc.a(libc_string_memset.c.o)") == "picolibc"


def test_what_the_library_needs_of_the_harness_is_the_harness(tmp_path: Path, cells: dict[str, Cell]) -> None:
    cell = cells["wasm3"]
    owner = object_rule(on_a_machine(tmp_path, cell, *newlib(tmp_path / "opt")), cell)
    assert owner("/cache/artefacts/c/1f2e/harness/newlib.c.o") == "harness"
    assert owner("/cache/artefacts/c/1f2e/runtime/m3_parse.c.o") == "wasm3"
    assert owner("/cache/artefacts/c/1f2e/firmware/glue.c.o") == "firmware"


def test_a_firmware_in_rust_has_no_c_library(tmp_path: Path, cells: dict[str, Cell]) -> None:
    cell = cells["wasmi"]
    owner = object_rule(on_a_machine(tmp_path, cell, picolibc(tmp_path / "pico", ".")), cell)
    assert owner("/opt/picolibc/lib/libc.a(libc_string_memset.c.o)") is None


def test_no_c_library_is_a_part_of_a_runtime(tmp_path: Path, cells: dict[str, Cell]) -> None:
    cell = cells["wasm3"]
    is_runtimes = runtime_rule(on_a_machine(tmp_path, cell, picolibc(tmp_path / "pico", ".")).catalog, cell)
    assert is_runtimes("wasm3")
    for name in (*(library.name for library in known_libraries()), "libgcc", "harness"):
        assert not is_runtimes(name)
