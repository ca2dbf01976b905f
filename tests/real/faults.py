"""What tests of faults share: a home that is warm but for results, and comparisons in processes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from wasmfit.home import Home

RUNTIMES = ("wasm3", "wamr")
"""Quick to build: C, nothing else."""

CELLS = 5
"""The baseline, wasm3, and WAMR's three forms."""


_SHARED = ("firmware", "guest", "modules", "plugin", "sources")
"""Artefacts that stay where they are: they take long to make, and nothing here makes them anew."""


def seeded(warm: Home, into: Path) -> Path:
    """A home that has no results and no images, and all that these are made from."""
    artefacts = into / "artefacts"
    artefacts.mkdir(parents=True)
    for kind in _SHARED:
        (artefacts / kind).symlink_to(warm.artefacts / kind)
    shutil.copytree(
        warm.artefacts / "c", artefacts / "c", ignore=shutil.ignore_patterns("*.lock", "*.unfinished")
    )
    return into


def command(*arguments: str) -> list[str]:
    """The comparison, as JSON."""
    chosen = [part for name in RUNTIMES for part in ("-r", name)]
    return [sys.executable, "-m", "wasmfit", "compare", *chosen, "--format", "json", *arguments]


def environment(home: Path, **more: str) -> dict[str, str]:
    """With that home."""
    return {**os.environ, "WASMFIT_HOME": str(home), **more}


def compared(
    home: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the comparison to its end."""
    return subprocess.run(
        command(*arguments),
        env=dict(env) if env is not None else environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def statuses(ended: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Runtime → status."""
    return {cell["runtime"]: cell["status"] for cell in json.loads(ended.stdout)["cells"]}


def sound(home: Path) -> int:
    """Checks the store; returns how many measurements it holds."""
    path = home / "results.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=60)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "measurement" not in tables:
            return 0
        for (record,) in database.execute("SELECT record FROM measurement"):
            json.loads(record)
        return int(database.execute("SELECT count(*) FROM measurement").fetchone()[0])


def nothing_runs(home: Path, seconds: float = 10) -> list[str]:
    """Command lines of processes that name the home, after they have had time to go."""
    deadline = time.monotonic() + seconds
    while (running := _naming(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return running


def _naming(home: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(home).encode() in words:
            found.append(words.decode(errors="replace").replace("\0", " "))
    return found
