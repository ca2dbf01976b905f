"""The answer is that of ``wasmfit fit`` for every setting, with bounds beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.many import cell
from tests.samples import failed, measurement, run, unsearched, with_ram_bound
from wasmfit.analysis.evidence import declared_source
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import RuntimeRequirements
from wasmfit.analysis.setting_rankings import SettingRanking, headlines, setting_rankings
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import FeatureMeasured, FeatureVerdict, Measurement, RuntimeFeatures, Status

BOARD = Catalog.load().boards["nrf52840dk"]
BOUNDS = frozenset({"native", "wasm2c"})


def answer(*cells: Measurement, wanted: RuntimeRequirements | None = None) -> SettingRanking:
    return setting_rankings(cells, [BOARD], BOUNDS, wanted)[0]


def test_the_headline_remarks_and_doubts() -> None:
    found = answer(
        cell("small", flash=50_000, call=9_000),
        cell("both", flash=60_000, call=3_000),
        cell("fast", flash=400_000, call=2_000),
    )
    assert [one.runtime for one in found.entries] == ["both", "small", "fast"]
    best, small, fast = found.entries
    assert best.score == pytest.approx((60 / 50 * 3 / 2) ** (1 / 3))
    assert small.remark == "10,000 B less flash, as much RAM, 3.00 times its predicted time"
    assert fast.remark == "340,000 B more flash, as much RAM, 0.67 times its predicted time"
    # The error bars of the samples are from half to one and a half: they overlap.
    assert found.headline == (
        "both 1.0.0 fits the Nordic nRF52840 DK and the module sha256 best, though the first place is "
        "inconclusive."
    )
    assert any("the first place is inconclusive" in doubt for doubt in found.caveats)


@given(
    st.lists(
        st.tuples(st.integers(20_000, 1_200_000), st.integers(10, 10**7), st.integers(1_000, 300_000)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([None, "128K", "1M", 0]),
    st.sampled_from([None, "64K", 10**9]),
    st.sampled_from([None, "flash=3", "ram=0,speed=2"]),
)
def test_it_is_what_fit_says(
    figures: list[tuple[int, int, int]], flash: str | int | None, ram: str | int | None, weights: str | None
) -> None:
    cells = []
    for number, (size, call, heap) in enumerate(figures):
        one = unsearched(cell(f"r{number}", flash=size, call=call))
        assert one.run is not None
        cells.append(one.model_copy(update={"run": one.run.model_copy(update={"heap_peak": heap})}))
    wanted = RuntimeRequirements.of(flash, ram, "in-place" if weights else (), weights)
    shown = answer(*cells, cell("wasm2c"), cell("native"), measurement("baseline"), wanted=wanted)
    verdict = rank(
        [*cells, cell("wasm2c")],
        wanted.on(BOARD),
        board_title=BOARD.title,
        sources=(declared_source,),
        bounds=BOUNDS,
        notes=wanted.notes(BOARD),
    )
    ranked = [one for one in shown.entries if one.fits and not one.bound]
    assert [(one.label, one.score, one.ram, one.ties) for one in ranked] == [
        (one.label, one.score, one.ram.value, one.ties) for one in verdict.ranked
    ]
    rejected = [one for one in shown.entries if not one.fits]
    assert [[lack.sentence for lack in one.shortfalls] for one in rejected] == [
        [reason.sentence for reason in one.reasons] for one in verdict.rejected
    ]
    assert (shown.why, shown.caveats) == (verdict.sentence, verdict.caveats)


def test_what_exceeds_the_board_names_the_bytes() -> None:
    found = answer(cell("fits"), cell("large", flash=1_048_577))
    by_name = {one.runtime: one for one in found.entries}
    (lack,) = by_name["large"].shortfalls
    assert (lack.criterion, lack.available, lack.required, lack.missing) == ("flash", 1_048_576, 1_048_577, 1)
    assert lack.sentence == "the image is 1 B larger than flash"
    assert not by_name["large"].fits
    assert found.entries[0].runtime == "fits"


def test_the_least_ram_counts_where_it_was_searched_and_the_sum_where_not() -> None:
    much = run().model_copy(update={"heap_peak": 200_000})
    searched = cell("searched").model_copy(update={"run": much})
    first, second = answer(searched, unsearched(searched).model_copy(update={"runtime": "summed"})).entries
    assert (first.ram, first.has_minimum_ram, first.fits) == (82_320, True, True)
    assert (second.ram, second.has_minimum_ram, second.fits) == (
        4_288 + 1_200 + 200_000 + 65_536,
        False,
        False,
    )


def test_every_setting_is_answered_in_a_sentence() -> None:
    boards = [BOARD, BOARD.model_copy(update={"name": "other", "title": "Other Board"})]
    fast = cell("fast", call=10)
    modules = [cell("fast", module="fft", call=10), cell("slow", call=90)]
    elsewhere = [one.model_copy(update={"board": "other"}) for one in (fast, cell("slow", call=90))]
    told = headlines(setting_rankings([fast, *modules, *elsewhere], boards, BOUNDS))
    assert len(told) == 2
    assert "Nordic nRF52840 DK" in told[0]
    assert "fast 1.0.0 fits the Other Board and the module sha256 best" in told[1]
    small = fast.model_copy(update={"profile": "small"})
    both = headlines(setting_rankings([fast, small], boards, BOUNDS))
    assert [one.rpartition("(")[2] for one in both] == [
        "base bare, profile reference).",
        "base bare, profile small).",
    ]
    many = [fast.model_copy(update={"profile": f"p{number}"}) for number in range(10)]
    assert (
        headlines(setting_rankings(many, boards, BOUNDS))[-1]
        == "The report has the answers for 2 further settings."
    )


def test_a_least_ram_that_is_an_upper_bound_is_known_as_one() -> None:
    bound = with_ram_bound(cell("bound", call=900))
    exact, other = answer(cell("exact", call=100), bound).entries
    assert (exact.has_ram_bound, other.has_ram_bound) == (False, True)


def test_over_several_modules_the_most_bytes_and_the_mean_speed() -> None:
    cells = [
        cell("a", module="sha256", flash=50_000, call=100),
        cell("a", module="fft", flash=90_000, call=900),
        cell("b", module="sha256", flash=60_000, call=1_200),
        cell("b", module="fft", flash=60_000, call=300),
    ]
    whole, *single = setting_rankings(cells, [BOARD], BOUNDS)
    a, b = sorted(whole.entries, key=lambda one: one.runtime)
    assert (a.flash, b.flash) == (90_000, 60_000)
    assert a.instructions == pytest.approx(300)
    assert b.instructions == pytest.approx(600)
    assert a.score == pytest.approx((90 / 60) ** (1 / 3))
    assert b.score == pytest.approx(2 ** (1 / 3))
    assert [one.module for one in single] == ["sha256", "fft"]
    assert any("maximum over the modules" in caveat for caveat in whole.caveats)


def test_who_fails_a_module_or_was_not_measured_with_it_is_not_ranked() -> None:
    broken = failed(Status.TRAPPED, "no SIMD").model_copy(
        update={"runtime": "some", "version": "1.0.0", "module": "fft"}
    )
    cells = [cell("all"), cell("all", module="fft"), cell("some"), broken, cell("half")]
    whole, *single = setting_rankings(cells, [BOARD], BOUNDS)
    assert whole.modules == ("sha256", "fft")
    standings = {one.runtime: one for one in whole.entries}
    assert {name: one.fits for name, one in standings.items()} == {"all": True, "some": False, "half": False}
    assert standings["some"].shortfalls[0].sentence == "fft: traps: no SIMD"
    assert standings["half"].shortfalls[0].sentence == "not measured with fft"
    assert all(one.fits for one in single[0].entries)


def test_bounds_and_baselines_are_not_ranked_and_set_no_measure() -> None:
    found = answer(cell("native", flash=1_000, call=1), measurement("baseline"), cell("wasm3"))
    assert [(one.runtime, one.bound, one.score) for one in found.entries] == [
        ("wasm3", False, 1.0),
        ("native", True, None),
    ]
    assert setting_rankings([cell("native")], [BOARD], BOUNDS) == ()


def test_needs_are_held_against_what_the_suite_found_on_that_board() -> None:
    simd = FeatureMeasured(feature="simd", verdict=FeatureVerdict.YES, passed=9, total=9)
    on = RuntimeFeatures(
        runtime="a", version="1.0.0", board="nrf52840dk", profile="reference", features=(simd,)
    )
    wanted = RuntimeRequirements.of(needs="simd")
    (found,) = setting_rankings([cell("a"), cell("b")], [BOARD], BOUNDS, wanted, [on])
    assert [(one.runtime, one.fits) for one in found.entries] == [("a", True), ("b", False)]
    elsewhere = on.model_copy(update={"board": "pico2"})
    (found,) = setting_rankings([cell("a")], [BOARD], BOUNDS, wanted, [elsewhere])
    assert not found.entries[0].fits


def test_nothing_that_fits_is_said() -> None:
    found = answer(failed(Status.UNAVAILABLE, "nowhere"))
    assert (
        found.headline
        == "No runtime that was measured fits the Nordic nRF52840 DK and the module add-with-extra."
    )
    assert found.entries[0].shortfalls[0].sentence == "is not available: nowhere"


@pytest.mark.parametrize(
    ("options", "words"),
    [({"flash": "much"}, "much"), ({"needs": "smd"}, "simd"), ({"weights": "flash=x"}, "weight")],
)
def test_what_cannot_be_asked_for_is_refused(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        RuntimeRequirements.of(**options)
