"""Symbols of an image."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasmfit.emulation import symbols
from wasmfit.emulation.symbols import Function, Symbols
from wasmfit.errors import UsageError
from wasmfit.model import Region

STACK = Region(origin=0x20000000, size=0x8000)
FUNCTIONS = (Function(0x400, 0x10, "sized"), Function(0x420, 0, "assembly"), Function(0x430, 2, "last"))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (0, None),
        (0x3FE, None),
        (0x400, "sized"),
        (0x40E, "sized"),
        (0x410, None),
        (0x420, "assembly"),
        (0x42E, "assembly"),
        (0x430, "last"),
        (0x432, None),
        (0x30000000, None),
    ],
)
def test_function_at(address: int, name: str | None) -> None:
    assert Symbols({}, STACK, FUNCTIONS).function_at(address) == name


def test_no_functions() -> None:
    assert Symbols({}, STACK, ()).function_at(5) is None


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read as an ELF image"):
        symbols.read(tmp_path / "nothing.elf")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_no_file_is_too_strange(tmp_path: Path, data: bytes, magic: bool) -> None:
    file = tmp_path / "image.elf"
    file.write_bytes((b"\x7fELF\x01\x01\x01" if magic else b"") + data)
    with pytest.raises(UsageError):
        symbols.read(file)
