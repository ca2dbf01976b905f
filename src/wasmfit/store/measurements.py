"""The store: every finished measurement, and which of them each run has shown, in SQLite.

A measurement is one row, written in one transaction when its cell has ended, so it survives whatever happens
to the process or the machine afterwards. Rows are never changed; the newest with a cell's fingerprint is the
one that counts. A run is written when it has ended, in one transaction.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import UnionType
from typing import Any

from pydantic import ValidationError

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.words import escape_unprintable

from . import paths
from .measured_set import MeasuredSet
from .runs import RecordedRun, RunEntry, RunMetadata
from .schema import SCHEMA, WAIT_SECONDS, migrate, version_of

_MOVE_AWAY = "If it is damaged, move it to another place; the cells are then measured again."

_REMEDIES = (
    ("SQLITE_BUSY", f"Another process has locked it for {WAIT_SECONDS} s. Wait for that process, or end it."),
    ("SQLITE_FULL", "The disk is full: `wasmfit cache --clean` makes room. What was stored is still there."),
    ("SQLITE_IOERR", "The disk is full or faulty: `wasmfit cache --clean` makes room."),
    ("SQLITE_READONLY", "Make the file and its folder writable, or set WASMFIT_HOME to another folder."),
    (
        "SQLITE_CANTOPEN",
        "Is its path a folder, or is its folder missing? Or set WASMFIT_HOME to another folder.",
    ),
    ("SQLITE_PERM", "Make the file and its folder writable, or set WASMFIT_HOME to another folder."),
)
"""Beginning of the name of an SQLite error → the remedy."""


class StoreError(UsageError):
    """The store cannot be read or written."""


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell as the store lists it, without its record being read.

    Attributes:
        cell: The cell's id.
        number: Number of the measurement, negative for one of the measured set; ``None`` for a cell that
            nothing was built for.
        status, reason: How it ended, as it was shown.
        record: The record, as JSON, of a cell that has no measurement.
    """

    cell: str
    number: int | None
    status: Status
    reason: str | None
    record: str | None = None

    @property
    def is_of_set(self) -> bool:
        """Whether its measurement is of the measured set, and was not made here."""
        return self.number is not None and self.number < 0


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """A measurement of a cell at one time.

    Attributes:
        cell: The cell's id.
        number: Number of the measurement.
        at: When it was shown, or measured where no run has shown it; UTC, ISO 8601.
        run: The run that showed it, if one did.
    """

    cell: str
    number: int
    at: str
    run: int | None


