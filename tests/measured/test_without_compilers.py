"""A machine with images that others made, an emulator and no compiler: nothing ends as our mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit import provided

QEMUS = ("qemu-system-arm", "qemu-system-riscv32")
NOT_THERE = "wasmfit-images"
MODULE = bytes.fromhex("0061736d0100000001070160027f7f017f030201000707010372756e00000a09010700200020016a0b")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's folder with images of nothing, an emulator's name, and a module."""
    tools = {"system": "another", "rust": {"rustc": "1", "cargo": "1", "linker": "1"}, "c": {}}
    manifest = {"format": provided.FORMAT, "wasmfit": "0", "tools": tools, "groups": {}, "plugins": {}}
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "bin").mkdir()
    for name in QEMUS:
        program = tmp_path / "bin" / name
        program.write_text("#!/bin/sh\necho QEMU emulator version 7.2.22\n")
        program.chmod(0o755)
    (tmp_path / "my.wasm").write_bytes(MODULE)
    return tmp_path


def ended(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """How ``wasmfit WORDS`` ends there."""
    return subprocess.run(
        [sys.executable, "-m", "wasmfit", *words],
        env={
            "PATH": str(home / "bin"),
            "HOME": str(home),
            "WASMFIT_HOME": str(home / "wasmfit"),
            "WASMFIT_IMAGES": str(home / "images"),
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_features_are_answered_from_the_set_once(home: Path) -> None:
    result = ended(home, "features", "-r", "wasmi", "-r", "tinywasm")
    assert result.returncode == 0, result.stderr
    assert "SIMD" in result.stdout
    assert "not on this machine" in result.stdout
    assert "found and not measured now" in result.stdout
    assert NOT_THERE not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("features", "-r", "wasmi", "-p", "mixed"),
        ("economy", "-r", "wasmi"),
        ("tune", "wasmi"),
        ("profile", "-r", "wasmi"),
        ("profile", "-r", "wasmi", "--heap"),
        ("fit", "my.wasm", "--call", "run(1, 2)", "-r", "wasmi"),
    ],
    ids=" ".join,
)
def test_a_missing_compiler_is_said_once_with_a_remedy(home: Path, words: tuple[str, ...]) -> None:
    result = ended(home, *words)
    assert result.returncode == 3, result.stderr
    assert result.stdout == ""
    last = result.stderr.partition("wasmfit: ")[2]
    assert last.count(NOT_THERE) == 1
    assert "nstall" in last


def test_assertions_are_found_by_running_the_suite(home: Path) -> None:
    result = ended(home, "features", "-r", "wasmi", "--failing")
    assert result.returncode == 3
    assert "a tool for that is missing" in result.stderr


def test_what_no_image_is_of_is_ranked_by_the_set(home: Path) -> None:
    for _ in range(2):  # that it was unavailable here is stored, and no answer
        result = ended(home, "fit", "-r", "wasmi", "-r", "tinywasm")
        assert result.returncode == 0, result.stderr
        assert "ranks first of" in result.stdout
        assert "found and not measured now" in result.stdout


def test_where_nothing_could_be_tried_the_set_is_named(home: Path) -> None:
    for words in (("compare", "-r", "wasmi"), ("bench", "-r", "wasmi", "-w", "crc32")):
        result = ended(home, *words)
        assert result.returncode == 0, result.stderr
        assert result.stderr.count(NOT_THERE) == 1
        assert "--measured answers from the measurements that come with wasmfit" in result.stderr
    result = ended(home, "compare", "my.wasm", "--call", "run(1, 2)", "-r", "wasmi")
    assert "--measured" not in result.stderr


def test_a_dry_run_says_each_reason_once(home: Path) -> None:
    result = ended(home, "compare", "-r", "wasmi", "-r", "tinywasm", "--dry-run")
    assert result.stdout.count(NOT_THERE) == 1
    assert all(f"    {name}@" in result.stdout for name in ("baseline", "wasmi", "tinywasm"))
