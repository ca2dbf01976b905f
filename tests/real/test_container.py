"""The Containerfile's image, built and run with Podman.

Its base comes from debootstrap instead of a registry of images, which no machine of ours reaches.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import wasmfit
from tests.commands import ROOT, lines
from wasmfit.home import Home
from wasmfit.toolchain import Finished, ProcessRunner

from . import debian
from .root import fresh, settings
from .two_systems import by_id, cells, image, rust

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(5400)]

# Mounts are those of one command. Where control groups of the first kind are mounted, crun refuses to start.
_ALONE = """
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec "$@"
"""
# Without limits of its own Podman raises this machine's, which not every root may. There may be no bridge.
_OPTIONS = {
    "build": ("--isolation", "chroot", "--network", "host", "--pull-never"),
    "run": (
        "--network",
        "host",
        "--cgroups",
        "disabled",
        "--ulimit",
        "nofile=4096:4096",
        "--ulimit",
        "nproc=4096:4096",
    ),
}


@dataclass(frozen=True)
class Podman:
    """Podman, with images and volumes of its own.

    Attributes:
        storage: Folder of these.
        state: Folder of what is running.
    """

    storage: Path
    state: Path

    def does(self, *words: str, cwd: Path | None = None, log: Path | None = None) -> Finished:
        """Runs one of its commands, with what this machine wants of it."""
        command, *rest = words
        storage = ("--root", str(self.storage), "--runroot", str(self.state))
        podman = (
            "podman",
            *storage,
            "--cgroup-manager",
            "cgroupfs",
            command,
            *_OPTIONS.get(command, ()),
            *rest,
        )
        return ProcessRunner().run(
            ["unshare", "--mount", "--", "sh", "-ec", _ALONE, "alone", *podman],
            timeout=5400,
            cwd=cwd,
            log=log,
        )


@pytest.fixture(scope="module")
def podman(warm_home: Home) -> Iterator[Podman]:
    """Podman, after the command of docs/install.md that builds the image from a clean clone."""
    if shutil.which("podman") is None or shutil.which("crun") is None:
        pytest.skip("Podman is not installed: apt-get install -y podman crun")
    build, _ = (line for line in lines(ROOT / "docs" / "install.md") if line.words[0] == "podman")
    # Podman takes no long path for its state.
    with fresh("trixie", warm_home.root) as root, tempfile.TemporaryDirectory(dir="/run") as state:
        podman = Podman(root.folder.with_name("images"), Path(state))
        base = root.folder.with_name("base.tar")
        debian.run("tar", "--create", "--numeric-owner", "--file", base, "--directory", root.folder, ".")
        variables = [
            word for name, value in settings().items() for word in ("--change", f"ENV {name}={value}")
        ]
        imported = podman.does("import", *variables, str(base), "debian:13")
        assert imported.code == 0, imported.output
        checkout = root.folder.with_name("checkout")
        debian.run("git", "clone", "--quiet", "--no-local", ROOT, checkout)
        log = warm_home.logs / "container.log"
        built = podman.does(*build.words[1:], cwd=checkout, log=log)
        assert built.code == 0, f"{log}:\n{built.output}"
        yield podman


def test_the_image_compares(podman: Podman, warm_home: Home, tmp_path: Path) -> None:
    """As docs/install.md has it; an image without C is that of this machine, if its Rust is the same."""
    _, run = (line for line in lines(ROOT / "docs" / "install.md") if line.words[0] == "podman")
    words = [word.replace("$PWD", str(tmp_path)) for word in run.words[1:]]
    ended = podman.does(*words, "-r", "wasefire", "--format", "json", "--output", "results.json")
    assert ended.code == 0, ended.output
    theirs = cells(tmp_path / "results.json")
    assert {cell["status"] for cell in theirs.values()} == {"ok"}
    assert {cell["runtime"] for cell in theirs.values()} >= {"baseline", "wasm3", "wasefire"}
    ours = by_id(wasmfit.compare(runtimes=["wasefire"], home=warm_home.root).to_dict())
    for name, cell in ours.items():
        if rust(cell) == rust(theirs[name]):
            assert image(cell) == image(theirs[name])
        if image(cell) == image(theirs[name]):
            assert (cell["size"], cell["run"]) == (theirs[name]["size"], theirs[name]["run"])


def test_what_was_measured_stays_in_the_volume(podman: Podman, tmp_path: Path) -> None:
    work, volume = f"{tmp_path}:/work", "wasmfit:/cache"
    for _ in range(2):
        ended = podman.does("run", "--rm", "-v", volume, "-v", work, "wasmfit", "compare", "-r", "wasefire")
    assert "(3 from the store)" in ended.output


def test_it_brings_nothing_that_only_developers_need(podman: Podman) -> None:
    ended = podman.does(
        "run", "--rm", "--entrypoint", "ls", "wasmfit", "/opt/wasmfit/.venv/bin", "/opt/wasmfit"
    )
    assert ended.code == 0, ended.output
    names = ended.output.split()
    assert "wasmfit" in names
    assert not {"pytest", "mypy", "ruff", "mkdocs", "tests", ".git"} & set(names)
