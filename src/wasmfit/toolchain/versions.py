"""What version a program is, asked once per program file; and digests of libraries, read as rarely."""

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit import input_file

from .files import file_identity, write_whole
from .process import ProcessRunner

_ASK_SECONDS = 30


@dataclass(frozen=True)
class Tool:
    """A program that was found: its path and the first line it prints as its version."""

    path: Path
    version: str


@dataclass
class Versions:
    """Asks programs for their version and remembers the answers in a file.

    Attributes:
        memory: The file; an unreadable one is the same as none.
        runner: Runs the programs.
    """

    memory: Path
    runner: ProcessRunner
    _known: dict[str, str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, path: Path, *arguments: str) -> Tool | None:
        """The tool at ``path``, or ``None`` where it does not run; ``arguments`` make it tell its version."""
        key = self._key(path, arguments)
        if key is None:
            return None
        with self._lock:
            known = self._load()
            if key not in known:
                finished = self.runner.run([str(path), *(arguments or ("--version",))], timeout=_ASK_SECONDS)
                if finished.code != 0:
                    return None
                lines = finished.output.strip().splitlines()
                known[key] = lines[0].strip() if lines else "unknown"
                self._save(known)
            return Tool(path, known[key])

    def sha256(self, path: Path) -> str:
        """SHA-256 (hex) of a file that is not a program, such as a library.

        Raises:
            OSError: It cannot be read.
        """
        key = _identity(path, "SHA-256")
        with self._lock:
            known = self._load()
            if key not in known:
                with path.open("rb") as stream:
                    known[key] = hashlib.file_digest(stream, "sha256").hexdigest()
                self._save(known)
            return known[key]

    @staticmethod
    def _key(path: Path, arguments: tuple[str, ...]) -> str | None:
        try:
            return _identity(path, *arguments) if os.access(path, os.X_OK) else None
        except OSError:
            return None

    def _load(self) -> dict[str, str]:
        if self._known is None:
            try:
                read = json.loads(input_file.text(self.memory))
            except (OSError, ValueError):
                read = {}
            self._known = (
                {k: v for k, v in read.items() if isinstance(v, str)} if isinstance(read, dict) else {}
            )
        return self._known

    def _save(self, known: dict[str, str]) -> None:
        write_whole(self.memory, json.dumps(known, indent=1))


def _identity(path: Path, *question: str) -> str:
    """A question about a file as it is now."""
    return json.dumps([str(path), *file_identity(path), *question])
