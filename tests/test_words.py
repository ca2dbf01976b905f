"""Text of unknown origin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.words import LONGEST, agreeing, counted, escape_unprintable, hexadecimal


@given(st.text())
def test_always_printable_one_line_and_short(text: str) -> None:
    shown = escape_unprintable(text)
    assert shown.isprintable()
    assert len(shown) <= LONGEST


def test_what_prints_stays_and_the_rest_is_escaped() -> None:
    assert escape_unprintable("wäs – 2×") == "wäs – 2×"
    assert escape_unprintable("\x1b[31mred\r\n\u202e\x00") == "\\x1b[31mred\\r\\n\\u202e\\x00"
    assert escape_unprintable("x" * 201) == "x" * 199 + "…"
    assert escape_unprintable("x" * 200) == "x" * 200
    assert escape_unprintable("\x1b" * 10**6, 20) == "\\x1b\\x1b\\x1b\\x1b\\x1…"


def test_hexadecimal() -> None:
    assert hexadecimal(0x2000) == "0x00002000"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 limits hold"), (1, "1 limit holds"), (2_000, "2,000 limits hold")]
)
def test_words_go_with_a_number(number: int, words: str) -> None:
    assert f"{counted(number, 'limit')} {agreeing(number, 'holds', 'hold')}" == words
