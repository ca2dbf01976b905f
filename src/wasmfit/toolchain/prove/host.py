"""The C compiler for this machine."""

import tempfile
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.process import ProcessRunner
from wasmfit.toolchain.proofs import Proven, ToolTrial

from .attempt import attempt, dependencies

_SOURCE = '#include <stdio.h>\nint main(void) { return puts("wasmfit") < 0; }\n'


def host_trial(runner: ProcessRunner, compiler: Path) -> ToolTrial:
    """Compiling, linking and running a program of one line."""
    return ToolTrial([_SOURCE, compiler], lambda: _prove(runner, compiler))


def _prove(runner: ProcessRunner, compiler: Path) -> Proven:
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        source = folder / "one.c"
        source.write_text(_SOURCE, encoding="ascii")
        attempt(
            runner,
            [compiler, "-MD", "-MF", "one.d", "one.c", "-o", "one"],
            folder,
            "compile and link one line of C",
        )
        if attempt(runner, [folder / "one"], folder, "run") != "wasmfit\n":
            raise MissingToolError(f"what {compiler.name} compiles does not do what it should")
        read = dependencies(folder / "one.d")
    return Proven(
        "compiles, links and runs a line of C", (compiler, *(path for path in read if path.is_absolute()))
    )
