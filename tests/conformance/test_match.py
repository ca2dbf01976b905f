"""Values against what the suite expects: exactly, and as far as WebAssembly leaves it open."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.conformance.match import all_match, matches


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("i32:0000002a", "i32:0000002a"),
        ("f32:canonical", "f32:7fc00000"),
        ("f32:canonical", "f32:ffc00000"),
        ("f32:arithmetic", "f32:7fc00001"),
        ("f32:arithmetic", "f32:ffffffff"),
        ("f64:canonical", "f64:7ff8000000000000"),
        ("f64:arithmetic", "f64:7ffc000000000000"),
        ("f32x4:canonical,00000000,arithmetic,3f800000", "v128:0000c07f00000000ffffff7f0000803f"),
        ("f64x2:canonical,0000000000000001", "v128:000000000000f87f0100000000000000"),
        ("null", "null:func"),
        ("null:any", "null:func"),
        ("null:func", "null:any"),
        ("ref:func", "ref:func"),
        ("ref:any", "ref:i31"),
        ("ref:eq", "ref:struct"),
        ("ref:extern", "extern:3"),
        ("ref:any", "host:3"),
        (["i32:00000001", "i32:00000002"], "i32:00000002"),
    ],
)
def test_matches(expected: object, got: str) -> None:
    assert matches(expected, got)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("i32:0000002a", "i32:0000002b"),
        ("i32:00000001", "i64:0000000000000001"),
        ("f32:canonical", "f32:7fc00001"),
        ("f32:canonical", "f32:7fa00000"),
        ("f32:arithmetic", "f32:7fa00000"),
        ("f32:arithmetic", "f32:3f800000"),
        ("f64:arithmetic", "f64:7ff4000000000000"),
        ("f32:canonical", "f64:7ff8000000000000"),
        ("f32:canonical", "f32:"),
        ("f32:canonical", "f32:what"),
        ("f32x4:canonical,00000000,00000000,00000000", "v128:0000c07f000000000000000000000001"),
        ("f32x4:canonical,00000000,00000000,00000000", "v128:0000c07f"),
        ("null:func", "null:extern"),
        ("null", "ref:func"),
        ("ref:func", "null:func"),
        ("ref:func", "ref:extern"),
        ("ref:eq", "ref:func"),
        ("extern:1", "extern:2"),
        (["i32:00000001"], "i32:00000002"),
    ],
)
def test_differs(expected: object, got: str) -> None:
    assert not matches(expected, got)  # type: ignore[arg-type]


@given(st.integers(0, (1 << 32) - 1))
def test_float_nans_are_told_as_python_tells_them(bits: int) -> None:
    word = f"f32:{bits:08x}"
    number = struct.unpack("<f", struct.pack("<I", bits))[0]
    arithmetic = math.isnan(number) and bool(bits & 0x0040_0000)
    assert matches("f32:arithmetic", word) == arithmetic
    assert matches("f32:canonical", word) == (bits & 0x7FFF_FFFF == 0x7FC0_0000)


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=4, max_size=4))
def test_lanes_are_in_memorys_order(lanes: list[float]) -> None:
    expected = ",".join(struct.pack(">f", lane).hex() for lane in lanes)
    assert matches(f"f32x4:{expected}", f"v128:{struct.pack('<4f', *lanes).hex()}")


@given(st.text(), st.text())
def test_anything_may_be_compared(expected: str, got: str) -> None:
    assert matches(expected, got) in (True, False)


def test_numbers_of_values_must_agree() -> None:
    assert all_match([], [])
    assert all_match(["i32:00000001"], ["i32:00000001"])
    assert not all_match(["i32:00000001"], [])
    assert not all_match([], ["i32:00000001"])
