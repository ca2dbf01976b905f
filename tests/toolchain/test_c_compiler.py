"""Which compiler and which C library a target gets, by what there is: told with stand-ins for GCC."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import CTarget
from wasmfit.toolchain import CCompiler, NoCCompiler, ProcessRunner, Versions, c_compiler, known_libraries

from .gcc import BITS_64, archive, gcc, newlib, picolibc
from .stand_ins import SAYS_VERSION, fake

ARM = Catalog.load().targets["thumbv7em-none-eabihf"].c
RISCV = Catalog.load().targets["riscv32imac-unknown-none-elf"].c
MULTILIB = "thumb/v7e-m+fp/hard"


class Machine:
    """A machine that has the compilers put into it, and no other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.programs = root / "bin"
        self.programs.mkdir()
        self.versions = Versions(root / "tools.json", ProcessRunner())

    def choose(self, target: CTarget = ARM, libc: str = "") -> CCompiler | NoCCompiler:
        return c_compiler(self.versions, target, {"PATH": str(self.programs), "WASMFIT_LIBC": libc})

    def label(self, target: CTarget = ARM, libc: str = "") -> str:
        """The library that a target gets, or why it gets none."""
        chosen = self.choose(target, libc)
        return chosen.cause if isinstance(chosen, NoCCompiler) else chosen.library.identity.label


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_picolibc_is_preferred_where_both_are(machine: Machine) -> None:
    root = machine.root / "picolibc"
    libraries = (*newlib(machine.root / "newlib"), picolibc(root, MULTILIB))
    gcc(machine.programs / "arm-none-eabi-gcc", *libraries, multilib=MULTILIB)
    chosen = machine.choose()
    assert isinstance(chosen, CCompiler)
    assert chosen.library.identity.label == "picolibc 1.8.6"
    assert chosen.library.flags == ("-isystem", str(root / "include"))
    assert chosen.archives == (root / "lib" / MULTILIB / "libc.a",)
    assert chosen.library.harness == ()


def test_a_compiler_of_somebody_else_takes_debians_picolibc(machine: Machine) -> None:
    """Its specs lie in Debian's folder, where no other compiler looks."""
    library = picolibc(machine.root / "picolibc", ".")
    specs = "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"
    gcc(machine.programs / "arm-none-eabi-gcc", replace(library, specs=specs), *newlib(machine.root / "own"))
    assert machine.label() == "picolibc 1.8.6"


def test_newlib_nano_is_taken_where_there_is_no_picolibc(machine: Machine) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", *newlib(machine.root / "newlib"))
    chosen = machine.choose()
    assert isinstance(chosen, CCompiler)
    assert chosen.library.identity.label == "newlib-nano 4.3.0"
    assert chosen.library.flags == ("--specs=nano.specs",)
    assert [path.name for path in chosen.archives] == ["libc_nano.a", "libm.a"]
    assert chosen.library.harness


def test_newlib_is_taken_where_nothing_else_is(machine: Machine) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", *newlib(machine.root / "newlib", nano=False))
    chosen = machine.choose()
    assert isinstance(chosen, CCompiler)
    assert chosen.library.identity.label == "newlib 4.3.0"
    assert chosen.library.flags == ()
    assert [path.name for path in chosen.archives] == ["libc.a", "libm.a"]


@pytest.mark.parametrize(
    ("libc", "label"),
    [("picolibc", "picolibc 1.8.6"), ("newlib-nano", "newlib-nano 4.3.0"), ("newlib", "newlib 4.3.0")],
)
def test_the_choice_can_be_made(machine: Machine, libc: str, label: str) -> None:
    libraries = (*newlib(machine.root / "newlib"), picolibc(machine.root / "picolibc", "."))
    gcc(machine.programs / "arm-none-eabi-gcc", *libraries)
    assert machine.label(libc=libc) == label


def test_a_choice_that_is_not_there_says_so(machine: Machine) -> None:
    program = gcc(machine.programs / "arm-none-eabi-gcc", *newlib(machine.root / "newlib"))
    refused = machine.choose(libc="picolibc")
    assert isinstance(refused, NoCCompiler)
    assert refused.path == program
    assert refused.cause == f"it has no picolibc for {' '.join(ARM.flags)}, which WASMFIT_LIBC asks for"
    assert (
        refused.remedy == "Leave WASMFIT_LIBC unset to take the C library that is there, or install picolibc."
    )


def test_an_unknown_choice_names_the_known_ones(machine: Machine) -> None:
    with pytest.raises(UsageError) as caught:
        machine.choose(libc="nano")
    assert "WASMFIT_LIBC is nano" in caught.value.message
    for library in known_libraries():
        assert library.name in caught.value.remedy


