"""A figure over time, or over versions, and what moved it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import groupby, pairwise
from operator import attrgetter

from packaging.version import InvalidVersion, Version

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.store import RecordedRun
from wasmfit.store.measurements import Point, Reader
from wasmfit.words import printable

from .amounts import Amount
from .changes import FigureChange, How
from .metric_values import amount as with_bar
from .metric_values import value
from .metrics import Figure, figure
from .provenance import differences
from .snapshot import Complete

MOST_SERIES = 500
"""Cells that are followed at once; more are no use to anybody."""


@dataclass(frozen=True)
class Moment:
    """A figure at one time, or of one version.

    Attributes:
        at: When it was shown, or measured; UTC, ISO 8601.
        version: The runtime's version.
        run: The run that showed it first; ``None`` for what was measured before runs were recorded.
        amount: The figure; ``None`` where it is not known.
        status: How the cell ended.
        change: What it changed by since the moment before.
        why: What differs since then in how it came to be, where the figure changed.
    """

    at: str
    version: str
    run: RecordedRun | None
    amount: Amount | None
    status: str
    change: FigureChange | None = None
    why: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether the figure is surely another than at the moment before."""
        return self.change is not None and self.change.how is How.CHANGED


@dataclass(frozen=True)
class Series:
    """A figure of one cell, moment by moment.

    Attributes:
        name: The cell's id, without its version where versions are compared.
        moments: The moments in order; equal ones behind each other are one.
    """

    name: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class History:
    """A figure of many cells.

    Attributes:
        figure: What is followed.
        over: ``time`` or ``version``.
        series: One for each cell.
    """

    figure: Figure
    over: str
    series: tuple[Series, ...]


def history(
    reader: Reader, complete: Complete, name: str, select: Sequence[str] = (), *, versions: bool = False
) -> History:
    """Follows a figure.

    Args:
        reader: The store.
        complete: Adds predictions.
        name: The figure.
        select: Globs over cells' ids; none takes all.
        versions: Over versions of runtimes, the newest measurement of each, in the place of time.

    Raises:
        UsageError: There is no such figure or cell, or there are too many cells.
    """
    described = figure(name)
    cells = reader.cells()
    chosen = [cell for cell in cells if not select or any(fnmatchcase(cell, glob) for glob in select)]
    if not chosen:
        raise _no_cell(select, cells)
    groups = _by_version(chosen) if versions else {cell: [cell] for cell in chosen}
    if len(groups) > MOST_SERIES:
        raise UsageError(
            f"{len(groups):,} cells are too many to follow at once.",
            f"--select GLOB chooses some, such as --select '{chosen[0].partition('@')[0]}@*'.",
        )
    runs = {run.number: run for run in reader.runs()}
    series = []
    for title, members in groups.items():
        follow = (
            _newest_of_each(reader, members) if versions else _read(reader, _points(reader, members[0]), runs)
        )
        moments = tuple(_moments(follow, described, complete))
        if any(moment.amount is not None for moment in moments):
            series.append(Series(title, moments))
    if not series:
        raise UsageError(
            f"{described.name} is known of none of the {len(chosen):,} cells.",
            "Choose others with --select, or measure them anew.",
        )
    return History(described, "version" if versions else "time", tuple(series))


MOST_MOMENTS = 60
"""Measurements of one cell that :func:`trends` looks back on: each is read whole."""


def trends(
    reader: Reader, complete: Complete, names: Sequence[str], cells: Mapping[str, Measurement]
) -> Iterator[tuple[Figure, str, Series, int]]:
    """Figures of cells, over time and over versions, of whatever was measured more than once.

    Args:
        reader: The store.
        complete: Adds predictions.
        names: The figures.
        cells: Id → measurement of what is told of; other versions are looked for, and the newest of each
            counts.

    Yields:
        The figure; ``time`` or ``version``; its moments; and how many measurements these are.

    Raises:
        UsageError: There is no such figure.
    """
    described = [figure(name) for name in names]
    runs = {run.number: run for run in reader.runs()}
    followed: list[tuple[str, str, list[_Seen], int]] = []
    again = reader.measured_again()
    for cell in filter(again.__contains__, cells):
        points = _points(reader, cell)
        numbers = list(dict.fromkeys(point.number for point in points))
        if len(numbers) > 1:
            recent = frozenset(numbers[-MOST_MOMENTS:])
            points = [point for point in points if point.number in recent]
            followed.append(("time", cell, list(_read(reader, points, runs)), len(points)))
    told = _by_version(list(cells))
    for title, members in _by_version(reader.cells()).items():
        if len(members) > 1 and title in told:
            newest = list(_newest_of_each(reader, members, cells))
            followed.append(("version", title, newest, len(newest)))
    for over, title, seen, number in followed:
        for one in described:
            moments = tuple(_moments(iter(seen), one, complete))
            if number > 1 and any(moment.amount is not None for moment in moments):
                yield one, over, Series(title, moments), number


