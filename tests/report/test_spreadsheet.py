"""CSV in a spreadsheet: no text of others is calculated, and numbers are numbers."""

import csv
import io

import pytest

from wasmfit.report.csv import rows_to_csv
from wasmfit.report.spreadsheet import as_text


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "@SUM(1)", "+cmd|x", "-2+3+cmd|x", "\t=1", "\r=1", "=1", "-1-1", "+A1"]
)
def test_a_formula_is_text(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(rows_to_csv([{"id": text}])))
    assert row["id"].startswith("'")


@pytest.mark.parametrize(
    "value", [-5, 2.5, None, True, "-28.7 %", "+2%", "-5", "-1.5e-3", "-", "wasm3", "a=b", ""]
)
def test_all_else_stays_as_it_is(value: object) -> None:
    assert as_text(value) == value


def test_what_does_not_print_is_escaped() -> None:
    assert as_text("a\nb\x1b[2J") == "a\\nb\\x1b[2J"
