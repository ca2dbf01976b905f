"""The table of packages, read from ``table.toml``."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("table.toml")


@dataclass(frozen=True)
class Manager:
    """A package manager.

    Attributes:
        program: Its program; where that is on PATH, the manager is there.
        install: Command that names of packages are put after, as a person is told it.
        unattended: The same for a script: it asks nothing and says little.
        refresh: Command that brings its lists up to date, where they must be before it installs.
        root: Whether it wants to be root.
        ask: Command that names of packages are put after and that prints which of them are installed.
        answer: What a whole line about one that is installed looks like; its first group is the name.
    """

    program: str
    install: str
    unattended: str
    root: bool
    ask: tuple[str, ...]
    answer: re.Pattern[str]
    refresh: str = ""

    def installed(self, output: str) -> frozenset[str]:
        """The packages that are installed, from what ``ask`` has printed."""
        matches = map(self.answer.fullmatch, output.splitlines())
        return frozenset(match[1] for match in matches if match)


@dataclass(frozen=True)
class Packages:
    """What brings a need on one system.

    Attributes:
        on: The system as the table names it.
        names: The packages; none where the system packages nothing of the kind, or needs no package.
        then: Command to run after they are installed.
        note: What else there is to know.
        source: How the names were verified; empty where nobody has.
    """

    on: str
    names: tuple[str, ...] = ()
    then: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Need:
    """Something that wasmfit needs.

    Attributes:
        words: What it is, in words.
        otherwise: What to do where all packages are installed and it does not work.
        on: System → what brings it there.
    """

    words: str
    otherwise: str = ""
    on: Mapping[str, Packages] = field(default_factory=dict)

    def packages(self, keys: Sequence[str]) -> Packages | None:
        """What brings it on the first of these systems that it is known for."""
        return next((self.on[key] for key in keys if key in self.on), None)


@dataclass(frozen=True)
class PackageTable:
    """The whole table.

    Attributes:
        systems: System without its version → name of its package manager.
        codenames: Codename of a release → the release.
        managers, needs: By name.
        groups: What ``scripts/setup`` installs together: name → needs.
    """

    systems: Mapping[str, str]
    codenames: Mapping[str, str]
    managers: Mapping[str, Manager]
    needs: Mapping[str, Need]
    groups: Mapping[str, tuple[str, ...]]

    @staticmethod
    @cache
    def load() -> "PackageTable":
        """The table that comes with wasmfit."""
        with _FILE.open("rb") as file:
            data = tomllib.load(file)
        managers = {
            name: Manager(
                **{**manager, "ask": tuple(manager["ask"]), "answer": re.compile(manager["answer"])},
            )
            for name, manager in data["managers"].items()
        }
        sources: dict[str, str] = data["sources"]
        needs = {
            name: Need(
                need["words"],
                need.get("otherwise", ""),
                {
                    key: Packages(
                        key,
                        tuple(entry.get("packages", ())),
                        entry.get("then", ""),
                        entry.get("note", ""),
                        sources[entry["source"]] if "source" in entry else "",
                    )
                    for key, entry in need["on"].items()
                },
            )
            for name, need in data["needs"].items()
        }
        groups = {name: tuple(members) for name, members in data["groups"].items()}
        return PackageTable(data["systems"], data["codenames"], managers, needs, groups)
