"""Budgets: limits on metrics of cells, as a TOML file has them."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    ValidationError,
    model_validator,
)

from wasmfit.errors import UsageError
from wasmfit.model import Record
from wasmfit.toml_text import line_of, parse, read_text
from wasmfit.words import escape_unprintable, problem_text

from .metrics import Metric, metric
from .quantities import LimitValue, parse_limit

_LARGEST_FILE = 1 << 20


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Globs = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
Number = StrictInt | StrictFloat | str

_OLD_NAMES: Mapping[str, str] = {"figure": "metric"}
"""Fields as they were called before → what they are called now; both are read."""


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
        return _any(self.table.cells, name, cell) and not _any(self.table.except_, name, cell)


def _any(globs: Sequence[str], name: str, cell: str) -> bool:
    return any(fnmatchcase(name, glob) or fnmatchcase(cell, glob) for glob in globs)


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
    try:
        file = BudgetFile.model_validate(data)
    except ValidationError as error:
        raise UsageError("\n".join(_message(shown, text, dict(one)) for one in error.errors())) from error
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


def _at(path: str, text: str, location: tuple[str | int, ...], error: UsageError) -> UsageError:
    return UsageError(f"{path}:{_line(text, location)}: {error.message}", error.remedy)


def _line(text: str, location: tuple[str | int, ...]) -> int:
    """The line of a field, under whichever of its names it is written."""
    *parents, field = location
    old = [name for name, new in _OLD_NAMES.items() if new == field]
    return max(line_of(text, (*parents, name)) for name in (field, *old))


def _message(path: str, text: str, problem: dict[str, object]) -> str:
    location = tuple(part for part in problem["loc"] if isinstance(part, str | int))  # type: ignore[attr-defined]
    field = ".".join(map(str, location)) or "the file"
    message = problem_text(problem["msg"])
    if problem["type"] == "extra_forbidden" and isinstance(location[-1], str):
        record = LimitTable if len(location) > 1 else BudgetFile
        known = [field.alias or name for name, field in record.model_fields.items()]
        close = difflib.get_close_matches(location[-1], known, n=1, cutoff=0.5)
        message = (
            f"There is no such field; {f'perhaps you meant {close[0]}' if close else f'known are {known}'}"
        )
    return f"{path}:{line_of(text, location)}: {escape_unprintable(field)}: {escape_unprintable(message)}."
