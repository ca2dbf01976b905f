"""What was tried with tools and worked, remembered for as long as the tools are the same."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasmfit import input_file
from wasmfit.words import escape_unprintable

from .files import file_identity, write_whole

_LONGEST = 300
_MOST = 32
"""Proofs that are kept: some for each tool, since several may come first on PATH in turn."""


@dataclass(frozen=True)
class Proven:
    """Something that worked.

    Attributes:
        words: What, in words.
        files: The files that it worked with: of tools, headers and libraries. Others may not.
    """

    words: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class ToolTrial:
    """Something to try.

    Attributes:
        asked: What decides how it ends, besides what is in the files that it turns out to work with: which
            tool, which sources, which flags.
        run: Tries it.
    """

    asked: object
    run: Callable[[], Proven]


@dataclass(frozen=True)
class Proof:
    """What worked, as it is shown.

    Attributes:
        words: What worked.
        seconds: How long that took, when it was tried.
        remembered: Whether that was earlier, with the same files.
    """

    words: str
    seconds: float
    remembered: bool


@dataclass
class Proofs:
    """Tries things out, and remembers in a file what has worked.

    What did not is tried again each time: what mends it need not change a file that was looked at.

    Attributes:
        memory: The file; an unreadable one is the same as none.
    """

    memory: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: str, trial: ToolTrial) -> Proof:
        """The proof of that name, remembered until something else is asked or a file changes.

        Raises:
            MissingToolError: It does not work; the message says why.
        """
        question = hashlib.sha256(json.dumps(trial.asked, default=str).encode()).hexdigest()
        key = f"{name} {question}"
        with self._lock:
            known = _remembered(self._load().get(key))
        if known is not None:
            return known
        began = time.monotonic()
        proven = trial.run()
        proof = Proof(proven.words, round(time.monotonic() - began, 3), remembered=False)
        self._keep(key, proven.files, proof)
        return proof

    def _keep(self, key: str, files: Iterable[Path], proof: Proof) -> None:
        with self._lock:
            known = self._load()
            known.pop(key, None)
            known = dict(list(known.items())[1 - _MOST :])
            known[key] = {
                "files": {str(path): _identity(path) for path in files},
                "words": proof.words,
                "seconds": proof.seconds,
            }
            write_whole(self.memory, json.dumps(known, indent=1))

    def _load(self) -> dict[str, Any]:
        try:
            read = json.loads(input_file.text(self.memory))
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}


def _remembered(known: object) -> Proof | None:
    match known:
        case {"files": files, "words": str(words), "seconds": float(seconds)} if _same(files):
            return Proof(words, seconds, remembered=True)
    return None


def _same(files: object) -> bool:
    return isinstance(files, dict) and all(_identity(Path(path)) == kept for path, kept in files.items())


def _identity(path: Path) -> list[object] | None:
    """As JSON has it; ``None`` where there is no such file."""
    try:
        return list(file_identity(path))
    except OSError:
        return None


def first_error(output: str) -> str:
    """The line of a tool's output that says what went wrong, cut to a readable length."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return escape_unprintable((errors or lines[-1:] or ["it says nothing"])[0], _LONGEST)
