"""The store's other table: what runtimes made of the W3C suite, a row for each part, runtime and board."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from wasmfit.model import PartOutcomes, Record, RuntimeFeatures

from .measurements import Store

R = TypeVar("R", bound=Record)

_VERDICTS = "verdicts"
"""In the place of a fingerprint: what verdicts were made from stands with the parts."""


@dataclass(frozen=True)
class OutcomeStore(Store):
    """The same store, asked for parts of the suite. Rows are never changed here either."""

    def save_part(self, outcomes: PartOutcomes, fingerprint: str) -> None:
        """Adds a part.

        Args:
            outcomes: What came of it.
            fingerprint: Digest of everything that decides that.

        Raises:
            StoreError: It cannot be written; nothing that was stored before is lost.
        """
        self._add(outcomes.id, fingerprint, outcomes.measured_at, outcomes.model_dump_json())

    def find_part(self, cell: str, fingerprint: str) -> PartOutcomes | None:
        """The newest of a cell with that fingerprint."""
        if not self.path.exists():
            return None
        with self._open() as database:
            return _newest(database, cell, fingerprint, PartOutcomes)

    def save_features(self, found: RuntimeFeatures) -> None:
        """Adds the verdicts on a runtime, for those who want no more than them.

        Raises:
            StoreError: It cannot be written; nothing that was stored before is lost.
        """
        cell = _features_of(found.runtime, found.version, found.board, found.profile)
        self._add(cell, _VERDICTS, found.measured_at, found.model_dump_json())

    def find_features(self, runtime: str, version: str, board: str, profile: str) -> RuntimeFeatures | None:
        """The newest verdicts on a runtime; ``None`` where there are none that can be read."""
        return next(iter(self.find_all_features([(runtime, version, board, profile)])), None)

    def find_all_features(self, settings: Iterable[tuple[str, str, str, str]]) -> list[RuntimeFeatures]:
        """The same of many: runtime, version, board and profile. Where there are none, they are left out."""
        if not self.path.exists():
            return []
        with self._open() as database:
            found = (
                _newest(database, _features_of(*one), _VERDICTS, RuntimeFeatures)
                for one in dict.fromkeys(settings)
            )
            return [one for one in found if one is not None]

    def _add(self, cell: str, fingerprint: str, measured_at: str, record: str) -> None:
        with self._open() as database, database:
            database.execute(
                "INSERT INTO conformance (cell, fingerprint, measured_at, record) VALUES (?, ?, ?, ?)",
                (cell, fingerprint, measured_at, record),
            )


def _newest(database: sqlite3.Connection, cell: str, fingerprint: str, kind: type[R]) -> R | None:
    row = database.execute(
        "SELECT record FROM conformance WHERE cell = ? AND fingerprint = ? ORDER BY number DESC LIMIT 1",
        (cell, fingerprint),
    ).fetchone()
    try:
        return None if row is None else kind.model_validate_json(row[0])
    except ValidationError:
        # A record of an older wasmfit: measured again, never guessed at.
        return None


def _features_of(runtime: str, version: str, board: str, profile: str) -> str:
    return f"{runtime}@{version}/features/{board}/bare/{profile}"
