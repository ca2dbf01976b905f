"""Features measured: the table of ``wasmfit features``, and the assertions behind it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wasmfit.errors import UsageError
from wasmfit.model import Failing, FeatureMeasured, RuntimeFeatures, Verdict

from .shapes import Column, Table

if TYPE_CHECKING:
    import pandas

SCHEMA = 1

_MOST_SHOWN = 200
"""Assertions of one feature in a table for readers: a runtime without SIMD has 25,000 that say the same."""


@dataclass(frozen=True)
class FeaturesMeasured:
    """What runtimes have of WebAssembly, as far as the W3C suite can tell.

    Attributes:
        runtimes: One for every runtime, board and profile.
        titles: Feature → heading of its row.
        look: Finds the assertions that do not hold; see :attr:`failing`.
        notes: What a reader must know: where assertions come from, and which are left out.
        failures: Cells that could not be measured though they should have been, and why.
        seconds: How long it took.
        reused: How many cells were in the store already.
        cells: How many there were.
    """

    runtimes: tuple[RuntimeFeatures, ...]
    titles: dict[str, str]
    look: Callable[[], tuple[Failing, ...]]
    notes: tuple[str, ...]
    failures: dict[str, str]
    seconds: float
    reused: int
    cells: int

    @cached_property
    def failing(self) -> tuple[Failing, ...]:
        """The assertions that do not hold: found when asked for, since a runtime without SIMD has 25,000."""
        return self.look()

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``features --format json``."""
        runtimes = [one.model_dump(mode="json") for one in self.runtimes]
        return {"schema": SCHEMA, "runtimes": runtimes, "notes": list(self.notes)}

    def failing_to_dict(self) -> dict[str, Any]:
        """The contract of ``features --failing --format json``."""
        return {"schema": SCHEMA, "failing": [one.model_dump(mode="json") for one in self.failing]}

    def rows(self) -> list[dict[str, object]]:
        """One row for every runtime and feature."""
        return [
            {
                "runtime": one.runtime,
                "version": one.version,
                "board": one.board,
                "profile": one.profile,
                "feature": feature.feature,
                "verdict": feature.verdict.value,
                "passed": feature.passed,
                "total": feature.total,
                "reason": feature.reason,
            }
            for one in self.runtimes
            for feature in one.features
        ]

    def failing_rows(self) -> list[dict[str, object]]:
        """One row for every assertion that does not hold."""
        return [one.model_dump(mode="json") for one in self.failing]

    def to_frame(self) -> "pandas.DataFrame":
        """The rows as pandas has them.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise UsageError("to_frame() needs pandas.", "pip install 'wasmfit[frames]'") from error
        return pandas.DataFrame(self.rows())


def merged(found: Iterable[RuntimeFeatures]) -> list[RuntimeFeatures]:
    """One record for every runtime, board and profile: each feature as the first that has it says."""
    settings: dict[tuple[str, str, str, str], RuntimeFeatures] = {}
    for one in found:
        setting = (one.runtime, one.version, one.board, one.profile)
        before = settings.setdefault(setting, one)
        known = {feature.feature for feature in before.features}
        more = tuple(feature for feature in one.features if feature.feature not in known)
        if more:
            settings[setting] = before.model_copy(update={"features": (*before.features, *more)})
    return list(settings.values())


def feature_tables(measured: FeaturesMeasured) -> list[Table]:
    """The tables, board by board and profile by profile: a row a feature, a column a runtime."""
    settings: dict[tuple[str, str], list[RuntimeFeatures]] = {}
    for one in measured.runtimes:
        settings.setdefault((one.board, one.profile), []).append(one)
    return [_table(measured, where, runtimes) for where, runtimes in settings.items()]


def _table(measured: FeaturesMeasured, where: tuple[str, str], runtimes: Sequence[RuntimeFeatures]) -> Table:
    labels = tuple(measured.titles[feature.feature] for feature in runtimes[0].features)
    columns = tuple(Column((one.runtime, one.version), tuple(map(_cell, one.features))) for one in runtimes)
    title = f"features measured on the device image / {' / '.join(where)}"
    return Table(title, labels, columns, (*measured.notes, *_reasons(measured, runtimes)), ())


def _cell(one: FeatureMeasured) -> str:
    match one.verdict:
        case Verdict.PARTLY:
            return f"partly ({one.passed:,} of {one.total:,})"
        case Verdict.UNMEASURABLE:
            return "not measurable"
    return one.verdict.value


def _reasons(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    """What stands in the way of each feature that is not there, and is said of all features at once, once."""
    for one in runtimes:
        reasons: dict[tuple[Verdict, str], list[str]] = {}
        for feature in one.features:
            if feature.reason is not None:
                said = feature.reason
                reasons.setdefault((feature.verdict, said), []).append(measured.titles[feature.feature])
        for (verdict, reason), titles in reasons.items():
            names = "everything" if len(titles) == len(one.features) > 1 else ", ".join(titles)
            shown = "not measurable" if verdict is Verdict.UNMEASURABLE else verdict.value
            yield f"{one.runtime}@{one.version}, {names}: {shown}: {reason}"


def failing_tables(measured: FeaturesMeasured) -> list[Table]:
    """The assertions that do not hold, by runtime and feature."""
    groups: dict[tuple[str, str, str], list[Failing]] = {}
    for one in measured.failing:
        groups.setdefault((one.runtime, one.version, one.feature), []).append(one)
    return [
        _failing(f"{runtime}@{version}: {measured.titles[feature]}", found)
        for (runtime, version, feature), found in groups.items()
    ]


def _failing(of: str, found: Sequence[Failing]) -> Table:
    shown, more = found[:_MOST_SHOWN], len(found) - _MOST_SHOWN
    return Table(
        f"{of}: {len(found):,} assertions do not hold",
        tuple(f"{one.part}/{one.file}:{one.line}" for one in shown),
        (
            Column(("outcome",), tuple(one.outcome.value for one in shown)),
            Column(("action",), tuple(one.action for one in shown)),
            Column(("expected",), tuple(one.expected for one in shown)),
            Column(("got",), tuple(one.got for one in shown)),
        ),
        (f"{more:,} more are in the formats csv and json",) if more > 0 else (),
        (),
    )
