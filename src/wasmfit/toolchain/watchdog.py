"""The watchdog: ends our child processes when we are killed and cannot.

A process that gets ``kill -9`` runs no handler. So one small shell per wasmfit
process sits in a session of its own and reads from a pipe which process groups
live: ``+PGID`` when one starts, ``-PGID`` when it has ended. The kernel closes
the pipe when we die, however that happens; the shell then kills every group
that is still registered, and ends.

A group registers itself, from the child, before it becomes the program that was
asked for. The child holds the pipe until then, so there is no moment at which we
could die and leave an unregistered child behind.

A number must not be registered any longer than the group exists, since the
kernel gives it out again: a group is unregistered while its leader is still a
zombie, which keeps the number taken, and the shell kills at once, without a
grace period.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
from collections.abc import Callable

_SCRIPT = """
trap '' HUP INT QUIT TERM PIPE
groups=' '
while read -r line; do
    group=${line#[+-]}
    case $group in '' | *[!0-9]* | 0 | 1) continue ;; esac
    case $line in
    +*) groups="$groups$group " ;;
    -*) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
    esac
done
for group in $groups; do kill -KILL "-$group"; done
"""

_SHELL = "/bin/sh"
_LAST_WAIT = 2.0


class Watchdog:
    """One watchdog, started when it is first needed; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._groups: set[int] = set()

    def spawn(self, start: Callable[[int], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        """Starts a child which registers its group.

        Starts the watchdog where none runs, and tells it of the groups that live.

        Args:
            start: Starts the child, in a session of its own; it writes ``+PGID`` to the given descriptor.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            child = start(self._pipe)
            self._groups.add(child.pid)
            return child

    def unregister(self, group: int) -> None:
        """Ends the registration. Call it before the group's leader is reaped."""
        with self._lock:
            self._groups.discard(group)
            self._write(f"-{group}\n")

    def close(self) -> None:
        """Ends the watchdog, and with it every group that is still registered."""
        with self._lock:
            process, self._process = self._process, None
            self._drop_pipe()
            self._groups.clear()
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LAST_WAIT)

    def after_fork(self) -> None:
        """Lets go of the parent's watchdog, in a forked process.

        A pipe that stays open here would keep the watchdog from seeing its parent die.
        """
        self._lock = threading.Lock()
        if self._process is not None:
            # Not our child any more: nothing to wait for, and nothing to warn of.
            self._process.returncode = 0
            self._process = None
        self._drop_pipe()
        self._groups = set()

    def _drop_pipe(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _start(self) -> None:
        self._drop_pipe()
        reading, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(
                [_SHELL, "-c", _SCRIPT],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )
        finally:
            os.close(reading)
        for group in self._groups:
            self._write(f"+{group}\n")

    def _write(self, line: str) -> None:
        # One that is gone is started again by the next child, and told everything.
        with contextlib.suppress(BrokenPipeError):
            if self._pipe >= 0:
                os.write(self._pipe, line.encode())


WATCHDOG = Watchdog()
"""The watchdog of this process."""

atexit.register(WATCHDOG.close)
if hasattr(os, "register_at_fork"):  # Where there is no fork, nobody inherits it.
    os.register_at_fork(after_in_child=WATCHDOG.after_fork)
