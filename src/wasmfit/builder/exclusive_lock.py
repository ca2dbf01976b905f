"""Waiting for one's turn, among threads and processes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wasmfit.errors import WasmfitError


class StoppedError(WasmfitError):
    """The wait was given up, since the run is being ended."""

    exit_code = 130


@contextmanager
def exclusive_lock(path: Path, cancel: threading.Event) -> Iterator[None]:
    """Holds the lock file ``path``; a process that dies lets go of it.

    Raises:
        StoppedError: ``cancel`` was set before it was our turn.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(cancel_check=cancel.is_set)
    except Timeout as error:
        raise StoppedError("The run was ended while it waited for another wasmfit.") from error
    try:
        yield
    finally:
        lock.release()
