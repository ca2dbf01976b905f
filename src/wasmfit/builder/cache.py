"""The cache of artefacts: folders named by the digest of what they were made from.

A folder appears whole or not at all: it is made next to its place and renamed.
A process that dies leaves a temporary folder, which the next one to make the
same artefact removes.
"""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.provided import ProvidedImages

from .exclusive_lock import exclusive_lock


@dataclass(frozen=True)
class Cache:
    """Artefacts below ``root``, one folder a kind.

    Attributes:
        root: The folder.
        cancel: Ends the wait for an artefact that somebody else is making.
        provided: Artefacts that need not be made, where there are any.
    """

    root: Path
    cancel: threading.Event = field(default_factory=threading.Event)
    provided: ProvidedImages | None = None

    def place(self, kind: str, key: str) -> Path:
        """Where the artefact is, or would be."""
        return self.root / kind / key[:32]

    def has(self, kind: str, key: str) -> bool:
        """Whether the artefact need not be made: it is there, or among those that come from elsewhere."""
        provided = self.provided
        return self.place(kind, key).is_dir() or (provided is not None and provided.has(kind, key))

    def get(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        """The artefact's folder; ``make`` fills it, once, if it is not there yet.

        Processes and threads that want the same one wait for the one that makes it.
        """
        folder = self.place(kind, key)
        if folder.is_dir():
            return folder
        with exclusive_lock(folder.with_suffix(".lock"), self.cancel):
            if not folder.is_dir():
                unfinished = folder.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                if self.provided is not None and self.provided.has(kind, key):
                    self.provided.put(kind, key, unfinished)
                else:
                    make(unfinished)
                unfinished.rename(folder)
        return folder

    @staticmethod
    def drop(folder: Path) -> None:
        """Removes an artefact that has become worthless."""
        shutil.rmtree(folder, ignore_errors=True)
