"""Toolchains of rustup's build as the packaged Rust does.

No machine of ours can download a toolchain or a component, so something stands for them: a folder laid out as
rustup does it, whose programs and sources are the packaged ones; and, in the slow test, this machine's own
stable toolchain with the sources of its version that a Debian has as a package.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.toolchain import ProcessRunner, Versions, rust
from wasmfit.toolchain.rust import Rust

from . import debian

pytestmark = pytest.mark.real

HOST = "x86_64-unknown-linux-gnu"
NIGHTLY = f"nightly-2026-11-01-{HOST}"
STABLE = f"stable-{HOST}"
LLD = Path("/usr/lib/llvm-19/bin/lld")

# A nightly says that it is one, and needs no variable to take nightly options.
AS_NIGHTLY = """#!/bin/sh
if [ "$*" = --version ]; then /usr/bin/{program} --version | sed 's/ (/-nightly (/'; exit; fi
RUSTC_BOOTSTRAP=1 exec /usr/bin/{program} "$@"
"""
AS_STABLE = '#!/bin/sh\nexec /usr/bin/{program} "$@"\n'


def laid_out(home: Path, name: str, script: str) -> Path:
    """A toolchain with the component rust-src, as rustup lays it out, in a RUSTUP_HOME."""
    toolchain = home / "toolchains" / name
    (toolchain / "bin").mkdir(parents=True)
    for program in ("cargo", "rustc"):
        path = toolchain / "bin" / program
        path.write_text(script.format(program=program))
        path.chmod(0o755)
    (toolchain / "lib/rustlib/src/rust").mkdir(parents=True)
    (toolchain / "lib/rustlib/src/rust/library").symlink_to("/usr/lib/rustlib/src/rust/library")
    (toolchain / "lib/rustlib" / HOST / "bin").mkdir(parents=True)
    (toolchain / "lib/rustlib" / HOST / "bin/rust-lld").symlink_to(LLD)
    return toolchain


@pytest.fixture
def rustup(tmp_path: Path) -> Path:
    """A RUSTUP_HOME with a nightly and stable."""
    laid_out(tmp_path / "rustup", NIGHTLY, AS_NIGHTLY)
    laid_out(tmp_path / "rustup", STABLE, AS_STABLE)
    return tmp_path / "rustup"


def find(home: Home, **environment: str) -> Rust | list[rust.RejectedRust]:
    return rust.find(Versions(home.tools, ProcessRunner()), environment)


def test_a_nightly_with_sources_is_preferred(warm_home: Home, rustup: Path) -> None:
    chosen = find(warm_home, RUSTUP_HOME=str(rustup))
    assert isinstance(chosen, Rust)
    assert chosen.name == f"rustup {NIGHTLY}"
    assert chosen.elf_linker[1:] == ("-flavor", "gnu")
    assert "RUSTC_BOOTSTRAP" not in chosen.environment


def test_packages_come_before_stable(warm_home: Home, rustup: Path) -> None:
    shutil.rmtree(rustup / "toolchains" / NIGHTLY)
    chosen = find(warm_home, RUSTUP_HOME=str(rustup))
    assert isinstance(chosen, Rust)
    assert chosen.name == "packaged"


@pytest.mark.parametrize("wanted", ["packaged", "rustup", NIGHTLY, "stable"])
def test_the_choice_can_be_made(warm_home: Home, rustup: Path, wanted: str) -> None:
    chosen = find(warm_home, RUSTUP_HOME=str(rustup), WASMFIT_RUST=wanted)
    assert isinstance(chosen, Rust)
    assert wanted in chosen.name


@pytest.mark.parametrize("name", [NIGHTLY, STABLE])
def test_a_toolchain_without_sources_says_what_to_add(warm_home: Home, rustup: Path, name: str) -> None:
    (rustup / "toolchains" / name / "lib/rustlib/src/rust/library").unlink()
    rejected = find(warm_home, RUSTUP_HOME=str(rustup), WASMFIT_RUST=name)
    assert isinstance(rejected, list)
    assert rejected[0].lacks == "the component rust-src"
    assert rejected[0].remedy == f"rustup component add rust-src --toolchain {name}"


def images(measurements: tuple[Measurement, ...]) -> list[str | None]:
    assert [cell.status for cell in measurements] == [Status.OK] * len(measurements)
    return [cell.provenance.elf_sha256 for cell in measurements]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["nightly", pytest.param("stable", marks=pytest.mark.slow)])
def test_it_builds_what_the_packages_build(
    tmp_path: Path, warm_home: Home, rustup: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The same compiler with the same sources, found in another way: the same bytes."""
    monkeypatch.setenv("WASMFIT_RUST", "packaged")
    packaged = wasmfit.compare(runtimes=["wasm3"], home=warm_home.root)
    monkeypatch.setenv("RUSTUP_HOME", str(rustup))
    monkeypatch.setenv("WASMFIT_RUST", name)
    built = wasmfit.compare(runtimes=["wasm3"], home=tmp_path / "home")
    assert images(built.measurements) == images(packaged.measurements)


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RUSTUP_HOME with this machine's stable toolchain and the sources of its version."""
    home = Path(os.environ.get("RUSTUP_HOME") or Path.home() / ".rustup")
    own = home / "toolchains" / STABLE
    if not (own / "bin/rustc").is_file():
        pytest.skip(f"rustup has no {STABLE} on this machine")
    address = debian.mirror()
    if address is None:
        pytest.skip("apt has no Debian mirror, from which the sources of the standard library come")
    place = tmp_path_factory.mktemp("stable")
    # Rustc finds its libraries from where it is itself, after links: it has to be here.
    copy = place / "rustup/toolchains" / STABLE
    shutil.copytree(
        own, copy, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns("share", "src")
    )
    sources = copy / "lib/rustlib/src/rust/library"
    if (own / "lib/rustlib/src/rust/library/core").is_dir():
        sources.parent.mkdir(parents=True)
        sources.symlink_to(own / "lib/rustlib/src/rust/library")
        return place / "rustup"
    number = re.search(r"\d+\.\d+\.\d+", debian.run(copy / "bin/rustc", "--version"))
    assert number is not None
    suite = debian.Suite.of("trixie-backports", address, place / "apt")
    version = next((one for one in suite.versions("rust-src") if one.startswith(f"{number[0]}+")), None)
    if version is None:
        pytest.skip(f"no package has the standard library's sources of Rust {number[0]}")
    suite.unpack("rust-src", version, place / "sources")
    sources.parent.mkdir(parents=True)
    sources.symlink_to(place / "sources/usr/src" / f"rustc-{number[0]}" / "library")
    return place / "rustup"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Another file system.
        shutil.copy2(source, target)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_rustups_own_stable_builds_everything(
    tmp_path: Path, stable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler, cargo and LLD that rustup downloaded; core, C, a host step and LTO of a large runtime."""
    monkeypatch.setenv("RUSTUP_HOME", str(stable))
    monkeypatch.setenv("WASMFIT_RUST", "stable")
    comparison = wasmfit.compare(
        runtimes=["wasm3", "wamr-fast", "wasefire", "wasmi", "wasm2c"],
        boards=["nrf52840dk", "esp32c6"],
        home=tmp_path / "home",
    )
    images(comparison.measurements)
    stated = {cell.provenance.tools["rustc"] for cell in comparison.measurements}
    assert stated == {debian.run(stable / "toolchains" / STABLE / "bin/rustc", "--version").strip()}
