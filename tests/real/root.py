"""A Debian in a folder, made from nothing, in which commands run as on a machine of its own."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from wasmfit.toolchain import Finished, ProcessRunner

from . import debian

_SECONDS = 900
_MONTH = 30 * 24 * 3600

# Mounts and processes are those of one command, and end with it: nothing of this machine's is in the folder
# when it is removed. Devices are the few that debootstrap makes.
_ENTER = """
mount -t proc proc "$1/proc"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
mount -t tmpfs tmpfs "$1/dev/shm"
exec chroot "$1" /bin/sh -ec "$2"
"""

# How this machine's clients of package registries reach them: through what proxy, trusting whom.
_SETTINGS = re.compile(
    r"pip_\w+|uv_\w*(index|tls|certs)\w*|cargo_(http|net|registry|registries|source)_\w+|(https?|all|no)_proxy|"
    r"ssl_cert_\w+|\w+_ca_bundle|git_ssl_cainfo",
    re.IGNORECASE,
)
_FILES = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/uv/uv.toml")
_FILES_AT_HOME = (".config/pip/pip.conf", ".config/uv/uv.toml", ".cargo/config.toml")
_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_APT = Path("/etc/apt/apt.conf.d")


@dataclass(frozen=True)
class Root:
    """A system in a folder.

    Attributes:
        folder: The folder.
    """

    folder: Path

    def run(self, script: str, *, timeout: float = _SECONDS, log: Path | None = None) -> Finished:
        """Has its shell do a script as root, at home, with this machine's way to package registries."""
        variables = {
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            **settings(),
        }
        isolated = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--")
        enter = ("sh", "-ec", _ENTER, "enter", str(self.folder), f"cd\n{script}")
        return ProcessRunner().run([*isolated, *enter], timeout=timeout, env=variables, log=log)

    def at_home(self, name: str) -> Path:
        """Where a file of its user's is."""
        return self.folder / "root" / name


def settings() -> dict[str, str]:
    """Variables that say how package registries are reached."""
    return {name: value for name, value in os.environ.items() if _SETTINGS.fullmatch(name)}


@contextmanager
def fresh(suite: str, cache: Path) -> Iterator[Root]:
    """A new minimal system, removed in the end; what debootstrap makes is kept in ``cache`` for a month.

    Skips the test where there is no way to make one.
    """
    archive = cache / f"debian-{suite}.tar.gz"
    if os.geteuid() != 0:
        pytest.skip("only root can make a Debian from nothing")
    place = Path(tempfile.mkdtemp(prefix=f"debian-{suite}-", dir=cache))
    try:
        root = Root(place / "root")
        if archive.is_file() and time.time() - archive.stat().st_mtime < _MONTH:
            root.folder.mkdir()
            _tar("--extract", archive, root.folder)
        else:
            _bootstrap(suite, root.folder)
            unfinished = place / archive.name
            _tar("--create", unfinished, root.folder, ".")
            unfinished.rename(archive)
        _settle(root.folder)
        yield root
    finally:
        # 150,000 files: many times as fast as Python does it.
        debian.run("rm", "-rf", "--one-file-system", place)


def _bootstrap(suite: str, folder: Path) -> None:
    address = debian.mirror()
    if address is None:
        pytest.skip("apt has no Debian mirror, from which a system could be made")
    if shutil.which("debootstrap") is None:
        pytest.skip("debootstrap is not installed: apt-get install -y debootstrap")
    debian.run("debootstrap", "--variant=minbase", suite, folder, address)


def _tar(what: str, archive: Path, folder: Path, *names: str) -> None:
    debian.run("tar", what, "--gzip", "--numeric-owner", "--file", archive, "--directory", folder, *names)


def _settle(folder: Path) -> None:
    """Copies this machine's settings of package clients in, with the certificates that they name."""
    home = Path.home()
    wanted = {Path(name): folder / name[1:] for name in _FILES}
    wanted |= {home / name: folder / "root" / name for name in _FILES_AT_HOME}
    wanted |= {path: folder / path.relative_to("/") for path in _CERTIFICATES.glob("*.crt")}
    wanted |= {
        path: folder / path.relative_to("/") for path in _APT.iterdir() if "Acquire::" in path.read_text()
    }
    wanted |= {Path(value): folder / value[1:] for value in settings().values() if value.startswith("/")}
    for source, target in wanted.items():
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
