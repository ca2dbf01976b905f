"""Cargo lockfiles as text: one made of two, and whether one keeps to what others pin.

A firmware on a base with crates of its own depends on what the runtime's lockfile pins and on what the
base's does. One lockfile for every pair would be as many files as there are pairs; so the two are put
together, cargo takes from the result what the package needs, and it is checked that it took nothing else.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from .errors import BuildError

_SEMVER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Pin:
    """A crate of a registry as a lockfile pins it."""

    name: str
    version: str
    checksum: str

    @property
    def line(self) -> tuple[str, str]:
        """What two versions share that can take each other's place: name, and what semver lets vary not."""
        match = _SEMVER.match(self.version)
        parts = match.groups() if match else (self.version,)
        significant = next((at for at, part in enumerate(parts) if part != "0"), len(parts) - 1)
        return self.name, ".".join(parts[: significant + 1])


def pins(lock: Path) -> frozenset[Pin]:
    """The crates that a lockfile pins; packages in folders are none.

    Raises:
        BuildError: It is not a lockfile.
    """
    return frozenset(pin for pin, _ in _entries(lock))


def merged(first: Path, second: Path) -> str:
    """One lockfile with the crates of both; where two versions could take each other's place, the first's.

    Raises:
        BuildError: One of them is not a lockfile.
    """
    kept: dict[Pin, dict[str, Any]] = dict(_entries(first))
    taken = {pin.line for pin in kept}
    kept |= {pin: entry for pin, entry in _entries(second) if pin.line not in taken}
    packages = [kept[pin] for pin in sorted(kept, key=lambda pin: (pin.name, pin.version))]
    return tomli_w.dumps({"version": 4, "package": packages})


def strays(used: Path, allowed: Iterable[Path]) -> list[str]:
    """The crates of a lockfile that none of the others pins, as ``name version``."""
    known = frozenset(pin for lock in allowed for pin in pins(lock))
    return sorted(f"{pin.name} {pin.version}" for pin in pins(used) - known)


def _entries(lock: Path) -> Iterator[tuple[Pin, dict[str, Any]]]:
    """The registry's crates of a lockfile, each dependency written with its version."""
    try:
        packages: list[dict[str, Any]] = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
        versions: dict[str, list[str]] = {}
        for package in packages:
            versions.setdefault(package["name"], []).append(package["version"])
        for package in packages:
            if "source" in package:
                pin = Pin(package["name"], package["version"], package.get("checksum", ""))
                yield pin, _explicit(package, versions)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(f"{lock} is not a lockfile of Cargo's: {error!r}") from error


def _explicit(package: Mapping[str, Any], versions: Mapping[str, list[str]]) -> dict[str, Any]:
    """A package's entry as it can stand among those of another lockfile."""
    entry = dict(package)
    # A dependency is named alone where the lockfile has one version of it.
    if "dependencies" in entry:
        entry["dependencies"] = [
            name if " " in name else f"{name} {versions[name][0]}" for name in package["dependencies"]
        ]
    return entry
