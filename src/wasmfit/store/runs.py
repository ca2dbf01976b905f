"""Runs: what was asked for when, and what it showed."""

import re
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.words import printable

_LABEL = re.compile(r"[A-Za-z_][\w.+@/-]{0,99}", re.ASCII)
_TAKEN = re.compile(r"latest(~\d+)?|[0-9a-f]{7,40}")


def label_of(text: str) -> str:
    """A run's name, if it can be one.

    Raises:
        UsageError: It cannot be told from a run's number, a commit or ``latest``, or is no simple word.
    """
    if _LABEL.fullmatch(text) and not _TAKEN.fullmatch(text):
        return text
    raise UsageError(
        f"A run cannot be called {printable(text)!r}.",
        "A label begins with a letter, is made of letters, digits and ._+@/-, and is no commit, nor latest.",
    )


@dataclass(frozen=True)
class Origin:
    """Where a run comes from.

    Attributes:
        command: The command line, or the library's function.
        label: The name that the user gave it.
        commit: The commit checked out in the working directory, where there is one.
        branch: The branch, likewise; ``None`` where none is checked out.
        dirty: Whether tracked files differed from the commit.
    """

    command: str
    label: str | None = None
    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True)
class RecordedRun:
    """A run in the store.

    Attributes:
        number: Its number; later runs have higher ones.
        at: UTC time of its end, ISO 8601.
        origin: Where it comes from.
        wasmfit: Version of wasmfit.
    """

    number: int
    at: str
    origin: Origin
    wasmfit: str

    @property
    def title(self) -> str:
        """The run in a few words: its number with what tells people most."""
        origin = self.origin
        named = [] if origin.label is None else [origin.label]
        if origin.commit is not None:
            place = f"{origin.branch} " if origin.branch else ""
            named.append(f"{place}{origin.commit[:9]}{' with changes' if origin.dirty else ''}")
        return f"run {self.number} ({', '.join([*named, self.at[:16].replace('T', ' ')])})"


@dataclass(frozen=True)
class Shown:
    """A cell as a run has shown it.

    Attributes:
        measurement: Its record.
        fingerprint: What the measurement is stored under; ``None`` for a cell that nothing was built for.
        reused: Whether it was in the store already.
    """

    measurement: Measurement
    fingerprint: str | None
    reused: bool
