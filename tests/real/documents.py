"""Documents that a reader follows word for word: their commands are run and their files written."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.commands import Block
from wasmfit.home import Home


def run(place: Path, home: Home, line: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of a document in a folder."""
    program, *words = shlex.split(line)
    assert program == "wasmfit"
    return subprocess.run(
        [sys.executable, "-m", "wasmfit", *words, *more],
        cwd=place,
        env={**os.environ, "WASMFIT_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )


def follow(place: Path, home: Home, block: Block) -> list[dict[str, Any]]:
    """Writes a block's file, or runs its commands; returns the cells that were measured."""
    if block.file is not None:
        file = place / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return []
    assert block.language == "sh"
    cells: list[dict[str, Any]] = []
    # A command may go on behind a backslash.
    for line in block.text.replace("\\\n", " ").splitlines():
        compares = line.startswith(("wasmfit compare", "wasmfit bench"))
        ended = run(place, home, line, *(["--format", "json"] if compares else []))
        assert ended.returncode == 0, ended.stderr
        if compares:
            cells += json.loads(ended.stdout)["cells"]
    return cells
