"""Our plugins for QEMU: compiled on first use, for the plugin interface of the QEMU that loads them.

QEMU's plugin interface has versions, and a QEMU takes some of them. Which one it takes is found by asking
it: a probe, compiled for each version that our sources know, newest first, is loaded until one is taken. What
QEMU says its own version is plays no part: distributions patch, and what counts is what loads.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.provided import ProvidedImages
from wasmfit.toolchain import ProcessRunner, file_identity, remedy, write_whole
from wasmfit.words import escape_unprintable

from . import qemu

SOURCES = Path(__file__).parent / "plugin"
"""Sources of the plugin that counts; other plugins have a folder of their own in it."""

PROBE = SOURCES / "probe"
"""Sources of the plugin that a QEMU is asked with which interface it takes."""

_INTERFACES = SOURCES / "interface"
_FENCE = SOURCES / "fence"

COMPILER = "cc"
"""The compiler of plugins."""

# Hidden: what the parts share is found without a table, which the counting would feel.
_FLAGS = ("-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall")
_COMPILE_SECONDS = 60
_PROBE_SECONDS = 30

_TAKEN = re.compile(r"interface (\d+) (\d+) \S+")
# The words of a QEMU whose build has the option, and of one whose build has not.
_NO_PLUGINS = re.compile(r"plugin interface not enabled|-plugin: invalid option")


def interfaces() -> tuple[int, ...]:
    """The versions of QEMU's plugin interface that our sources know, newest first."""
    return tuple(sorted((int(source.stem[1:]) for source in _INTERFACES.glob("v*.c")), reverse=True))


def parts(interface: int, plugin: Path = SOURCES) -> list[Path]:
    """The C files that a plugin is compiled from, together, for a version of the interface."""
    return [*sorted(plugin.glob("*.c")), *sorted(_FENCE.glob("*.c")), _INTERFACES / f"v{interface}.c"]


def compiled(
    folder: Path,
    runner: ProcessRunner,
    emulator: str,
    log: Path | None = None,
    plugin: Path = SOURCES,
    images: ProvidedImages | None = None,
) -> Path:
    """A plugin as a shared library that a QEMU takes.

    Taken from ``images`` where they have it for this machine. Otherwise compiled unless ``folder`` has it
    from the same sources and compiler. Several processes may want it at once: each compiles its own, and the
    last to finish wins.

    Args:
        emulator: The QEMU, as a program on the PATH or as a path.
        plugin: Folder of the plugin's sources.
        images: What need not be compiled.

    Raises:
        MissingToolError: There is no such QEMU, it takes no plugin of ours, there is no C compiler, or it
            cannot compile for this machine.
    """
    plugins = _Plugins(folder, runner, log, sources_digest(), images)
    return plugins.library(plugin, plugins.interface(emulator))


def interface(
    folder: Path,
    runner: ProcessRunner,
    emulator: str,
    log: Path | None = None,
    images: ProvidedImages | None = None,
) -> int:
    """The newest version of the plugin interface, of those that our sources know, that a QEMU takes.

    Asked once for each QEMU: ``folder`` remembers the answer as long as QEMU, sources and compiler stay.

    Raises:
        MissingToolError: As :func:`compiled`.
    """
    return _Plugins(folder, runner, log, sources_digest(), images).interface(emulator)


def file_name(plugin: Path, version: int) -> str:
    """What a plugin for a version of the interface is called in wasmfit-images."""
    return f"{plugin.name}-v{version}.so"


def compile_plugin(
    runner: ProcessRunner, compiler: Path, plugin: Path, version: int, library: Path, log: Path | None = None
) -> None:
    """Compiles a plugin for a version of the interface.

    Raises:
        MissingToolError: The compiler cannot compile it.
    """
    command: list[str | Path] = [compiler, *_FLAGS, "-I", SOURCES, *parts(version, plugin), "-o", library]
    finished = runner.run(command, timeout=_COMPILE_SECONDS, log=log)
    if finished.code != 0:
        words = next((line for line in finished.output.splitlines() if "error" in line), finished.output)
        raise MissingToolError(
            f"{compiler} cannot compile the emulator's plugin: {escape_unprintable(words)}.",
            remedy(COMPILER).text,
        )