def test_a_machine_without_a_compiler_names_all_that_would_do(machine: Machine) -> None:
    refused = machine.choose(RISCV)
    assert isinstance(refused, NoCCompiler)
    assert refused.path is None
    assert refused.cause.startswith("there is no riscv64-unknown-elf-gcc, ")
    assert all(program in refused.cause for program in RISCV.compilers)


def test_a_compiler_without_a_c_library_says_so(machine: Machine) -> None:
    """As Homebrew's ``arm-none-eabi-gcc``."""
    program = gcc(machine.programs / "arm-none-eabi-gcc")
    refused = machine.choose()
    assert isinstance(refused, NoCCompiler)
    assert refused.path == program
    assert refused.cause == f"it has no picolibc, newlib-nano or newlib for {' '.join(ARM.flags)}"
    assert refused.remedy == ""


def test_a_compiler_that_does_not_compile_says_why(machine: Machine) -> None:
    fake(machine.programs, "arm-none-eabi-gcc", f"{SAYS_VERSION}\necho 'cc1: error: no such core'; exit 1")
    assert machine.label() == f"it does not compile for {' '.join(ARM.flags)}: cc1: error: no such core"


def test_a_compiler_that_does_not_run_is_passed_over(machine: Machine) -> None:
    broken = fake(machine.programs, "riscv64-unknown-elf-gcc", "echo cannot open shared object >&2; exit 127")
    refused = machine.choose(RISCV)
    assert isinstance(refused, NoCCompiler)
    assert (refused.path, refused.cause) == (broken, "it does not say which version it is")
    gcc(machine.programs / "riscv64-elf-gcc", *newlib(machine.root / "newlib"))
    assert machine.label(RISCV) == "newlib-nano 4.3.0"


@pytest.mark.parametrize("program", ["riscv-none-elf-gcc", "riscv64-elf-gcc", "riscv32-elf-gcc"])
def test_riscv_is_compiled_by_whatever_it_is_called(machine: Machine, program: str) -> None:
    gcc(machine.programs / program, *newlib(machine.root / "newlib"))
    chosen = machine.choose(RISCV)
    assert isinstance(chosen, CCompiler)
    assert chosen.tool.path.name == program
    assert chosen.library.identity.label == "newlib-nano 4.3.0"
    # GCC's own library comes last: it has what the others call.
    assert chosen.archives[-1] == machine.programs / "libgcc.a"


def test_a_later_compiler_serves_where_an_earlier_one_has_no_library(machine: Machine) -> None:
    gcc(machine.programs / "riscv64-unknown-elf-gcc")
    gcc(machine.programs / "riscv-none-elf-gcc", *newlib(machine.root / "newlib"))
    chosen = machine.choose(RISCV)
    assert isinstance(chosen, CCompiler)
    assert chosen.tool.path.name == "riscv-none-elf-gcc"


def test_the_variant_for_64_bits_is_none_for_32(machine: Machine) -> None:
    """A GCC without a variant for the core names its default one, and finds the archives of that."""
    libraries = newlib(machine.root / "newlib", bits=BITS_64)
    gcc(machine.programs / "riscv64-elf-gcc", *libraries)
    assert machine.label(RISCV).startswith("it has no picolibc, ")


@pytest.mark.parametrize(
    "content", [b"", b"!<arch>\n", b"no archive", b"!<arch>\n" + b"x" * 70, b"!<arch>\n" + b" " * 60]
)
def test_a_broken_archive_is_no_library(machine: Machine, content: bytes) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", picolibc(machine.root / "picolibc", "."))
    (machine.root / "picolibc/lib/libc.a").write_bytes(content)
    assert machine.label().startswith("it has no picolibc, ")


def test_specs_without_archives_are_no_library(machine: Machine) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", picolibc(machine.root / "picolibc", "."), multilib="v6-m")
    assert machine.label().startswith("it has no picolibc, ")


def test_another_build_of_a_version_is_another_library(machine: Machine) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", picolibc(machine.root / "picolibc", "."))
    first = machine.choose()
    library = archive(machine.root / "picolibc/lib/libc.a")
    library.write_bytes(library.read_bytes() + b"\n")
    second = machine.choose()
    assert isinstance(first, CCompiler)
    assert isinstance(second, CCompiler)
    assert first.library.identity.label == second.library.identity.label
    assert first.library.identity != second.library.identity


def test_an_archive_is_digested_once(machine: Machine) -> None:
    gcc(machine.programs / "arm-none-eabi-gcc", picolibc(machine.root / "picolibc", "."))
    first = machine.choose()
    again = Versions(machine.root / "tools.json", ProcessRunner())
    known = (machine.root / "tools.json").read_text()
    assert c_compiler(again, ARM, {"PATH": str(machine.programs)}) == first
    assert (machine.root / "tools.json").read_text() == known
