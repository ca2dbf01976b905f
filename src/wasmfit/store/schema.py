"""The store's schema, as the steps that lead to it.

A store says in ``user_version`` how many steps it has taken. Opening it takes those that are missing, in
order and in one transaction: either all of them are taken or the store is as it was. A step is never edited
once it is released, since stores have taken it; what is to change is another step at the end. Steps add, and
lose nothing that was measured.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        title: What it brings.
        statements: SQL, statement by statement.
    """

    title: str
    statements: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    Step(
        "measurements",
        (
            """CREATE TABLE measurement (
                number INTEGER PRIMARY KEY,
                cell TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                status TEXT NOT NULL,
                measured_at TEXT NOT NULL,
                record TEXT NOT NULL
            )""",
            "CREATE INDEX measurement_by_cell ON measurement (cell, fingerprint, number)",
        ),
    ),
    Step(
        "runs, and which measurements each has shown",
        (
            """CREATE TABLE run (
                number INTEGER PRIMARY KEY,
                at TEXT NOT NULL,
                command TEXT NOT NULL,
                label TEXT,
                commit_id TEXT,
                branch TEXT,
                dirty INTEGER,
                wasmfit TEXT NOT NULL
            )""",
            # What a run has shown of a cell. A cell that nothing was built for has no measurement, and its
            # record stands here. Status and reason may differ from the measurement's: runtimes are held
            # against one another in each run.
            """CREATE TABLE shown (
                run INTEGER NOT NULL REFERENCES run (number),
                position INTEGER NOT NULL,
                cell TEXT NOT NULL,
                measurement INTEGER REFERENCES measurement (number),
                reused INTEGER NOT NULL,
                status TEXT NOT NULL,
                reason TEXT,
                record TEXT,
                PRIMARY KEY (run, position),
                CHECK (measurement IS NOT NULL OR record IS NOT NULL)
            ) WITHOUT ROWID""",
            "CREATE INDEX shown_by_cell ON shown (cell, run)",
            "CREATE INDEX shown_by_measurement ON shown (measurement)",
            "CREATE INDEX run_by_label ON run (label)",
            "CREATE INDEX measurement_newest ON measurement (cell, number)",
        ),
    ),
    Step(
        "what runtimes made of the W3C suite",
        (
            """CREATE TABLE conformance (
                number INTEGER PRIMARY KEY,
                cell TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                measured_at TEXT NOT NULL,
                record TEXT NOT NULL
            )""",
            "CREATE INDEX conformance_by_cell ON conformance (cell, fingerprint, number)",
        ),
    ),
)
"""All steps, the oldest first."""

WAIT_SECONDS = 60
"""How long others are waited for that hold a store."""

_LOOK_AGAIN_SECONDS = 0.01

SCHEMA = len(STEPS)
"""The schema that this wasmfit reads and writes."""


def version_of(database: sqlite3.Connection) -> int:
    """How many steps a store has taken."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def migrate(database: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Takes the steps that a store lacks, all or none.

    Args:
        database: The store, with no transaction open.
        steps: All steps; a store that has taken more of them is not touched.
    """
    if version_of(database) >= len(steps):
        return
    _write_ahead(database)
    with database:
        database.execute("BEGIN IMMEDIATE")
        # Somebody else may have taken them while we waited.
        for step in steps[version_of(database) :]:
            for statement in step.statements:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {max(version_of(database), len(steps))}")


def _write_ahead(database: sqlite3.Connection) -> None:
    """Makes the store keep a log of writes: readers and a writer do not block each other, and a commit
    survives a crash.

    While others open a store that is new, SQLite says at once that it is busy, whatever its timeout.
    """
    last = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return
