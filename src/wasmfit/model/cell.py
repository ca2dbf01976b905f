"""A cell: one thing to measure."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from .bases import Base, BaseCrate
from .board import Board
from .module import UserModule
from .profile import Profile
from .runtime import Build
from .workload import Workload


class Embedding(StrEnum):
    """How a runtime is embedded: which of its folder's firmware is built.

    Attributes:
        STATIC: The shortest embedding, compiled for the signatures of the catalogue's workloads.
        DYNAMIC: An embedding that takes any signature and any imported functions, as data.
        CONFORMANCE: An embedding that replays the W3C suite, streamed from the host.
    """

    STATIC = "typed"
    DYNAMIC = "any"
    CONFORMANCE = "suite"


@dataclass(frozen=True)
class Cell:
    """A runtime, a module (the catalogue's or the user's), a board, a base and a profile.

    A dataclass: a model would check the whole board again for each of ten thousand cells.
    """

    build: Build
    workload: Workload | UserModule
    board: Board
    base: Base
    profile: Profile

    @property
    def embedding(self) -> Embedding:
        """How the runtime is embedded: workload decides, never the runtime."""
        return Embedding.DYNAMIC if isinstance(self.workload, UserModule) else Embedding.STATIC

    @property
    def base_crate(self) -> BaseCrate | None:
        """The base's crate below the harness; ``None`` where the harness starts the chip itself."""
        return self.base.base_crate(self.board)

    @property
    def is_relinked(self) -> bool:
        """Whether its image runs relinked, to where the emulator has memory."""
        # An operating system's own build links its image, which runs nowhere here.
        return self.board.needs_relinking and self.base.system is None

    @cached_property
    def id(self) -> str:
        """Readable, globbable name: ``wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference``."""
        return "/".join(
            (self.build.label, self.workload.name, self.board.name, self.base.name, self.profile.name)
        )
