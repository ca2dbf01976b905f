"""The store: every measurement ever finished, in SQLite.

A measurement is one row, written in one transaction when its cell has ended, so
whatever happens to the process or the machine afterwards, it is there. Rows are
never changed; the newest with a cell's fingerprint is the one that counts.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.words import printable

SCHEMA = 1
_WAIT_SECONDS = 60

_CREATE = """
CREATE TABLE measurement (
    number INTEGER PRIMARY KEY,
    cell TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    measured_at TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX measurement_by_cell ON measurement (cell, fingerprint, number);
"""


class StoreError(UsageError):
    """The store cannot be read or written."""


@dataclass(frozen=True)
class Store:
    """The store in the file ``path``, which is made when it is first needed."""

    path: Path

    def save(self, measurement: Measurement, fingerprint: str) -> None:
        """Adds a measurement.

        Args:
            measurement: The finished cell.
            fingerprint: Digest of everything that decides what is measured.

        Raises:
            StoreError: It cannot be written; nothing that was stored before is lost.
        """
        with self._open() as database, database:
            database.execute(
                "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    measurement.id,
                    fingerprint,
                    measurement.status.value,
                    measurement.provenance.measured_at,
                    measurement.model_dump_json(),
                ),
            )

    def find(self, cell: str, fingerprint: str) -> Measurement | None:
        """The newest measurement of a cell with that fingerprint."""
        if not self.path.exists():
            return None
        with self._open() as database:
            row = database.execute(
                "SELECT record FROM measurement WHERE cell = ? AND fingerprint = ?"
                " ORDER BY number DESC LIMIT 1",
                (cell, fingerprint),
            ).fetchone()
        return None if row is None else self._read(row[0])

    def count(self) -> int:
        """How many measurements there are."""
        if not self.path.exists():
            return 0
        with self._open() as database:
            return int(database.execute("SELECT count(*) FROM measurement").fetchone()[0])

    def _read(self, record: str) -> Measurement | None:
        try:
            return Measurement.model_validate_json(record)
        except ValidationError:
            # A record of an older wasmfit under the same schema: measured again, never guessed at.
            return None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self.path, timeout=_WAIT_SECONDS)
        except sqlite3.Error as error:
            raise self._error(error) from error
        try:
            self._prepare(database)
            yield database
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # SQLite's words about a damaged file quote it, and may then be no text.
            raise self._error(error) from error
        finally:
            database.close()

    def _prepare(self, database: sqlite3.Connection) -> None:
        schema = int(database.execute("PRAGMA user_version").fetchone()[0])
        if schema > SCHEMA:
            raise StoreError(
                f"The store {self.path} was written by a newer wasmfit "
                f"(schema {schema}; this one knows {SCHEMA}).",
                "Use that wasmfit, or set WASMFIT_HOME to another folder.",
            )
        if schema == SCHEMA:
            return
        # Readers and a writer do not block each other, and a commit survives a crash.
        database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute("BEGIN IMMEDIATE")
            if int(database.execute("PRAGMA user_version").fetchone()[0]) == 0:
                for statement in _CREATE.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {SCHEMA}")

    def _error(self, error: Exception) -> StoreError:
        return StoreError(
            f"The store {self.path} cannot be used: {printable(str(error))}.",
            "If it is damaged, move it away and the cells are measured again; "
            "if the disk is full, `wasmfit cache --clean` makes room.",
        )
