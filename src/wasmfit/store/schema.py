"""The store's schema, as the migrations that lead to it.

A store records in ``user_version`` how many migrations it has had. Opening it applies those that are missing,
in order and in one transaction: either all of them are applied or the store stays as it was. A migration is
never edited once it is released, since stores have had it; a change is another migration at the end.
Migrations add, and lose nothing that was measured.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Migration:
    """One step from a schema to the next.

    Attributes:
        title: What it adds.
        statements: SQL, statement by statement.
    """

    title: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
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
    Migration(
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
            # record is stored here. Status and reason may differ from the measurement's: runtimes are
            # compared with one another in each run.
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
    Migration(
        "outcomes of the W3C suite",
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
"""All migrations, the oldest first."""

WAIT_SECONDS = 60
"""How long to wait for other processes that have locked a store."""

_RETRY_SECONDS = 0.01

SCHEMA = len(MIGRATIONS)
"""The schema that this wasmfit reads and writes."""


def version_of(database: sqlite3.Connection) -> int:
    """How many migrations a store has had."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def migrate(database: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Applies the migrations that a store has not had, all or none.

    Args:
        database: The store, with no transaction open.
        migrations: All migrations; a store that has had more of them is not touched.
    """
    if version_of(database) >= len(migrations):
        return
    _write_ahead(database)
    with database:
        database.execute("BEGIN IMMEDIATE")
        # Another process may have applied them while we waited.
        for migration in migrations[version_of(database) :]:
            for statement in migration.statements:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {max(version_of(database), len(migrations))}")


def _write_ahead(database: sqlite3.Connection) -> None:
    """Turns on the write-ahead log: readers and a writer do not block each other, and a commit survives a
    crash.

    While other processes open a new store, SQLite reports at once that it is busy, whatever its timeout.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return
