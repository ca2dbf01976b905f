"""What the applications of systems in C have in common: their folders, and why their builds fail."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Embedding, Status
from wasmfit.words import escape_unprintable

from .. import digest
from ..context import Context, StepContext
from ..digest import Shared
from ..errors import BuildError
from ..exclusive_lock import exclusive_lock
from ..library import Library
from ..spec import FirmwareSpec

_FAULT = re.compile(
    r"(?:: |^)(?:fatal )?error[: ]|^fatal: |undefined reference to|\*\*\* |cannot find |Error: "
    r"|^CMake Error|^No board named",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"^(?:make|gmake|ninja)(?:\[\d+\])?: |^collect2: |^ninja: |^FATAL ERROR: |^FAILED: ")
_OF_LINKER = re.compile(r"\bld(?:\.bfd|\.lld)?: ")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
_OF_NETWORK = re.compile(r"fatal: (?:unable to access|could not read from remote)", re.IGNORECASE)
_ONCE = "The system's build gets its packages by Git: let it do so once where there is a network"
_CMAKE_MESSAGE = "(message):"
_OVERFLOW = re.compile(r"region [`']?([\w.]+)'? overflowed by (\d+) bytes")
_LONGEST = 300
_JOB, _JOB_SOURCE = "job.bin", "job.S"

_HEADER = """\
/* Written by wasmfit. */
#ifndef WASMFIT_APP_H
#define WASMFIT_APP_H

/* Bytes of stack that the runtime's embedding asks for. */
#define WASMFIT_STACK {stack}

#endif
"""


@dataclass(frozen=True)
class Application:
    """An application to build.

    Attributes:
        context: What it is built with.
        step: The step that builds it.
        spec: The firmware.
        job: The job's blob.
        library: Where the library is; see :mod:`wasmfit.builder.library`.
        artefact: The folder that images go to.
    """

    context: Context
    step: StepContext
    spec: FirmwareSpec
    job: bytes
    library: Path
    artefact: Path

    @contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """A folder of its own for what is built from one checkout under a name, with the application in it.

        What a build leaves there is there again the next time; nobody else builds in it meanwhile.
        """
        base = self.spec.base
        assert base.checkout is not None
        assert base.system is not None
        own = base.own(self.spec.build.runtime)
        place = "-".join((base.name, base.checkout.digest[:12], name.replace("/", "_")))
        if own is not None:
            place += f"-{own.variant}"
        app = self.context.home.work / base.system.driver / place
        with exclusive_lock(app.with_suffix(".lock"), self.context.runner.cancel):
            for path in write(self.files(), app):
                self.step.progress(path.name, 0, 0)
            yield app

    def files(self) -> dict[str, bytes]:
        """The base's own files, and what they build on; see ``base.toml``."""
        library = Library.at(self.context, self.library)
        own = _folder(self.context, self.spec)
        files = {path.relative_to(own).as_posix(): path.read_bytes() for path in _files(own)}
        for folder in (library.include, library.sources):
            files |= {path.name: path.read_bytes() for path in _files(folder)}
        files[library.archive.name] = library.archive.read_bytes()
        files |= embedding(self.context, self.spec)
        files[_JOB] = self.job
        files["wasmfit_app.h"] = _HEADER.format(stack=self.spec.stack).encode()
        return files

    def take(self, file: Path, name: str, program: str) -> None:
        """Copies what a build has made to the artefact.

        Raises:
            BuildError: It has not made it.
        """
        if not file.is_file():
            raise BuildError(
                f"{program} made no {file.name} in {file.parent.name}, where base.toml looks for it"
            )
        shutil.copy(file, self.artefact / name)


def _folder(context: Context, spec: FirmwareSpec) -> Path:
    """The base's folder of an application."""
    base = spec.base
    assert base.system is not None
    other = base.system.app_of
    return context.catalog.folder(context.catalog.base(other) if other else base) / "app"


def embedding(context: Context, spec: FirmwareSpec) -> dict[str, bytes]:
    """Sources of a runtime's embedding, where the system builds the runtime itself, and so them too.

    What lies in folders is of wasmfit's own port of the runtime: the system has another.
    """
    build = spec.build
    if spec.base.own(build.runtime) is None or build.runtime.c is None:
        return {}
    folder = context.catalog.embedding(build.runtime)
    kinds = {
        Embedding.STATIC: build.runtime.c.firmware,
        Embedding.DYNAMIC: build.runtime.c.any,
        Embedding.CONFORMANCE: build.runtime.c.suite,
    }
    sources = [name for name in kinds[spec.payload.embedding] if "/" not in name]
    paths = [folder / name for name in sources] + sorted(folder.glob("*.h"))
    paths += sorted((context.catalog.harness / "include").glob("*.h"))
    return {path.name: path.read_bytes() for path in paths}


def settings(spec: FirmwareSpec) -> dict[str, str]:
    """What the system's build is told to have the runtime itself; nothing where it is given to it."""
    own = spec.base.own(spec.build.runtime)
    return {} if own is None else dict(own.settings)


def write(files: Mapping[str, bytes], app: Path) -> list[Path]:
    """Writes an application's folder; what is right already keeps its time.

    Returns:
        The files that have changed.
    """
    changed = {name for name, content in files.items() if not _holds(app / name, content)}
    if _JOB in changed:
        # No build sees what an assembler includes.
        changed.add(_JOB_SOURCE)
    for name in changed:
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_bytes(files[name])
    return sorted(app / name for name in changed)


def key(context: Context, spec: FirmwareSpec, shared: Shared, name: str) -> str:
    """Digest of the checkout, of what the base says of the system, and of the application's own files."""
    base = spec.base
    assert base.checkout is not None
    assert base.system is not None
    return digest.of(
        base.system.driver,
        base.checkout.digest,
        base.system,
        name,
        shared.tree(_folder(context, spec)),
        shared.tree(context.catalog.system / "c"),
        shared.tree(context.catalog.system / "include"),
        spec.stack,
        embedding(context, spec),
        settings(spec),
    )


def failure(program: str, output: str) -> BuildError:
    """Why a build failed: what does not fit, or the first line that says what is wrong."""
    output = _COLOURS.sub("", output)
    overflows: dict[str, int] = {}
    for region, size in _OVERFLOW.findall(output):
        overflows[region] = max(overflows.get(region, 0), int(size))
    if overflows:
        parts = (f"{region} by {size:,} B" for region, size in sorted(overflows.items()))
        return BuildError(f"the image overflows {' and '.join(parts)}", Status.DOES_NOT_FIT)
    reason = _reason(output.splitlines()).removeprefix(f"{program}: ")
    said = f"{program}: {escape_unprintable(reason, _LONGEST)}"
    if _OF_NETWORK.match(reason):
        return BuildError(f"{said}. {_ONCE}", Status.UNAVAILABLE)
    return BuildError(said)


def _reason(lines: Sequence[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    faults = [line for line in said if _FAULT.search(line)]
    # What others add is where they were, and what they ran is what failed.
    first = next((line for line in faults if not _OF_OTHERS.match(line)), None)
    if first is not None and first.endswith(_CMAKE_MESSAGE):
        # What it says is on the next line.
        return " ".join(said[said.index(first) : said.index(first) + 2])
    # A warning is fatal to a linker that was told so.
    first = first or next((line for line in said if _OF_LINKER.search(line)), None)
    return first or next(iter(faults), said[-1] if said else "no reason given")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
