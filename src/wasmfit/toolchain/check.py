"""One line of ``wasmfit doctor``: a tool, whether it is there, and whether it works."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .proofs import Proof


class State(StrEnum):
    """What is known of a tool.

    Attributes:
        OK: It is there, and where it was tried, it works.
        MISSING: It is not there.
        UNUSABLE: It is there and does not work.
    """

    OK = "ok"
    MISSING = "missing"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Check:
    """A tool and what is known of it.

    Attributes:
        name: What is looked for.
        need: Its name in the table of packages.
        purpose: What it is needed for.
        state: What is known.
        path: Where it is.
        on_path: Whether it was found on PATH.
        version: What it says of itself.
        cause: Why it is missing or unusable, in words.
        remedy: What to do about that on this system, in a sentence or two.
        commands: The commands in it.
        proof: What was tried and worked, where anything was tried.
        needed: Whether nothing works without it.
    """

    name: str
    need: str
    purpose: str
    state: State = State.OK
    path: Path | None = None
    on_path: bool = False
    version: str = ""
    cause: str = ""
    remedy: str = ""
    commands: tuple[str, ...] = ()
    proof: Proof | None = None
    needed: bool = True

    @property
    def ok(self) -> bool:
        """Whether it is there and nothing speaks against it."""
        return self.state is State.OK

    @property
    def found(self) -> str | None:
        """Where it is and which version, or ``None``."""
        if self.path is None:
            return self.version or None
        return f"{self.path}: {self.version}" if self.version else str(self.path)

    @property
    def complaint(self) -> str:
        """What is wrong and what to do about it, as a sentence each."""
        wrong = "is missing" if self.state is State.MISSING else "was found, but cannot be used"
        return f"{self.name} {wrong}: {self.cause}. {self.remedy}".rstrip()
