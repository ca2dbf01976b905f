"""Runs: which command was run when, and the cells that it showed."""

import re
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.words import escape_unprintable

_LABEL = re.compile(r"[A-Za-z_][\w.+@/-]{0,99}", re.ASCII)
_TAKEN = re.compile(r"latest(~\d+)?|[0-9a-f]{7,40}")


def label_of(text: str) -> str:
    """A run's label, if the text is a valid one.

    Raises:
        UsageError: It could be a run's number, a commit or ``latest``, or it is not a simple word.
    """
    if _LABEL.fullmatch(text) and not _TAKEN.fullmatch(text):
        return text
    raise UsageError(
        f"Invalid label {escape_unprintable(text)!r}.",
        "A label begins with a letter, consists of letters, digits and ._+@/-, and is neither a commit nor "
        "latest.",
    )


@dataclass(frozen=True)
class RunMetadata:
    """Which command made a run, and in which working directory.

    Attributes:
        command: The command line, or the library's function.
        label: The name that the user gave the run.
        commit: The commit checked out in the working directory, if there is one.
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
        metadata: Which command made it, and in which working directory.
        wasmfit: Version of wasmfit.
    """

    number: int
    at: str
    metadata: RunMetadata
    wasmfit: str

    @property
    def title(self) -> str:
        """The run in a few words: its number, label, branch, commit and time."""
        metadata = self.metadata
        names = [] if metadata.label is None else [metadata.label]
        if metadata.commit is not None:
            branch = f"{metadata.branch} " if metadata.branch else ""
            names.append(f"{branch}{metadata.commit[:9]}{' with changes' if metadata.dirty else ''}")
        return f"run {self.number} ({', '.join([*names, self.at[:16].replace('T', ' ')])})"


@dataclass(frozen=True)
class RunEntry:
    """A cell of a run, as the run has shown it.

    Attributes:
        measurement: Its record.
        fingerprint: The key that the measurement is stored under; ``None`` for a cell that nothing was built
            for.
        reused: Whether it was in the store already.
    """

    measurement: Measurement
    fingerprint: str | None
    reused: bool
