"""Clocks as users write them, with a unit or in Hz."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.errors import UsageError
from wasmfit.frequency import parse_frequency


@pytest.mark.parametrize(
    ("text", "hertz"),
    [
        ("64M", 64_000_000),
        ("64 MHz", 64_000_000),
        ("32768", 32_768),
        ("4.5M", 4_500_000),
        ("48,000,000", 48_000_000),
        ("1GHz", 10**9),
    ],
)
def test_clocks(text: str, hertz: int) -> None:
    assert parse_frequency(text) == hertz


@pytest.mark.parametrize("text", ["", "0", "0.1K", "64G", "-1M", "64 hertz", "9" * 5000, "1" * 400 + "M"])
def test_no_clock(text: str) -> None:
    with pytest.raises(UsageError):
        parse_frequency(text)


@pytest.mark.parametrize(("text", "meant"), [("64", "64MHz"), (" 133 ", "133MHz"), ("120.5", "120.5MHz")])
def test_a_number_that_means_mhz_is_told_its_unit(text: str, meant: str) -> None:
    with pytest.raises(UsageError, match="too slow to be meant: a number alone is in Hz") as refused:
        parse_frequency(text)
    assert f"write {meant}." in refused.value.remedy


@given(st.text() | st.from_regex(r"[0-9_,.]{0,20} ?[kKmMgG]?(hz)?"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert parse_frequency(text) >= 1000
