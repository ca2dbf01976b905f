"""Trying tools: what is there and does not work is found out, with its own words."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError
from wasmfit.model import CLibrary, CTarget
from wasmfit.toolchain import (
    Cargo,
    CCompiler,
    InstalledLibrary,
    ProcessRunner,
    Rust,
    Tool,
    Versions,
    c_compiler,
    c_trial,
    git_trial,
    host_trial,
    rust,
    rust_trial,
)
from wasmfit.toolchain.prove.attempt import dependencies

from .stand_ins import fake

TARGET = "thumbv7em-none-eabihf"


def test_make_rules_are_read(tmp_path: Path) -> None:
    rule = tmp_path / "one.d"
    rule.write_text("one.o: one.c /usr/include/a.h \\\n  /opt/with\\ space/b.h\n")
    assert dependencies(rule) == (Path("one.c"), Path("/usr/include/a.h"), Path("/opt/with space/b.h"))


def test_a_compiler_for_this_machine_that_does_not_compile(tmp_path: Path) -> None:
    compiler = fake(tmp_path, "cc", 'echo "one.c:1:10: fatal error: stdio.h: No such file" >&2; exit 1')
    with pytest.raises(
        MissingToolError, match=re.escape("cc cannot compile and link one line of C: one.c:1:10:")
    ):
        host_trial(ProcessRunner(), compiler).run()


def test_a_compiler_whose_programs_do_nothing(tmp_path: Path) -> None:
    compiler = fake(tmp_path, "cc", "echo 'one: one.c' >one.d; printf '#!/bin/sh\\n' >one; chmod +x one")
    with pytest.raises(MissingToolError, match="does not do what it should"):
        host_trial(ProcessRunner(), compiler).run()


ARM = CTarget(compilers=("arm-none-eabi-gcc",), flags=("-mthumb",))
LIBRARY = CLibrary(name="newlib-nano", version="4.3.0", sha256="a" * 64)


def arm(folder: Path, *, works: bool = True) -> CCompiler:
    """A cross-compiler with a C library: it writes an object, or says why not."""
    compiles = f'echo "$*" >{folder}/said; echo "one.o: one.c /usr/include/string.h" >one.d; : >one.o'
    fails = 'echo "as: unrecognized option -EL"; echo "error: it is for another machine"; exit 1'
    program = fake(folder, "arm-none-eabi-gcc", compiles if works else fails)
    archives = (folder / "libc_nano.a",)
    library = InstalledLibrary(LIBRARY, ("--specs=nano.specs",), archives, ())
    return CCompiler(Tool(program, "stand-in 1.0"), ARM, library, archives)


def test_a_cross_compiler_that_does_not_compile(tmp_path: Path) -> None:
    trial = c_trial(ProcessRunner(), {TARGET: arm(tmp_path, works=False)}, None)
    with pytest.raises(MissingToolError) as caught:
        trial.run()
    assert caught.value.message == (
        f"for {TARGET}, arm-none-eabi-gcc cannot compile one line of C: error: it is for another machine"
    )


def test_a_line_is_compiled_and_linked_with_the_c_library_that_is_taken(tmp_path: Path) -> None:
    compiler = arm(tmp_path)
    linker = fake(tmp_path, "ld", f'echo "$*" >{tmp_path}/linked; : >one.elf')
    proven = c_trial(ProcessRunner(), {TARGET: compiler}, [str(linker)]).run()
    assert proven.words == f"compiles a line of C and links it with the C library for {TARGET}"
    files = {compiler.tool.path, *compiler.archives, linker, Path("/usr/include/string.h")}
    assert files == set(proven.files)
    assert "-mthumb -Os --specs=nano.specs" in (tmp_path / "said").read_text()
    assert str(compiler.archives[0]) in (tmp_path / "linked").read_text()


def test_a_linker_that_does_not_link(tmp_path: Path) -> None:
    linker = fake(tmp_path, "ld.lld", "echo 'ld.lld: error: undefined symbol: strlen'; exit 1")
    with pytest.raises(
        MissingToolError, match=r"ld.lld cannot link it with the C library: .*undefined symbol"
    ):
        c_trial(ProcessRunner(), {TARGET: arm(tmp_path)}, [str(linker)]).run()


def test_without_a_linker_c_is_compiled_only(tmp_path: Path) -> None:
    proven = c_trial(ProcessRunner(), {TARGET: arm(tmp_path)}, None).run()
    assert proven.words == f"compiles a line of C for {TARGET} (there is no linker to try)"


def toolchain(folder: Path, rustc: str) -> Rust:
    """A Rust toolchain whose compiler does this for its last argument."""
    program = fake(folder, "rustc", f"for file; do :; done; case $file in\n{rustc}\nesac")
    linker = str(fake(folder, "ld.lld", ": >one.elf"))
    tool = Tool(program, "rustc 1.96.0")
    return Rust("packaged", tool, tool, folder / "library", (linker,), (linker,), "LLD 19")


WORKS = "*) exit 0;;"


@pytest.mark.parametrize(
    ("rustc", "words"),
    [
        (
            "one.rs) echo 'error: could not find specification for target \"thumb\"'; exit 1;;",
            f"for {TARGET}, rustc cannot compile one line of Rust: error: could not find specification",
        ),
        (
            "wasm.rs) echo 'error: linking with `ld` failed'; exit 1;;",
            "for wasm32v1-none, rustc cannot compile and link an empty module: error: linking",
        ),
        (
            "*/library/core/src/lib.rs) echo 'error: cannot find attribute `rustc_new`'; exit 1;;",
            "rustc does not take the standard library's sources in",
        ),
    ],
)
def test_a_rust_that_does_not_compile(tmp_path: Path, rustc: str, words: str) -> None:
    trial = rust_trial(ProcessRunner(), toolchain(tmp_path, f"{rustc}\n{WORKS}"), [TARGET], ["wasm32v1-none"])
    with pytest.raises(MissingToolError, match=re.escape(words)):
        trial.run()


def test_a_compiler_that_cannot_read_only_reads_and_checks(tmp_path: Path) -> None:
    """An option of one compiler need not be one of the next."""
    reads = (
        '*/lib.rs) case "$*" in *-Zno-analysis*) echo "error: unknown unstable option: no-analysis"; exit 1;;'
        f" esac; echo checked >{tmp_path}/checked;;"
    )
    proven = rust_trial(
        ProcessRunner(), toolchain(tmp_path, f"{reads}\n{WORKS}"), [TARGET], ["wasm32v1-none"]
    ).run()
    assert (tmp_path / "checked").exists()
    assert "reads the standard library's sources" in proven.words


def test_rusts_own_variables_are_set(tmp_path: Path) -> None:
    made = toolchain(tmp_path, f'*) echo "$RUSTC_BOOTSTRAP" >>{tmp_path}/said;;')
    rust_trial(ProcessRunner(), replace(made, environment={"RUSTC_BOOTSTRAP": "1"}), [TARGET], []).run()
    assert set((tmp_path / "said").read_text().split()) == {"1"}


@pytest.mark.real
def test_this_machines_tools_work(tmp_path: Path) -> None:
    catalog, runner = Catalog.load(), ProcessRunner()
    versions = Versions(tmp_path / "tools.json", runner)
    chosen = rust.find(versions)
    assert isinstance(chosen, Rust)
    proven = rust_trial(runner, chosen, sorted(catalog.targets), ["wasm32v1-none"]).run()
    assert all(path.exists() for path in proven.files)
    assert all(target in proven.words for target in catalog.targets)
    for name, target in catalog.targets.items():
        compiler = c_compiler(versions, target.c)
        assert isinstance(compiler, CCompiler)
        proven = c_trial(runner, {name: compiler}, chosen.elf_linker).run()
        assert set(compiler.archives) <= set(proven.files)
        assert any(path.name == "string.h" for path in proven.files)
        elsewhere = replace(compiler, target=target.c.model_copy(update={"flags": ("-mnothing",)}))
        with pytest.raises(MissingToolError, match="cannot compile one line of C"):
            c_trial(runner, {name: elsewhere}, chosen.elf_linker).run()
    assert Path("/usr/include/stdio.h") in host_trial(runner, Path("/usr/bin/cc")).run().files


@pytest.mark.real
def test_sources_of_another_version_are_refused(tmp_path: Path) -> None:
    chosen = rust.find(Versions(tmp_path / "tools.json", ProcessRunner()))
    assert isinstance(chosen, Rust)
    core = tmp_path / "library" / "core" / "src"
    core.mkdir(parents=True)
    # What only another version of the compiler knows.
    text = "#![feature(no_core, rustc_attrs)]\n#![no_core]\n#[rustc_of_the_future]\npub struct Odd;\n"
    (core / "lib.rs").write_text(text)
    trial = rust_trial(ProcessRunner(), replace(chosen, sources=tmp_path / "library"), [TARGET], [])
    with pytest.raises(MissingToolError, match=r"does not take the standard library's sources"):
        trial.run()


def test_another_tool_is_another_question(tmp_path: Path) -> None:
    """What one compiler has proved says nothing of another one on PATH before it."""
    one, other = (fake(tmp_path / name, "cc", "exit 0") for name in ("one", "other"))
    runner, linker = ProcessRunner(), ["ld"]
    assert host_trial(runner, one).asked != host_trial(runner, other).asked
    compiler = arm(tmp_path)
    rebuilt = replace(compiler.library, identity=LIBRARY.model_copy(update={"sha256": "b" * 64}))
    others = [replace(compiler, tool=Tool(other, "")), replace(compiler, library=rebuilt)]
    questions = [c_trial(runner, {TARGET: each}, linker).asked for each in (compiler, *others)]
    questions.append(c_trial(runner, {TARGET: compiler}, None).asked)
    assert all(questions.count(question) == 1 for question in questions)
    first, second = (toolchain(tmp_path / name, WORKS) for name in ("first", "second"))
    assert rust_trial(runner, first, [TARGET], []).asked != rust_trial(runner, second, [TARGET], []).asked


GETS, GETS_NONE = "exit 0", "echo 'invalid version 0 on git_proxy_options' >&2; exit 101"


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ([GETS, GETS_NONE], "the cargo of a gets a crate by Git"),
        ([GETS_NONE, GETS], "the cargo of b gets a crate by Git, which that of a does not"),
    ],
)
def test_one_cargo_that_gets_crates_by_git_is_enough(tmp_path: Path, does: list[str], words: str) -> None:
    made = [
        Cargo(name, fake(tmp_path / name, "cargo", script)) for name, script in zip("ab", does, strict=True)
    ]
    assert git_trial(ProcessRunner(), made).run().words == words


def test_without_a_cargo_that_does_it_is_said_of_which(tmp_path: Path) -> None:
    made = [Cargo(name, fake(tmp_path / name, "cargo", GETS_NONE)) for name in ("packaged", "rustup stable")]
    with pytest.raises(MissingToolError, match="by Git with the cargo of packaged or rustup stable"):
        git_trial(ProcessRunner(), made).run()
