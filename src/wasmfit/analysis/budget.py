"""Budgets: limits on figures of cells, as a TOML file has them."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
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
from wasmfit.toml_text import line_of, parse
from wasmfit.words import printable

from .metrics import Figure, figure
from .quantities import Bound, bound

_LARGEST_FILE = 1 << 20


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Globs = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
Number = StrictInt | StrictFloat | str


class LimitTable(Record):
    """``[[limit]]`` in the file.

    Attributes:
        cells: Globs over cells' ids.
        except_: Globs over those of them that it does not hold for.
        figure: Name of a figure.
        max, min: The most and the least that it may be: absolute, or with a sign against the baseline.
        level: A ``soft`` limit warns; a ``hard`` one fails.
        baseline: What relative limits are held against, if it is another than the file's.
        reason: Why it is there, shown when it is broken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    cells: Globs = Field(min_length=1)
    except_: Globs = Field(default=(), alias="except")
    figure: str
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
        baseline: A run, label, branch, commit or JSON file that relative limits are held against.
        limit: The limits.
    """

    baseline: str | None = None
    limit: tuple[LimitTable, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Limit:
    """A limit that is understood.

    Attributes:
        line: Where it stands in the file.
        table: As it was written.
        figure: What it limits.
        max, min: The limits.
        baseline: What relative ones are held against.
    """

    line: int
    table: LimitTable
    figure: Figure
    max: Bound | None
    min: Bound | None
    baseline: str | None

    @property
    def relative(self) -> bool:
        """Whether it needs a baseline."""
        return any(one is not None and one.relative for one in (self.max, self.min))

    def holds_for(self, name: str, cell: str) -> bool:
        """Whether a cell is one of its."""
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
        """What its relative limits are held against."""
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
        baseline: What relative limits are held against, in the place of what the file names.

    Raises:
        UsageError: The file cannot be read, or does not hold what it should; with file and line.
    """
    shown = printable(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.", "Name a file of limits.") from error
    if len(content) > _LARGEST_FILE:
        raise UsageError(f"{shown} is larger than {_LARGEST_FILE:,} B: no file of limits.")
    try:
        return parse_budget(content.decode(), str(path), baseline)
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error


def parse_budget(text: str, path: str, baseline: str | None = None) -> Budget:
    """Reads a budget's text; ``path`` is for messages, and ``baseline`` as for :func:`read_budget`.

    Raises:
        UsageError: As for :func:`read_budget`.
    """
    shown = printable(path)
    data = parse(text, shown)
    try:
        file = BudgetFile.model_validate(data)
    except ValidationError as error:
        raise UsageError("\n".join(_say(shown, text, dict(one)) for one in error.errors())) from error
    return Budget(path, tuple(_limits(shown, text, file, baseline)))


def _limits(path: str, text: str, file: BudgetFile, baseline: str | None) -> Iterator[Limit]:
    for number, table in enumerate(file.limit):
        try:
            described = figure(table.figure)
        except UsageError as error:
            raise _at(path, text, ("limit", number, "figure"), error) from None
        bounds: dict[str, Bound | None] = {}
        for name, given in (("max", table.max), ("min", table.min)):
            try:
                bounds[name] = None if given is None else bound(given, described.unit)
            except UsageError as error:
                raise _at(path, text, ("limit", number, name), error) from None
        limit = Limit(
            line_of(text, ("limit", number)),
            table,
            described,
            bounds["max"],
            bounds["min"],
            baseline or table.baseline or file.baseline,
        )
        if limit.relative and limit.baseline is None:
            raise UsageError(
                f"{path}:{limit.line}: a limit with a sign is held against a baseline, and none is named.",
                'Add baseline = "main" (a run, label, branch or file) at the top, or say --baseline main.',
            )
        yield limit


def _at(path: str, text: str, place: tuple[str | int, ...], error: UsageError) -> UsageError:
    return UsageError(f"{path}:{line_of(text, place)}: {error.message}", error.remedy)


def _say(path: str, text: str, problem: dict[str, object]) -> str:
    place = tuple(part for part in problem["loc"] if isinstance(part, str | int))  # type: ignore[attr-defined]
    field = ".".join(map(str, place)) or "the file"
    message = str(problem["msg"])
    if problem["type"] == "extra_forbidden" and isinstance(place[-1], str):
        fields = LimitTable if len(place) > 1 else BudgetFile
        known = [one.alias or name for name, one in fields.model_fields.items()]
        close = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
        message = (
            f"There is no such field; {f'perhaps you meant {close[0]}' if close else f'known are {known}'}"
        )
    return f"{path}:{line_of(text, place)}: {printable(field)}: {printable(message)}."
