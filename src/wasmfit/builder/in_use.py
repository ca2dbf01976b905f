"""Who works in wasmfit's folder: what was built is not removed from under those who use it.

Each user has a file in a folder of its own, named by its process and locked for as long as it works. A lock
ends with its process, however that ends. Locks are POSIX's: they are loaded where they are taken.
"""

import contextlib
import os
import platform
import shlex
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wasmfit.errors import WasmfitError
from wasmfit.home import Home
from wasmfit.words import escape_unprintable

_LONGEST_COMMAND = 200
_GATE = "gate"
"""The lock that all pass through: users while they say that they are there, who cleans until all is done."""


class InUseError(WasmfitError):
    """Others work in the folder."""

    exit_code = 1


class InUse:
    """Says that this process works in a home, until nothing refers to this object.

    Where a file system has no locks, it says nothing.

    Args:
        home: wasmfit's folder.
    """

    def __init__(self, home: Home) -> None:
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            folder = _folder(home)
            with _locked(folder / _GATE, fcntl.LOCK_SH):
                descriptor, name = tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=folder)
                weakref.finalize(self, _leave, descriptor, Path(name))
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                command = escape_unprintable(shlex.join(sys.argv), _LONGEST_COMMAND)
                os.write(descriptor, f"process {os.getpid()} on {platform.node()}: {command}".encode())


@contextmanager
def nobody_else(home: Home) -> Iterator[None]:
    """Keeps others from starting to work in a home.

    Raises:
        InUseError: Somebody works in it.
    """
    try:
        import fcntl
    except ImportError:  # where nothing can be built
        yield
        return
    folder = _folder(home)
    with _locked(folder / _GATE, fcntl.LOCK_EX):
        others = [words for path in sorted(folder.iterdir()) if (words := _user(path)) is not None]
        if others:
            raise InUseError(
                f"What was built in {home.root} is in use by {'; '.join(others)}.",
                "Give the command again when that has ended.",
            )
        yield


def _folder(home: Home) -> Path:
    folder = home.root / "in-use"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _user(path: Path) -> str | None:
    """Who holds a user's file; the file of one that is no more is removed."""
    import fcntl

    if path.name == _GATE:
        return None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return escape_unprintable(os.read(descriptor, 4 * _LONGEST_COMMAND).decode(errors="replace"))
    else:
        path.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)


def _leave(descriptor: int, path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        os.close(descriptor)
