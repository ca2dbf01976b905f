"""What is kept of a failure of wasmfit itself, for an issue (``wasmfit doctor --report``)."""

import contextlib
import os
import platform
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from wasmfit import __version__, input_file
from wasmfit.words import escape_unprintable

from .output import command_line

_NAME = "last-failure.md"
_LONGEST_LINE = 1000
_MOST_LINES = 400
"""A recursion without end has a thousand frames; what matters is at both ends."""


def kept_failure(error: BaseException, home: Path) -> Path | None:
    """Writes down what is known of an error that nothing in wasmfit expects.

    Args:
        error: The error.
        home: wasmfit's folder; if it cannot be written to, the report goes to the folder of temporary files.

    Returns:
        The report, or ``None`` where nothing can be written.
    """
    text = _failure(error)
    with contextlib.suppress(OSError, ValueError):
        home.mkdir(parents=True, exist_ok=True)
        report = home / _NAME
        # Not by way of a link that somebody else has put there.
        report.unlink(missing_ok=True)
        report.write_text(text, encoding="utf-8")
        return report
    with contextlib.suppress(OSError):
        descriptor, name = tempfile.mkstemp(prefix="wasmfit-failure-", suffix=".md")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return Path(name)
    return None


def last_failure(home: Path) -> str:
    """The report that was kept last, or that there is none."""
    try:
        return input_file.text(home / _NAME, errors="replace").rstrip()
    except (OSError, ValueError):
        return "### What happened\n\nwasmfit has kept no failure of its own on this machine."


def _failure(error: BaseException) -> str:
    lines = [
        escape_unprintable(line, _LONGEST_LINE)
        for part in traceback.format_exception(error)
        for line in part.splitlines()
    ]
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines = [*lines[:half], f"  … {len(lines) - _MOST_LINES} lines …", *lines[-half:]]
    head = (
        f"wasmfit {__version__}, Python {platform.python_version()}, {platform.platform()}, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )
    command = escape_unprintable(command_line(), _LONGEST_LINE)
    text = "\n".join(
        ["### What happened", "", head, "", f"    {command}", "", *(f"    {line}" for line in lines), ""]
    )
    return without_home(text)


def without_home(text: str) -> str:
    """The text without the name of the user, which is in most paths."""
    user = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    text = text if len(user) < len("/x/") else text.replace(user, "~")
    return text.encode(errors="replace").decode()
