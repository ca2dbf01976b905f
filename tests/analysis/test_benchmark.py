"""Slow-downs, their means and spreads, and what a mean is taken over."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import measurement, run
from wasmfit.analysis.benchmark import Benchmark, Slowdown, rows, slowdowns, summaries
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.model import InstructionCounts, LeastRam, Measurement, Prediction, Predictions, Run, Status
from wasmfit.report import BENCH_FORMATS, Format


def cell(runtime: str, module: str, call: int | None, **changes: object) -> Measurement:
    profile = changes.get("profile", "reference")
    ran = run().model_copy(update={"instructions": InstructionCounts(call=call)}) if call else None
    fields = {
        "id": f"{runtime}@1.0.0/{module}/nrf52840dk/bare/{profile}",
        "module": module,
        "run": ran,
        **({} if call else {"status": Status.UNSUPPORTED, "reason": "it has no floats"}),
        **changes,
    }
    return measurement(runtime, "1.0.0", **fields)


NATIVE = [cell("native", "fir", 100), cell("native", "fft", 1000), cell("native", "sort", 50)]
FAST = [cell("fast", "fir", 400), cell("fast", "fft", 9_000), cell("fast", "sort", 50)]
NO_FLOATS = [cell("plain", "fir", 1_000), cell("plain", "fft", None), cell("plain", "sort", 5_000)]
ABSENT = [
    cell("absent", name, None, status=Status.UNAVAILABLE, reason="in no registry")
    for name in ("fir", "fft", "sort")
]
EVERYTHING = [*NATIVE, *FAST, *NO_FLOATS, *ABSENT]


def benchmark(cells: list[Measurement]) -> Benchmark:
    return Benchmark(Comparison(tuple(cells), 1.0, 0))


def test_a_geometric_mean_and_its_spread() -> None:
    # Logarithms to base 2 are 1, 2, 3: their mean is 2, the deviation of the sample 1.
    found = Slowdown.over({"a": 2.0, "b": 4.0, "c": 8.0})
    assert found is not None
    assert found.mean == pytest.approx(4)
    assert found.spread == pytest.approx(2)
    assert (found.least, found.most) == (2, 8)
    assert found.workloads == ("a", "b", "c")


def test_one_workload_has_no_spread_and_none_no_mean() -> None:
    found = Slowdown.over({"a": 3.0})
    assert found is not None
    assert found.mean == pytest.approx(3)
    assert found.spread is None
    assert Slowdown.over({}) is None


@given(st.lists(st.floats(0.01, 1e4), min_size=2, max_size=9), st.floats(0.1, 10))
def test_a_mean_scales_with_its_factors_and_the_spread_does_not(factors: list[float], by: float) -> None:
    one = Slowdown.over({str(number): factor for number, factor in enumerate(factors)})
    other = Slowdown.over({str(number): factor * by for number, factor in enumerate(factors)})
    assert one is not None
    assert other is not None
    assert other.mean == pytest.approx(one.mean * by)
    assert one.spread is not None
    assert other.spread == pytest.approx(one.spread)
    assert one.least * (1 - 1e-9) <= one.mean <= one.most * (1 + 1e-9)


def test_factors_are_against_native_code_of_the_same_setting() -> None:
    small = [cell("native", "fir", 10, profile="small"), cell("fast", "fir", 20, profile="small")]
    factors = slowdowns([*NATIVE, *FAST, *small])
    assert factors["fast@1.0.0/fir/nrf52840dk/bare/reference"] == 4
    assert factors["fast@1.0.0/fir/nrf52840dk/bare/small"] == 2
    assert factors["native@1.0.0/fir/nrf52840dk/bare/reference"] == 1


def test_without_native_code_there_is_no_factor_and_it_is_said() -> None:
    broken = cell("native", "fft", None, status=Status.BUILD_FAILED, reason="no compiler")
    by_label = {one.runtime: one for one in summaries([NATIVE[0], broken, *FAST[:2]])}
    fast = by_label["fast"]
    assert fast.slow_down is not None
    assert fast.slow_down.workloads == ("fir",)
    (missing,) = fast.missing
    assert (missing.workload, missing.status) == ("fft", Status.OK)
    assert "native code has no value" in missing.reason
    assert summaries(FAST)[0].slow_down is None


def test_a_failed_cell_counts_for_nothing_even_if_it_has_a_count() -> None:
    wrong = cell("fast", "fir", 400, status=Status.WRONG_RESULT, reason="gave 1, not 2")
    (_, fast) = summaries([NATIVE[0], wrong])
    assert fast.slow_down is None
    assert fast.heap_peak is None
    assert fast.missing[0].reason == "gave 1, not 2"


def test_means_over_different_workloads_stand_beside_one_over_the_common() -> None:
    by_label = {one.runtime: one for one in summaries(EVERYTHING)}
    fast, plain = by_label["fast"], by_label["plain"]
    assert fast.slow_down is not None
    assert fast.slow_down.mean == pytest.approx((4 * 9 * 1) ** (1 / 3))
    assert plain.slow_down is not None
    assert plain.slow_down.mean == pytest.approx(math.sqrt(10 * 100))
    # A runtime that ran nothing takes nothing from the common workloads.
    for one in (fast, plain):
        assert one.common is not None
        assert one.common.workloads == ("fir", "sort")
    assert fast.common is not None
    assert fast.common.mean == pytest.approx(2)
    assert by_label["absent"].common is None
    assert {one.reason for one in by_label["absent"].missing} == {"in no registry"}


def test_nothing_in_common() -> None:
    cells = [*NATIVE[:2], cell("one", "fir", 5), cell("one", "fft", None), cell("two", "fft", 5)]
    assert all(one.common is None for one in summaries([*cells, cell("two", "fir", None)]))
    text = BENCH_FORMATS[Format.TABLE](benchmark([*cells, cell("two", "fir", None)]))
    assert "no workload was run by every runtime" in text


def test_what_a_runtime_cannot_run_is_an_answer_and_a_wrong_result_none() -> None:
    ends = {
        Status.OUT_OF_MEMORY: False,
        Status.TRAPPED: False,
        Status.FAULTED: False,
        Status.UNSUPPORTED: False,
        Status.WRONG_RESULT: True,
        Status.TIMEOUT: True,
        Status.BUILD_FAILED: True,
    }
    for status, open_question in ends.items():
        one = cell("fast", "fir", None, status=status, reason="because")
        assert bool(benchmark([NATIVE[0], one]).failed) is open_question
    broken = cell("native", "fir", None, status=Status.FAULTED, reason="because")
    assert benchmark([broken]).failed == (broken,)


def test_peaks_are_the_most_of_any_workload() -> None:
    deep = run().model_copy(update={"heap_peak": 77_000, "instructions": InstructionCounts(call=5)})
    changed = [FAST[0], FAST[1].model_copy(update={"run": deep})]
    (fast,) = (one for one in summaries([*NATIVE, *changed]) if one.runtime == "fast")
    assert fast.heap_peak == 77_000
    assert fast.stack_peak == 1_200


def with_least_ram(one: Measurement, least: LeastRam) -> Measurement:
    assert one.run is not None
    return one.model_copy(update={"run": one.run.model_copy(update={"least_ram": least})})


def test_least_ram_is_the_most_of_any_workload_where_it_was_found() -> None:
    less = with_least_ram(FAST[0], LeastRam(bytes=50_000, trials=3))
    more = with_least_ram(FAST[1], LeastRam(bytes=90_000, trials=3))
    bound = with_least_ram(FAST[1], LeastRam(bytes=90_000, trials=3, reason="ended early"))
    unknown = with_least_ram(FAST[1], LeastRam(trials=0, reason="too long"))
    found = {one.runtime: one for one in summaries([*NATIVE, less, more])}["fast"]
    assert (found.least_ram, found.least_ram_unknown) == (90_000, ())
    for open_end in (bound, unknown):
        partly = {one.runtime: one for one in summaries([*NATIVE, less, open_end])}["fast"]
        assert (partly.least_ram, partly.least_ram_unknown) == (50_000, (FAST[1].module,))
        text = BENCH_FORMATS[Format.TABLE](benchmark([*NATIVE, less, open_end]))
        assert f"minimum RAM without {FAST[1].module}, which takes too long" in text
    text = BENCH_FORMATS[Format.TABLE](benchmark([*NATIVE, less, bound]))
    assert "at most 90,000" in text


def test_the_baseline_runs_no_workload() -> None:
    cells = [cell("baseline", "fir", 16), *NATIVE]
    assert {one.runtime for one in summaries(cells)} == {"native"}
    assert "baseline@1.0.0/fir/nrf52840dk/bare/reference" not in slowdowns(cells)


def test_tables_are_one_a_workload_then_slow_downs_then_the_summary() -> None:
    found = benchmark_tables(benchmark(EVERYTHING))
    assert [table.title.split(" / ")[0] for table in found] == [
        "fir", "fft", "sort", "slowdown compared with native code", "summary"
    ]  # fmt: skip
    matrix = {column.heading[0]: column.texts for column in found[3].columns}
    assert matrix["plain"] == ("10.0", "unsupported", "100")
    means = {column.heading[0]: column.texts for column in found[4].columns}
    assert means["workloads"] == ("3 of 3", "3 of 3", "2 of 3", "0 of 3")
    assert means["spread"][3] == ""
    notes = "\n".join(found[4].notes)
    assert "plain@1.0.0 without fft: unsupported: it has no floats" in notes
    assert "absent@1.0.0 without every workload: unavailable: in no registry" in notes
    assert "common: 2 workloads" in notes


def test_one_workload_is_one_table_with_what_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [one for one in EVERYTHING if one.module == "fir"]
    (table,) = benchmark_tables(benchmark(cells))
    assert table.title.startswith("fir / ")
    assert table.remainder[-1] == ("absent@1.0.0", "unavailable: in no registry")
    assert "status" not in {column.heading[0] for column in table.columns}
    assert table.notes[0].startswith("slowdown: instructions of a warm call over those of native code")
    monkeypatch.setenv("COLUMNS", "80")
    text = "".join(BENCH_FORMATS[Format.TABLE](benchmark(cells)))
    assert text.count("slowdown compared with native code") == text.count("geometric") == 0
    assert "1 workloads" not in text
    assert max(map(len, text.splitlines())) <= 80
    # Every runtime has one line.
    assert len([line for line in text.splitlines() if line.startswith(" ") and "@" in line]) == len(cells)


def test_one_workload_in_common_is_one() -> None:
    cells = [one for one in EVERYTHING if one.module in ("fir", "fft")]
    notes = "\n".join(note for table in benchmark_tables(benchmark(cells)) for note in table.notes)
    assert "common: 1 workload, which every runtime ran" in notes


def test_predicted_time_is_shown_where_it_is_known_and_labelled() -> None:
    assert "predicted" not in BENCH_FORMATS[Format.TABLE](benchmark(EVERYTHING))
    timed = FAST[0].run
    assert isinstance(timed, Run)
    call = Prediction(
        cycles=80_000_000,
        cycles_low=70_000_000,
        cycles_high=90_000_000,
        time_s=1.23456,
        time_low_s=0.0000125,
        time_high_s=2.5,
    )
    predicted = Predictions(call=call, calibrated=True, source="a test")
    changed = timed.model_copy(update={"time_s": 1.23456, "predicted": predicted})
    text = BENCH_FORMATS[Format.MARKDOWN](benchmark([*NATIVE, FAST[0].model_copy(update={"run": changed})]))
    assert "≈1.23 s (1.25e-05–2.5)" in text
    assert "predicted time: from a model of the board with its error bar, not measured" in text


def test_json_has_cells_as_compare_and_a_summary() -> None:
    document = json.loads("".join(BENCH_FORMATS[Format.JSON](benchmark(EVERYTHING))))
    assert document["schema"] == 1
    assert len(document["cells"]) == len(EVERYTHING)
    assert document["cells"][0].keys() >= {"id", "runtime", "status", "size", "run", "provenance"}
    fast = document["summary"][1]
    assert fast["runtime"] == "fast"
    assert fast["slow_down"]["workloads"] == ["fir", "fft", "sort"]
    assert fast["common"]["mean"] == pytest.approx(2)
    assert document["summary"][2]["missing"] == [
        {"workload": "fft", "status": "unsupported", "reason": "it has no floats"}
    ]
    assert document["slow_downs"]["fast@1.0.0/fir/nrf52840dk/bare/reference"] == 4


def test_csv_has_a_line_a_cell_with_its_slow_down() -> None:
    lines = rows(EVERYTHING)
    assert [line["slow_down"] for line in lines][3:6] == [4, 9, 1]
    assert lines[7]["slow_down"] is None
    header, *others = "".join(BENCH_FORMATS[Format.CSV](benchmark(EVERYTHING))).splitlines()
    assert header.endswith(",slow_down")
    assert len(others) == len(EVERYTHING)
