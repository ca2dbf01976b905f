"""Budgets: limits on metrics of cells, as a TOML file has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    model_validator,
)

from wasmfit.errors import UsageError
from wasmfit.globs import NamePatterns
from wasmfit.model import Record
from wasmfit.toml_record import Place, line_of_field, validated
from wasmfit.toml_text import line_of, parse, read_text
from wasmfit.words import escape_unprintable

from .metrics import Metric, metric
from .quantities import LimitValue, parse_limit

_LARGEST_FILE = 1 << 20


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Globs = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
Number = StrictInt | StrictFloat | str


class LimitTable(Record):
    """``[[limit]]`` in the file.

    Attributes:
        cells: Globs over cells' ids.
        except_: Globs over those of them that it does not apply to.
        metric: Name of a metric.
        max, min: The most and the least that it may be: absolute, or with a sign relative to the baseline.
        level: A ``soft`` limit warns; a ``hard`` one fails.
        baseline: What a relative limit is compared with, if it is another than the file's.
        reason: Why the limit exists, shown when it is exceeded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    cells: Globs = Field(min_length=1)
    except_: Globs = Field(default=(), alias="except")
    metric: str = Field(validation_alias=AliasChoices("metric", "figure"))
    max: Number | None = None
    min: Number | None = None
    level: Literal["hard", "soft"] = "hard"
    baseline: str | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> "LimitTable":
        if self.max is None and self.min is None:
            raise ValueError("a limit needs max or min")
        return self


class BudgetFile(Record):
    """The whole file.

    Attributes:
        baseline: A run, label, branch, commit or JSON file that relative limits are compared with.
        limit: The limits.
    """

    baseline: str | None = None
    limit: tuple[LimitTable, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Limit:
    """A limit after parsing.

    Attributes:
        line: Its line in the file.
        table: As it was written.
        metric: What it limits.
        max, min: The limits.
        baseline: What relative ones are compared with.
    """

    line: int
    table: LimitTable
    metric: Metric
    max: LimitValue | None
    min: LimitValue | None
    baseline: str | None

    @property
    def relative(self) -> bool:
        """Whether it needs a baseline."""
        return any(value is not None and value.relative for value in (self.max, self.min))

    def applies_to(self, name: str, cell: str) -> bool:
        """Whether it applies to a cell, by its name or id."""
        included, excepted = self._globs
        return (included.match(name) or included.match(cell)) and not (
            excepted.match(name) or excepted.match(cell)
        )

    @cached_property
    def _globs(self) -> tuple[NamePatterns, NamePatterns]:
        return NamePatterns(self.table.cells), NamePatterns(self.table.except_)


@dataclass(frozen=True)
class Budget:
    """A file of limits.

    Attributes:
        path: The file.
        limits: Its limits in order.
    """

    path: str
    limits: tuple[Limit, ...]

    @property
    def baselines(self) -> tuple[str, ...]:
        """What its relative limits are compared with."""
        return tuple(
            dict.fromkeys(
                limit.baseline for limit in self.limits if limit.relative and limit.baseline is not None
            )
        )

    @property
    def globs(self) -> tuple[str, ...]:
        """All globs over cells."""
        return tuple(dict.fromkeys(glob for limit in self.limits for glob in limit.table.cells))


def read_budget(path: Path, baseline: str | None = None) -> Budget:
    """Reads a budget.

    Args:
        path: The file.
        baseline: What relative limits are compared with, instead of what the file names.

    Raises:
        UsageError: The file cannot be read, or is invalid; with file and line.
    """
    return parse_budget(read_text(path, "a file of limits", _LARGEST_FILE), str(path), baseline)


def parse_budget(text: str, path: str, baseline: str | None = None) -> Budget:
    """Reads a budget's text; ``path`` is for messages, and ``baseline`` as for :func:`read_budget`.

    Raises:
        UsageError: As for :func:`read_budget`.
    """
    shown = escape_unprintable(path)
    data = parse(text, shown)
    file = validated(BudgetFile, data, text, shown)
    return Budget(path, tuple(_limits(shown, text, file, baseline)))


def _limits(path: str, text: str, file: BudgetFile, baseline: str | None) -> Iterator[Limit]:
    for number, table in enumerate(file.limit):
        try:
            limited = metric(table.metric)
        except UsageError as error:
            raise _at(path, text, ("limit", number, "metric"), error) from None
        values: dict[str, LimitValue | None] = {}
        for name, given in (("max", table.max), ("min", table.min)):
            try:
                values[name] = None if given is None else parse_limit(given, limited.unit)
            except UsageError as error:
                raise _at(path, text, ("limit", number, name), error) from None
        limit = Limit(
            line_of(text, ("limit", number)),
            table,
            limited,
            values["max"],
            values["min"],
            baseline or table.baseline or file.baseline,
        )
        if limit.relative and limit.baseline is None:
            raise UsageError(
                f"{path}:{limit.line}: a limit with a sign is relative to a baseline, and none is named.",
                'Add baseline = "main" (a run, label, branch or file) at the top, or say --baseline main.',
            )
        yield limit


def _at(path: str, text: str, location: Place, error: UsageError) -> UsageError:
    return UsageError(f"{path}:{line_of_field(BudgetFile, text, location)}: {error.message}", error.remedy)
