"""What rustup has installed, the order in which to take it, and the commands that mend it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

_OFFICIAL = re.compile(r"(?P<channel>nightly|stable|beta|(?P<release>\d+(?:\.\d+)+))(?:-|$)")

# What most people keep up to date, then what they pinned, then what is not a release, then what they built.
_OTHERS = ("stable", "release", "beta", "custom")

INSTALL = "rustup toolchain install stable --profile minimal --component rust-src"
"""Brings a toolchain that has all that is needed."""


@dataclass(frozen=True)
class Installed:
    """A toolchain that rustup knows.

    Attributes:
        folder: Where it is. Its name is the toolchain's.
        channel: ``nightly``, ``stable``, ``beta``, ``release`` for a version by its number, or ``custom``.
        release: The number, 0 where the name has none.
    """

    folder: Path
    channel: str
    release: Version

    @property
    def name(self) -> str:
        """The toolchain's name, host and date included."""
        return self.folder.name

    def repair(self) -> str:
        """The command after which its programs run and its linker is there."""
        if self.channel == "custom":
            return INSTALL
        return f"rustup toolchain install {self.name} --profile minimal --component rust-src --force"

    def add_sources(self) -> str:
        """The command that brings the standard library's sources."""
        # Rustup adds nothing to a custom toolchain.
        if self.channel == "custom":
            return INSTALL
        return f"rustup component add rust-src --toolchain {self.name}"

    def update(self) -> str:
        """The command that brings a newer compiler; a version by its number never is one."""
        return f"rustup update {self.channel}" if self.channel in ("nightly", "stable", "beta") else INSTALL


def installed(environment: Mapping[str, str]) -> tuple[list[Installed], list[Installed]]:
    """The nightlies in ``RUSTUP_HOME``, and the others by channel; of each the newest first."""
    home = Path(environment.get("RUSTUP_HOME") or Path.home() / ".rustup")
    toolchains = [_read(folder) for folder in home.glob("toolchains/*") if folder.is_dir()]
    # The newest of a channel has no date in its name, and a letter sorts after the digit of one.
    toolchains.sort(key=lambda toolchain: (toolchain.release, toolchain.name), reverse=True)
    nightlies = [toolchain for toolchain in toolchains if toolchain.channel == "nightly"]
    others = [toolchain for toolchain in toolchains if toolchain.channel != "nightly"]
    return nightlies, sorted(others, key=lambda toolchain: _OTHERS.index(toolchain.channel))


def _read(folder: Path) -> Installed:
    official = _OFFICIAL.match(folder.name)
    if official is None:
        return Installed(folder, "custom", Version("0"))
    release = official["release"]
    return Installed(folder, "release" if release else official["channel"], Version(release or "0"))
