"""Who owns what comes from C: by the library that the compiler has, wherever its archives lie."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import Context, checkout, is_instance_for_glue, object_rule, runtime_rule, symbol_rule
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Cell, builds
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


def test_a_runtime_in_c_that_an_application_links_is_told_by_its_members(
    tmp_path: Path, cells: dict[str, Cell]
) -> None:
    cell = replace(cells["wasm3"], base=CATALOG.base("ariel-os"))
    owner = object_rule(on_a_machine(tmp_path, cell, *newlib(tmp_path / "opt")), cell)
    place = "/work/laze/ariel-os-1f2e/c/3d4c/libwasmfit_runtime.a"
    assert owner(f"{place}(runtime__m3_core.c.o)") == "wasm3"
    assert owner(f"{place}(firmware__glue.c.o)") == "firmware"
    assert owner("/opt/riscv-none-elf/lib/rv32imac/ilp32/libc_nano.a(libc_a-memset.o)") == "newlib-nano"


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


def test_a_runtime_is_told_by_its_librarys_name(
    tmp_path: Path, cells: dict[str, Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``wasm-interpreter`` has the library ``wasm``: on a system it counted as 0 bytes."""
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    write(
        tmp_path / "wi/Cargo.toml",
        '[package]\nname = "wasm-interpreter"\nversion = "0.2.0"\n[lib]\nname = "wasm"\n',
    )
    write(tmp_path / "wi/src/execution/resumable.rs", "HostCalled")
    found = checkout.inspect(CATALOG, ProcessRunner(), "wasm-interpreter", tmp_path / "wi")
    lock = write(
        tmp_path / "Cargo.lock",
        '[[package]]\nname = "wasm-interpreter"\nversion = "0.2.0"\ndependencies = ["libm"]\n'
        '[[package]]\nname = "libm"\nversion = "0.2.8"\n[[package]]\nname = "defmt"\nversion = "1.0.0"\n',
    )
    build = builds(CATALOG.runtimes["wasm-interpreter"])[0].model_copy(update={"checkout": found})
    system = CATALOG.base("ariel-os").model_copy(update={"checkout": found})
    for base, libraries in ((system, {"defmt": False}), (CATALOG.base("bare"), {})):
        is_runtimes = runtime_rule(CATALOG, replace(cells["wasmi"], build=build, base=base), lock)
        owns = {
            name: is_runtimes(name) for name in ("wasm", "libm", "harness", "firmware", "core", *libraries)
        }
        ours = {"wasm": True, "libm": True, "harness": False, "firmware": False, "core": False}
        assert owns == ours | libraries


def test_what_the_harness_calls_is_the_embeddings_in_every_language(
    tmp_path: Path, cells: dict[str, Cell]
) -> None:
    for cell in cells.values():
        owner = symbol_rule(on_a_machine(tmp_path, cell, *newlib(tmp_path / cell.build.name / "opt")), cell)
        assert owner("wasmfit_firmware") == "firmware"
        assert (owner("wasmfit_fail"), owner("wasmfit_job")) == ("harness", "module")


@pytest.mark.parametrize(
    ("symbol", "told"),
    [
        # harness::job::run::<firmware::run::{closure#0}>
        ("_RINvNtCs1234_7harness3job3runNCNvCs5678_8firmware3run0E", True),
        # harness::job::run::<wasmi::firmware::Error>, and a function that is not generic
        ("_RINvNtCs1234_7harness3job3runNtNtCs5678_5wasmi8firmware5ErrorE", False),
        ("_RNvNtCs1234_7harness3job6called", False),
        ("_ZN7harness3job3Job3run17h0123456789abcdefE", False),
        ("firmware::run", False),
    ],
)
def test_a_generic_function_of_the_harness_for_the_embedding_is_the_embeddings(
    symbol: str, told: bool
) -> None:
    assert is_instance_for_glue(symbol) is told


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
