"""Features measured as tables, and their assertions."""

from collections.abc import Iterator, Sequence

from wasmfit.model import (
    Failing,
    FeatureEvidence,
    FeatureMeasured,
    FeatureVerdict,
    Group,
    RuntimeFeatures,
)
from wasmfit.table import Table, text_column
from wasmfit.words import agreeing, counted

from .basis import OUTDATED_CLAUSE, OUTDATED_MARK
from .features import FeaturesMeasured

_MOST_SHOWN = 200
"""Assertions of one feature in a table: a runtime without SIMD has 25,000 with the same reason."""


def feature_tables(measured: FeaturesMeasured) -> list[Table]:
    """The tables, board by board and profile by profile: a row per feature, a column per runtime."""
    settings: dict[tuple[str, str, Group], list[RuntimeFeatures]] = {}
    for runtime in measured.runtimes:
        for group in Group:
            chosen = tuple(feature for feature in runtime.features if feature.group is group)
            if chosen:
                of_group = runtime.model_copy(update={"features": chosen})
                settings.setdefault((runtime.board, runtime.profile, group), []).append(of_group)
    # Notes on all tables are shown once, below the first.
    return [
        _table(measured, setting, runtimes, index == 0)
        for index, (setting, runtimes) in enumerate(settings.items())
    ]


_TITLES = {
    Group.WEBASSEMBLY: "features measured on the device image",
    Group.BEHAVIOUR: "behaviour measured on the device image",
}


def _table(
    measured: FeaturesMeasured,
    setting: tuple[str, str, Group],
    runtimes: Sequence[RuntimeFeatures],
    is_first: bool,
) -> Table:
    labels = tuple(measured.titles[feature.feature] for feature in runtimes[0].features)
    columns = tuple(
        text_column(
            (runtime.runtime, f"{runtime.version} {OUTDATED_MARK}" if outdated else runtime.version),
            map(_cell, runtime.features),
        )
        for runtime, outdated in zip(runtimes, map(measured.is_outdated, runtimes), strict=True)
    )
    board, profile, group = setting
    title = f"{_TITLES[group]} / {board} / {profile}"
    notes = (
        *([OUTDATED_CLAUSE] if any(map(measured.is_outdated, runtimes)) else ()),
        *(measured.notes if is_first else ()),
        *_reasons(measured, runtimes),
        *_evidence(measured, runtimes),
        *_differences(measured, runtimes),
    )
    return Table(title, labels, columns, notes, ())


def _differences(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    for runtime in runtimes:
        shown = {feature.feature for feature in runtime.features}
        for difference in runtime.differences:
            if difference.feature in shown:
                yield (
                    f"{_label(runtime)}, {measured.titles[difference.feature]}: documented as "
                    f"{difference.claimed} ({difference.source}), measured as {difference.measured.value}"
                )


def _evidence(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    for runtime in runtimes:
        for feature in runtime.features:
            if feature.evidence:
                values = "; ".join(map(_evidence_text, feature.evidence))
                yield f"{_label(runtime)}, {measured.titles[feature.feature]}: measured {values}"


def _evidence_text(evidence: FeatureEvidence) -> str:
    words = f" ({evidence.words})" if evidence.words and evidence.unit == "instructions" else ""
    return f"{evidence.what}: {evidence.number:,} {evidence.unit}{words}"


def _cell(feature: FeatureMeasured) -> str:
    match feature.verdict:
        case FeatureVerdict.PARTLY:
            return f"partly ({feature.passed:,} of {feature.total:,})"
        case FeatureVerdict.UNMEASURABLE:
            return "not measurable"
    return feature.verdict.value


def _reasons(measured: FeaturesMeasured, runtimes: Sequence[RuntimeFeatures]) -> Iterator[str]:
    """Why a runtime lacks features, each reason once with all features that it applies to."""
    for runtime in runtimes:
        reasons: dict[tuple[FeatureVerdict, str], list[str]] = {}
        for feature in runtime.features:
            if feature.reason is not None:
                titles = reasons.setdefault((feature.verdict, feature.reason), [])
                titles.append(measured.titles[feature.feature])
        for (verdict, reason), titles in reasons.items():
            names = "everything" if len(titles) == len(runtime.features) > 1 else ", ".join(titles)
            word = "not measurable" if verdict is FeatureVerdict.UNMEASURABLE else verdict.value
            yield f"{_label(runtime)}, {names}: {word}: {reason}"


def failing_tables(measured: FeaturesMeasured) -> list[Table]:
    """The assertions that do not hold, by runtime and feature."""
    groups: dict[tuple[str, str, str], list[Failing]] = {}
    for assertion in measured.failing:
        groups.setdefault((assertion.runtime, assertion.version, assertion.feature), []).append(assertion)
    return [
        _failing(f"{runtime}@{version}: {measured.titles[feature]}", assertions)
        for (runtime, version, feature), assertions in groups.items()
    ]


def _failing(title: str, assertions: Sequence[Failing]) -> Table:
    number = len(assertions)
    shown, more = assertions[:_MOST_SHOWN], number - _MOST_SHOWN
    return Table(
        f"{title}: {counted(number, 'assertion')} {agreeing(number, 'does', 'do')} not hold",
        tuple(f"{assertion.part}/{assertion.file}:{assertion.line}" for assertion in shown),
        (
            text_column(("outcome",), (assertion.outcome.value for assertion in shown)),
            text_column(("action",), (assertion.action for assertion in shown)),
            text_column(("expected",), (assertion.expected for assertion in shown)),
            text_column(("got",), (assertion.got for assertion in shown)),
        ),
        (f"{more:,} more are in the formats csv and json",) if more > 0 else (),
        (),
    )


def feature_lines(known: Sequence[RuntimeFeatures]) -> list[str]:
    """Known features of runtimes, a line for each, to go with a comparison, which measures none."""
    return [
        f"features of {_label(runtime)} ({runtime.board}, {runtime.profile}; {runtime.measured_at[:10]}): "
        f"{verdicts}"
        for runtime in known
        if (verdicts := _verdicts(runtime))
    ]


def _label(runtime: RuntimeFeatures) -> str:
    return f"{runtime.runtime}@{runtime.version}"


def _verdicts(runtime: RuntimeFeatures) -> str:
    return "; ".join(
        f"{verdict.value}: {', '.join(names)}"
        for verdict in (FeatureVerdict.YES, FeatureVerdict.PARTLY, FeatureVerdict.NO)
        if (names := [_feature_name(feature) for feature in runtime.features if feature.verdict is verdict])
    )


def _feature_name(feature: FeatureMeasured) -> str:
    passed = f" ({feature.passed:,} of {feature.total:,})" if feature.verdict is FeatureVerdict.PARTLY else ""
    return f"{feature.feature}{passed}"
