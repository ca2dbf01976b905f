"""Cargo's target folders: one for each runtime in Rust, which begins with what the harness needs."""

import shutil
from pathlib import Path

import pytest

from wasmfit.builder import firmware


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def common(tmp_path: Path) -> Path:
    folder = tmp_path / "thumb-reference"
    for name, content in {
        "thumb/release/.fingerprint/core-1/note": "core is there",
        "thumb/release/deps/libcore-1.rlib": "core",
        "thumb/release/deps/firmware-2.d": "another's",
        "thumb/release/libfirmware.a": "another's",
        "release/.fingerprint/build-3/note": "a build script is there",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def test_a_folder_begins_with_what_the_harness_needs(common: Path, tmp_path: Path) -> None:
    own = tmp_path / "thumb-reference-wasmi"
    firmware._begin_with(common, own)
    assert tree(own) == {name: text for name, text in tree(common).items() if text != "another's"}
    assert (own / "thumb/release/deps/libcore-1.rlib").stat().st_mtime_ns == (
        common / "thumb/release/deps/libcore-1.rlib"
    ).stat().st_mtime_ns
    (own / "thumb/release/.fingerprint/core-1/note").write_text("changed")
    assert (common / "thumb/release/.fingerprint/core-1/note").read_text() == "core is there"
    assert (own / "thumb/release/deps/libcore-1.rlib").stat().st_nlink == 2


def test_one_that_is_there_is_left_alone(common: Path, tmp_path: Path) -> None:
    own = tmp_path / "thumb-reference-wasmi"
    own.mkdir()
    firmware._begin_with(common, own)
    assert tree(own) == {}


def test_without_another_it_begins_empty(tmp_path: Path) -> None:
    firmware._begin_with(tmp_path / "none", tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_a_copy_that_fails_is_thrown_away(
    common: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_options: object) -> None:
        (tmp_path / "own.unfinished").mkdir()
        raise FileNotFoundError("it went away")

    monkeypatch.setattr(shutil, "copytree", fails)
    firmware._begin_with(common, tmp_path / "own")
    assert [path.name for path in tmp_path.iterdir()] == [common.name]
