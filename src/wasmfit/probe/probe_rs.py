"""probe-rs's command-line tool: which probes there are, flashing, and its GDB server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wasmfit.errors import MissingToolError, UsageError
from wasmfit.toolchain import ChildStoppedError, Finished, ProcessRunner, remedy
from wasmfit.words import escape_unprintable

from .errors import BoardError

PROGRAM = "probe-rs"

_LIST_SECONDS = 30
_FLASH_SECONDS = 300
_SERVE_SECONDS = 3600

_PROBE = re.compile(
    r"\[\d+\]: (?P<name>.*) -- (?P<id>[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(?:-\d+)?)"
    r"(?::(?P<serial>\S*))? \((?P<kind>[^()]*)\)(?P<inaccessible> \(inaccessible\))?"
)
_SECTOR = re.compile(r'<g\b[^>]*fill="CornflowerBlue"[^>]*>(.*?)</g>', re.DOTALL)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_CAUSE = re.compile(r"^\d+: ")
_MOST_LAYOUT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Probe:
    """A debug probe.

    Attributes:
        name: What it calls itself.
        selector: How probe-rs wants it named: ``VID:PID`` with its serial number, if it has one.
        kind: The kind of probe, as probe-rs names it.
        accessible: Whether this user may use it.
    """

    name: str
    selector: str
    kind: str
    accessible: bool = True


@dataclass(frozen=True)
class Flashed:
    """What flashing an image came to, by probe-rs's own report.

    Attributes:
        sectors: Sectors of flash that were erased and written.
        bytes: Bytes in them.
    """

    sectors: int
    bytes: int


@dataclass
class Served:
    """A server in the background.

    Attributes:
        finished: How it ended, if it has.
    """

    finished: Finished | None = None

    def runs(self) -> bool:
        """Whether it is still there."""
        return self.finished is None


@dataclass(frozen=True)
class ProbeRs:
    """The tool, with what runs it."""

    program: Path
    runner: ProcessRunner

    @staticmethod
    def find(runner: ProcessRunner) -> ProbeRs:
        """The tool on ``PATH``.

        Raises:
            MissingToolError: It is not installed.
        """
        path = shutil.which(PROGRAM)
        if path is None:
            raise MissingToolError(
                "probe-rs is not installed, and boards are reached through it.", remedy(PROGRAM).text
            )
        return ProbeRs(Path(path), runner)

    def probes(self) -> list[Probe]:
        """The probes that are attached.

        Raises:
            UsageError: probe-rs cannot say.
        """
        finished = self.runner.run([str(self.program), "list"], timeout=_LIST_SECONDS, env=_environment())
        if finished.code != 0:
            raise UsageError(f"probe-rs cannot list probes: {reason(finished)}.")
        return attached(finished.output)

    def flash(self, image: Path, chip: str, probe: Probe, log: Path | None) -> Flashed | None:
        """Writes an image to a board's flash; ``None`` if probe-rs does not say what it wrote.

        Raises:
            BoardError: It cannot.
        """
        with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
            layout = Path(folder) / "layout.svg"
            finished = self.runner.run(
                [
                    str(self.program),
                    "download",
                    *_where(chip, probe),
                    "--disable-progressbars",
                    "--verify",
                    f"--flash-layout={layout}",
                    str(image),
                ],
                timeout=_FLASH_SECONDS,
                env=_environment(),
                log=log,
            )
            if finished.code != 0:
                raise BoardError(f"probe-rs does not flash it: {reason(finished)}")
            try:
                with layout.open(encoding="utf-8", errors="replace") as file:
                    return flashed(file.read(_MOST_LAYOUT_BYTES))
            except OSError:
                return None

    @contextmanager
    def server(self, chip: str, probe: Probe, log: Path | None) -> Iterator[tuple[int, Served]]:
        """probe-rs's GDB server for a board, as long as the context lasts, and its port on this machine."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            str(self.program),
            "gdb",
            *_where(chip, probe),
            f"--gdb-connection-string=127.0.0.1:{port}",
        ]
        with serving(self.runner, command, log) as served:
            yield port, served


