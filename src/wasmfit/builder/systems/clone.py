"""Checkouts that wasmfit gets itself, from where a system lives."""

import os
import shutil
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain import ProcessRunner
from wasmfit.words import escape_unprintable

_SECONDS = 600


def clone(runner: ProcessRunner, url: str, folder: Path, log: Path) -> str | None:
    """Gets a checkout from where it lives, if it is not there yet; otherwise says why there is none."""
    if folder.is_dir():
        return None
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        finished = runner.run(
            ["git", "clone", "--quiet", "--depth", "1", url, str(unfinished)],
            timeout=_SECONDS,
            env=_without_questions(),
            log=log,
        )
    except MissingToolError:
        return "git is not installed"
    if finished.code != 0:
        lines = finished.output.strip().splitlines()
        return escape_unprintable(lines[-1] if lines else "git gave no reason", 200)
    unfinished.rename(folder)
    return None


def _without_questions() -> dict[str, str]:
    """An environment in which git asks nobody for a password."""
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
