"""Files that a call, a rule or an option of a module names."""

from collections.abc import Sequence
from pathlib import Path

HERE = (Path(),)
"""The folder that a command is given in."""


def located(name: str, folders: Sequence[Path]) -> Path:
    """The file of a name in the first folder that has it; in the first of all, where none has."""
    found = (folder / name for folder in folders if (folder / name).is_file())
    return next(found, folders[0] / name)
