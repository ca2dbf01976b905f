"""What fits is ranked by a simple rule, and what does not is told what is missing."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import (
    measurement,
    renamed,
    size,
    unsearched,
    with_instructions,
    with_prediction,
    with_ram_bound,
)
from wasmfit.analysis.evidence import (
    EvidenceSource,
    Support,
    SupportEvidence,
    declared_source,
    evidence,
    measurable_features,
    parse_features,
    suite_source,
)
from wasmfit.analysis.fit import Fit
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import CRITERIA, BoardRequirements, RuntimeRequirements, parse_weights
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import FeatureMeasured, Group, LeastRam, Measurement, RuntimeFeatures, Status
from wasmfit.model import FeatureVerdict as MeasuredVerdict
from wasmfit.report.fit import FORMATS, to_csv, to_json, to_text
from wasmfit.report.format import Format

RAM = 4_288 + 1_200 + 9_000 + 65_536


def cell(name: str, flash: int = 100_000, call: int = 500, time_s: float | None = None) -> Measurement:
    one = renamed(
        measurement(size=size(flash - 21_000)), f"{name}@1.0/add-with-extra/nrf52840dk/bare/reference"
    )
    one = unsearched(with_instructions(one, call))
    return one if time_s is None else with_prediction(one, time_s)


def ranked(
    *cells: Measurement,
    sources: tuple[EvidenceSource, ...] = (declared_source,),
    bounds: frozenset[str] = frozenset(),
    **limits: object,
) -> Fit:
    made = BoardRequirements(**({"flash": 1 << 20, "ram": 1 << 18} | limits))  # type: ignore[arg-type]
    return rank(cells, made, board_title="Nordic nRF52840 DK", sources=sources, bounds=bounds)


def names(found: Fit) -> list[str]:
    return [one.measurement.runtime for one in found.ranked]


def test_the_score_is_the_weighted_geometric_mean_of_multiples_of_the_best() -> None:
    found = ranked(cell("a", 100_000, 800), cell("b", 200_000, 400), weights=parse_weights("flash=2,ram=0"))
    scores = {one.measurement.runtime: one.score for one in found.ranked}
    assert scores == {
        "a": pytest.approx((1.0**2 * 2.0) ** (1 / 3)),
        "b": pytest.approx((2.0**2 * 1.0) ** (1 / 3)),
    }
    assert names(found) == ["a", "b"]
    assert names(ranked(*(one.measurement for one in found.ranked), weights=parse_weights("speed=3"))) == [
        "b",
        "a",
    ]


@given(
    st.lists(st.tuples(st.integers(30_000, 900_000), st.integers(1, 10**9)), min_size=1, max_size=8),
    st.tuples(st.floats(0, 5), st.floats(0, 5), st.floats(0.1, 5)),
)
def test_nobody_beats_one_who_is_better_in_everything(
    figures: list[tuple[int, int]], weights: tuple[float, float, float]
) -> None:
    cells = [cell(f"r{number}", flash, call) for number, (flash, call) in enumerate(figures)]
    found = ranked(*cells, weights=dict(zip(CRITERIA, weights, strict=True)))
    assert len(found.ranked) == len(cells)
    for place, one in enumerate(found.ranked):
        assert one.score >= 1 - 1e-9
        assert math.isfinite(one.score)
        for better in found.ranked[place + 1 :]:
            worse_in = any(better.ratios[name] > one.ratios[name] for name in CRITERIA)
            assert worse_in or better.score == pytest.approx(one.score)


def test_native_code_and_the_baseline_are_no_candidates() -> None:
    assert names(ranked(cell("native"), cell("baseline"), cell("wasm3"))) == ["wasm3"]
    with pytest.raises(UsageError, match="No runtime was measured"):
        ranked()
    said = "native loads no module: runtimes are compared with it, and it is not ranked"
    with pytest.raises(UsageError, match=said) as refused:
        ranked(cell("baseline"), cell("native"))
    assert refused.value.remedy == (
        "Name a runtime that loads modules with --runtime, or none, for all of them."
    )
    with pytest.raises(UsageError, match="baseline loads no module"):
        ranked(cell("baseline"))
    with pytest.raises(UsageError, match=r"native and wasm2c load no module: .* and they are not ranked"):
        ranked(cell("native"), cell("wasm2c"), bounds=frozenset({"wasm2c"}))


def test_the_exact_shortfall() -> None:
    found = ranked(cell("wasm3", 121_000), flash=100_000, ram=RAM - 18_432)
    (one,) = found.rejected
    assert [
        (reason.criterion, reason.available, reason.required, reason.missing) for reason in one.reasons
    ] == [
        ("flash", 100_000, 121_000, 21_000),
        ("ram", RAM - 18_432, RAM, 18_432),
    ]
    assert [reason.sentence for reason in one.reasons] == [
        "the image is 21,000 B larger than flash",
        "18,432 B of RAM short",
    ]


def test_what_just_fits_fits_and_is_tight() -> None:
    (one,) = ranked(cell("wasm3"), flash=100_000, ram=RAM).ranked
    assert one.low_margins == ("0 B of flash are left, 0.0%", "0 B of RAM are left, 0.0%")
    (one,) = ranked(cell("wasm3"), flash=106_000, ram=RAM * 2).ranked
    assert one.low_margins == ()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.UNSUPPORTED, "rejects the module: i32x4.add: no SIMD"),
        (Status.UNAVAILABLE, "is not available: i32x4.add: no SIMD"),
        *((status, "i32x4.add: no SIMD") for status in Status if status is not Status.OK),
    ],
)
def test_what_does_not_run_does_not_fit(status: Status, words: str) -> None:
    one = cell("wasm3").model_copy(update={"status": status, "reason": "i32x4.add: no SIMD"})
    found = ranked(one, cell("wasmi"))
    assert found.rejected[0].reasons[0].sentence.endswith(words)
    assert names(found) == ["wasmi"]


def test_ram_that_is_not_known_is_not_enough() -> None:
    one = cell("wasm3")
    assert one.run is not None
    one = one.model_copy(update={"run": one.run.model_copy(update={"stack_peak": None})})
    assert "not known" in ranked(one).rejected[0].reasons[0].sentence


def test_a_ranking_within_the_error_bars_is_unsure() -> None:
    near = ranked(cell("a", time_s=1.0e-5), cell("b", time_s=1.1e-5))
    assert near.ranked[0].ties == ("b 1.0",)
    assert near.caveats[0].startswith("the first place is inconclusive")
    assert "a rank that is inconclusive" in near.sentence
    far = ranked(cell("a", time_s=1.0e-5), cell("b", time_s=1.5e-5))
    assert far.ranked[0].ties == ()
    assert "the first place is conclusive" in far.caveats[0]


def with_region(one: Measurement, instructions: int, time_s: float | None = None) -> Measurement:
    """The same where the module marks a region of interest."""
    assert one.run is not None
    run = one.run.model_copy(
        update={"instructions": one.run.instructions.model_copy(update={"region": instructions})}
    )
    if time_s is not None and run.predicted is not None and run.predicted.call is not None:
        region = replace(run.predicted.call, time_s=time_s, time_low_s=time_s, time_high_s=time_s)
        run = run.model_copy(update={"predicted": run.predicted.model_copy(update={"region": region})})
    return one.model_copy(update={"run": run})


def test_speed_is_that_of_the_region_of_interest_where_all_mark_one() -> None:
    first, second = cell("a", call=900), cell("b", call=500)
    found = ranked(with_region(first, 10), with_region(second, 20))
    assert found.speed_metric == "run.instructions.region"
    assert [one.speed.value for one in found.ranked if one.measurement.runtime == "a"] == [10]
    assert "the region of interest takes 10 instructions" in found.sentence
    assert ranked(with_region(first, 10), second).speed_metric == "run.instructions.call"
    timed = [with_region(cell(name, time_s=1e-5), 10, time_s=1e-6) for name in ("a", "b")]
    assert ranked(*timed).speed_metric == "run.predicted.region.time_s"


def called_once(one: Measurement) -> Measurement:
    """The same as a command, which has no warm call."""
    assert one.run is not None
    counts = one.run.instructions
    only = counts.model_copy(update={"first_call": counts.call, "call": None})
    return one.model_copy(update={"run": one.run.model_copy(update={"instructions": only})})


def test_speed_is_that_of_the_only_call_where_there_is_one() -> None:
    found = ranked(called_once(cell("a", call=900)), called_once(cell("b", call=300)))
    assert found.speed_metric == "run.instructions.first_call"
    assert names(found) == ["b", "a"]
    assert "the only call takes 300 instructions" in found.sentence
    assert "speed is instructions of the only call: not all of them have a predicted time" in found.caveats


def test_speed_is_instructions_unless_all_have_a_predicted_time() -> None:
    assert ranked(cell("a", time_s=1e-5), cell("b", time_s=1e-5)).speed_metric == "run.predicted.call.time_s"
    found = ranked(cell("a", time_s=1e-5), cell("b"))
    assert found.speed_metric == "run.instructions.call"
    assert any("instructions of a warm call" in caveat for caveat in found.caveats)


def test_a_model_that_is_not_calibrated_is_said_to_be_none() -> None:
    one = with_prediction(cell("a"), 1e-5, calibrated=False)
    assert any("not calibrated" in doubt for doubt in ranked(one).caveats)


def test_needs_by_what_the_catalogue_declares() -> None:
    facts = {"validation": "partial", "module bytes": "in place", "host step": "none"}
    one = cell("wasm3").model_copy(update={"facts": facts})
    found = ranked(one, features=("in-place", "no-host-step"))
    assert [(known.support, known.measured) for known in found.ranked[0].evidence] == [
        (Support.YES, False)
    ] * 2
    assert "declared by the catalogue, not measured: in-place, no-host-step" in found.caveats
    (left,) = ranked(one, features=("validation", "simd")).rejected
    assert [reason.sentence for reason in left.reasons] == [
        "validation: partly (declared, not measured): validation: partial",
        "simd: not measured, and the catalogue declares nothing",
    ]


def test_what_was_measured_goes_before_what_is_declared() -> None:
    def suite_source(_: Measurement, feature: str) -> SupportEvidence | None:
        return SupportEvidence(feature, Support.YES, "42 of 42", True) if feature == "simd" else None

    one = cell("wasm3").model_copy(update={"facts": {"validation": "validates"}})
    assert evidence(one, "simd", (suite_source, declared_source)).measured
    assert evidence(one, "validation", (suite_source, declared_source)).how == "declared, not measured"
    assert evidence(one, "fuel", (suite_source, declared_source)).support is Support.UNMEASURED
    assert names(ranked(one, features=("simd",), sources=(suite_source, declared_source))) == ["wasm3"]


def test_what_the_suite_said() -> None:
    """Features measured on the device image of that runtime and version; of others it says nothing."""
    told = [
        FeatureMeasured(feature="simd", verdict=MeasuredVerdict.YES, passed=42, total=42),
        FeatureMeasured(
            feature="gc", verdict=MeasuredVerdict.PARTLY, passed=1, total=2, reason="refused at gc.wast:3"
        ),
        FeatureMeasured(feature="threads", verdict=MeasuredVerdict.UNMEASURABLE, reason="no glue"),
    ]
    features = RuntimeFeatures(
        runtime="wasm3", version="1.0", board="nrf52840dk", profile="reference", features=tuple(told)
    )
    source = suite_source([features])
    one = cell("wasm3")
    yes, partly, none = (source(one, name) for name in ("simd", "gc", "threads"))
    assert yes == SupportEvidence("simd", Support.YES, "42 of 42 assertions of the W3C suite hold", True)
    assert partly is not None
    assert (partly.support, partly.reason.endswith("; refused at gc.wast:3")) == (Support.PARTLY, True)
    assert none is not None
    assert (none.support, none.measured) == (Support.UNMEASURED, False)
    assert source(one, "fuel") is None
    assert source(cell("wasmi"), "simd") is None


@pytest.mark.parametrize(("passed", "suffices"), [(989, False), (990, True), (999, True)])
def test_a_feature_with_few_exceptions_suffices_and_they_are_told(passed: int, suffices: bool) -> None:
    told = FeatureMeasured(
        feature="simd", verdict=MeasuredVerdict.PARTLY, passed=passed, total=1000, reason="failed at a.wast:1"
    )
    features = RuntimeFeatures(
        runtime="wasm3", version="1.0", board="nrf52840dk", profile="reference", features=(told,)
    )
    found = ranked(cell("wasm3", time_s=1e-5), features=("simd",), sources=(suite_source([features]),))
    assert bool(found.ranked) == suffices
    if suffices:
        said = "wasm3 1.0 has simd with exceptions: "
        assert any(one.startswith(said) and one.endswith("a.wast:1") for one in found.caveats)
    else:
        assert found.rejected[0].reasons[0].sentence.startswith("simd: partly (measured): 989 of 1,000")


def test_fuel_is_measured_as_an_endless_loop_that_is_stopped() -> None:
    known = {"endless-loop", "simd", "mvp"}
    assert measurable_features(("fuel", "simd", "validation"), known) == ["endless-loop", "simd"]
    stopped = FeatureMeasured(
        feature="endless-loop", verdict=MeasuredVerdict.YES, passed=3, total=3, group=Group.BEHAVIOUR
    )
    found = RuntimeFeatures(
        runtime="wasm3", version="1.0", board="nrf52840dk", profile="reference", features=(stopped,)
    )
    told = suite_source([found])(cell("wasm3"), "fuel")
    assert told == SupportEvidence("fuel", Support.YES, "3 of 3 assertions of our own scripts hold", True)


def test_ram_is_the_least_that_was_found_by_search() -> None:
    one = cell("wasm3")
    assert one.run is not None
    found = LeastRam(bytes=70_000, static=1, stack=2, heap=3, trials=9)
    searched = one.model_copy(update={"run": one.run.model_copy(update={"least_ram": found})})
    both = ranked(searched, cell("wasmi"), ram=75_000)
    assert [(r.ram.value, r.measurement.runtime) for r in both.ranked] == [(70_000, "wasm3")]
    assert any("found by search" in doubt for doubt in both.caveats)
    assert not any("no search has found" in doubt for doubt in both.caveats)
    assert any("RAM of wasmi 1.0 is static RAM" in doubt for doubt in ranked(searched, cell("wasmi")).caveats)


def test_an_upper_bound_of_the_ram_is_told_as_one() -> None:
    bound = with_ram_bound(measurement())
    found = ranked(bound)
    assert "and at most 82,320 B of RAM" in found.sentence
    assert "≤ 82,320" in to_text(found)
    assert json.loads(to_json(found))["ranked"][0]["ram_at_most"] is True
    (doubt,) = [doubt for doubt in found.caveats if doubt.startswith("RAM")]
    assert doubt == "RAM of wasmi 2.0.0 is at most what is shown: the search for the minimum RAM ended early"
    assert "at most" not in ranked(measurement()).sentence
    (rejected,) = ranked(bound, ram=82_000).rejected
    assert [reason.sentence for reason in rejected.reasons] == [
        "at most 320 B of RAM short, and perhaps none: the search for the minimum RAM ended early"
    ]


def test_over_several_modules_ram_is_a_bound_if_the_most_of_them_is() -> None:
    exact, bound = measurement(), with_ram_bound(renamed(measurement(), "wasmi@2.0.0/fft/b/bare/reference"))
    assert not ranked(exact, bound).ranked[0].has_ram_bound  # both need as much, and one is known exactly
    assert bound.run is not None
    assert bound.run.least_ram is not None
    more = bound.run.least_ram.model_copy(update={"bytes": 90_000})
    larger = bound.model_copy(update={"run": bound.run.model_copy(update={"least_ram": more})})
    assert ranked(exact, larger).ranked[0].has_ram_bound


def with_run(one: Measurement, **values: object) -> Measurement:
    assert one.run is not None
    return one.model_copy(update={"run": one.run.model_copy(update=values)})


def test_the_modules_own_memory_is_told_where_it_is_the_same_on_all() -> None:
    own = "65,536 B of which are the module's own memory (one page of WebAssembly)"
    assert own in ranked(cell("a"), with_run(cell("wasm3"), linear_memory=65_548)).sentence
    two = "131,072 B of which are the module's own memory (2 pages of WebAssembly)"
    assert two in ranked(with_run(cell("a"), linear_memory=131_072)).sentence
    for memory in (196_608, 4_096, None):
        assert "own memory" not in ranked(cell("a"), with_run(measurement(), linear_memory=memory)).sentence
    assert "own memory" not in ranked(with_run(cell("a"), linear_memory=4_096)).sentence
    short = ranked(cell("a"), cell("b"), ram=65_536).sentence
    assert short.endswith(
        "what is missing is listed with each; of the RAM that each needs, 65,536 B are the module's own "
        "memory (one page of WebAssembly)."
    )
    assert "own memory" not in ranked(cell("a"), flash=1).sentence


def test_what_was_found_wrong_of_a_runtime_is_told() -> None:
    notes = "slow; 1.0: it stores astray (docs/disagreements.md): trust nothing; 0.9 is right"
    faulty = cell("wasm3").model_copy(update={"facts": {"notes": notes}})
    found = ranked(faulty, cell("wasmi", 2 << 19))
    assert "; faults of it are known: docs/disagreements.md (wasmfit 0.1.0" in found.sentence
    (told,) = [doubt for doubt in found.caveats if "astray" in doubt]
    assert told == (
        "wasm3 1.0: it stores astray (docs/disagreements.md): trust nothing; "
        "`wasmfit show wasm3@1.0/add-with-extra/nrf52840dk/bare/reference` has what is known"
    )
    other = faulty.model_copy(update={"version": "0.9", "id": faulty.id.replace("@1.0", "@0.9")})
    assert "disagreements" not in to_text(ranked(other))


def test_what_ends_badly_names_its_module() -> None:
    ended = measurement(status=Status.OUT_OF_MEMORY, reason="8 B short", run=None)
    (alone,) = ranked(ended, cell("a")).rejected
    assert [reason.sentence for reason in alone.reasons] == ["add-with-extra: runs out of memory: 8 B short"]
    missing = measurement(status=Status.UNAVAILABLE, reason="unpublished", size=None, run=None)
    (absent,) = ranked(missing, cell("a")).rejected
    assert [reason.sentence for reason in absent.reasons] == ["is not available: unpublished"]


def test_what_is_not_available_is_listed_apart_and_in_short() -> None:
    reason = "it is unpublished. It has a page. With a checkout, `--source a=PATH` builds it."
    missing = measurement(status=Status.UNAVAILABLE, reason=reason, size=None, run=None)
    other = measurement(status=Status.UNSUPPORTED, reason="no atomics", size=None, run=None)
    other = other.model_copy(update={"runtime": "wasm3", "version": "1.0", "id": "wasm3@1.0/x/y/bare/small"})
    found = ranked(missing, other, features=("simd",), sources=())
    assert "wasm3 1.0 does not fit with add-with-extra (" in found.sentence
    # What was not built has no features to judge.
    assert to_text(found).endswith(
        "Does not fit:\n  wasm3 1.0: add-with-extra: cannot be built: no atomics\n\n"
        "Not available (`wasmfit list runtimes` says more):\n"
        f"  {missing.runtime} {missing.version}: it is unpublished. "
        "With a checkout, `--source a=PATH` builds it"
    )
    assert "no runtime could be tried with add-with-extra (" in ranked(missing).sentence


def test_a_reason_is_listed_once_with_its_runtimes() -> None:
    ended = measurement(status=Status.OUT_OF_MEMORY, reason="8 B short", run=None)
    other = ended.model_copy(update={"runtime": "wasm3", "id": ended.id.replace("wasmi", "wasm3")})
    assert to_text(ranked(ended, other)).endswith(
        "Does not fit:\n  wasm3 2.0.0, wasmi 2.0.0: add-with-extra: runs out of memory: 8 B short"
    )


def test_a_number_alone_is_probably_not_meant_to_be_bytes() -> None:
    notes = RuntimeRequirements.of("256", "64K").notes(Catalog.load().board("nrf52840dk"))
    assert notes == ("flash of 256 B: a number alone is in bytes, 256K is 262,144 B",)


def test_lists_of_needs() -> None:
    assert parse_features("fuel, simd,fuel") == ("fuel", "simd")
    assert parse_features(None) == parse_features("") == ()
    with pytest.raises(UsageError, match="'smid'") as error:
        parse_features("fuel,smid")
    assert "Perhaps you meant simd. Known are: mvp," in error.value.remedy
    with pytest.raises(UsageError, match="'SIMD'") as error:
        parse_features("SIMD")
    assert error.value.remedy.startswith("Perhaps you meant simd. ")


@pytest.mark.parametrize("text", ["flash", "speeed=1", "flash=x", "flash=-1", "flash=nan", "flash=inf", "=1"])
def test_what_is_no_weight(text: str) -> None:
    with pytest.raises(UsageError, match="Invalid weight"):
        parse_weights(text)


def test_weights() -> None:
    assert parse_weights("speed=2, flash=0.5") == {"flash": 0.5, "ram": 1, "speed": 2}
    assert parse_weights(None) == dict.fromkeys(CRITERIA, 1)
    with pytest.raises(UsageError, match="Every weight is 0"):
        parse_weights("flash=0,ram=0,speed=0")


def test_the_sentence_has_the_numbers_and_their_source() -> None:
    found = ranked(cell("wasm3", time_s=2e-5), cell("wasmi", 2 << 20))
    assert found.sentence == (
        "On the Nordic nRF52840 DK with 1,048,576 B of flash and 262,144 B of RAM, wasm3 1.0 (base bare, "
        "profile reference) runs add-with-extra in 100,000 B of flash and 80,024 B of RAM, 65,536 B of which "
        "are the module's own memory (one page of WebAssembly), and a warm call "
        "is predicted to take ≈20 µs (18–22); it is the only one that fits, 1 does not (wasmfit 0.1.0, "
        "2026-11-23)."
    )
    unavailable = [
        cell(name).model_copy(update={"status": Status.UNAVAILABLE, "reason": "in no registry"})
        for name in "ab"
    ]
    # What could not be tried is not said not to fit.
    assert "the only one that fits, 1 does not, 2 are unavailable (wasmfit" in (
        ranked(cell("wasm3", time_s=2e-5), cell("wasmi", 2 << 20), *unavailable).sentence
    )
    assert "the only one that fits, 1 is unavailable (wasmfit" in (
        ranked(cell("wasm3", time_s=2e-5), unavailable[0]).sentence
    )
    assert (
        "wasmi 1.0 does not fit with add-with-extra (base bare, profile reference);"
        in ranked(cell("wasmi", 2 << 20)).sentence
    )


def test_the_nearest_miss_comes_first() -> None:
    refused = cell("refused").model_copy(update={"status": Status.UNSUPPORTED, "reason": "no"})
    found = ranked(cell("far", 300_000), refused, cell("near", 100_001), flash=100_000)
    assert [one.measurement.runtime for one in found.rejected] == ["near", "far", "refused"]


def test_every_format_has_the_numbers() -> None:
    found = ranked(cell("wasm3", time_s=1e-5), cell("wasmi", time_s=3e-5), cell("big", 2 << 20))
    assert set(FORMATS) == set(Format)
    text = to_text(found, explain=True)
    for words in (
        found.sentence,
        "the ranking rule",
        "score = (flash^1",
        "big 1.0: the image is 1,048,576 B",
    ):
        assert words in text
    assert "the ranking rule" not in to_text(found)
    data = json.loads(to_json(found))
    assert [one["id"].partition("@")[0] for one in data["ranked"]] == ["wasm3", "wasmi"]
    assert data["rejected"][0]["reasons"][0] == {
        "measure": "flash",
        "have": 1_048_576,
        "need": 2_097_152,
        "short": 1_048_576,
        "sentence": "the image is 1,048,576 B larger than flash",
    }
    assert len(to_csv(found).splitlines()) == 4
    hostile = cell("a").model_copy(update={"status": Status.FAULTED, "reason": "\x1b[31m<b>|x"})
    for form in (Format.TABLE, Format.MARKDOWN):
        assert "\x1b" not in FORMATS[form](ranked(hostile))