@dataclass(frozen=True)
class Store:
    """The store in the file ``path``, which is created when it is first needed."""

    path: Path

    def save(self, measurement: Measurement, fingerprint: str) -> None:
        """Adds a measurement.

        Args:
            measurement: The finished cell.
            fingerprint: Digest of everything that the result depends on.

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
                    paths.relative(measurement, self.path.parent).model_dump_json(),
                ),
            )

    def record(self, metadata: RunMetadata, entries: Sequence[RunEntry], wasmfit: str) -> int:
        """Adds a run that has ended.

        Args:
            metadata: Which command made it, and in which working directory.
            entries: Its cells in the order in which they are shown; their measurements must be saved.
            wasmfit: Version of wasmfit.

        Returns:
            Its number.

        Raises:
            StoreError: It cannot be written.
        """
        with self._open() as database, database:
            number = database.execute(
                "INSERT INTO run (at, command, label, commit_id, branch, dirty, wasmfit)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    metadata.command,
                    metadata.label,
                    metadata.commit,
                    metadata.branch,
                    metadata.dirty,
                    wasmfit,
                ),
            ).lastrowid
            assert number is not None
            database.executemany(
                "INSERT INTO shown (run, position, cell, measurement, reused, status, reason, record)"
                " VALUES (?1, ?2, ?3, (SELECT max(number) FROM measurement"
                " WHERE cell = ?3 AND fingerprint = ?4), ?5, ?6, ?7, ?8)",
                (
                    (
                        number,
                        position,
                        entry.measurement.id,
                        entry.fingerprint,
                        entry.reused,
                        entry.measurement.status.value,
                        entry.measurement.reason,
                        entry.measurement.model_dump_json() if entry.fingerprint is None else None,
                    )
                    for position, entry in enumerate(entries)
                ),
            )
        return number

    def find(self, cell: str, fingerprint: str) -> Measurement | None:
        """The newest measurement of a cell with that fingerprint."""
        return self.find_all({cell: fingerprint}).get(cell)

    def find_all(self, fingerprints: Mapping[str, str]) -> dict[str, Measurement]:
        """The same for many cells at once.

        Args:
            fingerprints: Cell → fingerprint.

        Returns:
            Cell → measurement, of the cells that have one.
        """
        if not self.path.exists():
            return {}
        with self.reading() as reader:
            stored = ((cell, reader.find(cell, fingerprint)) for cell, fingerprint in fingerprints.items())
            return {cell: measurement for cell, measurement in stored if measurement is not None}

    def count(self) -> int:
        """How many measurements there are."""
        if not self.path.exists():
            return 0
        with self._open_to_read() as database:
            return int(database.execute("SELECT count(*) FROM measurement").fetchone()[0])

    @contextmanager
    def reading(self, measured_set: MeasuredSet | None = None) -> Iterator["Reader"]:
        """A reader for many queries, which all see the store as it was at the first.

        Args:
            measured_set: Where the reader finds cells that the store does not have.

        Raises:
            StoreError: It cannot be read.
        """
        with self._open_to_read() as database, database:
            database.execute("BEGIN")
            yield Reader(database, self.path.parent, _InSet(measured_set))

    @contextmanager
    def _open_to_read(self) -> Iterator[sqlite3.Connection]:
        """As :meth:`_open`; where nothing can be written, what is there is read all the same.

        A store's log of writes, which SQLite reads along with it, is written to by readers too. So a copy of
        both is read.
        """
        if not self.path.exists() or (os.access(self.path.parent, os.W_OK) and os.access(self.path, os.W_OK)):
            with self._open() as database:
                yield database
            return
        with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
            copy = Store(Path(folder) / self.path.name)
            try:
                for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
                    if path.exists():
                        # Without its mode, which keeps the copy from being written to.
                        shutil.copyfile(path, copy.path.with_name(path.name))
            except OSError as error:
                raise StoreError(
                    f"The store {escape_unprintable(str(self.path))} cannot be read: {error.strerror}.",
                    "Make it readable, or set WASMFIT_HOME to another folder.",
                ) from error
            with copy._open() as database:
                yield database

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self.path, timeout=WAIT_SECONDS)
        except sqlite3.Error as error:
            raise self._error(error) from error
        try:
            self._prepare(database)
            yield database
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # SQLite's message about a damaged file may quote bytes of it that are not UTF-8.
            raise self._error(error) from error
        finally:
            database.close()

    def _prepare(self, database: sqlite3.Connection) -> None:
        schema = version_of(database)
        if schema < 0:
            raise StoreError(
                f"The store {escape_unprintable(str(self.path))} has the invalid schema {schema}.",
                _MOVE_AWAY,
            )
        if schema > SCHEMA:
            raise StoreError(
                f"The store {escape_unprintable(str(self.path))} was written by a newer wasmfit "
                f"(schema {schema}; this one knows {SCHEMA}).",
                "Use that wasmfit, or set WASMFIT_HOME to another folder.",
            )
        migrate(database)

    def _error(self, error: Exception) -> StoreError:
        # The name of an extended SQLite code begins with the name of its primary code.
        name = getattr(error, "sqlite_errorname", "")
        remedy = next((remedy for code, remedy in _REMEDIES if name.startswith(code)), _MOVE_AWAY)
        return StoreError(
            f"The store {escape_unprintable(str(self.path))} cannot be used: "
            f"{escape_unprintable(str(error))}.",
            remedy,
        )


_Kind = type | UnionType
_TEXT, _NUMBER = str | None, int | None
_POINT = (int, str, _NUMBER)
_LONGEST_VALUE = 60

_POINTS = (
    "SELECT measurement, at, run FROM shown JOIN run ON run.number = shown.run"
    " WHERE cell = ?1 AND measurement IS NOT NULL"
    " UNION ALL SELECT number, measured_at, NULL FROM measurement WHERE cell = ?1"
    " AND NOT EXISTS (SELECT 1 FROM shown WHERE shown.measurement = measurement.number)"
)


@dataclass(frozen=True)
class _InSet:
    """The measured set as a part of the store: its measurements have negative numbers."""

    measured_set: MeasuredSet | None = None

    @cached_property
    def cells(self) -> Mapping[str, StoredCell]:
        """Id → cell."""
        entries = {} if self.measured_set is None else self.measured_set.cells
        return {
            cell: StoredCell(cell, -number, entry.status, None)
            for number, (cell, entry) in enumerate(entries.items(), start=1)
        }

    @cached_property
    def _by_number(self) -> Mapping[int | None, str]:
        return {stored.number: cell for cell, stored in self.cells.items()}

    def point(self, cell: str) -> TimelinePoint | None:
        """The measurement of a cell, if there is one."""
        stored = self.cells.get(cell)
        if self.measured_set is None or stored is None or stored.number is None:
            return None
        return TimelinePoint(cell, stored.number, self.measured_set.cells[cell].measured_at, None)

    def record(self, number: int) -> str | None:
        """The record of a measurement, if there is one."""
        cell = self._by_number.get(number)
        return None if self.measured_set is None or cell is None else self.measured_set.record(cell)


@dataclass(frozen=True)
class Reader:
    """Queries of a store. Records are read one by one, so that thousands need not be in memory at once.

    Where it has a measured set as well, that is asked for cells that were never measured here.
    """

    _database: sqlite3.Connection
    _folder: Path
    _set: _InSet = field(default_factory=_InSet)
    _texts: dict[int, str | None] = field(default_factory=dict)
    """The last two records: those of two sides are compared as text, then read."""

    def find(self, cell: str, fingerprint: str) -> Measurement | None:
        """The newest measurement of a cell with that fingerprint; ``None`` where it is not understood."""
        row = self._database.execute(
            "SELECT record FROM measurement WHERE cell = ? AND fingerprint = ? ORDER BY number DESC LIMIT 1",
            (cell, fingerprint),
        ).fetchone()
        return None if row is None else self._read(row[0])

    def runs(self) -> list[RecordedRun]:
        """All runs, the newest first."""
        rows = self._database.execute(
            "SELECT number, at, command, label, commit_id, branch, dirty, wasmfit FROM run"
            " ORDER BY number DESC"
        )
        kinds = (int, str, str, _TEXT, _TEXT, _TEXT, _NUMBER, str)
        return [
            RecordedRun(
                number,
                at,
                RunMetadata(command, label, commit, branch, None if dirty is None else bool(dirty)),
                wasmfit,
            )
            for number, at, command, label, commit, branch, dirty, wasmfit in self._of(rows, kinds)
        ]

    def shown(self, run: int) -> list[StoredCell]:
        """The cells of a run, in order."""
        rows = self._database.execute(
            "SELECT cell, measurement, status, reason, CASE WHEN measurement IS NULL THEN record END"
            " FROM shown WHERE run = ? ORDER BY position",
            (run,),
        )
        return [
            StoredCell(cell, self._number(number), self._status(status), reason, record)
            for cell, number, status, reason, record in self._of(rows, (str, _NUMBER, str, _TEXT, _TEXT))
        ]

    def newest(self) -> list[StoredCell]:
        """The newest measurement of every cell, in the order of the cells' ids.

        One for which a tool was missing here counts only where the measured set does not have the cell.
        """
        rows = self._database.execute(
            "SELECT cell, number, status FROM measurement WHERE number IN"
            " (SELECT max(number) FROM measurement GROUP BY cell) ORDER BY cell"
        )
        own = {
            cell: StoredCell(cell, number, self._status(status), None)
            for cell, number, status in self._of(rows, (str, int, str))
        }
        for cell in [cell for cell, stored in own.items() if self._yields(stored)]:
            older = self._tried(cell)
            own[cell] = self._set.cells[cell] if older is None else older
        return [stored for _, stored in sorted({**self._set.cells, **own}.items())]

    def _yields(self, stored: StoredCell) -> bool:
        """Whether the measured set has a cell for which a tool was missing here."""
        return stored.status is Status.UNAVAILABLE and stored.cell in self._set.cells

    def _tried(self, cell: str) -> StoredCell | None:
        """The newest measurement of a cell for which no tool was missing here, if there is one."""
        row = self._database.execute(
            "SELECT cell, number, status FROM measurement WHERE cell = ? AND status <> ?"
            " ORDER BY number DESC LIMIT 1",
            (cell, Status.UNAVAILABLE.value),
        ).fetchone()
        for name, number, status in self._of([] if row is None else [row], (str, int, str)):
            return StoredCell(name, number, self._status(status), None)
        return None

    def cells(self) -> list[str]:
        """The id of every cell that was ever measured, in order."""
        rows = self._database.execute("SELECT DISTINCT cell FROM measurement ORDER BY 1")
        own = [cell for (cell,) in self._of(rows, (str,))]
        return sorted({*self._set.cells, *own}) if self._set.cells else own

    def of_set(self) -> frozenset[str]:
        """The ids among :meth:`cells` that only the measured set has."""
        return frozenset(stored.cell for stored in self.newest() if stored.is_of_set)

    def own(self, cell: str) -> Measurement | None:
        """The newest measurement of a cell that was made here; ``None`` where it is not understood.

        One for which a tool was missing counts only where there is no other.
        """
        row = self._database.execute(
            "SELECT record FROM measurement WHERE cell = ? ORDER BY status = ?, number DESC LIMIT 1",
            (cell, Status.UNAVAILABLE.value),
        ).fetchone()
        return None if row is None else read(row[0])

    def measured_again(self) -> frozenset[str]:
        """The id of every cell that has more than one measurement."""
        rows = self._database.execute("SELECT cell FROM measurement GROUP BY cell HAVING count(*) > 1")
        return frozenset(cell for (cell,) in self._of(rows, (str,)))

    def points(self, cell: str) -> list[TimelinePoint]:
        """What was shown of a cell, in the order of time; and what was measured and no run has shown."""
        rows = self._database.execute(f"{_POINTS} ORDER BY 2, 3, 1", (cell,))
        own = [TimelinePoint(cell, *row) for row in self._of(rows, _POINT)]
        elsewhere = self._set.point(cell)
        if elsewhere is None or (own and self._tried(cell) is not None):
            return own
        return [elsewhere]

    def last_point(self, cell: str) -> TimelinePoint | None:
        """The last of :meth:`points`; where the measured set has the cell, of those that no tool was missing
        for.
        """
        rows = self._database.execute(f"{_POINTS} ORDER BY 2 DESC, 3 DESC, 1 DESC LIMIT 1", (cell,))
        row = next(self._of(rows, _POINT), None)
        elsewhere = self._set.point(cell)
        if row is None:
            return elsewhere
        last = TimelinePoint(cell, *row)
        if elsewhere is None or not self._was_unavailable(last.number):
            return last
        if self._tried(cell) is None:
            return elsewhere
        return next(
            (one for one in reversed(self.points(cell)) if not self._was_unavailable(one.number)), None
        )

    def _was_unavailable(self, number: int) -> bool:
        row = self._database.execute("SELECT status FROM measurement WHERE number = ?", (number,)).fetchone()
        return row is not None and row[0] == Status.UNAVAILABLE.value

    def measurement(self, cell: StoredCell) -> Measurement | None:
        """The record of a cell, with status and reason as they were shown; ``None`` where it is not
        understood.
        """
        if cell.number is None:
            return None if cell.record is None else self._read(cell.record)
        measurement = self.record(cell.number)
        if measurement is None or (measurement.status is cell.status and cell.reason is None):
            return measurement
        return measurement.model_copy(update={"status": cell.status, "reason": cell.reason})

    def record(self, number: int) -> Measurement | None:
        """The record of a measurement; ``None`` where there is none, or it is not understood."""
        text = self._text(number)
        return None if text is None else self._read(text)

    def alike(self, number: int, other: int) -> bool:
        """Whether two measurements have the same results, compared as text without parsing them.

        Results precede the provenance in a record, and as a rule only the provenance differs.
        """
        left, right = self._text(number), self._text(other)
        return left is not None and right is not None and _results(left) == _results(right)

    def _of(self, rows: Iterable[tuple[Any, ...]], kinds: tuple[_Kind, ...]) -> Iterator[tuple[Any, ...]]:
        """The rows, whose values are of these kinds: a column of SQLite takes any.

        Raises:
            StoreError: One is of another, as wasmfit has never written it.
        """
        for row in rows:
            for value, kind in zip(row, kinds, strict=True):
                if not isinstance(value, kind):
                    raise self._foreign(value)
            yield row

    def _status(self, word: str) -> Status:
        try:
            return Status(word)
        except ValueError as error:
            raise self._foreign(word) from error

    def _number(self, number: int | None) -> int | None:
        if number is not None and number < 1:  # it would be one of the measured set
            raise self._foreign(number)
        return number

    def _foreign(self, value: object) -> StoreError:
        return StoreError(
            f"The store in {escape_unprintable(str(self._folder))} has a value that wasmfit has not written: "
            f"{escape_unprintable(repr(value), _LONGEST_VALUE)}.",
            _MOVE_AWAY,
        )

    def _read(self, record: str) -> Measurement | None:
        measurement = read(record)
        return None if measurement is None else paths.absolute(measurement, self._folder)

    def _text(self, number: int) -> str | None:
        if number not in self._texts:
            if len(self._texts) > 1:
                del self._texts[next(iter(self._texts))]
            self._texts[number] = self._set.record(number) if number < 0 else self._own_text(number)
        return self._texts[number]

    def _own_text(self, number: int) -> str | None:
        cursor = self._database.execute("SELECT record FROM measurement WHERE number = ?", (number,))
        row = cursor.fetchone()
        return None if row is None else str(row[0])


def _results(record: str) -> tuple[str, str]:
    """A record's text without its provenance, and the module's length, a metric that is part of it.

    The last such field is the record's own: no field inside the provenance has that name.
    """
    results, _, provenance = record.rpartition('"provenance":{')
    return results, provenance.partition('"module_bytes":')[2].partition(",")[0]


def read(record: str) -> Measurement | None:
    """A measurement from its JSON; ``None`` for what is not understood."""
    try:
        return Measurement.model_validate_json(record)
    except ValidationError:
        # A record of an older wasmfit under the same schema: it is measured again, never guessed.
        return None
