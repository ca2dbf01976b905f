"""A Rust toolchain for microcontrollers with its linkers."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.process import ChildTimeoutError, ProcessRunner
from wasmfit.toolchain.proofs import Proven, ToolTrial, first_error
from wasmfit.toolchain.rust import Rust

from .attempt import attempt

# The standard library is built from source, for each profile again, and takes a minute: without it, assembly
# is all that can be said in a line. It takes what matters: a compiler that knows the target and takes nightly
# options.
_SOURCE = """\
#![no_core]
#![feature(no_core, rustc_attrs)]
#[rustc_builtin_macro] macro_rules! global_asm { () => {}; }
global_asm!(".globl wasmfit_probe", "wasmfit_probe:", "nop");
"""
_MODULE = "#![no_core]\n#![feature(no_core)]\n"

_ENTRY = "wasmfit_probe"
_COMMON = ("--edition=2021", "-Ainternal_features", "--crate-name=one")
# Reads all of the library's sources and resolves every name in them: of another version they do not pass.
_READ_ONLY = "-Zno-analysis"
_NO_SUCH_OPTION = "unknown unstable option"
_SECONDS = 300


def rust_trial(
    runner: ProcessRunner, rust: Rust, targets: Sequence[str], wasm_targets: Sequence[str]
) -> ToolTrial:
    """Compiling a line for each target, linking it, and reading the standard library's sources."""
    tools = [
        rust.cargo.path,
        rust.rustc.path,
        rust.sources,
        rust.elf_linker,
        rust.wasm_linker,
        rust.environment,
    ]
    question = [_SOURCE, _MODULE, targets, wasm_targets, tools]
    return ToolTrial(question, lambda: _prove(runner, rust, targets, wasm_targets))


def _prove(runner: ProcessRunner, rust: Rust, targets: Sequence[str], wasm_targets: Sequence[str]) -> Proven:
    environment = {**os.environ, **rust.environment}
    rustc = rust.rustc.path
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        (folder / "one.rs").write_text(_SOURCE, encoding="ascii")
        (folder / "wasm.rs").write_text(_MODULE, encoding="ascii")

        def run(target: str, command: Sequence[str | Path], what: str) -> None:
            try:
                attempt(runner, command, folder, what, environment)
            except MissingToolError as error:
                raise MissingToolError(f"for {target}, {error.message}") from error

        for target in targets:
            chosen = [
                *_COMMON,
                "--crate-type=lib",
                "--emit=obj",
                f"--target={target}",
                "-o",
                "one.o",
                "one.rs",
            ]
            run(target, [rustc, *chosen], "compile one line of Rust")
            run(target, [*rust.elf_linker, f"--entry={_ENTRY}", "-o", "one.elf", "one.o"], "link it")
        for target in wasm_targets:
            linker = f"-Clinker={rust.wasm_linker[0]}"
            chosen = [
                *_COMMON,
                "--crate-type=cdylib",
                linker,
                f"--target={target}",
                "-o",
                "one.wasm",
                "wasm.rs",
            ]
            run(target, [rustc, *chosen], "compile and link an empty module")
        sources = rust.sources / "core" / "src" / "lib.rs"
        _read(runner, rust, targets[0], sources, folder, environment)
    programs = (rust.cargo.path, rustc, Path(rust.elf_linker[0]), Path(rust.wasm_linker[0]))
    return Proven(
        f"compiles and links a line of Rust for {', '.join((*targets, *wasm_targets))}; "
        "reads the standard library's sources",
        (*programs, sources, rust.sources / "Cargo.lock", rust.sources / "alloc" / "src" / "lib.rs"),
    )


def _read(
    runner: ProcessRunner, rust: Rust, target: str, sources: Path, folder: Path, environment: dict[str, str]
) -> None:
    """Lets the compiler read the sources of ``core``."""
    for extra in ([_READ_ONLY], []):
        options = ("--edition=2024", "--crate-type=rlib", "--crate-name=core", f"--target={target}")
        output = ("--emit=metadata", "--cap-lints=allow", "-o", "core.rmeta")
        command = [str(rust.rustc.path), *extra, *options, *output, str(sources)]
        try:
            ended = runner.run(command, timeout=_SECONDS, cwd=folder, env=environment)
        except ChildTimeoutError as error:
            raise MissingToolError(f"rustc does not read {sources} in {_SECONDS} s") from error
        if ended.code == 0:
            return
        if _NO_SUCH_OPTION not in ended.output:
            said = first_error(ended.output)
            raise MissingToolError(
                f"rustc does not take the standard library's sources in {rust.sources}: {said}"
            )
