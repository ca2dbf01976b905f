"""A C compiler for microcontrollers, its C library, and the linker that puts both together."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.c_compiler import CCompiler
from wasmfit.toolchain.process import ProcessRunner
from wasmfit.toolchain.proofs import Proven, ToolTrial

from .attempt import attempt, dependencies

_SOURCE = "#include <string.h>\nunsigned wasmfit_probe(const char *text) { return strlen(text); }\n"
_ENTRY = "wasmfit_probe"


def c_trial(
    runner: ProcessRunner, compilers: Mapping[str, CCompiler], linker: Sequence[str] | None
) -> ToolTrial:
    """Compiling a line of C that uses the C library, for each target, and linking it with that library.

    Args:
        compilers: Target → its compiler with its C library.
        linker: Command that links ELF files; without one nothing is linked.
    """
    question = [_SOURCE, {name: _asked(compiler) for name, compiler in compilers.items()}, linker]
    return ToolTrial(question, lambda: _prove(runner, compilers, linker))


def _asked(compiler: CCompiler) -> list[object]:
    """What decides what is tried with a compiler."""
    library = compiler.library
    how = compiler.target.model_dump_json(), library.identity.model_dump_json()
    return [compiler.tool.path, *how, library.flags, compiler.archives]


def _prove(runner: ProcessRunner, compilers: Mapping[str, CCompiler], linker: Sequence[str] | None) -> Proven:
    files = [compiler.tool.path for compiler in compilers.values()]
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        (folder / "one.c").write_text(_SOURCE, encoding="ascii")
        for target, compiler in compilers.items():
            try:
                files += _compiled(runner, compiler, folder)
                if linker is not None:
                    files += _linked(runner, compiler, linker, folder)
            except MissingToolError as error:
                raise MissingToolError(f"for {target}, {error.message}") from error
    works = (
        "compiles a line of C" if linker is None else "compiles a line of C and links it with the C library"
    )
    unlinked = " (there is no linker to try)" if linker is None else ""
    return Proven(f"{works} for {', '.join(compilers)}{unlinked}", tuple(dict.fromkeys(files)))


def _compiled(runner: ProcessRunner, compiler: CCompiler, folder: Path) -> list[Path]:
    """Compiles; returns the headers."""
    command: list[str | Path] = [
        compiler.tool.path,
        *compiler.target.flags,
        "-Os",
        *compiler.library.flags,
        "-MD",
        "-MF",
        "one.d",
        "-c",
        "one.c",
    ]
    attempt(runner, command, folder, "compile one line of C")
    return [path for path in dependencies(folder / "one.d") if path.is_absolute()]


def _linked(runner: ProcessRunner, compiler: CCompiler, linker: Sequence[str], folder: Path) -> list[Path]:
    """Links; returns the libraries."""
    attempt(
        runner,
        [*linker, f"--entry={_ENTRY}", "-o", "one.elf", "one.o", *compiler.archives],
        folder,
        "link it with the C library",
    )
    return [Path(linker[0]), *compiler.archives]
