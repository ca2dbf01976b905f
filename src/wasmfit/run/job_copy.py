"""A copy of an image whose job can be read, and changed in place before the copy runs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf import Elf, read_elf
from wasmfit.emulation import job_address


@dataclass(frozen=True)
class JobCopy:
    """A copy of an image, which is ours.

    Attributes:
        image: What was copied.
        path: The copy.
        elf: What it was read as: places in it stay the same.
        address: Where the job is.
    """

    image: Path
    path: Path
    elf: Elf
    address: int

    @classmethod
    def of(cls, image: Path, path: Path) -> JobCopy:
        """Copies an image.

        Args:
            image: The image.
            path: Where to.

        Raises:
            ElfError: It cannot be read.
            LookupError: It holds no job.
        """
        shutil.copy(image, path)
        address = job_address(path)
        if address is None:
            raise LookupError(f"{image} holds no job")
        return cls(image, path, read_elf(path), address)

    def place(self, offset: int, size: int) -> int:
        """Where the file has a part of the job.

        Args:
            offset, size: Bytes, from the job's beginning.

        Raises:
            LookupError: The file does not hold it.
        """
        at = self.elf.file_offset(self.address + offset, size)
        if at is None:
            raise LookupError(f"{self.image} holds no job")
        return at

    def read(self, offset: int, size: int) -> bytes:
        """A part of the job; arguments and errors as of :meth:`place`."""
        with self.path.open("rb") as file:
            file.seek(self.place(offset, size))
            return file.read(size)

    def write(self, offset: int, data: bytes) -> None:
        """Changes a part of the job; arguments and errors as of :meth:`place`."""
        place = self.place(offset, len(data))
        with self.path.open("r+b") as file:
            file.seek(place)
            file.write(data)
