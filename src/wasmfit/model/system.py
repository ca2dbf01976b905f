"""An operating system below a runtime: which driver builds it, and what that one needs to know."""

from typing import Annotated, Literal

from pydantic import Field

from .base import Record

LANGUAGES = {"c": "C", "rust": "Rust"}
"""Languages of runtimes, as they are written in sentences."""


class SystemRecord(Record):
    """What every driver needs to know of a system.

    Attributes:
        checkout_has: A file that tells a checkout of it, from the checkout's root.
        repository: Where Git gets a checkout; without one, only the user's own is built.
        languages: The languages of the runtimes that its application can hold.
        boards: Board → the system's own name of it.
        emulated: Boards of the catalogue whose images run in the emulator as they are.
    """

    checkout_has: str = Field(pattern=r"^\w[\w./-]*$")
    repository: str = ""
    languages: tuple[Literal["c", "rust"], ...] = ("c", "rust")
    boards: dict[str, str] = Field(default_factory=dict)
    emulated: tuple[str, ...] = ()

    def names(self, board: str) -> tuple[str, ...]:
        """What the system may call a board."""
        return (self.boards[board],)

    @property
    def takes_library(self) -> bool:
        """Whether a runtime comes into its build as a static library with one interface in C."""
        return True


class LazeSystem(SystemRecord):
    """A system whose application is a crate that laze builds.

    Attributes:
        driver: What builds it.
        crates: Its crates that an application depends on, in its folder ``src``.
        cargo_config: Its configuration for cargo, from the checkout's root, which the application's includes.
        other_names: Board → what laze's builder for it is called in other revisions.
        selects: The modules of laze that the application selects.
        disables: Those that it disables, so that cargo's profile decides what they would.
        environment: Variables of laze for the application: name → texts.
    """

    driver: Literal["laze"]
    crates: tuple[str, ...]
    cargo_config: str
    other_names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    selects: tuple[str, ...] = ()
    disables: tuple[str, ...] = ()
    environment: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def names(self, board: str) -> tuple[str, ...]:
        """What laze's builder for a board may be called, in the newest revision first."""
        return self.boards[board], *self.other_names.get(board, ())

    @property
    def takes_library(self) -> bool:
        """The application is in Rust: it depends on the runtime's crates themselves."""
        return False


System = Annotated[LazeSystem, Field()]
"""One of the records above, told apart by ``driver``."""
