"""Switches: what ``wasmfit tune`` may set. Data only; see ``catalog/switches.toml`` and ``[[switches]]``."""

from typing import Literal

from pydantic import Field, model_validator

from .base import Record
from .profile import OptLevel
from .runtime_facts import FactChanges

_NAME = r"^[a-z0-9][a-z0-9.-]*$"


class RustChanges(Record):
    """What of a profile's Rust part a value sets; what is ``None`` or empty stays as it is.

    Attributes:
        opt_level, std_opt_level, lto, codegen_units, panic, messages: Instead of the profile's.
        std_features, rustflags, linked_rustflags: Added to the profile's.
        packages: Crate → its own optimisation level, added to the profile's.
        target: Keys of rustc's specification of the target that differ, added to the profile's.
    """

    opt_level: OptLevel | None = None
    std_opt_level: OptLevel | None = None
    lto: Literal["fat", "thin", "off"] | None = None
    codegen_units: int | None = Field(default=None, gt=0)
    panic: Literal["abort", "immediate-abort"] | None = None
    messages: bool | None = None
    std_features: tuple[str, ...] = ()
    rustflags: tuple[str, ...] = ()
    linked_rustflags: tuple[str, ...] = ()
    packages: dict[str, OptLevel] = Field(default_factory=dict)
    target: dict[str, str | bool | int] = Field(default_factory=dict)


class SwitchValue(Record):
    """A value of a switch, with what it changes of the profile and of the way to build the runtime.

    Attributes:
        name: Its name on the command line.
        gives_up: What a firmware with it is without, in words; ``None`` where it is without nothing.
        needs_leave: Whether it is tried only if the user allows it, as ``SWITCH-VALUE``.
        rust: What it sets of the profile's Rust part.
        c_flags: Flags for the C compiler; later ones win.
        linker: Flags for the linker.
        add, remove: Dependency → features that it switches on and off.
        cfg: Features of the firmware crate.
        host_arguments: Arguments for the host step's program.
        package_rustflags: Crate → flags for rustc, for that crate alone.
        defines: C macros.
        facts: What it changes of the runtime's facts.
    """

    name: str = Field(pattern=_NAME)
    gives_up: str | None = None
    needs_leave: bool = False
    rust: RustChanges = RustChanges()
    c_flags: tuple[str, ...] = ()
    linker: tuple[str, ...] = ()
    add: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    remove: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    cfg: tuple[str, ...] = ()
    host_arguments: tuple[str, ...] = ()
    package_rustflags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    defines: dict[str, str] = Field(default_factory=dict)
    facts: FactChanges = FactChanges()

    @property
    def changes_nothing(self) -> bool:
        """Whether a build with it is as without the switch."""
        return self == SwitchValue(name=self.name)


class Switch(Record):
    """Something that can be set in more than one way.

    Attributes:
        name: Its name on the command line.
        summary: What it decides.
        languages: Languages of the runtimes that it makes a difference to.
        versions: Versions of the runtime that have it; all when empty.
        variants: Variants of the runtime that have it; all when empty.
        values: What it can be set to; the first leaves everything as the profile and the variant have it.
    """

    name: str = Field(pattern=_NAME)
    summary: str
    languages: tuple[Literal["rust", "c"], ...] = ("rust", "c")
    versions: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    values: tuple[SwitchValue, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _begins_with_what_is(self) -> "Switch":
        if not self.values[0].changes_nothing:
            raise ValueError(f"the first value of {self.name} must change nothing: it stands for what is")
        names = [value.name for value in self.values]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name} has two values of one name")
        for value in self.values[1:]:
            if value.changes_nothing:
                raise ValueError(f"the value {value.name} of {self.name} changes nothing")
            if value.needs_leave and value.gives_up is None:
                raise ValueError(f"the value {value.name} of {self.name} must say what it gives_up")
        return self

    @property
    def initial(self) -> str:
        """The value that leaves everything as it is."""
        return self.values[0].name

    def value(self, name: str) -> SwitchValue | None:
        """The value of that name."""
        return next((value for value in self.values if value.name == name), None)


class Start(Record):
    """Settings that a search tries before it chooses by itself.

    Attributes:
        summary: Why they are worth it.
        languages: Languages of the runtimes that they are for.
        settings: Switch → value; switches that are not named stay as they are.
    """

    summary: str
    languages: tuple[Literal["rust", "c"], ...] = ("rust", "c")
    settings: dict[str, str] = Field(min_length=1)


class Switches(Record):
    """The switches that every runtime has, and where a search begins: ``catalog/switches.toml``.

    Attributes:
        switches: They, in the order in which settings are shown.
        starts: Settings to try first.
    """

    switches: tuple[Switch, ...]
    starts: tuple[Start, ...] = ()
