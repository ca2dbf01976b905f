"""Maintainers: how long verdicts take with ten thousand recorded cells, each measured in two runs.

The store is a copy of the user's with made-up cells added to it, whose records are those that were measured
under other ids. A part of them differs between the two runs. Printed are seconds of the wall clock and of the
processor, and the most memory, of whole processes.

    .venv/bin/python scripts/bench_store.py [CELLS] [PART THAT CHANGED]
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.scale import recorded
from wasmfit.home import Home
from wasmfit.results import Store

BUDGET = (
    '[[limit]]\ncells = "*@0.*"\nfigure = "size.flash"\nmax = "+1%"\nbaseline = "bench-1"\nlevel = "soft"\n'
)
COMMANDS = {
    "diff": ["diff", "bench-1", "bench-2"],
    "diff, JSON": ["diff", "bench-1", "bench-2", "--format", "json"],
    "check": ["check", "budget.toml", "--of", "bench-2", "--format", "json"],
    "history": ["history", "size.flash", "--select", "*@0.1??.*"],
    "compare": ["compare", "--runtime", "wasm3"],
    "fit": ["fit", "--runtime", "wasm3"],
}


def fill(store: Store, cells: int, part: float) -> None:
    """Adds two runs of so many cells."""
    store.count()
    with sqlite3.connect(store.path) as database:
        rows = database.execute(
            "SELECT record FROM measurement WHERE status = 'ok' ORDER BY number DESC LIMIT 60"
        ).fetchall()
        if not rows:
            sys.exit("Nothing was measured yet: wasmfit compare")
        chance = random.Random(1)  # noqa: S311 - not for secrets
        for run in ("bench-1", "bench-2"):
            number = database.execute(
                "INSERT INTO run (at, command, label, wasmfit) VALUES ('2026-01-01', 'x', ?, 'x')",
                (run,),
            ).lastrowid
            for position in range(cells):
                record = json.loads(rows[position % len(rows)][0])
                record["version"] = f"0.{position}.0"
                record["id"] = "/".join(
                    (
                        f"{record['runtime']}@{record['version']}",
                        *(record[name] for name in ("module", "board", "base", "profile")),
                    )
                )
                record["provenance"]["tools"]["bench"] = run
                if run == "bench-2" and chance.random() < part:
                    grown = chance.randint(1, 500)
                    record["size"]["text"] += grown
                    record["size"]["flash"] += grown
                    record["run"]["instructions"]["call"] += grown
                    for phase in filter(None, record["run"]["activity"].values()):
                        phase["alu"] += grown
                kept = database.execute(
                    "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
                    " VALUES (?, ?, 'ok', '2026-01-01T00:00:00+00:00', ?)",
                    (record["id"], run, json.dumps(record, separators=(",", ":"))),
                ).lastrowid
                database.execute(
                    "INSERT INTO shown (run, position, cell, measurement, reused, status)"
                    " VALUES (?, ?, ?, ?, 0, 'ok')",
                    (number, position, record["id"], kept),
                )


def timed(arguments: list[str], home: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and MiB of a command."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "wasmfit", *arguments],
        env={**os.environ, "WASMFIT_HOME": str(home)},
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(child.pid, 0)
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Fills a store and prints a line for each command."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    part = float(sys.argv[2]) if len(sys.argv) > 2 else 0.1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        own = Home.find().results
        if own.is_file():
            with sqlite3.connect(own) as source, sqlite3.connect(home / "results.sqlite") as copy:
                source.backup(copy)
        artefacts = Home.find().artefacts
        if artefacts.is_dir():
            (home / "artefacts").symlink_to(artefacts)
        fill(Store(home / "results.sqlite"), cells, part)
        (home / "budget.toml").write_text(BUDGET)
        print(f"{cells:,} cells in two runs, {part:.0%} of them changed")
        for name, arguments in COMMANDS.items():
            seconds, processor, memory = timed(arguments, home)
            print(f"{name:12} {seconds:6.2f} s, {processor:6.2f} s of a processor, {memory:5.0f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        large = recorded.experiment(cells)
        known = recorded.measured_here(own)
        number = recorded.fill(Home.at(Path(folder)), large, known)
        words = recorded.arguments(large)
        print(f"{number:,} cells of the catalogue, all in the store")
        for name, arguments in {
            "compare": ["compare", *words, "--format", "csv"],
            "its table": ["compare", *words],
            "report": ["report", *words, "--output", "report.html"],
        }.items():
            seconds, processor, memory = timed(arguments, Path(folder))
            print(f"{name:12} {seconds:6.2f} s, {processor:6.2f} s of a processor, {memory:5.0f} MiB")


if __name__ == "__main__":
    main()
