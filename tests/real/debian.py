"""Debian's packages and releases, from the mirror that this machine's apt is set up with."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 900
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def run(*command: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """What a command says; it must succeed."""
    ended = subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, timeout=_SECONDS
    )
    assert ended.returncode == 0, f"{' '.join(map(str, command))}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def mirror() -> str | None:
    """The address of Debian's packages, ``None`` where apt has none."""
    if not Path(_KEYRING).is_file():
        return None
    targets = run("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)").splitlines()
    return next((target[14:] for target in targets if target.startswith("Debian|Debian|")), None)


@dataclass(frozen=True)
class Suite:
    """A suite's packages, apart from what apt knows of the machine's own.

    Attributes:
        folder: Holds apt's files.
    """

    folder: Path

    @staticmethod
    def of(name: str, address: str, folder: Path) -> "Suite":
        """Gets the suite's list of packages into a folder."""
        for place in ("lists/partial", "cache/archives/partial"):
            (folder / place).mkdir(parents=True)
        (folder / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {address} {name} main\n")
        (folder / "apt.conf").write_text(
            f'Dir::Etc::sourcelist "{folder}/sources.list";\n'
            f'Dir::Etc::sourceparts "{folder}/none";\n'
            f'Dir::State::lists "{folder}/lists";\n'
            f'Dir::Cache "{folder}/cache";\n'
            'APT::Sandbox::User "root";\n'
        )
        suite = Suite(folder)
        suite._apt("apt-get", "update", "--quiet")
        return suite

    def versions(self, package: str) -> list[str]:
        """The versions of a package that there are, newest first."""
        return [row.split("|")[1].strip() for row in self._apt("apt-cache", "madison", package).splitlines()]

    def unpack(self, package: str, version: str, into: Path) -> None:
        """Downloads a package and unpacks its files."""
        self._apt("apt-get", "download", f"{package}={version}")
        (archive,) = self.folder.glob(f"{package}_*.deb")
        run("dpkg-deb", "--extract", archive, into)
        archive.unlink()

    def _apt(self, *command: str) -> str:
        return run(*command, cwd=self.folder, APT_CONFIG=str(self.folder / "apt.conf"))
