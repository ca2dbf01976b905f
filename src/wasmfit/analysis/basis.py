"""What an answer rests on: measurements made on this machine, and those that come with wasmfit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wasmfit.model import Measurement
from wasmfit.words import listed

MEASURED = "measured"
"""The fact that says of a measurement where and when it was made."""

OUTDATED = "outdated"
"""The fact that names what has changed since a measurement was made; one that still holds has none."""

OUTDATED_MARK = "†"
"""What stands after the name of a row, or a value, that rests on an outdated measurement."""

OUTDATED_CLAUSE = f"{OUTDATED_MARK} outdated: what it was measured from has changed since"

_MOST_NAMED = 3
"""Cells that a note names; each says so of itself among its facts."""


@dataclass(frozen=True)
class Origin:
    """Where a measurement was made, with what, and whether it still holds.

    Attributes:
        here: Whether it was made on this machine.
        wasmfit: The version of wasmfit that made it.
        system: The system that it was made on, where that is another machine's.
        measured_at: UTC time, ISO 8601.
        changed: The parts that have changed since: ``runtime``, ``harness``, ``profile``, ``board`` or
            ``module``; with any, it is outdated.
    """

    here: bool
    wasmfit: str
    system: str
    measured_at: str
    changed: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The day on which it was made."""
        return self.measured_at[:10]

    @property
    def sentence(self) -> str:
        """All of it, as a clause."""
        outdated = f"; outdated: {_since(self.changed)}" if self.changed else ""
        return f"{_made(self, self.day)}{outdated}"

    @property
    def facts(self) -> dict[str, str]:
        """What the facts of its measurement say of it."""
        outdated = {OUTDATED: ", ".join(self.changed)} if self.changed else {}
        return {MEASURED: self.sentence, **outdated}


def _made(origin: Origin, days: str) -> str:
    if origin.here:
        return f"with wasmfit {origin.wasmfit} on this machine, {days}"
    return f"with wasmfit {origin.wasmfit}, {origin.system}, {days}; not on this machine"


def _since(changed: tuple[str, ...]) -> str:
    return f"{listed(changed)} {'has' if len(changed) == 1 else 'have'} changed since"


def with_origin(measurement: Measurement, origin: Origin) -> Measurement:
    """The measurement, which says among its facts where it was made and whether it still holds."""
    return measurement.model_copy(update={"facts": {**measurement.facts, **origin.facts}})


def is_outdated(measurement: Measurement) -> bool:
    """Whether something that it was measured from has changed since."""
    return OUTDATED in measurement.facts


def outdated_parts(measurement: Measurement) -> tuple[str, ...]:
    """What has changed since a measurement was made; empty of one that still holds."""
    return tuple(filter(None, measurement.facts.get(OUTDATED, "").split(", ")))


def mark_of(measurement: Measurement) -> str:
    """The mark of an outdated measurement; empty of any other."""
    return OUTDATED_MARK if is_outdated(measurement) else ""


def marked(text: str, measurement: Measurement) -> str:
    """A name or value of a measurement, marked where that is outdated."""
    return f"{text} {OUTDATED_MARK}" if is_outdated(measurement) else text


def outdated_notes(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """What the mark means, where one of them is outdated."""
    return (OUTDATED_CLAUSE,) if any(map(is_outdated, measurements)) else ()


def basis_notes(origins: Mapping[str, Origin]) -> tuple[str, ...]:
    """Sentences that say what an answer rests on, and which of it is outdated.

    Args:
        origins: Id → origin, of every measurement that it rests on.
    """
    return tuple(_notes(origins))


def _notes(origins: Mapping[str, Origin]) -> Iterator[str]:
    places: dict[tuple[bool, str, str], list[Origin]] = {}
    outdated: dict[tuple[str, ...], list[str]] = {}
    for cell, origin in origins.items():
        places.setdefault((not origin.here, origin.wasmfit, origin.system), []).append(origin)
        if origin.changed:
            outdated.setdefault(origin.changed, []).append(cell)
    for _, made in sorted(places.items()):
        period = _period(sorted({origin.day for origin in made}))
        count = "" if len(places) == 1 else f"{len(made):,} of {len(origins):,} cells: "
        yield f"{count}measured {_made(made[0], period)}"
    for changed, cells in outdated.items():
        yield f"outdated, since {_since(changed).removesuffix(' since')}: {named(cells)}"


def _period(days: Sequence[str]) -> str:
    """The first and the last of some days, in order: ``2026-12-01 to 04``, so that it stays in one line."""
    first, last = days[0], days[-1]
    if first == last:
        return first
    for same in ("YYYY-MM-", "YYYY-"):
        if first[: len(same)] == last[: len(same)]:
            return f"{first} to {last[len(same) :]}"
    return f"{first} to {last}"


def outdated_cells(origins: Mapping[str, Origin]) -> dict[str, tuple[str, ...]]:
    """Id → what has changed since, of the outdated ones."""
    return {cell: origin.changed for cell, origin in origins.items() if origin.changed}


def named(cells: Sequence[str]) -> str:
    """The first few of many cells, and how many more there are; a setting that all have is said once."""
    settings = {cell.partition("/")[2] for cell in cells}
    setting = settings.pop() if len(cells) > 1 and len(settings) == 1 else ""
    names = [cell.partition("/")[0] for cell in cells] if setting else list(cells)
    more = len(names) - _MOST_NAMED
    listed = f"{', '.join(names[:_MOST_NAMED])}{f' and {more:,} more' if more > 0 else ''}"
    return f"{listed} (…/{setting})" if setting else listed
