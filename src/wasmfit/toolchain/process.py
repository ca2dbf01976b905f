"""The process runner: every child process of wasmfit goes through :meth:`ProcessRunner.run`.

A child gets a session of its own, ``/dev/null`` for input, an absolute time
limit, and a bounded amount of our memory and of the log's disk, however much it
prints. When it returns or raises, its whole process group has ended:
the program, and whatever it started and did not end. Should we be killed
ourselves, the :mod:`watchdog <wasmfit.toolchain.watchdog>` ends the groups.

Out of reach is only what moves itself to another session, as a daemon does.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.errors import MissingToolError, WasmfitError

from .sink import Sink
from .watchdog import WATCHDOG

GRACE_S = 2.0
"""Time between SIGTERM and SIGKILL."""

LAST_WAIT_S = 1.0
"""Time for killed processes to be gone."""

LINGER_S = 0.3
"""Time for processes that outlive the program to let go of its output."""

_TICK_S = 0.05
_READ_BYTES = 64 * 1024

# The child registers its process group with the watchdog, whose pipe is its
# standard input until then, and becomes the program. It leaves no core file,
# however it dies. The shell must add nothing to the environment, and dash would
# add PWD.
_REGISTER = """ulimit -c 0; {limit}trap '' PIPE; echo "+$$" >&0; trap - PIPE; {unset}exec "$@" </dev/null"""
_UNSET = "unset PWD OLDPWD; "
_LIMIT = "ulimit -v {kibibytes}; "
_SHELL = "/bin/sh"


@dataclass(frozen=True, slots=True)
class Finished:
    """A child process that has ended.

    Attributes:
        argv: The command line.
        code: Exit code, or the negative number of the signal that ended it.
        output: The end of what it printed, stdout and stderr together.
        seconds: How long it ran, in seconds.
    """

    argv: tuple[str, ...]
    code: int
    output: str
    seconds: float

    @property
    def command(self) -> str:
        """The command line as a shell would take it."""
        return shlex.join(self.argv)


class ChildStoppedError(WasmfitError):
    """A child process that we ended before it had finished.

    Attributes:
        finished: What is known of it.
    """

    exit_code = 1

    def __init__(self, message: str, finished: Finished) -> None:
        super().__init__(message)
        self.finished = finished


class ChildTimeoutError(ChildStoppedError):
    """A child process that took longer than it may."""


class ChildCancelledError(ChildStoppedError):
    """A child process that was ended because the caller asked for it."""


class _Timeout(Exception):  # noqa: N818 - tells the supervisor why to stop, and goes no further
    pass


class _Cancelled(Exception):  # noqa: N818
    pass


@dataclass(frozen=True)
class ProcessRunner:
    """Runs the child processes of one command: all of them echoed, or not, and cancelled together.

    Attributes:
        echo: Called with each command line before it starts; ``None`` keeps quiet.
        cancel: Once set, running children are ended and no other starts.
    """

    echo: Callable[[str], None] | None = None
    cancel: threading.Event = field(default_factory=threading.Event)

    def run(
        self,
        argv: Sequence[str | os.PathLike[str]],
        *,
        timeout: float,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        keep_stdout: bool = True,
        memory: int | None = None,
    ) -> Finished:
        """Runs a program to its end.

        Args:
            argv: Program and arguments. A program without a slash is looked up in the PATH of ``env``;
                one with a slash is relative to ``cwd``.
            timeout: Seconds from the start after which it is ended.
            cwd: Working directory.
            env: Its whole environment; ours where none is given.
            log: File to append the command line and the output to.
            on_line: Called with each line of stdout as it comes.
            keep_stdout: Whether stdout is for log and ``output`` too. With ``on_line``, it may be for that
                alone; the order of stdout and stderr in the log is exact only without ``on_line``.
            memory: Bytes of address space that it, and each process it starts, may have; for programs that
                read what comes from strangers.

        Returns:
            The finished process; its exit code is for the caller to judge.

        Raises:
            MissingToolError: There is no such program.
            ChildTimeoutError: It ran into ``timeout``.
            ChildCancelledError: ``cancel`` was set.
        """
        command = tuple(os.fspath(word) for word in argv)
        program = _find(command[0], cwd, env)
        if self.echo is not None:
            self.echo(shlex.join(command))
        with Sink(log, on_line, keep_stdout=keep_stdout) as sink:
            sink.note(f"$ {shlex.join(command)}")
            stopped: type[ChildStoppedError] | None = None
            started = time.monotonic()
            if self.cancel.is_set():
                never = Finished(command, -signal.SIGTERM, "", 0.0)
                raise ChildCancelledError(f"{program.name} was not started, as asked.", never)
            child = _Child(program, command[1:], cwd, env, sink, memory)
            try:
                child.supervise(started + timeout, self.cancel)
            except _Timeout:
                stopped = ChildTimeoutError
            except _Cancelled:
                stopped = ChildCancelledError
            finally:
                code = child.end()
            finished = Finished(command, code, sink.tail(), time.monotonic() - started)
            if stopped is None:
                sink.note(f"[exit code {code} after {finished.seconds:.2f} s]")
                return finished
            sentence = _sentence(stopped, command[0], timeout)
            sink.note(f"[{sentence}]")
            raise stopped(sentence, finished)


def _sentence(stopped: type[ChildStoppedError], program: str, timeout: float) -> str:
    if stopped is ChildTimeoutError:
        return f"{Path(program).name} took longer than {timeout:g} s and was ended."
    return f"{Path(program).name} was ended before it had finished, as asked."


def _find(program: str, cwd: Path | None, env: Mapping[str, str] | None) -> Path:
    """The program's absolute path."""
    if "/" in program:
        path = Path.cwd() / (cwd or "") / program
        executable = str(path) if path.is_file() and os.access(path, os.X_OK) else None
    else:
        executable = shutil.which(program, path=None if env is None else env.get("PATH", os.defpath))
    if executable is None:
        raise MissingToolError(
            f"The program {program} is not installed.", "`wasmfit doctor` says how to get it."
        )
    return Path(executable).absolute()


