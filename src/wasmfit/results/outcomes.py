"""The store's other table: what runtimes made of the W3C suite, a row for each part, runtime and board."""

from dataclasses import dataclass

from pydantic import ValidationError

from wasmfit.model import PartOutcomes

from .store import Store


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
        with self._open() as database, database:
            database.execute(
                "INSERT INTO conformance (cell, fingerprint, measured_at, record) VALUES (?, ?, ?, ?)",
                (outcomes.id, fingerprint, outcomes.measured_at, outcomes.model_dump_json()),
            )

    def find_part(self, cell: str, fingerprint: str) -> PartOutcomes | None:
        """The newest of a cell with that fingerprint."""
        if not self.path.exists():
            return None
        with self._open() as database:
            row = database.execute(
                "SELECT record FROM conformance WHERE cell = ? AND fingerprint = ?"
                " ORDER BY number DESC LIMIT 1",
                (cell, fingerprint),
            ).fetchone()
        if row is None:
            return None
        try:
            return PartOutcomes.model_validate_json(row[0])
        except ValidationError:
            # A record of an older wasmfit: measured again, never guessed at.
            return None
