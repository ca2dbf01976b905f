"""Ranks are conclusive if the error of a ratio says so, although the predictions' error bars overlap."""

from hypothesis import given
from hypothesis import strategies as st

from tests.samples import measurement, size
from wasmfit.analysis.evidence import declared_source
from wasmfit.analysis.fit import Fit
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import BoardRequirements
from wasmfit.model import Activities, Activity, Core, Measurement, Timing
from wasmfit.timing import CostModel, with_predictions

CORE = Core.model_validate(
    {"name": "c", "title": "c", "source": "s", "cycle_costs": {"alu": [1, 2, 4], "load": [1, 2, 4]}}
)
TIMING = Timing.model_validate(
    {"core": "c", "cycle_costs": {"fetch_misses": 10}, "error": 0.05, "calibrated": True, "source": "b"}
)
MODEL = CostModel.of(CORE, TIMING, 1_000_000)


def cell(runtime: str, activity: Activity, flash: int = 100_000, module: str = "sha256") -> Measurement:
    """A cell with a prediction that follows from what the core did."""
    one = measurement(
        runtime,
        id=f"{runtime}@2.0.0/{module}/nrf52840dk/bare/reference",
        module=module,
        size=size(flash - 21_000),
    )
    assert one.run is not None
    run = one.run.model_copy(update={"activity": Activities(call=activity)})
    one = one.model_copy(update={"run": run})
    return one.model_copy(update={"run": with_predictions(one, MODEL)})


def ranked(*cells: Measurement, model: CostModel | None = MODEL) -> Fit:
    return rank(
        cells,
        BoardRequirements(1 << 20, 1 << 18),
        board_title="a board",
        sources=(declared_source,),
        cost_model=model,
    )


def ties(fit: Fit) -> dict[str, tuple[str, ...]]:
    return {runtime.measurement.runtime: runtime.ties for runtime in fit.ranked}


def test_more_of_the_same_is_slower_whatever_it_costs() -> None:
    fast, slow = cell("fast", Activity(alu=1_000)), cell("slow", Activity(alu=1_200))
    assert ties(ranked(fast, slow, model=None)) == {"fast": ("slow 2.0.0",), "slow": ("fast 2.0.0",)}
    assert ties(ranked(fast, slow)) == {"fast": (), "slow": ()}


def test_what_costs_are_incurred_differently_stays_inconclusive() -> None:
    found = ranked(cell("alu", Activity(alu=1_000)), cell("load", Activity(load=1_200)))
    assert ties(found) == {"alu": ("load 2.0.0",), "load": ("alu 2.0.0",)}
    assert "inconclusive" in found.caveats[0]


def test_the_boards_own_error_is_not_taken_as_common() -> None:
    found = ranked(cell("fast", Activity(alu=1_000)), cell("slow", Activity(alu=1_040)))
    assert ties(found) == {"fast": ("slow 2.0.0",), "slow": ("fast 2.0.0",)}


def test_less_flash_at_the_same_speed_is_better_for_certain() -> None:
    found = ranked(cell("small", Activity(alu=1_000), 60_000), cell("large", Activity(alu=1_000), 80_000))
    assert ties(found) == {"small": (), "large": ()}


def test_over_several_modules_the_mean_decides() -> None:
    cells = [
        cell(runtime, Activity(alu=count), module=module)
        for runtime, counts in (("one", (1_000, 4_000)), ("two", (4_000, 1_000)), ("three", (2_600, 2_600)))
        for module, count in zip(("fft", "json"), counts, strict=True)
    ]
    assert ties(ranked(*cells)) == {"one": ("two 2.0.0",), "two": ("one 2.0.0",), "three": ()}


def test_without_what_the_core_did_error_bars_are_independent() -> None:
    fast, slow = cell("fast", Activity(alu=1_000)), cell("slow", Activity(alu=1_200))
    assert slow.run is not None
    unknown = slow.model_copy(update={"run": slow.run.model_copy(update={"activity": Activities()})})
    assert ties(ranked(fast, unknown)) == {"fast": ("slow 2.0.0",), "slow": ("fast 2.0.0",)}


COUNTS = st.integers(1, 10_000)


@given(
    st.lists(
        st.tuples(
            st.builds(Activity, alu=COUNTS, load=COUNTS, fetch_misses=COUNTS), st.integers(30_000, 90_000)
        ),
        min_size=2,
        max_size=5,
    )
)
def test_the_ratio_only_ever_settles_ranks(runtimes: list[tuple[Activity, int]]) -> None:
    cells = [cell(f"r{number}", activity, flash) for number, (activity, flash) in enumerate(runtimes)]
    with_ratio, without = ranked(*cells), ranked(*cells, model=None)
    assert [one.score for one in with_ratio.ranked] == [one.score for one in without.ranked]
    found = ties(with_ratio)
    for runtime, others in found.items():
        assert set(others) <= set(ties(without)[runtime])
        assert all(f"{runtime} 2.0.0" in found[other.partition(" ")[0]] for other in others)
