"""How predictions are shown: never without their bar, and with no more digits than they are worth."""

import re

import pytest

from tests.samples import measurement, prediction
from tests.samples import with_prediction as with_times
from wasmfit.analysis.cell_page import CellPage
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.analysis.metric_values import metric_amount
from wasmfit.analysis.summary_columns import DEFAULT_COLUMNS, SummaryCells, summary_column
from wasmfit.model import Prediction, Predictions, Run, Status
from wasmfit.report.cell_page import to_text
from wasmfit.report.comparison_tables import comparison_tables


def with_prediction(cycles: int, low: int, high: int, clock_hz: int = 64_000_000) -> Run:
    call = Prediction(
        cycles=cycles,
        cycles_low=low,
        cycles_high=high,
        time_s=cycles / clock_hz,
        time_low_s=low / clock_hz,
        time_high_s=high / clock_hz,
        per_s=clock_hz / cycles,
        per_s_low=clock_hz / high,
        per_s_high=clock_hz / low,
    )
    return Run(
        predicted=Predictions(call=call, start=call, calibrated=True, source="s"),
        cycles=cycles,
        time_s=call.time_s,
    )


@pytest.mark.parametrize(
    ("cycles", "low", "high", "shown"),
    [
        (100, 90, 130, ("≈100 (90–130)", "≈1.56 µs (1.41–2.03)", "≈640,000 (492,000–711,000)")),
        (6_130_012, 5_395_346, 6_778_400, ("≈6,130,000 (5,400,000–6,780,000)", "≈95.8 ms (84.3–106)")),
        (
            640_000_000,
            600_000_000,
            700_000_000,
            ("≈640,000,000 (600,000,000–700,000,000)", "≈10 s (9.38–10.9)"),
        ),
    ],
)
def test_with_its_bar(cycles: int, low: int, high: int, shown: tuple[str, ...]) -> None:
    one = measurement("wasmi").model_copy(update={"run": with_prediction(cycles, low, high)})
    by_key = {measure.key: measure.get(one) for measure in COMPARISON_METRICS}
    assert [by_key[key] for key in ("cycles_call", "time_call", "rate_call")][: len(shown)] == list(shown)
    row = flat_row(one)
    assert (row["predicted_cycles"], row["predicted_cycles_low"], row["predicted_cycles_high"]) == (
        cycles,
        low,
        high,
    )
    (table,) = comparison_tables([one])
    cells = dict(zip(table.labels, table.columns[0].texts, strict=True))
    assert all(cells[label].startswith("≈") for label in cells if label.startswith("predicted"))


def test_without_one_there_is_nothing() -> None:
    one = measurement("wasmi").model_copy(update={"status": Status.OK, "run": Run()})
    assert all(
        measure.get(one) is None for measure in COMPARISON_METRICS if measure.label.startswith("predicted")
    )
    row = flat_row(one)
    assert row["predicted_time_s"] is None
    assert row["predicted_start_time_s"] is None


def test_the_start_up_is_a_column_with_its_bar() -> None:
    one = with_times(measurement("wasmi"), 1e-6, start=prediction(2e-3))
    two = with_times(measurement("wasm3"), 1e-6, start=prediction(50e-6))
    column = summary_column("start")
    assert column.key == "time_start"
    assert column.texts(column.values(SummaryCells([one, two], {}))) == (
        "ms",
        ["≈2 (1.8–2.2)", "≈0.05 (0.045–0.055)"],
    )
    assert "time_start" not in DEFAULT_COLUMNS
    assert metric_amount(one, "run.predicted.start.time_s") == pytest.approx((2e-3, 1.8e-3, 2.2e-3))
    row = flat_row(one)
    assert row["predicted_start_time_s"] == 2e-3
    assert row["predicted_start_time_high_s"] == pytest.approx(2.2e-3)
    assert "time_start" not in row


def test_the_page_of_a_cell_has_the_start_up() -> None:
    one = with_times(measurement("wasmi"), 1e-6, start=prediction(2e-3))
    text = to_text(CellPage(one, None), 200)
    assert re.search(r"start-up: both +3,000 .*≈2 ms \(1\.8–2\.2\)", text)
    # Without a timing model, instructions are all that is known of it.
    assert re.search(r"start-up: both +3,000 *\n", to_text(CellPage(measurement("wasmi"), None), 200))
