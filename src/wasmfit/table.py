"""The table that every result is shown as: typed cells in columns, with notes.

What makes a result into a table says nothing of how it looks; renderers for the terminal, Markdown, CSV and
HTML say nothing of what it is of.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CellValue = int | float | str | None
"""What a cell holds; ``None`` if it is not known."""


class Alignment(StrEnum):
    """To which side the cells of a column are aligned."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table.

    Attributes:
        text: The value as people read it.
        value: The value as programs take it, in the column's unit.
        mark: A sign after the text, such as that of the best value of a column.
        note: What a reader should know of this one value.
    """

    text: str = ""
    value: CellValue = None
    mark: str = ""
    note: str | None = None

    @property
    def shown(self) -> str:
        """The text with its mark."""
        return f"{self.text}{self.mark}"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: Its heading, line by line.
        cells: A cell for each row.
        metric: The metric that it shows, or its name for programs; empty where it has none.
        unit: The unit of its values.
        alignment: Its cells'.
        title: Its heading in words, where the lines are shortened.
        priority: 0 for a column that is always shown; of the others, those with the highest number are
            dropped first where the terminal is too narrow.
        wraps: Whether a text that is too long goes on in the next line; else it is cut.
    """

    heading: tuple[str, ...]
    cells: tuple[TableCell, ...]
    metric: str = ""
    unit: str = ""
    alignment: Alignment = Alignment.RIGHT
    title: str = ""
    priority: int = 0
    wraps: bool = False

    @property
    def name(self) -> str:
        """Its name for programs: the metric, or the heading on one line."""
        return self.metric or " ".join(self.heading)

    @property
    def texts(self) -> tuple[str, ...]:
        """Its cells as people read them; where some are marked, the others end in a space instead."""
        if not self.is_marked:
            return tuple(cell.text for cell in self.cells)
        return tuple(f"{cell.text}{cell.mark or ' '}" for cell in self.cells)

    @property
    def is_marked(self) -> bool:
        """Whether a cell has a mark."""
        return any(cell.mark for cell in self.cells)


def text_column(
    heading: Sequence[str],
    texts: Iterable[str],
    alignment: Alignment = Alignment.RIGHT,
    *,
    wraps: bool = False,
) -> Column:
    """A column of words, or of numbers that nobody computes with."""
    cells = tuple(TableCell(text, text or None) for text in texts)
    return Column(tuple(heading), cells, alignment=alignment, wraps=wraps)


def value_column(
    heading: Sequence[str],
    values: Iterable[CellValue],
    text: Callable[[Any], str],
    *,
    metric: str = "",
    unit: str = "",
    unknown: str = "",
) -> Column:
    """A column of values.

    Args:
        heading: Its heading, line by line.
        values: Numbers or words; ``None`` where a value is not known.
        text: How people read a value.
        metric, unit: As of :class:`Column`.
        unknown: What stands where a value is not known.
    """
    cells = (TableCell(unknown) if value is None else TableCell(text(value), value) for value in values)
    return Column(tuple(heading), tuple(cells), metric, unit)


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
class LegendClause:
    """What a mark or a heading means.

    Attributes:
        text: The clause.
        metrics: The columns that it is about; it is left out with the last of them.
    """

    text: str
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: What the rows have in common.
        labels: The rows' names.
        columns: The columns.
        notes: What a reader must know in addition: why values are missing, sources of published ones.
        facts: Qualitative differences between the columns.
        label_name: What the labels are, for programs.
        label_heading: What stands above them.
        remainder: Rows without values: their names, and why they have none.
        legend: What marks and headings mean.
        marks: A sign after each label, empty after most; none where no label has one. Programs get none.
    """

    title: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    facts: tuple[BuildFacts, ...] = ()
    label_name: str = "name"
    label_heading: str = ""
    remainder: tuple[tuple[str, str], ...] = ()
    legend: tuple[LegendClause, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def shown_labels(self) -> tuple[str, ...]:
        """The rows' names with their marks."""
        if not self.marks:
            return self.labels
        return tuple(" ".join(filter(None, pair)) for pair in zip(self.labels, self.marks, strict=True))

    def legend_of(self, columns: Sequence[Column]) -> list[str]:
        """The clauses of the legend that those columns need."""
        shown = {column.metric for column in columns}
        return [clause.text for clause in self.legend if not clause.metrics or shown & {*clause.metrics}]

    def rows(self) -> Iterator[dict[str, CellValue]]:
        """The rows as programs take them: column → value."""
        for number, label in enumerate(self.labels):
            yield {
                self.label_name: label,
                **{column.name: column.cells[number].value for column in self.columns},
            }


def table_of_rows(
    title: str, rows: Sequence[Mapping[str, CellValue]], priorities: Mapping[str, int]
) -> Table:
    """A table of flat rows, all of which have the same columns; the first has the rows' names.

    Args:
        title: The table's.
        rows: The rows.
        priorities: Column → priority, of those that may be dropped.
    """
    first, *others = list(rows[0]) if rows else ["name"]
    columns = []
    for name in others:
        values = [row[name] for row in rows]
        is_number = all(_is_number(value) for value in values if value is not None)
        columns.append(
            Column(
                (name,),
                tuple(TableCell("" if value is None else str(value), value) for value in values),
                name,
                alignment=Alignment.RIGHT if is_number else Alignment.LEFT,
                priority=priorities.get(name, 0),
            )
        )
    return Table(
        title, tuple(str(row[first]) for row in rows), tuple(columns), label_name=first, label_heading=first
    )


def _is_number(value: CellValue) -> bool:
    """Whether a value is a number, or one with a unit, such as ``64 MHz``."""
    if not isinstance(value, str):
        return isinstance(value, int | float)
    number, _, unit = value.partition(" ")
    return number.replace(".", "").isdigit() and unit.isalpha()
