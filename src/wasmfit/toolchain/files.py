"""Files that others may replace or read meanwhile: telling whether one has changed, and writing one whole."""

import os
from pathlib import Path


def file_identity(path: Path) -> tuple[str, int, int]:
    """What changes when a file does: its real path, size in bytes, and time of modification in nanoseconds.

    Raises:
        OSError: There is no such file.
    """
    real = path.resolve(strict=True)
    status = real.stat()
    return str(real), status.st_size, status.st_mtime_ns


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file so that whoever reads it finds all of its old content, or all of the new.

    Args:
        path: The file.
        content: Its bytes, or its text.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)
