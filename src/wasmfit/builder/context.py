"""What every build step works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner, Toolchain

from .cache import Cache
from .in_use import InUse

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many parts of it are done and how many there are (0: not known)."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Context:
    """Where things are and what they are built with.

    Attributes:
        catalog: What exists.
        home: wasmfit's folder.
        toolchain: The compilers and linkers.
        runner: Runs child processes.
        fence: Whether images run inside a fence that keeps the files of this machine from them.
    """

    catalog: Catalog
    home: Home
    toolchain: Toolchain
    runner: ProcessRunner
    fence: bool = True
    _in_use: InUse = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # While there is a context, nobody removes what it works with.
        object.__setattr__(self, "_in_use", InUse(self.home))

    @property
    def cache(self) -> Cache:
        """The artefacts built so far."""
        return Cache(self.home.artefacts, self.runner.cancel, self.toolchain.images)


@dataclass(frozen=True)
class StepContext:
    """One step's surroundings: its log and who watches.

    Attributes:
        log: File that the output of every child process is appended to.
        progress: Told how far it is.
    """

    log: Path
    progress: Progress = silent
