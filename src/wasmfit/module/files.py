"""Files that a call, a rule or an option of a module names."""

from collections.abc import Sequence
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.input_file import opened

HERE = (Path(),)
"""The folder that a command is given in."""


def located(name: str, folders: Sequence[Path]) -> Path:
    """The file of a name in the first folder that has it; in the first of all, where none has."""
    found = (folder / name for folder in folders if (folder / name).is_file())
    return next(found, folders[0] / name)


def bounded(path: Path, named_by: str, most: int, why: str) -> bytes:
    """The content of a file that goes into an image.

    Args:
        path: The file.
        named_by: What names it, for messages.
        most: Bytes that it may have.
        why: What follows from the number, as the end of a sentence with the mark before it.

    Raises:
        UsageError: It cannot be read, or has more bytes.
    """
    try:
        with opened(path) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path} of {named_by} cannot be read: {error.strerror}.", "Name a file.") from error
    if len(data) > most:
        raise UsageError(f"{path} of {named_by} has more than {most:,} bytes{why}.")
    return data
