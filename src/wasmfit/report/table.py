"""The table that every result is shown as: text in columns, with notes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading lines, and a cell for each row."""

    heading: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class BuildFacts:
    """Facts, name to fact, of the builds that share them."""

    builds: tuple[str, ...]
    facts: Mapping[str, str]

    def sentence(self, names: Iterable[str] | None = None) -> str:
        """The builds and their facts, or those of the given names, on one line."""
        chosen = (f"{name}: {self.facts[name]}" for name in (names or self.facts) if name in self.facts)
        return f"{', '.join(self.builds)}: {'; '.join(chosen)}"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        title: What the rows have in common.
        labels: The rows' names.
        columns: The columns.
        notes: What a reader must know in addition: why values are missing, sources of published ones.
        facts: Qualitative differences between the columns.
    """

    title: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    facts: tuple[BuildFacts, ...]
