"""The bytes of a file, read part by part: of an ELF with debug information, most are never needed."""

import os
import stat
from pathlib import Path
from typing import Protocol

from wasmfit.elf.errors import ElfError

MAX_FILE_BYTES = 1 << 30
"""Largest file that is read, in bytes; a firmware with its debug information has a hundredth of it."""


class FileBytes(Protocol):
    """Bytes that can be read in parts."""

    @property
    def size(self) -> int:
        """How many there are."""

    def part(self, offset: int, size: int) -> memoryview:
        """``size`` bytes from ``offset`` on; both lie within the file."""


class BytesInMemory:
    """A file that is in memory already."""

    def __init__(self, image: bytes) -> None:
        self._image = memoryview(image)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._image)

    def part(self, offset: int, size: int) -> memoryview:
        """``size`` bytes from ``offset`` on."""
        return self._image[offset : offset + size]


class BytesInFile:
    """A regular file; each part is read when it is asked for, and kept.

    It is not mapped into memory: a mapped file that another process truncates ends ours by a signal.

    Raises:
        ElfError: The file is missing, cannot be read, is not a regular file, or is larger than
            :data:`MAX_FILE_BYTES`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # Before opening: opening a pipe would wait for its writer.
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise ElfError(f"{path} is a folder, not an ELF file.", "Name the ELF file in it.")
            if not stat.S_ISREG(status.st_mode):
                raise ElfError(f"{path} is not a regular file.", "Name an ELF file.")
        except FileNotFoundError:
            raise ElfError(f"{path} does not exist.", "Check the path.") from None
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
            raise self._unreadable(error) from None
        if status.st_size > MAX_FILE_BYTES:
            raise ElfError(
                f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB.",
                "Strip its debug information and try again.",
            )
        self._status = _identity(status)
        self._size = status.st_size
        self._kept: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    def part(self, offset: int, size: int) -> memoryview:
        """``size`` bytes from ``offset`` on.

        Raises:
            ElfError: They cannot be read, or the file has changed.
        """
        known = self._kept.get((offset, size))
        if known is None:
            known = self._kept[offset, size] = self._read(offset, size) if size else b""
        return memoryview(known)

    def _read(self, offset: int, size: int) -> bytes:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if _identity(os.fstat(descriptor)) != self._status:
                    raise self._changed()
                data = os.pread(descriptor, size, offset)  # at most 2 GiB at once, and no file is larger
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from None
        if len(data) != size:
            raise self._changed()
        return data

    def _changed(self) -> ElfError:
        return ElfError(f"{self._path} changed while it was read.", "Try again when it is finished.")

    def _unreadable(self, error: Exception) -> ElfError:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return ElfError(f"{self._path} cannot be read: {reason}.", "Check the path and its permissions.")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
