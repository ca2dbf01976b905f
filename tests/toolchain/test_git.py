"""Asking Git about a folder runs nothing that the folder's settings name."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from wasmfit.builder import checkout
from wasmfit.catalog import Catalog
from wasmfit.toolchain import ProcessRunner, Worktree, ask_git, worktree

from .test_worktree import git

WASM3 = Catalog.load().runtimes["wasm3"]


def names() -> list[str]:
    """Files that wasm3's patterns of sources name."""
    assert WASM3.c is not None
    return [re.sub(r"\[(\w)\w*\]", r"\1", name).replace("*", "x") for name in WASM3.c.sources]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that leaves a file named as its caller says."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout of wasm3, as far as it is looked at, whose files were touched since."""
    path = tmp_path / "folder"
    path.mkdir()
    for name in names():
        (path / name).write_text("int x;\n")
    (path / ".gitattributes").write_text("*.c filter=evil diff=evil\n")
    git(path, "init")
    git(path, "add", "--all")
    git(path, "commit", "-m", "first")
    later = time.time() + 10
    for name in names():
        os.utime(path / name, (later, later))
    return path


SETTINGS = {
    "a clean filter": {"filter.evil.clean": "{program}"},
    "a filter with an equals sign in its name": {"filter.e=vil.clean": "{program}"},
    "a filter process": {"filter.evil.process": "{program}", "filter.evil.required": "true"},
    "a smudge filter": {"filter.evil.smudge": "{program}"},
    "a monitor": {"core.fsmonitor": "{program}"},
    "a hook": {"core.hooksPath": "{hooks}"},
    "a pager": {"core.pager": "{program}", "pager.status": "true"},
    "an external diff": {"diff.external": "{program}", "diff.evil.command": "{program}"},
    "a text conversion": {"diff.evil.textconv": "{program}"},
    "a helper for passwords": {"credential.helper": "!{program}", "credential.http://a.helper": "!{program}"},
    "an SSH command": {"core.sshCommand": "{program}", "core.askPass": "{program}"},
    "alternates": {"core.alternateRefsCommand": "{program}"},
    "a partial clone": {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": "{program}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": "{program}",
        "protocol.allow": "always",
    },
}


@pytest.mark.parametrize("what", SETTINGS)
def test_nothing_is_run(what: str, folder: Path, program: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        (hooks / hook).write_bytes(program.read_bytes())
        (hooks / hook).chmod(0o755)
    for name, value in SETTINGS[what].items():
        git(folder, "config", name, value.format(program=program, hooks=hooks))
    if what == "a filter with an equals sign in its name":
        (folder / ".gitattributes").write_text("*.c filter=e=vil\n")
    if what == "a partial clone":
        # Every object is missing, and would have to be fetched.
        for path in (folder / ".git" / "objects").glob("??/*"):
            path.unlink()
    (tmp_path / "ran").unlink(missing_ok=True)
    worktree(ProcessRunner(), folder)
    seen = checkout.inspect(Catalog.load(), ProcessRunner(), "wasm3", folder)
    assert not (tmp_path / "ran").exists()
    assert not checkout.has_changed(ProcessRunner(), seen)


def test_of_touched_files_nothing_has_changed(folder: Path) -> None:
    commit = git(folder, "rev-parse", "HEAD")
    assert worktree(ProcessRunner(), folder) == Worktree(commit, "trunk", False)


@pytest.mark.parametrize("what", ["a clean filter", "a monitor", "a filter process"])
def test_git_by_itself_would_run_them(what: str, folder: Path, program: Path, tmp_path: Path) -> None:
    for name, value in SETTINGS[what].items():
        git(folder, "config", name, value.format(program=program, hooks=""))
    subprocess.run(["git", "status"], cwd=folder, capture_output=True, check=False)
    assert (tmp_path / "ran").exists(), "or the test above could not fail"


def test_the_filters_of_a_submodule_are_not_run(folder: Path, program: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(folder), "inner")
    git(outer, "commit", "-m", "first")
    git(outer / "inner", "config", "filter.evil.clean", str(program))
    later = time.time() + 20
    for path in (outer / "inner").glob("*.c"):
        os.utime(path, (later, later))
    (tmp_path / "ran").unlink(missing_ok=True)
    assert worktree(ProcessRunner(), outer).dirty is False
    assert not (tmp_path / "ran").exists()
    subprocess.run(["git", "status"], cwd=outer, capture_output=True, check=True)
    assert (tmp_path / "ran").exists(), "or this test could not fail"


def test_settings_by_the_environment_stay(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "my.own")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "kept")
    assert ask_git(ProcessRunner(), folder, "config", "my.own", seconds=10) == ["kept"]
