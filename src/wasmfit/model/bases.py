"""A base: what lies below a runtime in an image. Data only; see ``catalog/bases``."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Record
from .board import Board
from .dependency import Dependency
from .pattern import Pattern
from .runtime import Build, Checkout, Runtime
from .system import LANGUAGES, OwnRuntime, StandIn, System

Name = Annotated[str, Field(pattern=r"^\w+$")]
"""A symbol's, as it can stand in a flag for the linker."""

Address = Annotated[int, Field(ge=0, lt=1 << 32)]
"""Of a device with 32 bits."""


class Hal(Record):
    """What a base brings for a family of chips.

    Attributes:
        name: Its short name: that of its lockfile, and of the feature of the base's crate that chooses it.
        crate: The hardware abstraction layer, among ``dependencies``.
        targets: Pattern over the Rust targets that it is for: a chip may have cores of two kinds.
        chips: Pattern over probe-rs's name of a chip, in lower case → the features of ``crate`` for it.
        dependencies: Cargo dependencies, besides those that the base has for every chip.
        guarded: Functions that start-up calls before any of the base's own code and that touch the chip's
            peripherals. The linker leads their callers to ``__wrap_FUNCTION`` of the base's crate, which
            calls ``__real_FUNCTION`` where there are such peripherals.
        rom: What its crates use of the chip's ROM: function or variable → address.
        linker_script: Its script in the base's folder ``link``, instead of the target's own.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    crate: str
    targets: str = "*"
    chips: dict[str, tuple[str, ...]] = Field(min_length=1)
    dependencies: dict[str, Dependency]
    guarded: tuple[Name, ...] = ()
    rom: dict[Name, Address] = Field(default_factory=dict)
    linker_script: str | None = Field(default=None, pattern=r"^\w[\w.-]*$")

    @model_validator(mode="after")
    def _has_its_crate(self) -> "Hal":
        if self.crate not in self.dependencies:
            raise ValueError(f"dependencies lacks the crate {self.crate}")
        return self

    def features(self, board: Board) -> tuple[str, ...] | None:
        """The features of the crate for a board's chip; ``None`` where it has none of the family."""
        if not fnmatchcase(board.target, self.targets):
            return None
        chip = board.probe_rs_chip.lower()
        return next(
            (features for pattern, features in self.chips.items() if fnmatchcase(chip, pattern)), None
        )


class Gap(Record):
    """Boards that a base cannot serve, and why: what a reader would look for in vain.

    Attributes:
        chips: Pattern over probe-rs's name of the chip, in lower case.
        targets: Pattern over the Rust target.
        reason: Why, as a sentence without its full stop.
    """

    chips: str = "*"
    targets: str = "*"
    reason: str = Field(min_length=1)

    def covers(self, board: Board) -> bool:
        """Whether it is about a board."""
        chip = board.probe_rs_chip.lower()
        return fnmatchcase(chip, self.chips) and fnmatchcase(board.target, self.targets)


