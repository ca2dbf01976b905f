"""Assertions → features: what is selected, and what numbers of outcomes come to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.catalog import Catalog
from wasmfit.conformance.features import differences, failing, measured, select, verdict
from wasmfit.conformance.script import Command, Part
from wasmfit.model import (
    AssertionOutcome,
    Feature,
    FeatureMeasured,
    FeatureVerdict,
    FileOutcomes,
    Group,
    PartOutcomes,
    Selection,
)
from wasmfit.plan import select_builds

from .samples import instantiate, invoke, load, part


def _outcomes(letters: Sequence[str], reason: str | None = None, words: Sequence[str] = ()) -> PartOutcomes:
    files = tuple(
        FileOutcomes(
            file=f"{number}.wast",
            outcomes=one,
            words={at: 0 for at, letter in enumerate(one) if letter != "." and words},
        )
        for number, one in enumerate(letters)
    )
    return PartOutcomes(
        id="x",
        part="sample",
        files=files,
        words=tuple(words),
        reason=reason,
        wasmfit="0",
        measured_at="",
        replay="",
    )


_FEATURE = Feature(name="f", title="F", selections=(Selection(part="sample"),))
_COMMANDS = [instantiate(fresh=True), invoke(2), invoke(3), load(4)]


def _of(letters: str, commands: Sequence[Command] = _COMMANDS) -> tuple[FeatureVerdict, int, int]:
    found = measured(_FEATURE, {"sample": part(commands)}, {"sample": _outcomes([letters])})
    return found.verdict, found.passed, found.total


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("...", (FeatureVerdict.YES, 3, 3)),
        (".F.", (FeatureVerdict.PARTLY, 2, 3)),
        (".FF", (FeatureVerdict.PARTLY, 1, 3)),
        ("RR.", (FeatureVerdict.NO, 1, 3)),
        ("CNN", (FeatureVerdict.NO, 0, 3)),
        ("MMM", (FeatureVerdict.NO, 0, 3)),
    ],
)
def test_verdicts(letters: str, expected: tuple[FeatureVerdict, int, int]) -> None:
    assert _of(letters) == expected


def test_refusing_everything_is_no_feature() -> None:
    assert _of("..", [load(1), load(2)]) == (FeatureVerdict.NO, 2, 2)


def test_what_was_not_run_is_never_there() -> None:
    parts = {"sample": part(_COMMANDS)}
    assert measured(_FEATURE, parts, {}).verdict is FeatureVerdict.UNMEASURABLE
    found = measured(_FEATURE, parts, {"sample": _outcomes([], "there is no glue")})
    assert (found.verdict, found.reason) == (FeatureVerdict.UNMEASURABLE, "there is no glue")
    nothing = Feature(name="f", title="F", selections=(Selection(part="sample", files=("none",)),))
    assert measured(nothing, parts, {"sample": _outcomes(["..."])}).verdict is FeatureVerdict.UNMEASURABLE
    never = Feature(name="f", title="F", unmeasurable="nobody asks")
    assert measured(never, parts, {}).reason == "nobody asks"


@given(st.dictionaries(st.sampled_from(AssertionOutcome), st.integers(0, 5)), st.booleans())
def test_yes_means_all(counted: dict[AssertionOutcome, int], worked: bool) -> None:
    said = verdict(Counter(counted), worked=worked)
    total = sum(counted.values())
    if said is FeatureVerdict.YES:
        assert worked
        assert counted[AssertionOutcome.PASSED] == total > 0
    assert (said is FeatureVerdict.UNMEASURABLE) == (total == 0)


def test_the_reason_is_the_commonest_one() -> None:
    found = measured(
        _FEATURE, {"sample": part(_COMMANDS)}, {"sample": _outcomes(["F.F"], words=["i32:00000002"])}
    )
    assert found.reason == "failed at 0.wast:2: i32:00000002"
    assert found.outcomes == {AssertionOutcome.PASSED: 1, AssertionOutcome.FAILED: 2}


def test_failing_assertions_are_told_one_by_one() -> None:
    (one,) = failing(
        "r", "1", _FEATURE, {"sample": part(_COMMANDS)}, {"sample": _outcomes([".F."], words=["7"])}
    )
    assert (one.file, one.line, one.action, one.expected, one.got) == (
        "0.wast",
        3,
        "f()",
        "i32:00000001",
        "7",
    )
    assert list(failing("r", "1", _FEATURE, {}, {})) == []


def _lines(selection: Selection, sample: Part) -> list[int]:
    return [command.line for _, _, command in select(selection, sample)]


def test_selections() -> None:
    some = frozenset({"simd"})
    commands = [
        instantiate(1, fresh=True),
        invoke(2, needs=some, uses=some),
        invoke(3, needs=some),
        invoke(4),
        load(5, needs=some),
        load(6, valid=True, needs=some),
    ]
    sample = part(commands, [load(7)])
    assert _lines(Selection(part="sample"), sample) == [2, 3, 4, 5, 7]
    assert _lines(Selection(part="sample", needs=some), sample) == [2, 3, 5]
    # A call by what its function uses, a module by what it needs.
    assert _lines(Selection(part="sample", uses=some), sample) == [2, 5]
    assert _lines(Selection(part="sample", without=some), sample) == [4, 7]
    assert _lines(Selection(part="sample", files=("1.*",)), sample) == [7]
    assert _lines(Selection(part="sample"), part([instantiate(1), replace(invoke(2), excluded=True)])) == []


def test_every_feature_of_the_issue_has_a_row() -> None:
    names: dict[Group, set[str]] = {group: set() for group in Group}
    for one in Catalog.load().features.features:
        names[one.group].add(one.name)
    assert names[Group.BEHAVIOUR] == {
        *(
            "traps",
            "stack-exhaustion",
            "isolation",
            "memory-maximum",
            "memory-limit",
            "endless-loop",
            "in-place",
        ),
        *("invalid-refused", "no-leak"),
    }
    assert names[Group.WEBASSEMBLY] == {
        *("mvp", "sign-extension", "saturating-conversions", "bulk-memory", "reference-types", "multi-value"),
        *("simd", "relaxed-simd", "tail-calls", "extended-const", "multi-memory", "memory64", "exceptions"),
        *("gc", "threads", "custom-page-sizes", "component-model"),
    }


def test_letters_stand_for_one_outcome_each() -> None:
    assert {AssertionOutcome.of(outcome.letter) for outcome in AssertionOutcome} == set(AssertionOutcome)


def test_what_was_measured_stands_beside_the_verdict() -> None:
    outcomes = PartOutcomes(
        id="x",
        part="sample",
        files=(FileOutcomes(file="0.wast", outcomes=".F", words={0: 0}, numbers={0: 321, 1: 5000}),),
        words=("out of fuel",),
        wasmfit="0",
        measured_at="",
        replay="",
    )
    grown = Command(line=3, do="grown", name="data", expect="return", results=("most:00001000",))
    commands = [instantiate(fresh=True), invoke(2, expect="trap", results=(), budget=1), grown]
    found = measured(_FEATURE, {"sample": part(commands)}, {"sample": outcomes})
    assert [(one.what, one.number, one.unit, one.words) for one in found.evidence] == [
        ("f() within a budget of 1", 321, "instructions", "out of fuel"),
        ("heap for data", 5000, "B", None),
    ]


def test_only_what_expects_it_is_selected() -> None:
    selection = Selection(part="sample", expects=frozenset({"invalid"}))
    chosen = select(
        selection, part([instantiate(fresh=True), invoke(2), load(3), load(4, expect="malformed")])
    )
    assert [command.line for _, _, command in chosen] == [3]


def test_documents_are_held_against_the_measurement() -> None:
    (build,) = select_builds(Catalog.load(), ["wamr-metering"])
    found = (
        FeatureMeasured(feature="endless-loop", verdict=FeatureVerdict.NO),
        FeatureMeasured(feature="multi-value", verdict=FeatureVerdict.YES),
        FeatureMeasured(feature="simd", verdict=FeatureVerdict.UNMEASURABLE),
        FeatureMeasured(feature="mvp", verdict=FeatureVerdict.NO),
    )
    (one,) = differences(build, found)
    assert (one.feature, one.claimed, one.measured) == ("endless-loop", "yes", FeatureVerdict.NO)
    (classic,) = select_builds(Catalog.load(), ["wamr-classic"])
    assert list(differences(classic, found)) == []


def test_claims_are_of_features_that_there_are() -> None:
    catalog = Catalog.load()
    names = {one.name for one in catalog.features.features}
    claimed = {
        name for runtime in catalog.runtimes.values() for claim in runtime.claims for name in claim.says
    }
    assert claimed
    assert claimed <= names


@pytest.mark.parametrize(("letters", "verdict"), [("...", "yes"), (".F.", "partly"), ("F..", "no")])
def test_refusals_count_where_what_is_right_is_accepted(letters: str, verdict: str) -> None:
    commands = [load(1, expect="valid", valid=True), load(2), load(3)]
    feature = Feature(
        name="f",
        title="F",
        selections=(Selection(part="sample", expects=frozenset({"invalid"})),),
        precondition=Selection(part="sample", expects=frozenset({"valid"})),
    )
    found = measured(feature, {"sample": part(commands)}, {"sample": _outcomes([letters])})
    assert (found.verdict.value, found.total) == (verdict, 2)


def test_a_module_that_is_refused_takes_no_heap_and_proves_nothing() -> None:
    grown = Command(line=3, do="grown", name="data", expect="return", results=("most:00001000",))
    assert _of(".R", [instantiate(fresh=True), grown, invoke(4)]) == (FeatureVerdict.NO, 1, 2)
