"""Which system this is, from its ``os-release`` file and its package manager."""

import platform
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .table import Manager, PackageTable

OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
"""Where systems say what they are, as os-release(5) has it."""

_CODENAMES = ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME")


@dataclass(frozen=True)
class System:
    """A system.

    Attributes:
        title: What it calls itself, or ``unknown``.
        identity: Its own name, such as ``debian``; empty where it does not say.
        keys: Where the table's names for it may stand, the most particular first; none for an unknown system.
        manager: Its package manager; ``None`` for an unknown system.
    """

    title: str
    identity: str
    keys: tuple[str, ...]
    manager: Manager | None


def recognised(
    fields: Mapping[str, str], table: PackageTable, has: Callable[[str], object] = shutil.which
) -> System:
    """The system that describes itself so.

    Args:
        fields: What its ``os-release`` says; see :func:`read`.
        has: Says whether there is a program of that name.
    """
    identity = fields.get("ID", "")
    title = fields.get("PRETTY_NAME") or fields.get("NAME") or identity or "unknown"
    keys = tuple(dict.fromkeys(_keys(fields, table)))
    if keys:
        return System(title, identity, keys, table.managers[table.systems[keys[-1].split()[0]]])
    for key, name in table.systems.items():
        if has(table.managers[name].program):
            return System(title, identity, (key,), table.managers[name])
    return System(title, identity, (), None)


def _keys(fields: Mapping[str, str], table: PackageTable) -> Iterator[str]:
    """Releases first, its own before those that it is made from; then systems without a release."""
    identity, version = fields.get("ID", ""), fields.get("VERSION_ID", "")
    releases = [table.codenames[fields[name]] for name in _CODENAMES if fields.get(name) in table.codenames]
    if identity in table.systems and version:
        releases.insert(0, f"{identity} {version}")
    yield from releases
    likes = fields.get("ID_LIKE", "").split()
    bases = [release.split()[0] for release in releases]
    yield from (system for system in (identity, *bases, *likes) if system in table.systems)


def read(paths: tuple[Path, ...] = OS_RELEASE, kernel: str | None = None) -> dict[str, str]:
    """What this system says of itself: the variables of ``os-release``, or the same of macOS; or nothing."""
    if (kernel or platform.system()) == "Darwin":
        version = platform.mac_ver()[0]
        return {"ID": "macos", "VERSION_ID": version, "PRETTY_NAME": f"macOS {version}".rstrip()}
    for path in paths:
        try:
            return parsed(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return {}


def parsed(text: str) -> dict[str, str]:
    """The variables of an ``os-release`` file; lines that a shell would not take as one are left out."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or not name.isidentifier():
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        fields[name] = " ".join(words)
    return fields
