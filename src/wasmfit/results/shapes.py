"""The shapes of what is shown: tables of text, and figures in them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wasmfit.model import Measurement

Value = int | float | str | None


@dataclass(frozen=True)
class Measure:
    """A row of the comparison.

    Attributes:
        key: Column of the CSV output; where others published figures, the name of theirs.
        label: What it is called.
        unit: ``B`` for bytes, or nothing.
        get: Its value for a measurement, ``None`` where it is not known.
    """

    key: str
    label: str
    unit: str
    get: Callable[[Measurement], Value]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading lines, and a cell for each row."""

    heading: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Facts, name to fact, of the builds that share them."""

    builds: tuple[str, ...]
    facts: Mapping[str, str]

    def sentence(self, names: Iterable[str] | None = None) -> str:
        """The builds and their facts, or those of these names, on one line."""
        chosen = (f"{name}: {self.facts[name]}" for name in (names or self.facts) if name in self.facts)
        return f"{', '.join(self.builds)}: {'; '.join(chosen)}"


@dataclass(frozen=True)
class Table:
    """The comparison of the cells that share module, board, base and profile.

    Attributes:
        title: What they share.
        labels: The rows' names.
        columns: The columns.
        notes: What to know beside the figures: reasons of cells without any, sources of published ones.
        facts: What differs in kind between the columns.
    """

    title: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    facts: tuple[Facts, ...]


def change(before: Value, after: Value) -> str:
    """What has become of a figure: the difference, and its part of what there was."""
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    part = f" ({(after - before) / before:+.1%})" if before and after != before else ""
    return f"{after - before:+,}{part}" if after != before else "0"


_UNITS = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def time_text(middle: float, low: float, high: float) -> str:
    """Seconds in the unit that suits them, with what they lie between."""
    scale, unit = next(
        (scale, unit) for scale, unit in _UNITS if middle < 1000 * scale or scale == _UNITS[-1][0]
    )
    numbers = [f"{number / scale:.3g}" for number in (middle, low, high)]
    return f"{numbers[0]} {unit} ({numbers[1]}–{numbers[2]})"
