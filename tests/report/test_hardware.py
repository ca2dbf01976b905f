"""Rows and columns of what was measured on a board."""

from typing import Any

from tests.samples import measurement, run
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.model import BoardMeasurement, MeasuredPhase, Measurement
from wasmfit.report.comparison import FORMATS
from wasmfit.report.comparison_tables import comparison_tables
from wasmfit.report.format import Format


def phase(cycles: int | None, seconds: float) -> MeasuredPhase:
    bars: dict[str, Any] = {"time_s": seconds, "time_low_s": seconds * 0.9, "time_high_s": seconds * 1.1}
    if cycles is not None:
        bars |= {"cycles": cycles, "cycles_low": cycles - 10, "cycles_high": cycles + 10}
    return MeasuredPhase(**bars)


def on_board(call: MeasuredPhase) -> Measurement:
    measured = BoardMeasurement(
        call=call,
        runs=5,
        counter="DWT CYCCNT",
        interval="Student's t, 95 %",
        probe="J-Link (1366:1051)",
        chip="nRF52840_xxAA",
        flashed=122_880,
    )
    return measurement(run=run().model_copy(update={"measured": measured}))


def rows(one: Measurement) -> dict[str, str]:
    (table,) = comparison_tables([one])
    return dict(zip(table.labels, table.columns[0].texts, strict=True))


def test_without_a_board_there_are_no_such_rows() -> None:
    assert not any("board" in label for label in rows(measurement()))


def test_cycles_with_their_interval_beside_the_prediction() -> None:
    found = rows(on_board(phase(1234, 1e-5)))
    assert found["measured on the board: warm call"] == "1,234 (1,224–1,244)"
    assert found["flashed, by probe-rs, B"] == "122,880"
    assert found["measured on the board: load"] == ""


def test_without_a_counter_time_with_its_interval() -> None:
    found = rows(on_board(phase(None, 2e-3)))
    assert found["measured on the board: warm call"] == "2 ms (1.8–2.2)"


def test_how_it_was_measured_is_a_note() -> None:
    (table,) = comparison_tables([on_board(phase(1, 1e-6))])
    assert any(
        "nRF52840_xxAA at J-Link (1366:1051), by DWT CYCCNT, mean of 5 runs" in note for note in table.notes
    )


def test_flat_rows_have_the_same_columns_with_a_board_and_without() -> None:
    with_board, without = flat_row(on_board(phase(1234, 1e-5))), flat_row(measurement())
    assert with_board.keys() == without.keys()
    assert (with_board["measured_cycles"], with_board["measured_flashed"]) == (1234, 122_880)
    assert without["measured_cycles"] is None
    for one in Format:
        assert FORMATS[one](Comparison((on_board(phase(1, 1e-6)), measurement("wasm3")), 1.0, 0))
