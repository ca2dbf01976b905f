"""A job: one thing to measure, whoever does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from wasmfit.builder import REFUSED, BuildError, BuildStep, FirmwareSpec, StepContext
from wasmfit.elf import ElfError, LinkMapError
from wasmfit.errors import MissingToolError
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.toolchain import ChildTimeoutError

FAILURES = (BuildError, ElfError, LinkMapError, ChildTimeoutError, MissingToolError, OSError)
"""What ends a step or a job and nothing else; faults of the machine (a full disk, a lost tool) too."""

End = tuple[Status, str | None]
"""How a cell ends, and why."""

Artefact = tuple[str, str]
"""Kind and key."""

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Failed:
    """How a step failed: every job that needs it ends so, and shows its log."""

    status: Status
    reason: str | None
    log: Path

    @classmethod
    def of(cls, error: Exception, log: Path) -> Failed:
        """The failure of a step that ended with this error."""
        return cls(*end_of(error), log)


def end_of(error: Exception) -> End:
    """How a cell ends that met this failure."""
    return error.status if isinstance(error, BuildError) else Status.BUILD_FAILED, reason_of(error)


def reason_of(error: Exception) -> str:
    """A failure in words."""
    match error:
        case BuildError():
            return error.reason
        case OSError():
            return f"{error.strerror or error}: {error.filename}"
    return str(error)


def log_of(home: Home, name: str) -> Path:
    """The log of a step or a job."""
    file_name = "".join(letter if letter.isalnum() or letter in "@.-+" else "_" for letter in name)
    return home.logs / f"{file_name}.log"


class Job(Protocol[R_co]):
    """One thing to measure: a cell of a comparison, or a part of the W3C suite on a runtime."""

    @property
    def id(self) -> str:
        """The cell's id, which is the result's too."""

    @property
    def fingerprint(self) -> str:
        """Digest of all that decides the result."""

    @property
    def priority(self) -> int:
        """Lower ones go first among those that could."""

    @property
    def steps(self) -> Sequence[BuildStep]:
        """The tasks that must have ended before it can be done."""

    def measure(self, step: StepContext, failed: Failed | None) -> R_co:
        """Builds what is left to build, and measures; a failure is a result.

        Args:
            step: Its log, and who watches.
            failed: How a step has failed that it needs: then that is its end.
        """


def steps_of_others(job: Job[R]) -> Sequence[BuildStep]:
    """The steps of a job that another machine does: that this one cannot have the image is none of them."""
    return tuple(step for step in job.steps if step.kind != REFUSED)


class RemoteJob(Job[R], Protocol[R]):
    """A job that another machine can do, which has the same wasmfit and catalogues."""

    @property
    def spec(self) -> FirmwareSpec:
        """What is built: it says which tools are needed."""

    @property
    def name(self) -> str:
        """What it is told to do, as JSON: see :func:`wasmfit.run.named.job_of`."""

    @property
    def given(self) -> Sequence[BuildStep]:
        """What only this machine has, and is sent along."""

    def artefacts(self, result: R) -> Sequence[Artefact]:
        """What a result refers to, and comes back with it."""

    def dumped(self, result: R, worker: str) -> str:
        """A result as JSON, with who has measured it."""

    def received(self, text: str, folders: Mapping[str, Path], log: Path) -> R:
        """A result of another machine's, with paths of this one.

        Args:
            text: What ``dumped`` has made.
            folders: Kind → folder of the artefacts that came with it.
            log: Its log here.

        Raises:
            BuildError: What came is not what was measured.
        """

    def given_up(self, reason: str, log: Path) -> R:
        """The end of a job that nobody has done."""
