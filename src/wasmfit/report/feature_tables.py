"""Features measured as tables, and the assertions behind them."""

from collections.abc import Iterator, Sequence

from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.model import Failing, FeatureEvidence, FeatureMeasured, FeatureVerdict, Group, RuntimeFeatures

from .table import Column, Table

_MOST_SHOWN = 200
"""Assertions of one feature in a table for readers: a runtime without SIMD has 25,000 that say the same."""


def feature_tables(measured: FeaturesMeasured) -> list[Table]:
    """The tables, board by board and profile by profile: a row a feature, a column a runtime."""
    settings: dict[tuple[str, str, Group], list[RuntimeFeatures]] = {}
    for one in measured.runtimes:
        for group in Group:
            chosen = tuple(feature for feature in one.features if feature.group is group)
            if chosen:
                of_group = one.model_copy(update={"features": chosen})
                settings.setdefault((one.board, one.profile, group), []).append(of_group)
    # Notes of all are said once, beneath the first.
    return [
        _table(measured, where, runtimes, number == 0)
        for number, (where, runtimes) in enumerate(settings.items())
    ]


_TITLES = {
    Group.WEBASSEMBLY: "features measured on the device image",
    Group.BEHAVIOUR: "behaviour measured on the device image",
}


def _table(
    measured: FeaturesMeasured,
    where: tuple[str, str, Group],
    runtimes: Sequence[RuntimeFeatures],
    is_first: bool,
) -> Table:
    labels = tuple(measured.titles[feature.feature] for feature in runtimes[0].features)
    columns = tuple(Column((one.runtime, one.version), tuple(map(_cell, one.features))) for one in runtimes)
    board, profile, group = where
    title = f"{_TITLES[group]} / {board} / {profile}"
    notes = (
        *(measured.notes if is_first else ()),
        *_reasons(measured, runtimes),
        *_evidence(measured, runtimes),
        *_differences(measured, runtimes),
    )
    return Table(title, labels, columns, notes, ())


def _differences(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    for one in runtimes:
        shown = {feature.feature for feature in one.features}
        for difference in one.differences:
            if difference.feature in shown:
                yield (
                    f"{one.runtime}@{one.version}, {measured.titles[difference.feature]}: documented as "
                    f"{difference.claimed} ({difference.source}), measured as {difference.measured.value}"
                )


def _evidence(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    for one in runtimes:
        for feature in one.features:
            if feature.evidence:
                shown = "; ".join(map(_shown, feature.evidence))
                yield f"{one.runtime}@{one.version}, {measured.titles[feature.feature]}: measured {shown}"


def _shown(one: FeatureEvidence) -> str:
    said = f" ({one.words})" if one.words and one.unit == "instructions" else ""
    return f"{one.what}: {one.number:,} {one.unit}{said}"


def _cell(one: FeatureMeasured) -> str:
    match one.verdict:
        case FeatureVerdict.PARTLY:
            return f"partly ({one.passed:,} of {one.total:,})"
        case FeatureVerdict.UNMEASURABLE:
            return "not measurable"
    return one.verdict.value


def _reasons(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    """What stands in the way of each feature that is not there, and is said of all features at once, once."""
    for one in runtimes:
        reasons: dict[tuple[FeatureVerdict, str], list[str]] = {}
        for feature in one.features:
            if feature.reason is not None:
                said = feature.reason
                reasons.setdefault((feature.verdict, said), []).append(measured.titles[feature.feature])
        for (verdict, reason), titles in reasons.items():
            names = "everything" if len(titles) == len(one.features) > 1 else ", ".join(titles)
            shown = "not measurable" if verdict is FeatureVerdict.UNMEASURABLE else verdict.value
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


def feature_lines(known: Sequence[RuntimeFeatures]) -> list[str]:
    """What is known of runtimes' features, a line for each of which something is: beside a comparison, which
    measures none."""
    return [
        f"features of {one.runtime}@{one.version} ({one.board}, {one.profile}; {one.measured_at[:10]}): "
        f"{said}"
        for one in known
        if (said := _verdicts(one))
    ]


def _verdicts(one: RuntimeFeatures) -> str:
    return "; ".join(
        f"{verdict.value}: {', '.join(names)}"
        for verdict in (FeatureVerdict.YES, FeatureVerdict.PARTLY, FeatureVerdict.NO)
        if (names := [_named(feature) for feature in one.features if feature.verdict is verdict])
    )


def _named(one: FeatureMeasured) -> str:
    of = f" ({one.passed:,} of {one.total:,})" if one.verdict is FeatureVerdict.PARTLY else ""
    return f"{one.feature}{of}"
