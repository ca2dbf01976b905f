"""A small wasmfit-images: built, installed next to wasmfit, and used where there is no compiler."""

import json
import resource
import runpy
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real

IMAGES, DIST = (runpy.run_path(str(ROOT / "scripts" / f"{name}.py")) for name in ("images", "dist"))

RUNTIMES = ("wasm3", "spacewasm")
BOARDS = ("nrf52840dk", "esp32c6")

MOST_SECONDS = 15
"""Of processors, on a machine that others may use as well: what wasmfit and QEMU take."""

# (func (export "run") (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
DOUBLES = bytes.fromhex(
    "0061736d01000000 010601 60017f017f 0302 0100 0707 01 0372756e 0000 0a09 0107 00 2000 4102 6c 0b"
)


@dataclass(frozen=True)
class Machine:
    """A machine with Python, QEMU, wasmfit and wasmfit-images, and nothing else.

    Attributes:
        python: Its Python.
        path: The one folder on its PATH.
        home: wasmfit's folder.
    """

    python: Path
    path: Path
    home: Path

    def run(self, *words: str | Path) -> str:
        """Runs wasmfit; what it prints."""
        environment = {"PATH": str(self.path), "HOME": str(self.home), "WASMFIT_HOME": str(self.home)}
        command = [self.python, "-m", "wasmfit", *words]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True, timeout=600
        ).stdout


@pytest.fixture(scope="module")
def packaged() -> Iterator[str]:
    """The Rust that images are made with, by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WASMFIT_RUST", "packaged")
        patch.setenv("WASMFIT_IMAGES", "none")
        yield "packaged"


@pytest.fixture(scope="module")
def wheel(warm_home: Home, packaged: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """wasmfit-images with two runtimes on two boards, and one workload."""
    out = tmp_path_factory.mktemp("dist")
    words = ["-p", "reference", "-w", "add-with-extra", "-o", str(out)]
    words += [word for name in RUNTIMES for word in ("-r", name)]
    words += [word for name in BOARDS for word in ("-b", name)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WASMFIT_HOME", str(warm_home.root))
        patch.setenv("WASMFIT_RUST", packaged)
        assert IMAGES["main"](words) == 0
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def machine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Both distributions in a virtual environment, with what wasmfit depends on from this one."""
    folder = tmp_path_factory.mktemp("machine")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    own: Path = DIST["build"](folder / "dist")[0]
    install: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, own, wheel], check=True, timeout=300)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    path, home = folder / "bin", folder / "home"
    path.mkdir()
    home.mkdir()
    for program in ("qemu-system-arm", "qemu-system-riscv32"):
        found = shutil.which(program)
        assert found is not None
        (path / program).symlink_to(found)
    return Machine(python, path, home)


@pytest.fixture(scope="module")
def doubles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("module") / "doubles.wasm"
    path.write_bytes(DOUBLES)
    return path


def measured(home: Path, module: Path | None) -> dict[str, Measurement]:
    """The cells of the wheel's runtimes and boards, measured anew, by id."""
    if module is None:
        comparison = wasmfit.compare(runtimes=RUNTIMES, boards=BOARDS, home=home, rerun=True)
    else:
        comparison = wasmfit.compare(
            runtimes=RUNTIMES,
            boards=BOARDS,
            home=home,
            rerun=True,
            module=str(module),
            calls=["run(21)"],
            expect="42",
        )
    return {one.id: one for one in comparison.measurements}


def named(words: tuple[str, ...], option: str) -> list[str]:
    return [word for name in words for word in (option, name)]


@pytest.mark.timeout(1800)
def test_a_module_is_measured_without_any_compiler(machine: Machine, doubles: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = [*named(RUNTIMES, "-r"), "--format", "json"]
    text = machine.run("compare", doubles, "--call", "run(21)", "--expect", "42", *options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cells = {one["runtime"]: one for one in json.loads(text)["cells"]}
    assert {name: one["status"] for name, one in cells.items()} == dict.fromkeys(
        ("baseline", *RUNTIMES), "ok"
    )
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert seconds < MOST_SECONDS


@pytest.mark.timeout(1800)
def test_runtimes_that_it_lacks_are_unavailable_and_no_failure(machine: Machine, doubles: Path) -> None:
    text = machine.run("compare", doubles, "--call", "run(1)", "-r", "wasmi", "-r", "wasefire")
    assert "wasmfit-images does not have this runtime for this board and profile" in text
    assert "wasmfit-images does not have the program that prepares modules for this runtime" in text


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("packaged")
def test_images_are_those_that_are_built_here(
    wheel: Path,
    warm_home: Home,
    doubles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same tools, with and without wasmfit-images: images to the byte, and every figure."""
    shutil.unpack_archive(wheel, tmp_path / "images", "zip")
    other = tmp_path / "home"
    for module in (None, doubles):
        monkeypatch.setenv("WASMFIT_IMAGES", "none")
        built = measured(warm_home.root, module)
        monkeypatch.setenv("WASMFIT_IMAGES", str(tmp_path / "images" / "wasmfit_images"))
        filled = measured(other, module)
        assert not any((other / "artefacts" / kind).exists() for kind in ("firmware", "c"))
        assert built.keys() == filled.keys()
        for cell, mine in built.items():
            theirs = filled[cell]
            assert mine.status is theirs.status is Status.OK, cell
            assert mine.provenance.elf_sha256 == theirs.provenance.elf_sha256, cell
            assert (mine.provenance.twin is None) == (theirs.provenance.twin is None)
            if mine.provenance.twin is not None and theirs.provenance.twin is not None:
                assert mine.provenance.twin.elf_sha256 == theirs.provenance.twin.elf_sha256, cell
            assert mine.size == theirs.size, cell
            assert mine.run == theirs.run, cell
            assert mine.provenance.lockfile_sha256 == theirs.provenance.lockfile_sha256
            assert mine.provenance.c_library == theirs.provenance.c_library


def test_its_version_is_that_of_wasmfit() -> None:
    manifest = DIST["tomllib"].loads((ROOT / "images" / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["project"]["version"] == wasmfit.__version__
    assert manifest["project"]["dependencies"] == [f"wasmfit=={wasmfit.__version__}"]
