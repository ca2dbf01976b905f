"""How predictions are shown: never without their bar, and with no more digits than they are worth."""

import pytest

from tests.samples import measurement
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.model import Prediction, Predictions, Run, Status
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
        predicted=Predictions(call=call, calibrated=True, source="s"), cycles=cycles, time_s=call.time_s
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
    values = [measure.get(one) for measure in COMPARISON_METRICS if measure.label.startswith("predicted")]
    assert values[: len(shown)] == list(shown)
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
    assert flat_row(one)["predicted_time_s"] is None
