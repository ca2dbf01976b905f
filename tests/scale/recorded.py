"""A store in which every cell of a large experiment was measured already, with these tools."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.defaults import BOARD, PROFILE
from wasmfit.home import Home
from wasmfit.model import Cell, Status
from wasmfit.plan import BASELINE, plan
from wasmfit.requests import Experiment
from wasmfit.run.cells import cell_jobs
from wasmfit.run.record import identity
from wasmfit.store import Store
from wasmfit.toolchain import ProcessRunner, Versions, find

Record = Mapping[str, object]


def experiment(cells: int) -> Experiment:
    """Every version of every runtime with every workload, on so many boards and profiles as make up for about
    so many cells.

    Raises:
        ValueError: The catalogue has too few.
    """
    catalog = Catalog.load()
    # The default ones, which `fit` asks for, are among them.
    ordered = sorted(catalog.boards, key=lambda name: (name != BOARD, name))
    of_profiles = sorted(catalog.profiles, key=lambda name: (name != PROFILE, name))
    for profiles in range(1, len(catalog.profiles) + 1):
        for boards in range(1, len(catalog.boards) + 1):
            one = Experiment(
                runtimes=("all",),
                workloads=tuple(sorted(catalog.workloads)),
                boards=tuple(ordered[:boards]),
                profiles=tuple(of_profiles[:profiles]),
            )
            if len(plan(catalog, one).measured) >= cells:
                return one
    raise ValueError(f"the catalogue has fewer than {cells:,} cells")


def arguments(one: Experiment) -> list[str]:
    """The experiment as options of ``wasmfit compare``."""
    options = [("--runtime", one.runtimes), ("--workload", one.workloads), ("--board", one.boards)]
    return [
        word
        for option, values in (*options, ("--profile", one.profiles))
        for value in values
        for word in (option, value)
    ]


def fill(home: Home, one: Experiment, templates: Sequence[Record]) -> int:
    """Records every cell of the experiment under its own fingerprint, with figures of the templates.

    Returns:
        How many cells.
    """
    catalog, runner = Catalog.load(), ProcessRunner()
    planned = plan(catalog, one)
    cells = planned.measured
    versions = Versions(home.tools, runner)
    targets = {cell.board.target: catalog.target(cell.board).c for cell in cells}
    context = Context(catalog, home, find(versions, targets, [cell.board.emulator for cell in cells]), runner)
    store = Store(home.results)
    with store.reading():
        pass  # It is made.
    chance = random.Random(1)  # noqa: S311 - not for secrets
    prints = [job.fingerprint for job in cell_jobs(context, cells)]
    with sqlite3.connect(store.path) as database:
        database.executemany(
            "INSERT INTO measurement (cell, fingerprint, status, measured_at, record) VALUES (?, ?, ?, ?, ?)",
            (
                (
                    cell.id,
                    made_from,
                    Status.OK.value,
                    "2026-01-01T00:00:00+00:00",
                    json.dumps(_record(cell, _like(cell, templates, chance)), separators=(",", ":")),
                )
                for cell, made_from in zip(cells, prints, strict=True)
            ),
        )
    return len(cells)


def _like(cell: Cell, templates: Sequence[Record], chance: random.Random) -> Record:
    """A template of the same runtime, where there is one."""
    alike = [one for one in templates if one["runtime"] == cell.build.name]
    return chance.choice(alike or [one for one in templates if one["runtime"] != BASELINE])


def _record(cell: Cell, template: Record) -> Record:
    """A template's figures as that cell's."""
    return {**template, **identity(cell)}


def measured_here(store: Path, most: int = 60) -> list[Record]:
    """The newest records of a store that went well and ran."""
    with sqlite3.connect(store) as database:
        rows = database.execute(
            "SELECT record FROM measurement WHERE status = 'ok'"
            " AND json_extract(record, '$.run.activity.call') IS NOT NULL"
            " AND cell LIKE '%/add-with-extra/nrf52840dk/%'"
            " ORDER BY number DESC LIMIT ?",
            (most,),
        ).fetchall()
    return [json.loads(record) for (record,) in rows]


def fill_twice(store: Store, templates: Sequence[Record], cells: int, part: float) -> None:
    """Adds two runs, ``bench-1`` and ``bench-2``, of so many cells, of which a part differs between them."""
    with store.reading():
        pass  # It is made.
    chance = random.Random(1)  # noqa: S311 - not for secrets
    with sqlite3.connect(store.path) as database:
        for run in ("bench-1", "bench-2"):
            number = database.execute(
                "INSERT INTO run (at, command, label, wasmfit) VALUES ('2026-01-01', 'x', ?, 'x')", (run,)
            ).lastrowid
            for position in range(cells):
                record = json.loads(json.dumps(templates[position % len(templates)]))
                record["version"] = f"0.{position}.0"
                setting = (record[name] for name in ("module", "board", "base", "profile"))
                record["id"] = "/".join((f"{record['runtime']}@{record['version']}", *setting))
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


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds of the wall clock and of the processor, MiB at most, and its exit code."""

    seconds: float
    processor: float
    memory: float
    code: int


_SPEND = """
import json, os, sys, time
nowhere = [(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_WRONLY, 0) for stream in (1, 2)]
started = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
_, status, used = os.wait4(child, 0)
seconds, processor = time.monotonic() - started, used.ru_utime + used.ru_stime
print(json.dumps([seconds, processor, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]))
"""
# The most memory of a process includes what it was before it became the program: a copy of its parent. So the
# parent is a small one, and not the tests.


def spent(arguments: Sequence[str], home: Path) -> Spent:
    """Runs a command of wasmfit's as a process of its own, in its home, without a word."""
    finished = subprocess.run(
        [sys.executable, "-c", _SPEND, sys.executable, "-m", "wasmfit", *arguments],
        env={**os.environ, "WASMFIT_HOME": str(home)},
        cwd=home,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Spent(*json.loads(finished.stdout))


SECONDS, MEMORY = 3, 500
"""The promise for each of ``compare``, ``diff``, ``fit`` and ``report``: seconds of an idle machine; MiB."""
