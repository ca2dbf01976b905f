"""Assertions → features."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from wasmfit.model import (
    AssertionOutcome,
    Build,
    ClaimMismatch,
    Failing,
    Feature,
    FeatureEvidence,
    FeatureMeasured,
    FeatureVerdict,
    PartOutcomes,
    Selection,
)

from .script import Command, Part

Outcomes = Mapping[str, PartOutcomes]
"""Part → what a runtime made of it."""


def select(selection: Selection, part: Part) -> Iterator[tuple[str, int, Command]]:
    """The selected assertions: file, place among the file's assertions, and the assertion."""
    for script in part.scripts:
        if not any(fnmatchcase(script.file, pattern) for pattern in selection.files):
            continue
        for number, command in enumerate(script.assertions()):
            if _is_selected(selection, command):
                yield script.file, number, command


def _is_selected(selection: Selection, command: Command) -> bool:
    used = command.uses if command.do == "invoke" else command.needs
    return (
        (not selection.needs or bool(selection.needs & command.needs))
        and (not selection.uses or bool(selection.uses & used))
        and not selection.without & command.needs
        and (not selection.expects or command.expect in selection.expects)
    )


def measured(feature: Feature, parts: Mapping[str, Part], outcomes: Outcomes) -> FeatureMeasured:
    """A feature of a runtime.

    Args:
        feature: The feature.
        parts: The parts that it is of, and others.
        outcomes: What the runtime made of them.
    """
    if feature.unmeasurable is not None:
        return FeatureMeasured(
            feature=feature.name,
            group=feature.group,
            verdict=FeatureVerdict.UNMEASURABLE,
            reason=feature.unmeasurable,
        )
    for selection in feature.selections:
        ran = outcomes.get(selection.part)
        if ran is None or not ran.files:
            reason = "it was not run" if ran is None or ran.reason is None else ran.reason
            return FeatureMeasured(
                feature=feature.name, group=feature.group, verdict=FeatureVerdict.UNMEASURABLE, reason=reason
            )
    assertions = list(_found(feature.selections, parts, outcomes))
    counted = Counter(outcome for _, _, outcome, _ in assertions)
    proof = (
        assertions if feature.precondition is None else list(_found((feature.precondition,), parts, outcomes))
    )
    worked = any(
        outcome is AssertionOutcome.PASSED and command.is_precondition for _, command, outcome, _ in proof
    )
    return FeatureMeasured(
        feature=feature.name,
        group=feature.group,
        evidence=tuple(_evidence(feature, parts, outcomes)),
        verdict=verdict(counted, worked=worked),
        passed=counted[AssertionOutcome.PASSED],
        total=len(assertions),
        reason=_reason(assertions),
        outcomes={outcome: counted[outcome] for outcome in AssertionOutcome if counted[outcome]},
    )


def verdict(counted: Mapping[AssertionOutcome, int], *, worked: bool) -> FeatureVerdict:
    """What numbers of outcomes say.

    Args:
        counted: Outcome → number of assertions.
        worked: Whether an assertion holds that is more than a refusal or a trap.
    """
    total = sum(counted.values())
    if total == 0:
        return FeatureVerdict.UNMEASURABLE
    if not worked:
        return FeatureVerdict.NO
    return FeatureVerdict.YES if counted.get(AssertionOutcome.PASSED, 0) == total else FeatureVerdict.PARTLY


def _found(
    selections: tuple[Selection, ...], parts: Mapping[str, Part], outcomes: Outcomes
) -> Iterator[tuple[tuple[str, str], Command, AssertionOutcome, str]]:
    """The selected assertions: part and file, the assertion, its outcome, and what was said of it."""
    for selection in selections:
        ran = outcomes[selection.part]
        files = {file.file: file for file in ran.files}
        for file, number, command in select(selection, parts[selection.part]):
            said = files[file].words.get(number)
            outcome = AssertionOutcome.of(files[file].outcomes[number])
            yield (selection.part, file), command, outcome, "" if said is None else ran.words[said]


def _evidence(feature: Feature, parts: Mapping[str, Part], outcomes: Outcomes) -> Iterator[FeatureEvidence]:
    for selection in feature.selections:
        ran = outcomes[selection.part]
        files = {file.file: file for file in ran.files}
        for file, number, command in select(selection, parts[selection.part]):
            amount = files[file].numbers.get(number)
            if amount is not None:
                said = files[file].words.get(number)
                yield FeatureEvidence(
                    what=command.action,
                    number=amount,
                    unit="instructions" if command.budget is not None else "B",
                    words=None if said is None else ran.words[said],
                )


def _reason(assertions: list[tuple[tuple[str, str], Command, AssertionOutcome, str]]) -> str | None:
    """What most of the assertions that do not hold came to, and where the first of them stands."""
    against = [assertion for assertion in assertions if assertion[2] is not AssertionOutcome.PASSED]
    if not assertions:
        return "no assertion of the suite is of it"
    if not against:
        return None
    counted = Counter((outcome, said) for _, _, outcome, said in against)
    (outcome, said), _ = counted.most_common(1)[0]
    (_, file), first = next(
        (where, command) for where, command, *rest in against if tuple(rest) == (outcome, said)
    )
    return f"{outcome.value} at {file}:{first.line}" + (f": {said}" if said else "")


def runtime_features(
    features: tuple[Feature, ...], parts: Mapping[str, Part], outcomes: Outcomes
) -> tuple[FeatureMeasured, ...]:
    """All features of a runtime, in order."""
    return tuple(measured(feature, parts, outcomes) for feature in features)


def differences(build: Build, features: tuple[FeatureMeasured, ...]) -> Iterator[ClaimMismatch]:
    """Where a runtime's documents say something else than was measured."""
    for feature in features:
        claim = build.claim(feature.feature)
        if (
            claim is not None
            and feature.verdict is not FeatureVerdict.UNMEASURABLE
            and claim[0] != feature.verdict.value
        ):
            said, source = claim
            yield ClaimMismatch(
                feature=feature.feature, claimed=said, source=source, measured=feature.verdict
            )


def failing(
    runtime: str, version: str, feature: Feature, parts: Mapping[str, Part], outcomes: Outcomes
) -> Iterator[Failing]:
    """The assertions of a feature that do not hold on a runtime; none where it was not run."""
    if any(
        not outcomes.get(selection.part) or not outcomes[selection.part].files
        for selection in feature.selections
    ):
        return
    for (part, file), command, outcome, said in _found(feature.selections, parts, outcomes):
        if outcome is not AssertionOutcome.PASSED:
            yield Failing(
                runtime=runtime,
                version=version,
                feature=feature.name,
                part=part,
                file=file,
                line=command.line,
                outcome=outcome,
                action=command.action,
                expected=command.expectation,
                got=said or outcome.value,
            )
