"""The edge of the program: whatever comes out of a command ends here, as a sentence and an exit code."""

import errno
import os
from pathlib import Path

from wasmfit.errors import UsageError, WasmfitError

from .interrupts import Interrupts
from .output import SIGPIPE, flush_result, message, report_error
from .streams import leave_stdout

FAILED_ITSELF = 70
"""Exit code of a mistake of wasmfit's own (EX_SOFTWARE)."""

_LONGEST_WORDS = 300

_MEMORY = "There is not enough memory for it"
_MORE_MEMORY = "End other programs, or raise the limit (ulimit -v), and give the same command again."
_NO_MEMORY = ("cannot allocate memory", "failed to map segment", "can't start new thread", "out of memory")
"""How libraries and the loader say that there is none."""

_CIRCUMSTANCES = frozenset(
    {
        errno.EACCES,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.ELOOP,
        errno.EMFILE,
        errno.ENAMETOOLONG,
        errno.ENFILE,
        errno.ENOSPC,
        errno.EPERM,
        errno.EROFS,
        errno.ESTALE,
    }
)
"""What is wrong with the machine, or with the rights that a user has on it, and not with wasmfit."""


_SOMETHING_ELSE = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENXIO, errno.EINVAL})
"""What is wrong where something lies in wasmfit's folder that wasmfit has not made."""


def told(error: BaseException, interrupts: Interrupts) -> int:
    """Tells the user of what ended a command.

    Args:
        error: What was raised.
        interrupts: The signals that came: what is raised after one is its consequence, whatever it is. It may
            have been raised in the middle of a library's start, which makes something else of it.

    Returns:
        The program's exit code.
    """
    try:
        return _told(error, interrupts)
    except Exception as second:  # noqa: BLE001 - there is no other place left to end in
        message(f"wasmfit: wasmfit itself failed: {_words(error)}; then, telling it: {_words(second)}.")
        return FAILED_ITSELF


def _told(error: BaseException, interrupts: Interrupts) -> int:
    if isinstance(error, KeyboardInterrupt) or interrupts.received is not None:
        message("Interrupted.")
        return interrupts.exit_code
    if isinstance(error, BrokenPipeError):
        leave_stdout()
        return SIGPIPE
    expected = error if isinstance(error, WasmfitError) else _circumstance(error)
    if expected is not None:
        report_error(expected)
        return expected.exit_code
    report_own(error)
    return FAILED_ITSELF


def report_own(error: BaseException) -> None:
    """Tells of a mistake of wasmfit's own, and keeps what an issue needs."""
    # Loaded here: what goes well needs none of it.
    from wasmfit.home import Home

    from .failure_report import kept_failure

    kept = kept_failure(error, Home.folder())
    message(f"wasmfit: wasmfit itself failed: {_words(error)}.")
    if kept is None:
        message("That is a mistake in wasmfit. Please report it, with the command.")
    elif kept.parent == Home.folder():
        message(
            "That is a mistake in wasmfit. Please report it: "
            "`wasmfit doctor --report` prints what belongs into the issue."
        )
    else:
        message(f"That is a mistake in wasmfit. Please report it, with what is in {kept}.")


def _words(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": .")[:_LONGEST_WORDS]


def _circumstance(error: BaseException) -> WasmfitError | None:
    """The error as one of the machine's, if it is."""
    text = str(error).lower()
    if (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (
            isinstance(error, ImportError | OSError | RuntimeError)
            and any(words in text for words in _NO_MEMORY)
        )
    ):
        return UsageError(f"{_MEMORY}.", _MORE_MEMORY)
    if isinstance(error, RuntimeError) and "home directory" in text:  # of pathlib
        return UsageError("There is no home directory of yours to be found.", "Set HOME, or WASMFIT_HOME.")
    if isinstance(error, ImportError) and not (error.name or "").startswith("wasmfit"):
        return UsageError(f"A library cannot be loaded: {error}.", "Install wasmfit again.")
    if not isinstance(error, OSError):
        return None
    try:
        flush_result()
    except UsageError as unwritten:
        return unwritten
    if error.errno in _CIRCUMSTANCES:
        name = error.filename if isinstance(error.filename, str) else "A file"
        return UsageError(
            f"{name} cannot be read or written: {error.strerror}.",
            "Look at the room that is left and at your rights there.",
        )
    return _of_the_folder(error)


def _of_the_folder(error: OSError) -> WasmfitError | None:
    """The error of what is wrong with wasmfit's folder, if it is that."""
    from wasmfit.home import Home

    folder = os.path.abspath(os.path.expanduser(Home.folder()))  # noqa: PTH100, PTH111 - they never raise
    name = error.filename
    if not isinstance(name, str) or not Path(os.path.abspath(name)).is_relative_to(folder):  # noqa: PTH100
        return None
    if error.errno in _SOMETHING_ELSE:
        return UsageError(
            f"{name}, in wasmfit's folder, cannot be read or written: {error.strerror}.",
            "Move away what is there, or set WASMFIT_HOME to another folder.",
        )
    if error.errno != errno.ENOENT or _takes_files(folder):
        return None
    return UsageError(
        f"No file can be made in wasmfit's folder {folder}.", "Set WASMFIT_HOME to a folder you can write to."
    )


def _takes_files(folder: str) -> bool:
    """Whether files can be made in a folder: some systems of files have none but their own."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
