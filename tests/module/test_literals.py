"""Values as users write them, and as they are shown."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.errors import UsageError
from wasmfit.model import ValueType, is_nan, shown
from wasmfit.module import literals

I32, I64, F32, F64 = ValueType


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        (I32, "0", 0),
        (I32, "-1", 0xFFFFFFFF),
        (I32, "4294967295", 0xFFFFFFFF),
        (I32, "0x10", 16),
        (I32, "-0x80000000", 0x80000000),
        (I32, " 1_000 ", 1000),
        (I64, "-1", (1 << 64) - 1),
        (I64, "18446744073709551615", (1 << 64) - 1),
        (F32, "1", 0x3F800000),
        (F32, "-0", 0x80000000),
        (F32, "-0.0", 0x80000000),
        (F32, "inf", 0x7F800000),
        (F32, "nan", 0x7FC00000),
        (F32, "nan:0x7fc00001", 0x7FC00001),
        (F32, "0.1", 0x3DCCCCCD),
        (F64, "0.1", 0x3FB999999999999A),
        (F64, "1e-3", 0x3F50624DD2F1A9FC),
        (F64, "0x1.8p1", 0x4008000000000000),
        (F64, "-inf", 0xFFF0000000000000),
        (F64, "-nan", 0xFFF8000000000000),
    ],
)
def test_values(kind: ValueType, text: str, word: int) -> None:
    assert literals.value(kind, text, "it") == word


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (I32, "4294967296", "does not fit in i32: it takes -2,147,483,648 to 4,294,967,295"),
        (I32, "-2147483649", "does not fit in i32"),
        (I64, "18446744073709551616", "does not fit in i64"),
        (I32, "1.5", "not an integer"),
        (I32, "", "not an integer"),
        (I32, "0b1", "not an integer"),
        (I32, "1__0", "not an integer"),
        (I32, "٣", "not an integer"),
        (I32, "1" * 500, "500 characters"),
        (F32, "1e39", "too large for f32"),
        (F64, "1e309", "too large for f64"),
        (F64, "0x1p99999", "too large for f64"),
        (F64, "one", "not a number"),
        (F64, "", "not a number"),
        (F64, "infinit", "not a number"),
        (F64, "--1", "not a number"),
        (F64, "1_", "not a number"),
        (F32, "nan:0x1ffffffff", "more bits than f32"),
    ],
)
def test_what_is_no_value_is_said_in_words(kind: ValueType, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        literals.value(kind, text, "The argument")
    assert said in caught.value.message
    assert caught.value.message.startswith("The argument")


def test_expectations_with_a_tolerance() -> None:
    made = literals.expected(F64, "3.14 ~ 0.01", "it")
    assert made.word == literals.value(F64, "3.14", "it")
    assert made.tolerance == 0.01
    with pytest.raises(UsageError, match="integers are exact"):
        literals.expected(I32, "3~1", "it")
    with pytest.raises(UsageError, match="0 or more"):
        literals.expected(F32, "3~-1", "it")
    with pytest.raises(UsageError, match="0 or more"):
        literals.expected(F32, "3~nan", "it")


@given(st.sampled_from([I32, I64]), st.data())
def test_integers_are_shown_as_they_can_be_written(kind: ValueType, data: st.DataObject) -> None:
    word = data.draw(st.integers(0, (1 << kind.bits) - 1))
    assert literals.value(kind, shown(kind, word), "it") == word


@given(st.sampled_from([F32, F64]), st.data())
def test_floats_are_shown_as_they_can_be_written(kind: ValueType, data: st.DataObject) -> None:
    word = data.draw(st.integers(0, (1 << kind.bits) - 1))
    assert literals.value(kind, shown(kind, word), "it") == word


@given(st.floats(width=32, allow_nan=False))
def test_the_nearest_float_is_taken(number: float) -> None:
    word = literals.value(F32, repr(number), "it")
    assert struct.pack("<I", word) == struct.pack("<f", number)


def test_what_is_no_number_is_known() -> None:
    assert is_nan(F32, 0x7FC00000)
    assert is_nan(F64, 0xFFF8000000000001)
    assert not is_nan(F32, 0x7F800000)
    assert not is_nan(I32, 0x7FC00000)
    assert math.isinf(float(shown(F32, 0x7F800000)))


@given(st.sampled_from(list(ValueType)), st.text(max_size=30))
def test_any_text_is_a_value_or_a_sentence(kind: ValueType, text: str) -> None:
    said = ""
    try:
        assert 0 <= literals.value(kind, text, "It") < 1 << kind.bits
    except UsageError as error:
        said = error.message
    assert not said or said.startswith("It")
