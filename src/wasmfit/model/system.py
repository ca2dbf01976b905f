"""An operating system below a runtime: which driver builds it, and what that one needs to know."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .base import Record
from .pattern import Pattern

LANGUAGES = {"c": "C", "rust": "Rust"}
"""Languages of runtimes, as they are written in sentences."""


class StandIn(Record):
    """What is built to run in the emulator instead of an image that cannot run there.

    Attributes:
        board: The system's name of the board that it is built for: one that the emulator has, or the same.
        settings: What the build is told besides: name → value.
        differs: How it differs from the image whose bytes are counted, after "it is".
    """

    board: str
    settings: dict[str, str] = Field(default_factory=dict)
    differs: str = Field(min_length=1)


class OwnRuntime(Record):
    """A runtime that a system builds itself, from sources of its own: wasmfit brings the embedding alone.

    Attributes:
        variant: The variant of the runtime's folder that the system's configuration is.
        settings: What the system's build is told to have it: name → value.
        version_file: A file that states its version, from the checkout's root.
        version: Regular expression over that file; its groups, joined by dots, are the version.
        archives: Names of the static libraries that the system's build puts it into.
    """

    variant: str
    archives: tuple[str, ...]
    settings: dict[str, str] = Field(min_length=1)
    version_file: str
    version: Pattern


class OperatingSystem(Record):
    """What every driver needs to know of a system.

    Attributes:
        checkout_has: A file that tells a checkout of it, from the checkout's root.
        repository: Where Git gets a checkout; without one, only the user's own is built.
        app_of: Another base, whose folder ``app`` is taken.
        languages: The languages of the runtimes that its application can hold.
        boards: Board → the system's own name of it.
        emulated: Boards of the catalogue whose images run in the emulator as they are.
        stand_ins: Board of the catalogue → what runs in the emulator instead of its image.
        own: Runtime in C → how the system builds it itself. Every other one is given to it, as always.
    """

    application_file: ClassVar[str]
    """The file that the base's folder ``app`` holds in any case."""

    takes_library: ClassVar[bool] = True
    """Whether a runtime comes into its build as a static library with one interface in C."""

    checkout_has: str = Field(pattern=r"^\w[\w./-]*$")
    repository: str = ""
    app_of: str = ""
    languages: tuple[Literal["c", "rust"], ...] = ("c", "rust")
    boards: dict[str, str] = Field(default_factory=dict)
    emulated: tuple[str, ...] = ()
    stand_ins: dict[str, StandIn] = Field(default_factory=dict)
    own: dict[str, OwnRuntime] = Field(default_factory=dict)

    def names(self, board: str) -> tuple[str, ...]:
        """What the system may call a board."""
        return (self.boards[board],)


class LazeSystem(OperatingSystem):
    """A system whose application is a crate that laze builds.

    Attributes:
        driver: What builds it.
        crates: Its crates that an application depends on, in its folder ``src``.
        cargo_config: Its configuration for cargo, from the checkout's root, which the application's includes.
        other_names: Board → what laze's builder for it is called in other revisions.
        selects: The modules of laze that the application selects.
        disables: Those that it disables, so that cargo's profile decides what they would.
        environment: Variables of laze for the application: name → texts.
        linker: Flags for the linker where a runtime in C is linked: what its embedding asks of an image.
    """

    application_file: ClassVar[str] = "main.rs"
    # It depends on the runtime's crates themselves.
    takes_library: ClassVar[bool] = False

    driver: Literal["laze"]
    crates: tuple[str, ...]
    cargo_config: str
    other_names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    selects: tuple[str, ...] = ()
    disables: tuple[str, ...] = ()
    environment: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    linker: tuple[str, ...] = ()

    def names(self, board: str) -> tuple[str, ...]:
        """What laze's builder for a board may be called, in the newest revision first."""
        return self.boards[board], *self.other_names.get(board, ())


class MakeSystem(OperatingSystem):
    """A system whose application is a folder with a Makefile.

    The folder ``app`` of the base is that application. Into a copy of it come ``libwasmfit_runtime.a`` with
    its header and sources, ``job.bin``, and ``wasmfit_app.h``, which says how large the stack is.

    Attributes:
        driver: What builds it.
        root: Variable of make that is the checkout's folder.
        board: Variable of make that is the system's name of the board.
        variables: Further variables of make → value.
        c_libraries: C library of wasmfit's compiler → variables of make that have the system take it too.
        boards_in: Folder of the checkout with a folder for each board that it knows.
        elf: Where the application's folder has the image: ``{board}`` is the system's name of the board.
        map: Where that folder has the linker's map; ``{board}`` as above.
    """

    application_file: ClassVar[str] = "Makefile"

    driver: Literal["make"]
    root: str = Field(pattern=r"^\w+$")
    board: str = Field(pattern=r"^\w+$")
    variables: dict[str, str] = Field(default_factory=dict)
    c_libraries: dict[str, dict[str, str]] = Field(default_factory=dict)
    boards_in: str = "boards"
    elf: str
    map: str


class WestSystem(OperatingSystem):
    """A system whose application is a folder with a ``CMakeLists.txt`` that west builds.

    The application is made as for :class:`MakeSystem`.

    Attributes:
        driver: What builds it.
        folder: Folder of the system's repository in a workspace of west's, which can be named instead.
        base_variable: Environment variable that is the checkout's folder.
        environment: Further environment variables for west, in which ``{compiler}`` is the path of wasmfit's
            C compiler without its last part, ``gcc``.
        definitions: Definitions for CMake → value.
        c_libraries: C library of wasmfit's compiler → definitions that have the system take it too.
        elf: Where the build's folder has the image.
        map: Where it has the linker's map.
    """

    application_file: ClassVar[str] = "CMakeLists.txt"

    driver: Literal["west"]
    folder: str = Field(pattern=r"^\w[\w.-]*$")
    base_variable: str = Field(pattern=r"^\w+$")
    environment: dict[str, str] = Field(default_factory=dict)
    definitions: dict[str, str] = Field(default_factory=dict)
    c_libraries: dict[str, dict[str, str]] = Field(default_factory=dict)
    elf: str
    map: str


System = Annotated[LazeSystem | MakeSystem | WestSystem, Field(discriminator="driver")]
"""One of the records above, told apart by ``driver``."""
