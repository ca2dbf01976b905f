"""Where a run's code stood, by Git."""

import subprocess
from pathlib import Path

from wasmfit.toolchain import ProcessRunner, Worktree, worktree


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "init.defaultBranch=trunk")
    ended = subprocess.run(
        ["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()


def test_outside_of_a_checkout_nothing_is_known(tmp_path: Path) -> None:
    assert worktree(ProcessRunner(), tmp_path) == Worktree()
    git(tmp_path, "init")
    assert worktree(ProcessRunner(), tmp_path) == Worktree()


def test_commit_branch_and_changes(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert worktree(ProcessRunner(), tmp_path) == Worktree(commit, "trunk", False)
    (tmp_path / "other").write_text("nobody's")
    (tmp_path / "deep").mkdir()
    assert worktree(ProcessRunner(), tmp_path / "deep") == Worktree(commit, "trunk", False)
    (tmp_path / "file").write_text("two")
    assert worktree(ProcessRunner(), tmp_path) == Worktree(commit, "trunk", True)
    git(tmp_path, "checkout", "--detach", "--force")
    assert worktree(ProcessRunner(), tmp_path) == Worktree(commit, None, False)


def test_a_monitor_that_the_folders_settings_name_is_not_started(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "monitor").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    (tmp_path / "monitor").chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(tmp_path / "monitor"))
    assert worktree(ProcessRunner(), tmp_path).commit is not None
    assert not (tmp_path / "started").exists()
    subprocess.run(["git", "status"], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "started").exists(), "or this test could not fail"
