"""What readers of flash tools' files have in common: the pieces they find, and how they refuse a file."""

from pathlib import Path
from typing import NamedTuple, NoReturn

from wasmfit.elf.errors import ElfError


class Piece(NamedTuple):
    """Bytes of an image, and the address that they are written to."""

    address: int
    data: bytes


class ImageReader:
    """Reads one file.

    Args:
        path: The file, for messages.
        data: All of its bytes.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._data = data

    def _damaged(self, why: str, remedy: str = "Build or copy it again.") -> NoReturn:
        raise ElfError(f"{self._path} is damaged: {why}.", remedy)
