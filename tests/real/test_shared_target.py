"""Packages that share cargo's target folder are never taken for each other, whatever their files' times."""

import os
from pathlib import Path

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]


def age(folder: Path) -> None:
    """Makes every file below the folder look ten years old."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (1_450_000_000, 1_450_000_000))


@pytest.mark.slow
def test_old_working_folders_are_not_taken_for_what_was_built_last(tmp_path: Path) -> None:
    """The harness for C and the baseline are alike but for one file; cargo goes by times."""
    home = Home.at(tmp_path / "home")
    first = wasmfit.compare(runtimes=["wasm3"], home=home.root)
    for artefact in (home.artefacts / "firmware").iterdir():
        if artefact.is_dir():
            artefact.rename(tmp_path / f"before-{artefact.name}")
    for artefact in (home.artefacts / "images").iterdir():
        if artefact.is_dir():
            artefact.rename(tmp_path / f"image-{artefact.name}")
    age(home.work / "firmware")
    again = wasmfit.compare(runtimes=["wasm3"], home=home.root, rerun=True)
    assert [one.status for one in again.measurements] == [Status.OK, Status.OK]
    hashes = [one.provenance.elf_sha256 for one in first.measurements]
    assert [one.provenance.elf_sha256 for one in again.measurements] == hashes
