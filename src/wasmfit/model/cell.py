"""A cell: one thing to measure."""

from .base import Record
from .board import Board
from .profile import Profile
from .runtime import Build
from .workload import Workload


class Cell(Record):
    """A runtime, a module, a board, a base and a profile."""

    build: Build
    workload: Workload
    board: Board
    base: str
    profile: Profile

    @property
    def id(self) -> str:
        """Readable, globbable name: ``wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference``."""
        return "/".join((self.build.label, self.workload.name, self.board.name, self.base, self.profile.name))
