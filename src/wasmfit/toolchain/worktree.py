"""The Git commit of a folder: where the code that a run measured stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .git import ask_git
from .process import ProcessRunner

_SECONDS = 10


@dataclass(frozen=True)
class Worktree:
    """What is checked out.

    Attributes:
        commit: The commit; ``None`` outside of a Git checkout, or before its first commit.
        branch: The branch; ``None`` where none is checked out.
        dirty: Whether tracked files differ from the commit.
    """

    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None


def worktree(runner: ProcessRunner, folder: Path) -> Worktree:
    """Looks at a folder. Nothing in it is changed or run; whatever goes wrong, nothing is known."""
    # Submodules have settings of their own: whether their files differ is not asked.
    lines = ask_git(
        runner,
        folder,
        *("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=dirty"),
        seconds=_SECONDS,
    )
    return Worktree() if lines is None else parse(lines)


def parse(status: Iterable[str]) -> Worktree:
    """Reads the lines of ``git status --porcelain=v2 --branch``."""
    heads: dict[str, str] = {}
    changed = False
    for line in status:
        if line.startswith("# branch."):
            name, _, value = line.removeprefix("# branch.").rstrip("\n").partition(" ")
            heads[name] = value
        elif line.strip() and not line.startswith("#"):
            changed = True
    commit, branch = heads.get("oid"), heads.get("head")
    if commit is None or commit == "(initial)":
        return Worktree()
    return Worktree(commit, None if branch == "(detached)" else branch, changed)
