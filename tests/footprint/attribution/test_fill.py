"""What can be fill."""

import pytest

from wasmfit.elf import Machine
from wasmfit.footprint.attribution.fill import is_fill


@pytest.mark.parametrize(
    ("data", "machine", "code", "expected"),
    [
        (b"", Machine.ARM, True, True),
        (b"\0\0\0", Machine.ARM, False, True),
        (b"\xff\xff", Machine.ARM, False, True),
        (b"ab\0", Machine.ARM, False, False),
        (b"\xd4\xd4", Machine.ARM, True, True),
        (b"\x00\xbf", Machine.ARM, True, True),
        (b"\xc0\x46", Machine.ARM, True, True),
        (b"\x70\x47", Machine.ARM, True, False),  # bx lr
        (b"\x01\x00", Machine.RISCV, True, True),
        (b"\x13\x00\x00\x00", Machine.RISCV, True, True),
        (b"\x82\x80", Machine.RISCV, True, False),  # ret
        (b"\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00", Machine.X86_64, True, True),
        (b"\xc3", Machine.X86_64, True, False),
        (b"\0\0", 9999, True, True),
        (b"\x90", 9999, True, False),
    ],
)
def test_recognises_fill(data: bytes, machine: int, code: bool, expected: bool) -> None:
    assert is_fill(data, machine, code=code) is expected
