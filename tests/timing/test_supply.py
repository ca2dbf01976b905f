"""Charge and energy: time by the current that a board's file has, with both error bars, or nothing."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import wasmfit
from tests.samples import measurement, renamed, with_prediction
from wasmfit.analysis.cell_page import CellPage
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.analysis.metric_values import metric_amount, metric_values
from wasmfit.analysis.metrics import metric
from wasmfit.analysis.summary_columns import COLUMNS, DEFAULT_COLUMNS, SummaryCells, summary_column
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import CatalogError
from wasmfit.model import Activity, Board, Core, SupplyCurrent, Timing
from wasmfit.report.board_page import board_to_text
from wasmfit.report.cell_page import to_text
from wasmfit.report.comparison_tables import comparison_tables
from wasmfit.timing import CostModel, cost_model, predict, set_up

CATALOG = Catalog.load()
CORE = Core.model_validate({"name": "c", "title": "a core", "source": "s", "cycle_costs": {"alu": 1}})
CURRENT = {"mode": "run", "clock_hz": 1_000_000, "milliamperes": [8, 10, 20], "volts": 3, "source": "p. 1"}


def timing(*currents: dict[str, Any]) -> Timing:
    return Timing.model_validate(
        {"core": "c", "error": 0.1, "calibrated": True, "source": "b", "currents": list(currents)}
    )


def test_a_product_by_hand() -> None:
    # A second, 0.9 to 1.1: at 10 mA, 8 to 20.
    found = predict(Activity(alu=1_000_000), CORE, timing(CURRENT), 1_000_000)
    assert (found.charge_c, found.charge_low_c, found.charge_high_c) == pytest.approx((0.01, 0.0072, 0.022))
    assert (found.energy_j, found.energy_low_j, found.energy_high_j) == pytest.approx((0.03, 0.0216, 0.066))


def test_without_a_current_nothing_is_said() -> None:
    for known in (timing(), timing({**CURRENT, "clock_hz": 2_000_000})):
        found = predict(Activity(alu=5), CORE, known, 1_000_000)
        assert (found.charge_c, found.charge_low_c, found.energy_j, found.energy_high_j) == (None,) * 4
    without = predict(Activity(alu=5), CORE, timing({**CURRENT, "volts": None}), 1_000_000)
    assert without.charge_c is not None
    assert (without.energy_j, without.energy_low_j, without.energy_high_j) == (None, None, None)


@given(st.integers(0, 10**9), st.floats(0.01, 10), st.floats(1, 3), st.floats(1, 3))
def test_the_bar_holds_every_time_at_every_current(alu: int, low: float, up: float, more: float) -> None:
    amperes = [low, low * up, low * up * more]
    found = predict(Activity(alu=alu), CORE, timing({**CURRENT, "milliamperes": amperes}), 1_000_000)
    assert found.charge_c is not None
    assert found.charge_low_c is not None
    assert found.charge_high_c is not None
    assert found.charge_low_c <= found.charge_c <= found.charge_high_c
    for seconds in (found.time_low_s, found.time_s, found.time_high_s):
        for milliamperes in amperes:
            coulombs = seconds * milliamperes / 1000
            assert found.charge_low_c <= coulombs * (1 + 1e-9)
            assert coulombs <= found.charge_high_c * (1 + 1e-9)


def test_another_clock_has_another_current() -> None:
    board = CATALOG.board("esp32c6")
    core = CATALOG.core(board)
    assert core is not None
    fast, slow = cost_model(board, core), cost_model(set_up(board, 80_000_000, {}), core)
    assert fast is not None
    assert slow is not None
    assert fast.current is not None
    assert slow.current is not None
    assert (fast.current.milliamperes.typical, slow.current.milliamperes.typical) == (27, 19)
    assert "current: 27 mA (27–38) at 3.3 V, modem-sleep, CPU running: ESP32-C6" in fast.source
    assert "27 mA (27" not in slow.source


@pytest.mark.parametrize("board", CATALOG.boards.values(), ids=CATALOG.boards)
def test_a_current_of_the_catalogue_names_document_and_place(board: Board) -> None:
    for current in () if board.timing is None else board.timing.currents:
        assert "Datasheet" in current.source
        assert "Table" in current.source
        assert "read in" in current.source
        assert 1 < current.milliamperes.typical < 200
        assert current.volts is None or 1 < current.volts < 6


def test_who_has_a_current() -> None:
    having = {name for name, board in CATALOG.boards.items() if board.timing and board.timing.currents}
    assert having == {"esp32c3", "esp32c6", "pico2", "pico2w"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"milliamperes": [3, 2, 1]}, "low, typical, high"),
        ({"milliamperes": 0}, "more than 0 mA"),
        ({"milliamperes": -1}, "more than 0 mA"),
        ({"clock_hz": 0}, "clock_hz"),
        ({"volts": 0}, "volts"),
        ({"source": ""}, "source"),
        ({"milliampere": 3}, "milliampere"),
    ],
)
def test_a_current_that_is_none(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SupplyCurrent.model_validate({**CURRENT, **changed})


def test_a_clock_has_one_current_which_the_model_knows() -> None:
    with pytest.raises(ValidationError, match="clock_hz twice"):
        timing(CURRENT, CURRENT)
    board = CATALOG.board("pico2")
    assert board.timing is not None
    described = board.model_dump()
    described["timing"]["currents"][0]["clock_hz"] = 333_000_000
    with pytest.raises(ValidationError, match="333000000 Hz is neither"):
        Board.model_validate(described)


def test_a_board_file_that_is_wrong_is_a_sentence_with_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    folder.mkdir()
    text = (Path(wasmfit.__file__).parent / "catalog" / "boards" / "pico2.toml").read_text("utf-8")
    broken = text.replace("milliamperes = [11.78, 11.78, 15.5]", 'milliamperes = "12 mA"')
    assert broken != text
    (folder / "pico2.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(CatalogError, match="milliamperes"):
        Catalog.load(tmp_path)


def test_currents_decide_no_measurement() -> None:
    """A file without them has the same digest: measurements stay current."""
    from wasmfit.catalog.inputs import InputDigests

    board = CATALOG.board("esp32c6")
    assert board.timing is not None
    without = board.model_copy(update={"timing": board.timing.model_copy(update={"currents": ()})})
    assert InputDigests(CATALOG)._board(board) == InputDigests(CATALOG)._board(without)


def test_every_view_has_it_and_its_bar() -> None:
    drawn = with_prediction(renamed(measurement(), "wasm3@1.0/m/pico2/bare/reference"), 80e-6, supply=True)
    silent = with_prediction(renamed(measurement(), "wamr@1.0/m/pico2/bare/reference"), 80e-6)
    name = "run.predicted.call.charge_c"
    assert metric(name).unit == "C"
    assert metric("run.predicted.region.energy_j").unit == "J"
    assert metric_amount(drawn, name) == pytest.approx((0.8e-6, 0.72e-6, 1.76e-6))
    assert metric_amount(silent, name) is None
    assert name in metric_values(drawn)
    assert name not in metric_values(silent)
    # A column for who asks; by default it would say what the time says.
    assert {"charge", "energy"} <= set(COLUMNS)
    assert "charge" not in DEFAULT_COLUMNS
    for column, said in (
        ("charge", "≈0.8 (0.72–1.76)"),
        ("energy", "≈2.4 (2.16–5.28)"),
        (name, "≈0.8 (0.72"),
    ):
        unit, (first, second) = summary_column(column).cells(SummaryCells([drawn, silent], {}))
        assert unit in ("µC", "µJ")
        assert first.text.startswith(said)
        assert second.text == ""
    row = flat_row(drawn)
    assert row["predicted_charge_c"] == pytest.approx(0.8e-6)
    assert row["predicted_energy_high_j"] == pytest.approx(5.28e-6)
    assert flat_row(silent)["predicted_charge_c"] is None
    page = to_text(CellPage(drawn, None), width=160)
    assert "predicted charge" in page
    assert "≈0.8 µC (0.72–1.76)" in page
    assert "≈2.4 µJ (2.16–5.28)" in page
    assert "charge" not in to_text(CellPage(silent, None), width=160)
    (table,) = comparison_tables([drawn])
    assert "predicted charge of a call" in table.labels
    (table,) = comparison_tables([silent])
    assert not any("charge" in label for label in table.labels)


def test_show_board_has_it_with_its_source() -> None:
    page = board_to_text(CATALOG.board("esp32c6"), "a core", width=200)
    assert "current at 160 MHz" in page
    assert "27 mA (27–38) at 3.3 V" in page
    assert "Table 6-7, page 28" in page
    assert "current at" not in board_to_text(CATALOG.board("nrf52840dk"), "a core", width=200)


def test_the_model_is_read_from_the_file() -> None:
    model = cost_model(CATALOG.board("pico2"), CATALOG.core(CATALOG.board("pico2")))
    assert isinstance(model, CostModel)
    assert model.current is not None
    assert model.predict(Activity(alu=150_000_000)).charge_c == pytest.approx(11.78e-3, rel=0.01)
