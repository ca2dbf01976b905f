"""What a search may set: the switches of a runtime, as far as the user lets it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick, unknown
from wasmfit.errors import UsageError
from wasmfit.model import Build, Start, Switch, SwitchValue
from wasmfit.words import escape_unprintable

Settings = Mapping[str, str]
"""Switch → value; a switch that is not named is as the profile and the runtime's variant have it."""


@dataclass(frozen=True)
class Space:
    """What may be set.

    Attributes:
        switches: The switches, by name, in the order in which settings are shown.
        values: Switch → the names of the values that may be tried.
        starts: Settings to try first.
        withheld: Values that may not be tried without leave (``SWITCH-VALUE``) → what each gives up.
    """

    switches: Mapping[str, Switch]
    values: Mapping[str, tuple[str, ...]]
    starts: tuple[Settings, ...]
    withheld: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many different settings there are, the profile itself included, which is always measured."""
        within = all(self.switches[name].initial in values for name, values in self.values.items())
        return prod(map(len, self.values.values())) + (not within)

    def changes(self, settings: Settings) -> dict[str, str]:
        """The settings without those that change nothing, in order."""
        return {
            name: settings[name]
            for name, switch in self.switches.items()
            if name in settings and settings[name] != switch.initial
        }

    def chosen(self, settings: Settings) -> list[SwitchValue]:
        """The values that the settings name, and of what is not named none."""
        chosen = ((switch, settings.get(name)) for name, switch in self.switches.items())
        return [value for switch, name in chosen if name is not None and (value := switch.value(name))]

    def given_up(self, settings: Settings) -> dict[str, str]:
        """``SWITCH=VALUE`` → what it gives up, of those settings that give something up."""
        chosen = ((name, self.switches[name].value(value)) for name, value in self.changes(settings).items())
        return {f"{name}={value.name}": value.gives_up for name, value in chosen if value and value.gives_up}

    def whole(self, settings: Settings) -> dict[str, str]:
        """The settings with a value for every switch that may be tried: the first, of what is not named."""
        return {name: settings.get(name, values[0]) for name, values in self.values.items()}


def said(changes: Settings) -> str:
    """Settings in words, as the command line takes them."""
    return " ".join(f"{name}={value}" for name, value in changes.items()) or "as the profile has it"


def space(
    catalog: Catalog,
    build: Build,
    *,
    allow: Sequence[str] = (),
    fixed: Sequence[str] = (),
    only: bool = False,
) -> Space:
    """The space of a build.

    Args:
        allow: Values that give something up and may be tried all the same: ``SWITCH-VALUE``.
        fixed: ``NAME=VALUE`` or ``NAME=VALUE,VALUE``: the values that a switch is held to. Naming a value is
            leave to try it.
        only: Whether every other switch stays as it is.

    Raises:
        UsageError: A switch or value is unknown, or there is nothing to choose from.
    """
    runtime = build.runtime
    switches = {
        switch.name: switch
        for switch in (*catalog.switches.switches, *runtime.switches)
        if _has(build, switch)
    }
    held = _held(switches, fixed)
    gated = {
        f"{name}-{value.name}": value.gives_up or ""
        for name, switch in switches.items()
        for value in switch.values
        if value.needs_leave
    }
    for name in allow:
        if name not in gated:
            if not gated:
                raise UsageError(
                    f"Nothing of {build.name} needs leave, and --allow names {escape_unprintable(name)!r}.",
                    "Leave out --allow.",
                )
            raise unknown("value that needs leave", name, gated)
    values = {
        name: held[name]
        if name in held
        else tuple(
            value.name for value in switch.values if not value.needs_leave or f"{name}-{value.name}" in allow
        )
        for name, switch in switches.items()
    }
    if only:
        values |= {name: (switch.initial,) for name, switch in switches.items() if name not in held}
    starts = [start.settings for start in (*runtime.starts, *catalog.switches.starts) if _fits(build, start)]
    possible = [start for start in starts if _within(start, values)]
    tried = {f"{name}-{value}" for name, names in values.items() for value in names}
    withheld = {name: what for name, what in gated.items() if name not in tried}
    return Space(switches, values, tuple(possible), withheld)


def _has(build: Build, switch: Switch) -> bool:
    return (
        build.runtime.language in switch.languages
        and (not switch.versions or build.version.version in switch.versions)
        and (not switch.variants or build.variant.name in switch.variants)
    )


def _fits(build: Build, start: Start) -> bool:
    return build.runtime.language in start.languages


def _within(settings: Settings, values: Mapping[str, tuple[str, ...]]) -> bool:
    return all(value in values.get(name, ()) for name, value in settings.items())


def _held(switches: Mapping[str, Switch], fixed: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Switch → the values that the user holds it to."""
    held: dict[str, tuple[str, ...]] = {}
    for argument in fixed:
        name, separator, text = argument.partition("=")
        if not (name and separator and text):
            raise UsageError(
                f"--set takes SWITCH=VALUE, and {escape_unprintable(argument)!r} is not that.",
                "For example: --set opt=s,2 --set messages=on",
            )
        switch = pick("switch", name, switches)
        values = dict.fromkeys(part.strip() for part in text.split(","))
        for value in values:
            if switch.value(value) is None:
                raise unknown(f"value of {name}", value, [known.name for known in switch.values])
        if name in held:
            raise UsageError(f"--set names {name} twice.", f"Write --set {name}=A,B.")
        held[name] = tuple(values)
    return held
