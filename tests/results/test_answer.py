"""The answer: limits first, then the stated rule, and exact shortfalls for the others."""

import pytest

from tests.report.many import cell
from tests.results.samples import failed, measurement, run
from wasmfit.catalog import Catalog
from wasmfit.model import Measurement, Status
from wasmfit.results.answer import Answer, answers, ram_needed

BOARD = Catalog.load().boards["nrf52840dk"]
BOUNDS = frozenset({"native"})


def answer(*cells: Measurement) -> Answer:
    return answers(cells, [BOARD], BOUNDS)[0]


def test_the_smallest_product_of_flash_and_instructions_comes_first() -> None:
    found = answer(
        cell("small", flash=50_000, call=9_000),
        cell("both", flash=60_000, call=3_000),
        cell("fast", flash=400_000, call=2_000),
    )
    assert [one.runtime for one in found.standings] == ["both", "small", "fast"]
    assert found.headline == "both 1.0.0 fits the Nordic nRF52840 DK and the module sha256 best."
    best, small, fast = found.standings
    # √(60/50 × 3/2), and so on.
    assert [best.score, small.score, fast.score] == pytest.approx([1.8**0.5, 4.5**0.5, 8**0.5])
    assert small.remark == "10,000 B less flash, 3.00 times its instructions"
    assert fast.remark == "340,000 B more flash, 0.67 times its instructions"
    assert "small 1.0.0 is the smallest and fast 1.0.0 the fastest of them" in found.why


def test_what_exceeds_the_board_names_the_bytes() -> None:
    found = answer(cell("fits"), cell("large", flash=1_048_577))
    by_name = {one.runtime: one for one in found.standings}
    (lack,) = by_name["large"].shortfalls
    assert (lack.measure, lack.short) == ("flash", 1)
    assert lack.reason == "1 B of flash short: it needs 1,048,577 B of 1,048,576 B"
    assert not by_name["large"].fits
    assert found.standings[0].runtime == "fits"


def test_peaks_that_add_up_to_more_than_the_board_has_are_no_shortfall() -> None:
    """They did not come at the same time: it ran in the RAM that there is."""
    much = run().model_copy(update={"heap_peak": 200_000})
    hungry = cell("hungry").model_copy(update={"run": much})
    assert (ram_needed(hungry) or 0) > BOARD.ram.size
    assert answer(hungry).standings[0].fits


def test_what_just_fits_fits() -> None:
    assert answer(cell("exact", flash=1_048_576)).standings[0].fits


def test_who_fails_a_workload_is_not_ranked_but_is_for_the_others() -> None:
    broken = failed(Status.TRAPPED, "no SIMD").model_copy(update={"runtime": "some", "module": "fft"})
    some = cell("some").model_copy(update={"version": "1.0.0"})
    whole, *single = answers([cell("all"), cell("all", module="fft"), some, broken], [BOARD], BOUNDS)
    assert whole.module is None
    assert whole.modules == ("sha256", "fft")
    assert [(one.runtime, one.fits) for one in whole.standings] == [("all", True), ("some", False)]
    assert whole.standings[1].shortfalls[0].reason == "fft: trapped: no SIMD"
    assert [one.module for one in single] == ["sha256", "fft"]
    assert all(one.fits for one in single[0].standings)


def test_bounds_and_baselines_are_not_ranked() -> None:
    found = answer(cell("native", flash=1_000, call=1), measurement("baseline"), cell("wasm3"))
    assert [(one.runtime, one.bound, one.score) for one in found.standings] == [
        ("wasm3", False, 1.0),
        ("native", True, None),
    ]


def test_nothing_that_fits_is_said() -> None:
    found = answer(failed(Status.UNAVAILABLE, "nowhere"))
    assert (
        found.headline
        == "No runtime that was measured runs the module add-with-extra on the Nordic nRF52840 DK."
    )
    assert found.standings[0].shortfalls[0].reason == "unavailable: nowhere"


def test_ram_is_known_only_if_all_of_it_is() -> None:
    one = cell("wasm3")
    assert ram_needed(one) == 4_288 + 1_200 + 9_000 + 65_536
    unknown = run().model_copy(update={"linear_memory": None})
    assert ram_needed(one.model_copy(update={"run": unknown})) is None