_Seen = tuple[str, RecordedRun | None, Measurement]
"""When a measurement was shown, by which run, and its record."""


def _points(reader: Reader, cell: str) -> list[Point]:
    """What was shown of a cell, each measurement once for every stretch of runs that showed it."""
    return [next(stretch) for _, stretch in groupby(reader.points(cell), key=attrgetter("number"))]


def _read(reader: Reader, points: Sequence[Point], runs: Mapping[int, RecordedRun]) -> Iterator[_Seen]:
    """The records behind points in time, without those that say the same as the ones before and behind them:
    most do, and nothing follows from them.
    """
    same = [False, *(reader.alike(one.number, other.number) for one, other in pairwise(points)), True]
    for point, (as_before, as_behind) in zip(points, pairwise(same), strict=True):
        one = None if as_before and as_behind else reader.record(point.number)
        if one is not None:
            yield point.at, None if point.run is None else runs.get(point.run), one


def _newest_of_each(
    reader: Reader, cells: Sequence[str], known: Mapping[str, Measurement] | None = None
) -> Iterator[_Seen]:
    for cell in sorted(cells, key=_version):
        if known is not None and cell in known:
            yield known[cell].provenance.measured_at, None, known[cell]
            continue
        point = reader.last_point(cell)
        one = None if point is None else reader.record(point.number)
        if point is not None and one is not None:
            yield point.at, None, one


def _moments(seen: Iterator[_Seen], described: Figure, complete: Complete) -> Iterator[Moment]:
    before: Measurement | None = None
    was: Amount | None = None
    last: RecordedRun | None = None
    for at, run, measured in seen:
        one = complete(measured)
        found = value(one, described.name)
        amount = None if found is None else with_bar(found)
        change = why = None
        if before is not None and amount != was:
            change = FigureChange(described, was, amount)
            why = (*_commits(last, run), *differences(before.provenance, one.provenance))
        same = before is not None and amount == was and before.status is one.status
        if not same or before is None or before.version != one.version:
            yield Moment(at, one.version, run, amount, one.status.value, change, why or ())
        before, was, last = one, amount, run or last


def _commits(before: RecordedRun | None, after: RecordedRun | None) -> Iterator[str]:
    """The working directory's commits, where they are not the same."""
    if before is None or after is None:
        return
    was, now = before.origin, after.origin
    if was.commit is not None and now.commit is not None and was.commit != now.commit:
        yield f"the working directory's commit: {was.commit[:9]} → {now.commit[:9]}"
    elif now.commit is not None and (was.dirty or now.dirty):
        yield f"what is not committed on {now.commit[:9]}"


def _by_version(cells: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for cell in cells:
        build, _, rest = cell.partition("/")
        groups.setdefault(f"{build.partition('@')[0]}/{rest}", []).append(cell)
    return groups


def _version(cell: str) -> tuple[Version, str]:
    text = cell.partition("/")[0].partition("@")[2]
    try:
        return Version(text), text
    except InvalidVersion:
        return Version("0"), text


def _no_cell(select: Sequence[str], cells: Sequence[str]) -> UsageError:
    if not cells:
        return UsageError("Nothing was measured yet.", "`wasmfit compare` measures.")
    close = get_close_matches(select[0], cells, n=1, cutoff=0.4)
    return UsageError(
        f"No cell that was measured matches {printable(' or '.join(select))}.",
        f"Perhaps you meant {printable(close[0])}." if close else f"An id looks like {printable(cells[0])}.",
    )


def run_to_dict(run: RecordedRun) -> dict[str, object]:
    """A run as plain data."""
    origin = run.origin
    return {
        "number": run.number,
        "at": run.at,
        "label": origin.label,
        "branch": origin.branch,
        "commit": origin.commit,
        "dirty": origin.dirty,
        "command": origin.command,
        "wasmfit": run.wasmfit,
    }