@contextmanager
def serving(runner: ProcessRunner, command: list[str], log: Path | None = None) -> Iterator[Served]:
    """Runs a server in the background; it is ended with the context."""
    stop, served = threading.Event(), Served()

    def serve() -> None:
        try:
            served.finished = ProcessRunner(runner.echo, stop).run(
                command, timeout=_SERVE_SECONDS, env=_environment(), log=log
            )
        except ChildStoppedError as error:
            served.finished = error.finished

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        stop.set()
        thread.join()


def attached(output: str) -> list[Probe]:
    """The probes in what ``probe-rs list`` prints; other lines are words for people."""
    matches = (_PROBE.fullmatch(line.strip()) for line in output.splitlines())
    return [
        Probe(
            name=escape_unprintable(match["name"]),
            selector=escape_unprintable(
                f"{match['id']}:{match['serial']}" if match["serial"] else match["id"]
            ),
            kind=escape_unprintable(match["kind"]),
            accessible=match["inaccessible"] is None,
        )
        for match in matches
        if match is not None
    ]


def choose(probes: list[Probe], selector: str | None) -> Probe:
    """The probe that a user means.

    Raises:
        MissingToolError: None is attached.
        UsageError: The selector fits none, or it takes one to tell several apart.
    """
    if not probes:
        raise MissingToolError(
            "No debug probe is attached.", "Attach one that probe-rs knows; `wasmfit probes` lists them."
        )
    fitting = [probe for probe in probes if selector is None or _fits(probe, selector)]
    names = ", ".join(probe.selector for probe in fitting or probes)
    if not fitting:
        raise UsageError(f"No probe fits {selector!r}.", f"Attached: {names}.")
    if len(fitting) > 1:
        raise UsageError("More than one probe is attached.", f"Name one with --on probe:SELECTOR: {names}.")
    (probe,) = fitting
    if not probe.accessible:
        raise UsageError(
            f"The probe {probe.name} may not be used by this user.",
            "probe-rs's documentation, Probe Setup, has the rules for udev.",
        )
    return probe


def _fits(probe: Probe, selector: str) -> bool:
    wanted = selector.lower()
    return probe.selector.lower() == wanted or probe.selector.lower().startswith((f"{wanted}:", f"{wanted}-"))


def flashed(layout: str) -> Flashed | None:
    """The sectors in the layout of flash that probe-rs draws: groups, each with first address and end."""
    sectors = [[int(address, 16) for address in _ADDRESS.findall(group)] for group in _SECTOR.findall(layout)]
    if not sectors or any(len(pair) != 2 or pair[0] >= pair[1] for pair in sectors):
        return None
    return Flashed(len(sectors), sum(end - begin for begin, end in sectors))


def _environment() -> dict[str, str]:
    """The user's, with words for programs: no colours, no stacks of probe-rs's own code."""
    return {**os.environ, "NO_COLOR": "1", "RUST_BACKTRACE": "0"}


def _where(chip: str, probe: Probe) -> list[str]:
    return ["--non-interactive", f"--chip={chip}", f"--probe={probe.selector}"]


def reason(finished: Finished) -> str:
    """probe-rs's error with its causes, without the warnings before and the stack of its own code after."""
    lines = iter(finished.output.splitlines())
    said = []
    for line in lines:
        if line.startswith("Error: "):
            said.append(line.removeprefix("Error: "))
            break
    for line in lines:
        if line.startswith("Stack backtrace"):
            break
        # Numbered, where there are several.
        said.append(_CAUSE.sub("", line.strip()))
    whole = [line.rstrip(".") for line in said if line and line != "Caused by:"]
    return escape_unprintable(": ".join(whole), 300) if whole else f"exit code {finished.code}"
