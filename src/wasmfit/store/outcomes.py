"""The store's other table: outcomes of the W3C suite, a row for each part, runtime and board."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from wasmfit.model import PartOutcomes, Record, RuntimeFeatures

from .measured_set import features_cell
from .measurements import Store

R = TypeVar("R", bound=Record)

_VERDICTS = "verdicts"
"""The fingerprint of verdicts: what they depend on is stored with the parts."""


@dataclass(frozen=True)
class OutcomeStore(Store):
    """The same store, for parts of the suite. Rows are never changed here either."""

    def save_part(self, outcomes: PartOutcomes, fingerprint: str) -> None:
        """Adds a part.

        Args:
            outcomes: The outcomes of its assertions.
            fingerprint: Digest of everything that they depend on.

        Raises:
            StoreError: It cannot be written; nothing that was stored before is lost.
        """
        self._add(outcomes.id, fingerprint, outcomes.measured_at, outcomes.model_dump_json())

    def find_part(self, cell: str, fingerprint: str) -> PartOutcomes | None:
        """The newest of a cell with that fingerprint."""
        if not self.path.exists():
            return None
        with self._open_to_read() as database:
            return _newest(database, cell, fingerprint, PartOutcomes)

    def save_features(self, features: RuntimeFeatures) -> None:
        """Adds the verdicts on a runtime, so that they can be shown without its outcomes.

        Raises:
            StoreError: It cannot be written; nothing that was stored before is lost.
        """
        cell = features_cell(features.runtime, features.version, features.board, features.profile)
        self._add(cell, _VERDICTS, features.measured_at, features.model_dump_json())

    def find_features(self, settings: Iterable[tuple[str, str, str, str]]) -> list[RuntimeFeatures]:
        """The newest verdicts on runtimes.

        Args:
            settings: Runtime, version, board and profile of each; one without verdicts that can be read is
                left out.
        """
        if not self.path.exists():
            return []
        with self._open_to_read() as database:
            newest = (
                _newest(database, features_cell(*setting), _VERDICTS, RuntimeFeatures)
                for setting in dict.fromkeys(settings)
            )
            return [features for features in newest if features is not None]

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
        # A record of an older wasmfit: it is measured again, never guessed.
        return None
