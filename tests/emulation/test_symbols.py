"""Symbols of an image."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasmfit.elf import SymbolType
from wasmfit.emulation import symbols
from wasmfit.emulation.symbols import Function, HeapBounds, Symbols
from wasmfit.errors import UsageError
from wasmfit.model import Region

from ..elf.elf_builder import ABS, CODE, DATA, UNDEF, ElfBuilder, Sec, Seg, Sym

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
    with pytest.raises(UsageError, match="does not exist"):
        symbols.read(tmp_path / "nothing.elf")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_no_file_is_too_strange(tmp_path: Path, data: bytes, magic: bool) -> None:
    file = tmp_path / "image.elf"
    file.write_bytes((b"\x7fELF\x01\x01\x01" if magic else b"") + data)
    with pytest.raises(UsageError):
        symbols.read(file)


RAM = 0x2000_0000
NOTYPE, OBJECT, LOCAL = SymbolType.NOTYPE, SymbolType.OBJECT, 0


def image(*symbols: Sym, stack: bool = True, bits: int = 32, big_endian: bool = False) -> bytes:
    """An image as the linker writes it: the ends of memories are absolute symbols."""
    ends = [
        Sym("wasmfit_stack_start", RAM, section=ABS, type=NOTYPE),
        Sym("_stack_start", RAM + 0x400, section=ABS, type=NOTYPE),
    ]
    return ElfBuilder(
        sections=[
            Sec(".text", 0x100, bytes(64), flags=CODE),
            Sec(".data", RAM + 0x400, bytes(range(16)), flags=DATA),
        ],
        symbols=[*(ends if stack else ()), *symbols],
        segments=[Seg(RAM + 0x400, 0x140, 16, 32, offset=52 + 32 + 64)],
        bits=bits,
        big_endian=big_endian,
    ).build()


def written(folder: Path, data: bytes) -> Path:
    (folder / "image.elf").write_bytes(data)
    return folder / "image.elf"


def test_everything_that_the_emulation_needs_is_read(tmp_path: Path) -> None:
    known = symbols.read(
        written(
            tmp_path,
            image(
                Sym("wasmfit_mark_load", 0x101, 2),
                Sym("wasmfit_mark_call", 0x111, 2, type=NOTYPE),
                Sym("wasmfit_job", RAM + 0x404, 8, ".data", OBJECT),
                Sym("wasmfit_heap_start", RAM + 0x800, section=ABS, type=NOTYPE),
                Sym("wasmfit_heap_end", RAM + 0x1000, section=ABS, type=NOTYPE),
                Sym("wasmfit_heap_ends", RAM + 0x408, 4, ".data", OBJECT),
                Sym("wasmfit_mark_idle", 0x121, 2, UNDEF),
            ),
        )
    )
    assert known.stack == Region(origin=RAM, size=0x400)
    assert known.marks == {"load": 0x100, "call": 0x110}
    assert known.functions == (Function(0x100, 2, "wasmfit_mark_load"),)
    assert known.job == RAM + 0x404
    assert known.heap == HeapBounds(RAM + 0x800, 0x800, RAM + 0x408)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (image(stack=False), "does not say where its stack is"),
        (image(bits=64), "does not say where its stack is"),
        (image(big_endian=True), "does not say where its stack is"),
        (
            image(Sym("wasmfit_mark_load", 0x101, 2), Sym("wasmfit_mark_call", 0x101, 2)),
            "folded two phase marks",
        ),
        (b"hello", "is not an ELF file"),
    ],
)
def test_an_image_that_cannot_be_measured_says_why(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        symbols.read(written(tmp_path, data))


def test_a_word_of_an_image_is_changed_where_the_file_has_it(tmp_path: Path) -> None:
    path = written(tmp_path, image())
    before = path.read_bytes()
    assert symbols.patch(path, RAM + 0x404, 0xAABBCCDD)
    offset = 52 + 32 + 64 + 4
    assert path.read_bytes() == before[:offset] + b"\xdd\xcc\xbb\xaa" + before[offset + 4 :]
    assert not symbols.patch(path, RAM + 0x410, 1)  # zeroed at the start, so not in the file
    assert path.read_bytes() == before[:offset] + b"\xdd\xcc\xbb\xaa" + before[offset + 4 :]
