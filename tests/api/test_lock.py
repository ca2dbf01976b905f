"""``wasmfit lock RUNTIME@VERSION``: what cannot be added leaves the catalogue as it was."""

import shutil
from pathlib import Path

import pytest

from wasmfit.api import machine
from wasmfit.builder import BuildError
from wasmfit.builder.locks import Lock
from wasmfit.builder.releases import Releases
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A catalogue of one's own with a runtime of the built-in one, under another name."""
    source = Catalog.load().folder(Catalog.load().runtimes["spacewasm"])
    shutil.copytree(source, tmp_path / "mine" / "runtimes" / "space")
    file = tmp_path / "mine" / "runtimes" / "space" / "runtime.toml"
    text = file.read_text(encoding="utf-8").replace('name = "spacewasm"', 'name = "space"')
    file.write_text(text, encoding="utf-8")
    return tmp_path / "mine"


def known(monkeypatch: pytest.MonkeyPatch, releases: Releases | None) -> None:
    monkeypatch.setattr(machine, "of_version", lambda *_: releases)


@pytest.mark.parametrize(
    ("release", "releases", "said", "helps"),
    [
        (
            "space@99.0.0",
            None,
            r"Cargo knows no release 99\.0\.0 of the crate spacewasm",
            "wasmfit versions space",
        ),
        (
            "space@99.0.0",
            Releases("99.0.0", "99.0.0", "9.99"),
            r"needs Rust 9\.99, and here is rustc",
            "versions",
        ),
        ("space@", None, "space@ names no version", "space@0.7.1"),
        ("space@new", None, "new is not a version", "space@0.7.1"),
        ("space@0.7.1", None, "has space@0.7.1 already", "wasmfit lock space"),
        ("toywasm@77.0.0", None, "there is no crate of that version", "--source toywasm=PATH"),
        ("wasm3@0.9.0", None, "there is no crate of that version", "--source wasm3=PATH"),
    ],
)
def test_what_cannot_be_added_is_refused_before_anything_is_written(
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    release: str,
    releases: Releases | None,
    said: str,
    helps: str,
) -> None:
    known(monkeypatch, releases)
    file = mine / "runtimes" / "space" / "runtime.toml"
    before = file.read_bytes()
    with pytest.raises(UsageError, match=said) as refused:
        list(machine.lock([release], home=tmp_path / "home", catalogs=[mine]))
    assert helps in refused.value.remedy
    assert file.read_bytes() == before


def test_a_release_that_cannot_be_locked_is_taken_back(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, Releases("0.7.9", "0.7.9"))
    seen: list[str] = []

    def write(_: object, lockfile: Lock) -> None:
        seen.append(lockfile.path.name)
        lockfile.path.write_text("half of one", encoding="utf-8")
        raise BuildError("cargo: error: no such version")

    monkeypatch.setattr(machine, "write", write)
    folder = mine / "runtimes" / "space"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="space cannot be locked: cargo: error: no such version"):
        list(machine.lock(["space@0.7.9"], home=tmp_path / "home", catalogs=[mine]))
    assert seen == ["0.7.9.lock"]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
