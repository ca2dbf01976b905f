"""Divisions cost what their operands ask for, where these were read."""

import pytest

from wasmfit.catalog import Catalog
from wasmfit.model import Activities, Activity, Board
from wasmfit.timing import CostModel, cost_model

CATALOG = Catalog.load()


def model(name: str) -> CostModel:
    board: Board = CATALOG.board(name)
    found = cost_model(board, CATALOG.core(board))
    assert found is not None
    return found


def measured_cycles(dividend: int, divisor: int) -> int:
    """The formula that was fitted to measurements on a Cortex-M4, of numbers without a sign."""
    if not dividend or not divisor:
        return 2
    if dividend.bit_length() < divisor.bit_length():
        return 3
    return 5 + (dividend.bit_length() - divisor.bit_length()) // 4


def division(dividend: int, divisor: int) -> Activity:
    """What the plugin counts of one."""
    zero = not dividend or not divisor
    more = dividend.bit_length() - divisor.bit_length()
    short = not zero and more < 0
    fours = 0 if zero or short else more // 4
    return Activity(divide=1, divide_read=1, divide_zero=zero, divide_short=short, divide_fours=fours)


@pytest.mark.parametrize(
    ("dividend", "divisor"), [(0, 5), (5, 0), (3, 4), (7, 4), (2**32 - 1, 1), (1 << 16, 3), (1, 2**32 - 1)]
)
def test_a_division_costs_what_its_operands_ask_for(dividend: int, divisor: int) -> None:
    found = model("nrf52840dk").predict(division(dividend, divisor))
    cycles = measured_cycles(dividend, divisor)
    assert found.cycles == cycles
    assert 2 <= cycles <= 12
    # Only the board's own error is left.
    assert found.time_high_s == pytest.approx(cycles * 1.05 / 64e6)


def test_a_prediction_says_which_it_is() -> None:
    board = model("nrf52840dk")
    read, other = division(100, 3), Activity(divide=1)
    assert board.predictions(Activities(call=read)).divisions == "exact"
    assert board.predictions(Activities(call=other)).divisions == "range"
    assert board.predictions(Activities(call=Activity(divide=2, divide_read=1))).divisions == "range"
    assert board.predictions(Activities(call=Activity(alu=1))).divisions is None
    # Of this core nobody has measured it.
    assert model("esp32c6").predictions(Activities(call=read)).divisions == "range"


def test_two_phases_are_exact_together_or_not_at_all() -> None:
    board = model("nrf52840dk")
    read, other = division(100, 3), Activity(divide=1)
    assert board.predict_together(read, read).cycles == 2 * board.predict(read).cycles
    assert board.predict_together(read, other) == board.predict(Activity(divide=2))
