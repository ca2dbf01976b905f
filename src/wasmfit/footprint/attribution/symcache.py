"""Reading debug information in bulk: symbolic makes a symcache, whose tables are read as arrays.

DWARF is far too much work for Python. `symbolic <https://github.com/getsentry/symbolic>`_ (Sentry's, in
Rust) turns all of it into one table of address ranges, of the lines and inlined calls that they come from, of
functions, files and names. Asking it for one address after another costs microseconds each; its serialised
form is documented by its source (``symbolic-symcache``, version 9) and read here at once
(docs/decisions/0031).
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wasmfit.errors import UsageError

VERSION = 9
"""The version of the format that is read."""
NOTHING = 0xFFFF_FFFF
"""An index that means that there is none."""

_MAGIC = b"SYMC"
_PREAMBLE = struct.Struct("<4sI")
# Debug identifier, architecture, numbers of files, functions, locations and ranges, bytes of text; reserved.
_HEADER = struct.Struct("<32sI5I16s")
_FILE_FIELDS, _FUNCTION_FIELDS, _LOCATION_FIELDS = 6, 4, 4

Table = npt.NDArray[np.uint32]


class LinesError(UsageError):
    """Debug information that is missing, cannot be read, or is not understood."""


@dataclass(frozen=True, slots=True)
class SymCache:
    """The tables of a symcache.

    Attributes:
        files: Rows of offsets of texts: compilation directory, directory, name, and three that are not used.
        functions: Rows of the offset of the name, two that are not used, and the language.
        locations: Rows of file, line, function and the location that this one was inlined into.
        starts: First addresses of ranges, ascending; each ends where the next one begins.
        first: The location of the first range; those of the others follow it.
    """

    files: Table
    functions: Table
    locations: Table
    starts: Table
    first: int
    _texts: bytes

    def text(self, offset: int) -> str:
        """A text; empty for :data:`NOTHING` and for an offset that leads nowhere."""
        length = shift = 0
        at = offset
        while at < len(self._texts):  # LEB128
            byte = self._texts[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return self._texts[at : at + length].decode("utf-8", "backslashreplace")
        return ""


def parse_symcache(data: bytes) -> SymCache:
    """Read the tables of a symcache.

    Raises:
        LinesError: It is of another version, or damaged.
    """
    if len(data) < _PREAMBLE.size + _HEADER.size:
        raise _damaged()
    magic, version = _PREAMBLE.unpack_from(data)
    if magic != _MAGIC:
        raise _damaged()
    if version != VERSION:
        raise LinesError(
            f"The installed symbolic writes its tables in version {version}, and only {VERSION} is known.",
            "Install wasmfit[lines] again.",
        )
    _, _, files, functions, locations, ranges, text_bytes, _ = _HEADER.unpack_from(data, _PREAMBLE.size)
    reader = _TableReader(data, _PREAMBLE.size + _HEADER.size)
    if locations < ranges:
        raise _damaged()
    return SymCache(
        files=reader.table(files, _FILE_FIELDS),
        functions=reader.table(functions, _FUNCTION_FIELDS),
        locations=reader.table(locations, _LOCATION_FIELDS),
        starts=reader.table(ranges, 1).reshape(-1),
        first=locations - ranges,
        _texts=reader.bytes(text_bytes),
    )


class _TableReader:
    """Reads tables one after the other; each begins at a multiple of 8."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def table(self, rows: int, fields: int) -> Table:
        return np.frombuffer(self.bytes(rows * fields * 4), "<u4").reshape(rows, fields)

    def bytes(self, size: int) -> bytes:
        start = (self._at + 7) & ~7
        self._at = start + size
        if self._at > len(self._data):
            raise _damaged()
        return self._data[start : self._at]


def _damaged() -> LinesError:
    return LinesError("The tables of debug information are damaged.", "Install wasmfit[lines] again.")
