"""The errors that a user sees: a sentence, a remedy and an exit code.

Everything that can go wrong outside our own code is raised as a
:class:`WasmfitError`; the command line prints it and exits with its code.
"""

from __future__ import annotations


class WasmfitError(Exception):
    """An error with a remedy.

    Args:
        message: One sentence that says what is wrong.
        remedy: What the user can do about it, or an empty string.
    """

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class UsageError(WasmfitError):
    """Wrong arguments, or input that cannot be read (exit 2)."""


class MissingToolError(WasmfitError):
    """A program that is needed is not installed, or does not work (exit 3)."""

    exit_code = 3