def _environment() -> Mapping[str, str]:
    """Our environment as it is now.

    A child that took it over from us would read it while other threads change it, as NumPy does when it is
    imported, and might not start ("Bad address"). For the same reason a name may be gone by now.
    """
    return {name: value for name in os.environ if (value := os.environ.get(name)) is not None}


class _Child:
    """A started child process, its group and its pipes."""

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        cwd: Path | None,
        env: Mapping[str, str] | None,
        sink: Sink,
        memory: int | None,
    ) -> None:
        self._sink = sink
        self._selector = selectors.DefaultSelector()
        self._open: set[int] = set()
        self._exit_signal: int | None = None
        environment = _environment() if env is None else env
        script = _REGISTER.format(
            unset="" if "PWD" in environment else _UNSET,
            limit="" if memory is None else _LIMIT.format(kibibytes=memory >> 10),
        )
        self._process = WATCHDOG.spawn(
            lambda pipe: subprocess.Popen(
                [_SHELL, "-c", script, "sh", str(program), *arguments],
                stdin=pipe,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if sink.wants_lines else subprocess.STDOUT,
                cwd=cwd,
                env=environment,
                bufsize=0,
                start_new_session=True,
            )
        )
        self._group = self._process.pid

    def _attach(self) -> None:
        """Starts watching the pipes and the program's end."""
        for stream, is_stdout in ((self._process.stdout, True), (self._process.stderr, False)):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self._open.add(stream.fileno())
                self._selector.register(stream, selectors.EVENT_READ, is_stdout)
        self._exit_signal = _exit_signal(self._group)
        if self._exit_signal is not None:
            self._selector.register(self._exit_signal, selectors.EVENT_READ)

    def supervise(self, deadline: float, cancel: threading.Event) -> None:
        """Reads the output until the program ends.

        Raises:
            _Timeout: The deadline has passed.
            _Cancelled: The caller wants it ended.
        """
        self._attach()
        while not self._exited():
            self._read(_TICK_S)
            if cancel.is_set():
                raise _Cancelled
            if time.monotonic() >= deadline:
                raise _Timeout
        self._read_until(time.monotonic() + LINGER_S)

    def end(self) -> int:
        """Ends whatever is left of the group, and returns the program's exit code."""
        try:
            if not self._exited():
                self._signal(signal.SIGTERM)
                self._read_until(time.monotonic() + GRACE_S, until_exit=True)
        finally:
            # The leader is not reaped yet, so its number, the group's, is still its own.
            self._signal(signal.SIGKILL)
            os.waitid(os.P_PID, self._group, os.WEXITED | os.WNOWAIT)
            WATCHDOG.unregister(self._group)
            code = self._process.wait()
            self._close()
        self._wait_for_the_others()
        return code

    def _wait_for_the_others(self) -> None:
        """Waits until the killed rest of the group is gone: a kill takes effect a moment later."""
        deadline = time.monotonic() + LAST_WAIT_S
        while _runs(self._group) and time.monotonic() < deadline:
            time.sleep(0.002)

    def _close(self) -> None:
        self._selector.close()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        if self._exit_signal is not None:
            os.close(self._exit_signal)

    def _exited(self) -> bool:
        """Whether the program has ended; leaves it unreaped."""
        return os.waitid(os.P_PID, self._group, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _signal(self, number: signal.Signals) -> None:
        # macOS refuses to signal a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)

    def _read_until(self, deadline: float, *, until_exit: bool = False) -> None:
        """Reads until nobody holds the pipes (and, if asked, the program has ended), or the deadline."""
        while self._open or (until_exit and not self._exited()):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self._read(min(left, _TICK_S))

    def _read(self, wait: float) -> None:
        """Takes what the pipes hold now, or waits for something to happen."""
        for key, _ in self._selector.select(wait):
            if key.fd == self._exit_signal:
                self._selector.unregister(key.fd)
                continue
            try:
                data = os.read(key.fd, _READ_BYTES)
            except BlockingIOError:
                continue
            if data:
                self._sink.take(data, is_stdout=key.data)
            else:
                self._selector.unregister(key.fileobj)
                self._open.discard(key.fd)
                self._sink.closed(is_stdout=key.data)


def _runs(group: int) -> bool:
    """Whether a process of the group runs; a zombie that nobody has reaped yet does not."""
    try:
        # Signal 0 does nothing, so it would not matter if the number were already someone else's.
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # The name before the last parenthesis is the program's to choose.
            state, _parent, its_group = entry.read_bytes().rpartition(b")")[2].split()[:3]
            if int(its_group) == group and state != b"Z":
                return True
    return False


def _exit_signal(process: int) -> int | None:
    """A file descriptor that becomes readable when the process ends, where the system has that."""
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):
            return os.pidfd_open(process)
    return None
