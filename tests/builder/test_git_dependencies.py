"""What the chosen cargo cannot get by Git is got by another's."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.stand_ins import fake
from wasmfit.builder import Context, StepContext, git_dependencies
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner, Rust, Tool, Toolchain

CATALOG = Catalog.load()
GETS = 'echo "$RUSTC $RUSTC_BOOTSTRAP $*" >fetched'
FAILS = "echo 'invalid version 0 on git_proxy_options' >&2; exit 101"


def context(place: Path, chosen: str, **rustups: str) -> Context:
    """A machine with a packaged cargo, and with these of rustup's."""
    for name, does in rustups.items():
        fake(place / "rustup" / "toolchains" / name / "bin", "cargo", does)
    cargo = Tool(fake(place / "bin", "cargo", chosen), "cargo 1.96.0")
    rust = Rust(
        "packaged", cargo, replace(cargo, path=place / "bin" / "rustc"), place, ("lld",), ("lld",), ""
    )
    return Context(CATALOG, Home.at(place / "home"), Toolchain(rust, None, {}, {}), ProcessRunner())


def fetched(place: Path, machine: Context) -> bool:
    step = StepContext(place / "log")
    (place / "app").mkdir()
    return git_dependencies.fetched(
        machine, step, place / "app", "thumbv7em-none-eabihf", {"PATH": "/usr/bin:/bin"}
    )


def test_the_first_of_rustups_that_can_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSTUP_HOME", str(tmp_path / "rustup"))
    machine = context(tmp_path, "touch asked", stable=FAILS, nightly=GETS)
    assert fetched(tmp_path, machine)
    compiler = tmp_path / "rustup/toolchains/nightly/bin/rustc"
    said = (tmp_path / "app" / "fetched").read_text()
    assert said == f"{compiler} 1 fetch --target thumbv7em-none-eabihf\n"
    assert not (tmp_path / "app" / "asked").exists(), "the chosen one has failed before"


def test_without_another_cargo_nothing_is_got(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSTUP_HOME", str(tmp_path / "rustup"))
    assert not fetched(tmp_path, context(tmp_path, GETS, stable=FAILS))