class Base(Record):
    """A base's folder in the catalogue.

    Attributes:
        name: The folder's name.
        title: What it is.
        start: Who starts the chip and calls the firmware: our own ``harness``; a ``crate``, in the folder
            ``crate`` next to the TOML file, that calls it from a task; or an operating ``system``, whose
            application it becomes, in that system's own build.
        homepage: Where it lives.
        dependencies: Cargo dependencies of the crate, or of the application.
        hals: What it brings for which chips; a board with none of them is not supported.
        gaps: Why some of those boards are not.
        system: The operating system, and how it is built.
        checkout: The system's checkout to build from; the user's, never the catalogue's.
        missing: Why there is no checkout.
        own_versions: Runtimes that this checkout builds itself → their versions.
        symbols: Names of what it defines without a crate's name: handlers of interrupts, hooks of its crates.
        emulator: What does not happen in the emulated machine, as a sentence for the reader.
    """

    name: str
    title: str
    start: Literal["harness", "crate", "system"]
    homepage: str = ""
    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    hals: tuple[Hal, ...] = ()
    gaps: tuple[Gap, ...] = ()
    system: System | None = None
    checkout: Checkout | None = None
    missing: str = ""
    own_versions: dict[str, str] = Field(default_factory=dict)
    symbols: Pattern | None = None
    emulator: str = ""

    @model_validator(mode="after")
    def _names_its_hals_once(self) -> "Base":
        names = [hal.name for hal in self.hals]
        if len(set(names)) != len(names):
            raise ValueError("two hals have the same name")
        if self.start == "crate" and not self.hals:
            raise ValueError('start = "crate" needs at least one table [[hals]]')
        if (self.start == "system") != (self.system is not None):
            raise ValueError('start = "system" and a table [system] belong together')
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """What its folder must hold besides the TOML file, lockfiles left out."""
        scripts = sorted({f"link/{hal.linker_script}" for hal in self.hals if hal.linker_script is not None})
        if self.system is not None:
            return () if self.system.app_of else (f"app/{self.system.application_file}",)
        return ("crate/lib.rs", *scripts) if self.start == "crate" else ()

    def serves(self, board: Board) -> bool:
        """Whether it brings what a board's chip needs."""
        match self.start:
            case "harness":
                return True
            case "crate":
                return any(hal.features(board) is not None for hal in self.hals)
            case "system":
                return self.system is not None and board.name in self.system.boards

    def own(self, runtime: Runtime) -> OwnRuntime | None:
        """How the system builds a runtime itself; ``None`` where it is given to it."""
        return None if self.system is None else self.system.own.get(runtime.name)

    def own_build(self, build: Build) -> Build:
        """A build as the system makes it, where it builds the runtime itself: its version, its commit."""
        own, known = self.own(build.runtime), self.checkout
        if own is None or known is None or build.name != own.variant:
            return build
        version = self.own_versions.get(build.runtime.name, "0.0.0")
        theirs = known.model_copy(update={"version": version, "recipe": build.version.version})
        return build.model_copy(update={"checkout": theirs})

    def obstacle_to(self, build: Build) -> str | None:
        """Why a runtime cannot be part of its images, as :meth:`obstacle`."""
        runtime, own = build.runtime, self.own(build.runtime)
        if own is not None and build.variant.name != own.variant:
            return f"{self.name} builds {runtime.name} itself, as {own.variant}"
        if self.system is None or runtime.language in ("none", *self.system.languages):
            return None
        (language,) = self.system.languages
        return (
            f"on {self.name}, only runtimes in {LANGUAGES[language]} are built: "
            f"its application has no {LANGUAGES[runtime.language]} sources"
        )

    def obstacle(self, board: Board) -> str | None:
        """Why it does not serve a board, as a sentence without its full stop; ``None`` where it does."""
        if self.serves(board):
            return None
        known = (gap.reason for gap in self.gaps if gap.covers(board))
        unknown = (
            f"the base {self.name} has nothing for {board.probe_rs_chip} in the catalogue "
            f"(bases/{self.name}/base.toml)"
        )
        return next(known, unknown)

    def runs_emulated(self, board: Board) -> bool:
        """Whether its images for a board can be run in the emulator."""
        system = self.system
        return system is None or board.name in system.emulated or board.name in system.stand_ins

    def unexecuted(self, board: Board) -> str:
        """Why its images for a board, which cannot be run in the emulator, are not."""
        system = self.system
        if system is None or not (system.emulated or system.stand_ins):
            return self.emulator
        return (
            f"images of {self.name} for {board.name} are not run in the emulator: "
            "neither they nor a stand-in of theirs are for a machine that it has; sizes only"
        )

    def stand_in(self, board: Board) -> StandIn | None:
        """What runs in the emulator in the place of its image for a board."""
        return None if self.system is None else self.system.stand_ins.get(board.name)

    def base_crate(self, board: Board) -> "BaseCrate | None":
        """The crate below the harness on a board; ``None`` where the harness starts the chip itself.

        Raises:
            ValueError: It brings nothing for the board's chip.
        """
        if self.start != "crate":
            return None
        for hal in self.hals:
            features = hal.features(board)
            if features is not None:
                return BaseCrate(base=self, hal=hal, features=features)
        raise ValueError(f"the base {self.name} has nothing for {board.probe_rs_chip}")


class BaseCrate(Record):
    """A base's crate as it is built for a chip.

    Attributes:
        base: The base.
        hal: What it brings for chips of this family.
        features: Features of the HAL for this chip.
    """

    base: Base
    hal: Hal
    features: tuple[str, ...]

    @property
    def label(self) -> str:
        """Such as ``embassy-nrf52840``."""
        return "-".join((self.base.name, *self.features))

    @property
    def linker(self) -> tuple[str, ...]:
        """Flags for the linker."""
        return (
            *(f"--wrap={function}" for function in self.hal.guarded),
            *(f"--defsym={name}={address:#x}" for name, address in self.hal.rom.items()),
        )

    @property
    def dependencies(self) -> dict[str, Dependency]:
        """Cargo dependencies of the crate, with the features that the chip needs."""
        hal = self.hal.dependencies[self.hal.crate]
        chosen = hal.model_copy(update={"features": (*hal.features, *self.features)})
        return {**self.base.dependencies, **self.hal.dependencies, self.hal.crate: chosen}
