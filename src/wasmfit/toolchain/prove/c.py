"""A C compiler for microcontrollers, its C library, and the linker that puts both together."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import CTarget
from wasmfit.toolchain.process import Gateway
from wasmfit.toolchain.proofs import Proven, ToolTrial

from .attempt import attempt, dependencies

_SOURCE = "#include <string.h>\nunsigned wasmfit_probe(const char *text) { return strlen(text); }\n"
_ENTRY = "wasmfit_probe"


def c_trial(
    gateway: Gateway, compiler: Path, targets: Mapping[str, CTarget], linker: Sequence[str] | None
) -> ToolTrial:
    """Compiling a line of C that uses the C library, for each target, and linking it with that library.

    Args:
        targets: Name → how C is compiled for it; all with this compiler.
        linker: Command that links ELF files; without one nothing is linked.
    """
    question = [_SOURCE, compiler, {name: how.model_dump_json() for name, how in targets.items()}, linker]
    return ToolTrial(question, lambda: _prove(gateway, compiler, targets, linker))


def _prove(
    gateway: Gateway, compiler: Path, targets: Mapping[str, CTarget], linker: Sequence[str] | None
) -> Proven:
    files = [compiler]
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        (folder / "one.c").write_text(_SOURCE, encoding="ascii")
        for target, how in targets.items():
            try:
                files += _compiled(gateway, compiler, how, folder)
                if linker is not None:
                    files += _linked(gateway, compiler, how, linker, folder)
            except MissingToolError as error:
                raise MissingToolError(f"for {target}, {error.message}") from error
    works = (
        "compiles a line of C" if linker is None else "compiles a line of C and links it with the C library"
    )
    unlinked = " (there is no linker to try)" if linker is None else ""
    return Proven(f"{works} for {', '.join(targets)}{unlinked}", tuple(dict.fromkeys(files)))


def _compiled(gateway: Gateway, compiler: Path, how: CTarget, folder: Path) -> list[Path]:
    """Compiles; returns the headers."""
    command: list[str | Path] = [
        compiler,
        *how.flags,
        "-Os",
        "-isystem",
        how.library / "include",
        "-MD",
        "-MF",
        "one.d",
        "-c",
        "one.c",
    ]
    attempt(gateway, command, folder, "compile one line of C")
    return [path for path in dependencies(folder / "one.d") if path.is_absolute()]


def _linked(
    gateway: Gateway, compiler: Path, how: CTarget, linker: Sequence[str], folder: Path
) -> list[Path]:
    """Links; returns the libraries."""
    multilib = attempt(
        gateway, [compiler, *how.flags, "-print-multi-directory"], folder, "say which library it takes"
    )
    archives = [how.library / "lib" / multilib.strip() / name for name in how.archives]
    there = [path for path in archives if path.is_file()]
    if not there:
        raise MissingToolError(f"there is no {archives[0]}")
    attempt(
        gateway,
        [*linker, f"--entry={_ENTRY}", "-o", "one.elf", "one.o", *there],
        folder,
        "link it with the C library",
    )
    return [Path(linker[0]), *there]
