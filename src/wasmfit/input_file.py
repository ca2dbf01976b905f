"""Opening files that a user names: whatever they are, it does not wait."""

import errno
import io
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""What of these a system has: Windows has the last one alone."""


class _WithoutWaiting(io.FileIO):
    """A file that is read without waiting: some of the kernel's give what is to come, like a pipe."""

    def readinto(self, buffer: Any, /) -> int:
        """As of any file, where there is something."""
        got = super().readinto(buffer)
        if got is None:
            raise _stream()
        return got

    def readall(self) -> bytes:
        """As of any file, where there is something."""
        got: bytes | None = super().readall()
        if got is None:
            raise _stream()
        return got


def _stream() -> OSError:
    return OSError(errno.EAGAIN, "it is a stream, not a file")


_read: set[tuple[int, int]] = set()


def opened(path: Path) -> BinaryIO:
    """Opens a file to be read.

    Raises:
        OSError: It cannot be opened, or is something that is read as others write it: a pipe, a socket, a
            terminal; or a device, most of which have no end. Reading raises one where it would wait. Its
            ``strerror`` is the end of a sentence.
    """
    try:
        # Opening a pipe would wait for its writer otherwise.
        descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no name of a file has a NUL in it", str(path)) from error
    about = os.fstat(descriptor)
    mode = about.st_mode
    _read.add((about.st_dev, about.st_ino))
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is a pipe or a terminal, not a file", str(path))
    if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not _is_null(about)):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is a device, not a file", str(path))
    try:
        return io.BufferedReader(_WithoutWaiting(descriptor))
    except OSError:  # a folder
        os.close(descriptor)
        raise


def _is_null(about: os.stat_result) -> bool:
    """Whether it is the device that has nothing in it, by whatever name."""
    return about.st_rdev == Path(os.devnull).stat().st_rdev


def contents(path: Path) -> bytes:
    """All bytes of a file, as :func:`opened` opens it.

    Raises:
        OSError: As :func:`opened` raises it.
    """
    with opened(path) as file:
        return file.read()


def text(path: Path, *, errors: str = "strict") -> str:
    """The text of a file in UTF-8, as :func:`opened` opens it, with ``\\n`` at the end of each line.

    Raises:
        OSError: As :func:`opened` raises it.
        UnicodeDecodeError: It is not UTF-8, and ``errors`` is ``strict``.
    """
    with io.TextIOWrapper(io.BytesIO(contents(path)), encoding="utf-8", errors=errors) as file:
        return file.read()


def forget_read() -> None:
    """Begins anew: what was opened until now does not count, as for another command."""
    _read.clear()


def has_read(path: Path) -> bool:
    """Whether a file was opened here, by whatever name."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return False
    return (about.st_dev, about.st_ino) in _read


def at_home(path: Path) -> Path:
    """The path with ``~`` replaced by the user's home; as it is, where there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
