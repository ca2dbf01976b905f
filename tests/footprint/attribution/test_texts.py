"""Text among constants, and whether bytes are mostly that."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.footprint.attribution.texts import is_mostly_text, texts

PIECES = st.lists(
    st.sampled_from([b"text", b"abc", b"\0", b"\x01", b"\x02\x03", b"longer text\0", b"\xff\xfe"])
)


@given(PIECES)
def test_mostly_text_is_half_of_all_bytes_or_more(pieces: list[bytes]) -> None:
    data = memoryview(b"".join(pieces))
    whole = sum(end - start for start, end in texts(data))
    assert is_mostly_text(data) == (bool(data) and 2 * whole >= len(data))


def test_no_bytes_are_no_text() -> None:
    assert not is_mostly_text(memoryview(b""))
    assert is_mostly_text(memoryview(b"text\0\x01\x02\x03\x04\x05"))
    assert not is_mostly_text(memoryview(b"text\0\x01\x02\x03\x04\x05\x06"))
