"""What a plugin has written, read in a bounded amount of memory."""

from pathlib import Path


def text(record: Path, most: int) -> str:
    """The first ``most`` bytes of a record; nothing where the emulator died before there was one."""
    try:
        with record.open("rb") as file:
            return file.read(most).decode(errors="replace")
    except FileNotFoundError:
        return ""
