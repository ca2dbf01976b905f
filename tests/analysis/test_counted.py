"""What runtimes are compared by: region, warm call, or the only call."""

from typing import Any

import pytest

from tests.samples import measurement, run
from wasmfit.analysis.benchmark import Benchmark, slowdowns
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.counted import counted_instructions, counted_prediction, is_called_once
from wasmfit.analysis.summary import summary_tables
from wasmfit.analysis.summary_columns import summary_columns
from wasmfit.model import InstructionCounts, Measurement, Prediction, Predictions, Status


def prediction(seconds: float) -> Prediction:
    cycles = round(seconds * 64e6)
    times, rates = (seconds,) * 3, (1 / seconds,) * 3
    return Prediction(cycles, cycles, cycles, *times, *rates)


def counts(**of_phases: int | None) -> InstructionCounts:
    return InstructionCounts(**{"load": 1, "instantiate": 1, "first_call": 600, "call": 500, **of_phases})


def cell(instructions: InstructionCounts, *, name: str = "wasmi", calls: int = 3, **more: Any) -> Measurement:
    done = run()
    phases = Predictions(
        first_call=prediction(3.0),
        call=None if instructions.call is None else prediction(2.0),
        region=None if instructions.region is None else prediction(1.0),
        calibrated=True,
        source="",
    )
    changed = done.model_copy(
        update={"instructions": instructions, "calls": done.calls * calls, "predicted": phases}
    )
    return measurement(name, run=changed, **more)


@pytest.mark.parametrize(
    ("of", "calls", "instructions", "seconds"),
    [
        (counts(), 3, 500, 2.0),
        (counts(region=40), 3, 40, 1.0),
        (counts(region=40, call=None), 1, 40, 1.0),
        (counts(call=None), 1, 600, 3.0),
    ],
)
def test_the_region_goes_first_and_the_only_call_last(
    of: InstructionCounts, calls: int, instructions: int, seconds: float
) -> None:
    one = cell(of, calls=calls)
    assert counted_instructions(one) == instructions
    predicted = counted_prediction(one)
    assert predicted is not None
    assert predicted.time_s == seconds
    assert is_called_once(one) is (calls == 1)


def test_what_has_not_ended_well_has_no_figure() -> None:
    assert counted_instructions(cell(counts(), status=Status.TRAPPED)) is None
    # A second call that did not come back is none that was not made.
    assert counted_instructions(cell(counts(call=None), calls=3)) is None


def test_slowdowns_and_the_benchmarks_tables_are_of_the_region() -> None:
    native = cell(counts(region=20), name="native")
    slow = cell(counts(region=80))
    assert slowdowns([native, slow]) == {native.id: 1.0, slow.id: 4.0}
    table, *_ = benchmark_tables(Benchmark(Comparison((native, slow), 1.0, 0)))
    columns = {" ".join(column.heading): [one.text for one in column.cells] for column in table.columns}
    assert columns["instructions"] == ["20", "80"]
    assert columns["predicted time"][1].startswith("≈1 s")


def columns_of(*cells: Measurement) -> dict[str, list[str]]:
    (table,) = summary_tables(Comparison(cells, 1.0, 0))
    return {column.metric: [one.text for one in column.cells] for column in table.columns}


def test_the_summary_has_columns_for_a_region_and_for_an_only_call() -> None:
    usual = columns_of(cell(counts()))
    assert "instructions_region" not in usual
    assert "instructions_first_call" not in usual
    with_region = columns_of(cell(counts(region=40)))
    assert with_region["instructions_region"] == ["40"]
    assert with_region["time_region"][0].startswith("≈1")
    assert with_region["instructions_call"] == ["500"]
    once = columns_of(cell(counts(call=None), calls=1))
    assert once["instructions_first_call"] == ["600"]
    assert once["time_first_call"][0].startswith("≈3")
    assert "instructions_call" not in once


def test_a_first_call_that_is_not_the_only_one_is_not_called_so() -> None:
    chosen = summary_columns(["all"], [cell(counts())])
    asked = {column.key: " ".join(column.heading) for column in chosen}
    assert asked["instructions_first_call"] == "first call"
    assert asked["time_first_call"] == "predicted time of 1st call,"
    once = {column.key: column for column in summary_columns([], [cell(counts(call=None), calls=1)])}
    assert once["instructions_first_call"].heading == ("only", "call")