@dataclass(frozen=True)
class _Plugins:
    """Where plugins come from.

    Attributes:
        folder: What was compiled, and what QEMUs have answered.
        runner: Runs compiler and QEMU.
        log: Takes the compiler's output.
        sources: Digest of what they are compiled from.
        images: What need not be compiled.
    """

    folder: Path
    runner: ProcessRunner
    log: Path | None
    sources: str
    images: ProvidedImages | None

    def interface(self, emulator: str) -> int:
        """As :func:`interface`."""
        program = shutil.which(emulator)
        if program is None:
            raise MissingToolError(f"The emulator {emulator} is not installed.", qemu.remedy(emulator))
        answer = self.folder / f"interface-{_key(Path(program), self.sources)}"
        try:
            return int(answer.read_text(encoding="ascii"))
        except (OSError, ValueError):
            pass
        version = self._ask(program)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(answer, f"{version}\n")
        return version

    def _ask(self, program: str) -> int:
        """Loads a probe of each version.

        Only the end of what the emulator prints is logged: one that prints gigabytes would fill a log.
        """
        words = "it says nothing"
        for version in interfaces():
            probe = self.library(PROBE, version)
            finished = self.runner.run(
                [program, *qemu.NOTHING_ATTACHED, "-M", "none", "-plugin", qemu.escaped(str(probe))],
                timeout=_PROBE_SECONDS,
            )
            if self.log is not None:
                # Where nothing is compiled, it is the first to write.
                self.log.parent.mkdir(parents=True, exist_ok=True)
                with self.log.open("a", encoding="utf-8", errors="replace") as file:
                    file.write(f"$ {program} -plugin {probe}\n{finished.output}\n")
            if finished.code == 0 and _TAKEN.search(finished.output):
                return version
            if _NO_PLUGINS.search(finished.output):
                raise MissingToolError(
                    f"{program} was built without support for TCG plugins, so that nothing can be counted "
                    "in it.",
                    "Another build of QEMU is needed, configured with --enable-plugins. "
                    f"{qemu.remedy(program)}",
                )
            words = qemu.last_words(finished.output) or words
        known = ", ".join(map(str, sorted(interfaces())))
        raise MissingToolError(
            f"{program} takes none of the versions of the plugin interface that wasmfit knows ({known}): "
            f"{escape_unprintable(words)}.",
            f"QEMU 7.2 or later with TCG plugins is needed. {qemu.remedy(program)}",
        )

    def library(self, plugin: Path, version: int) -> Path:
        """A plugin for a version of the interface."""
        provided = (
            None if self.images is None else self.images.plugin(file_name(plugin, version), self.sources)
        )
        if provided is not None:
            return provided
        compiler = shutil.which(COMPILER)
        if compiler is None:
            raise MissingToolError(
                "The emulator's plugin needs a C compiler (cc), and there is none.", remedy(COMPILER).text
            )
        library = self.folder / f"{plugin.name}-v{version}-{_key(Path(compiler), self.sources)}.so"
        if library.is_file():
            return library
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".plugin-") as work:
            linked = Path(work) / "plugin.so"
            compile_plugin(self.runner, Path(compiler), plugin, version, linked, self.log)
            linked.replace(library)
        return library


def sources_digest(machine: str | None = None) -> str:
    """Digest of all that plugins are compiled from, besides the compiler.

    Args:
        machine: The machine that they are compiled for, as ``uname -m`` has it; this one where none is given.
    """
    digest = hashlib.sha256()
    for source in sorted(SOURCES.rglob("*.[ch]")):
        digest.update(repr((source.name, source.read_bytes())).encode())
    digest.update(repr((machine or os.uname().machine, _FLAGS)).encode())
    return digest.hexdigest()


def _key(program: Path, sources: str) -> str:
    """Changes with a program and with what plugins are compiled from."""
    return hashlib.sha256(repr((sources, file_identity(program))).encode()).hexdigest()[:16]
