"""A cargo that gets crates by Git, as forks that are in no registry come.

Debian's is linked with a libgit2 that it was not made for, and gets none, from wherever it is; so a
repository in a folder of this machine is enough to find out.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.cargos import Cargo
from wasmfit.toolchain.process import ProcessRunner
from wasmfit.toolchain.proofs import Proven, ToolTrial

from .attempt import attempt

_PACKAGE = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
_IDENTITY = ("-c", "user.name=wasmfit", "-c", "user.email=wasmfit@localhost", "-c", "commit.gpgsign=false")


def git_trial(runner: ProcessRunner, cargos: Sequence[Cargo]) -> ToolTrial:
    """Getting a crate from a repository made for it, by the first of some cargos that can."""
    return ToolTrial([cargo.program for cargo in cargos], lambda: _prove(runner, cargos))


def _prove(runner: ProcessRunner, cargos: Sequence[Cargo]) -> Proven:
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        _write(folder / "fork", "fork", "")
        for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=one"]):
            attempt(runner, ["git", *_IDENTITY, *words], folder / "fork", "make a repository")
        url = (folder / "fork").as_uri()
        failed: list[str] = []
        for number, cargo in enumerate(cargos):
            place = folder / str(number)
            _write(place, "user", f'[dependencies]\nfork = {{ git = "{url}" }}\n')
            environment = {**os.environ, **cargo.environment, "CARGO_HOME": str(place / "home")}
            try:
                attempt(runner, [cargo.program, "fetch"], place, "get a crate by Git", environment)
            except MissingToolError:
                failed.append(cargo.name)
                continue
            instead = f", which that of {' and '.join(failed)} does not" if failed else ""
            return Proven(
                f"the cargo of {cargo.name} gets a crate by Git{instead}",
                tuple(one.program for one in cargos),
            )
    raise MissingToolError(f"no crate can be had by Git with the cargo of {' or '.join(failed)}")


def _write(folder: Path, name: str, more: str) -> None:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").write_text("", encoding="ascii")
    (folder / "Cargo.toml").write_text(_PACKAGE.format(name=name) + more, encoding="ascii")
