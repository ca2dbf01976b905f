"""What to do about a need that is not met, on one system."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from .system import System
from .table import Manager, Need, Packages

_HOME = "debian"
"""Whose names an unknown system is told."""


@dataclass(frozen=True)
class Remedy:
    """What to do.

    Attributes:
        text: It in a sentence or two; a command ends it, without a full stop that might be copied with it.
        commands: The commands in it, to be run one after the other; none where no command helps.
        installed: Packages that are meant to bring it and are installed.
    """

    text: str
    commands: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()


def remedy(need: Need, system: System, installed: Callable[[Sequence[str]], Collection[str]]) -> Remedy:
    """What to do on a system where a need is not met. Packages that are installed are not named as one.

    Args:
        installed: Says which of these packages are installed.
    """
    packages = need.packages(system.keys)
    if system.manager is None or packages is None:
        return _elsewhere(need)
    if not packages.names and not packages.then:
        return Remedy(f"{system.title} packages no {need.words}. {packages.note}".rstrip())
    there = installed(packages.names) if packages.names else ()
    missing = tuple(name for name in packages.names if name not in there)
    commands = _commands(system.manager, packages, missing)
    if commands:
        text = f"Install it with: {' && '.join(commands)}{_doubts(system, packages, missing)}"
    else:
        are = "is" if len(packages.names) == 1 else "are"
        text = f"{_listed(packages.names)} {are} installed already. {need.otherwise}".rstrip()
    kept = tuple(name for name in packages.names if name not in missing)
    return Remedy(f"{packages.note} {text}".lstrip(), commands, kept)


def _commands(manager: Manager, packages: Packages, missing: Sequence[str]) -> tuple[str, ...]:
    install = (f"{manager.install} {' '.join(missing)}",) if missing else ()
    return (*install, packages.then) if packages.then else install


def _doubts(system: System, packages: Packages, missing: Sequence[str]) -> str:
    """What is not known of the names in a command."""
    if not missing:
        return ""
    origin = packages.on.split()[0]
    if not packages.source:
        return f" (nobody has verified {'this name' if len(missing) == 1 else 'these names'})"
    if origin != system.identity:
        return f" ({origin.capitalize()}'s {'name' if len(missing) == 1 else 'names'}: yours may differ)"
    return ""


def _elsewhere(need: Need) -> Remedy:
    """For a system, or a need, that the table does not know."""
    text = f"Install {need.words}."
    debian = need.on.get(_HOME)
    if debian is None or not debian.names:
        return Remedy(text)
    packages = "package" if len(debian.names) == 1 else "packages"
    then = f"; after that: {debian.then}" if debian.then else ""
    return Remedy(f"{text} Debian's {packages}: {' '.join(debian.names)}{then}.")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
