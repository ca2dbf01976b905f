"""A rustup nightly builds as the packaged Rust does.

No machine of ours can download one, so a stand-in is laid out as rustup does it, from the packaged
compiler: what is tested is that wasmfit finds it, takes sources and linkers from it, and builds with it.
"""

from pathlib import Path

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.toolchain import Gateway, Versions, rust
from wasmfit.toolchain.rust import Rust

pytestmark = pytest.mark.real

NAME = "nightly-2026-11-01-x86_64-unknown-linux-gnu"
LLD = Path("/usr/lib/llvm-19/bin/lld")


@pytest.fixture
def rustup(tmp_path: Path) -> Path:
    """A RUSTUP_HOME with one nightly, which has the component rust-src."""
    toolchain = tmp_path / "rustup" / "toolchains" / NAME
    (toolchain / "bin").mkdir(parents=True)
    for program in ("cargo", "rustc"):
        path = toolchain / "bin" / program
        # A nightly needs no variable to take nightly options.
        path.write_text(f'#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec /usr/bin/{program} "$@"\n')
        path.chmod(0o755)
    (toolchain / "lib/rustlib/src/rust").mkdir(parents=True)
    (toolchain / "lib/rustlib/src/rust/library").symlink_to("/usr/lib/rustlib/src/rust/library")
    (toolchain / "lib/rustlib/x86_64-unknown-linux-gnu/bin").mkdir(parents=True)
    (toolchain / "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld").symlink_to(LLD)
    return tmp_path / "rustup"


def found(home: Home, **environment: str) -> Rust | list[rust.Rejected]:
    return rust.find(Versions(home.tools, Gateway()), environment)


def test_a_nightly_with_sources_is_preferred(warm_home: Home, rustup: Path) -> None:
    chosen = found(warm_home, RUSTUP_HOME=str(rustup))
    assert isinstance(chosen, Rust)
    assert chosen.name == f"rustup {NAME}"
    assert chosen.elf_linker[1:] == ("-flavor", "gnu")
    assert "RUSTC_BOOTSTRAP" not in chosen.environment


@pytest.mark.parametrize("wanted", ["packaged", "rustup", NAME])
def test_the_choice_can_be_made(warm_home: Home, rustup: Path, wanted: str) -> None:
    chosen = found(warm_home, RUSTUP_HOME=str(rustup), WASMFIT_RUST=wanted)
    assert isinstance(chosen, Rust)
    assert wanted in chosen.name


def test_a_nightly_without_sources_says_what_to_add(warm_home: Home, rustup: Path) -> None:
    (rustup / "toolchains" / NAME / "lib/rustlib/src/rust/library").unlink()
    rejected = found(warm_home, RUSTUP_HOME=str(rustup), WASMFIT_RUST="rustup")
    assert isinstance(rejected, list)
    assert rejected[0].remedy == f"rustup component add rust-src --toolchain {NAME}"


@pytest.mark.timeout(900)
def test_it_builds_what_runs(tmp_path: Path, rustup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSTUP_HOME", str(rustup))
    monkeypatch.setenv("WASMFIT_RUST", "rustup")
    comparison = wasmfit.compare(runtimes=["wasm3"], home=tmp_path / "home")
    assert [one.status for one in comparison.measurements] == [Status.OK, Status.OK]
