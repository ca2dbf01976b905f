"""wasmfit as it starts where Python alone is: without the modules and functions that only POSIX has.

``python windows.py WORDS…`` is ``wasmfit WORDS…``. What other packages choose by the platform is loaded
before; everything of wasmfit is loaded after. ``REFUSED`` names further modules that are not there: those of
the development environment.
"""

import importlib.abc
import importlib.machinery
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType

import filelock
import platformdirs

CHOSEN_BEFORE = (filelock, platformdirs, subprocess, tempfile)

MODULES = frozenset(
    {
        *("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"),
        *os.environ.pop("REFUSED", "").split(),
    }
)

FUNCTIONS: dict[ModuleType, tuple[str, ...]] = {
    os: (
        "fork",
        "forkpty",
        "geteuid",
        "getpgid",
        "getuid",
        "killpg",
        "mkfifo",
        "nice",
        "register_at_fork",
        "setsid",
        "uname",
        "waitid",
    ),
    signal: ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "alarm", "pthread_sigmask"),
}


class Refuse(importlib.abc.MetaPathFinder):
    """Finds none of the modules that are not there."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the interface's
        target: ModuleType | None = None,  # noqa: ARG002 - likewise
    ) -> importlib.machinery.ModuleSpec | None:
        """Refuses a module."""
        if fullname.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {fullname!r}: this Python has none", name=fullname)
        return None


ACCESS = os.access


def access(path: str | os.PathLike[str], mode: int) -> bool:
    """As ``os.access``, where nothing is a program: not even where Debian has it, whatever PATH says."""
    return mode != os.X_OK and ACCESS(path, mode)


def take_away() -> None:
    """Takes away what only POSIX has, and every program."""
    os.access = access  # type: ignore[assignment]
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Refuse())
    for module, names in FUNCTIONS.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


if __name__ == "__main__":
    assert not any(name.startswith("wasmfit") for name in sys.modules)
    take_away()
    from wasmfit.cli import main

    main()
