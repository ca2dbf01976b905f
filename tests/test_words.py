"""Text of unknown origin."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.words import LONGEST, hexadecimal, printable


@given(st.text())
def test_always_printable_one_line_and_short(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= LONGEST


def test_what_prints_stays_and_the_rest_is_escaped() -> None:
    assert printable("wäs – 2×") == "wäs – 2×"
    assert printable("\x1b[31mred\r\n\u202e\x00") == "\\x1b[31mred\\r\\n\\u202e\\x00"
    assert printable("x" * 201) == "x" * 199 + "…"
    assert printable("x" * 200) == "x" * 200
    assert printable("\x1b" * 10**6, 20) == "\\x1b\\x1b\\x1b\\x1b\\x1…"


def test_hexadecimal() -> None:
    assert hexadecimal(0x2000) == "0x00002000"
