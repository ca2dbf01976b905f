"""Reading modules: against WABT's own reader, and with bytes that are none."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wat import GUESTS, assembled, compiled, guest, run
from wasmfit.model import Signature, ValueType
from wasmfit.module.read import ExternalKind, ModuleError, read

EMPTY = b"\0asm\1\0\0\0"


def section(number: int, content: bytes) -> bytes:
    return bytes([number, len(content)]) + content


SAMPLE = (
    EMPTY
    + section(1, b"\2\x60\2\x7f\x7f\1\x7f\x60\1\x7e\1\x7d")
    + section(2, b"\1\3env\3log\0\1")
    + section(3, b"\1\0")
    + section(5, b"\1\0\1")
    + section(7, b"\1\4name\0\1")
    + section(10, b"\1\7\0\x20\0\x20\1\x6a\x0b")
)


def test_the_sample_is_what_it_is_said_to_be() -> None:
    wasm = read(SAMPLE)
    assert [one.name for one in wasm.imports] == ["log"]
    assert wasm.callable["name"].signature == Signature(
        params=(ValueType.I32, ValueType.I32), results=(ValueType.I32,)
    )
    assert [one.bytes for one in wasm.memories] == [65_536]
    assert wasm.exported_memory is None


@pytest.mark.parametrize("source", sorted(GUESTS.glob("*.wat")), ids=lambda path: path.stem)
def test_imports_and_exports_are_what_wabt_reads(source: Path, tmp_path: Path) -> None:
    module = compiled(source, tmp_path)
    wasm = read(module.read_bytes())
    said = run("wasm-objdump", "-x", str(module))
    imported = [f"{one.module}.{one.name}" for one in wasm.imports]
    assert imported == re.findall(r"<- (.*)$", said, re.MULTILINE)
    exported = [one.name for one in wasm.exports]
    assert exported == re.findall(r'-> "(.*)"$', said, re.MULTILINE)
    pages = re.findall(r"^ - memory\[\d+\] pages: initial=(\d+)", said, re.MULTILINE)
    assert [one.minimum for one in wasm.memories] == list(map(int, pages))
    types = re.findall(r"^ - type\[\d+\] (.*)$", said, re.MULTILINE)
    assert [_as_wabt(str(one)) for one in wasm.types] == types
    start = re.findall(r"^ - start function: (\d+)", said, re.MULTILINE)
    assert ([] if wasm.start is None else [wasm.start]) == list(map(int, start))
    functions = re.findall(r"^ - func\[\d+\] sig=(\d+)", said, re.MULTILINE)
    assert list(wasm.functions) == list(map(int, functions))


def _as_wabt(text: str) -> str:
    params, _, results = text.partition(" -> ")
    inner = results.strip("()")
    return f"{params} -> {'nil' if not inner else inner if ',' not in inner else f'({inner})'}"


def test_limits_of_every_kind(tmp_path: Path) -> None:
    module = assembled('(module (memory (export "m") 2 5) (func (export "f")))', tmp_path)
    (memory,) = read(module.read_bytes()).memories
    assert (memory.minimum, memory.maximum, memory.bytes) == (2, 5, 131_072)
    assert read(module.read_bytes()).exported_memory == "m"


def test_references_and_vectors_have_names(tmp_path: Path) -> None:
    text = '(module (func (export "f") (param externref) (result v128) (v128.const i32x4 0 0 0 0)))'
    kind = read(assembled(text, tmp_path).read_bytes()).callable["f"]
    assert str(kind) == "(externref) -> (v128)"
    assert kind.signature is None


def test_what_else_can_be_imported(tmp_path: Path) -> None:
    wasm = read(guest("imports-memory", tmp_path).read_bytes())
    assert [one.kind for one in wasm.imports] == [ExternalKind.MEMORY, ExternalKind.TABLE]
    assert wasm.memories[0].minimum == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin as a wasm module does"),
        (b"\x7fELF", "does not begin as a wasm module does"),
        (b"\0asm", "has version none"),
        (b"\0asm\2\0\0\0", "has version 02 00 00 00"),
        (b"\0asm\x0d\0\1\0", "is a component, not a core module"),
        (EMPTY + b"\1", "ends too early, at byte 9"),
        (EMPTY + b"\x20\0", "section of an unknown kind, 32"),
        (EMPTY + b"\1\5\1", "claims 5 bytes for the type section where 1 are left"),
        (EMPTY + b"\1\x80\x80\x80\x80\x10", "a number that does not fit in 32 bits"),
        (EMPTY + b"\1\xff\xff\xff\xff\xff\xff", "a number that does not fit in 32 bits"),
        (EMPTY + b"\1\1\x7f", "claims 127 types in 0 bytes"),
        (EMPTY + b"\1\2\1\x5f", "garbage-collected types are not read"),
        (EMPTY + b"\1\4\1\x60\1\x01", "has an unknown value type, 0x01"),
        (EMPTY + b"\1\2\0\0", "is followed by 1 byte that belongs to nothing"),
        (EMPTY + b"\2\5\1\1\xff\0\0", "a name that is not UTF-8"),
        (EMPTY + b"\2\5\1\0\0\x7f\0", "the compact form of a proposal"),
        (EMPTY + b"\2\4\1\0\0\x09", "has something of an unknown kind, 9"),
        (EMPTY + b"\2\5\1\0\0\0\0", "names type 0 of 0"),
        (EMPTY + b"\3\1\0\1\1\0", "has its type section twice or out of order"),
        (EMPTY + b"\1\4\1\x60\0\0\3\2\1\0", "declares 1 function and has code for 0"),
        (EMPTY + b"\5\3\1\x10\0", "limits of an unknown kind, 0x10"),
        (EMPTY + b"\5\4\1\1\5\2", "limits from 5 down to 2"),
        (EMPTY + b"\7\5\1\1f\0\0", "names function 0 of 0"),
        (EMPTY + b"\7\5\1\1m\2\0", "names memory 0 of 0"),
        (EMPTY + b"\x08\1\0", "start section names function 0 of 0"),
        (EMPTY + b"\5\3\1\0\1\7\x09\2\1m\2\0\1m\2\0", "two exports of one name"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(ModuleError) as caught:
        read(data)
    assert said in caught.value.message


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(ModuleError, match="the most that is read"):
        read(EMPTY + bytes(16 * 1024 * 1024))


@given(st.binary(max_size=200))
@example(b"\5\3\1\x04\x80")
def test_bytes_that_are_no_module_are_an_error_or_a_module(tail: bytes) -> None:
    said = ""
    try:
        read(EMPTY + tail)
    except ModuleError as error:
        said = error.message
    assert said.isprintable()


@given(st.lists(st.tuples(st.integers(8, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_module_with_bytes_changed_is_an_error_or_a_module(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLE)
    for place, byte in changes:
        data[place] = byte
    try:
        wasm = read(bytes(data))
    except ModuleError:
        return
    assert all(index < len(wasm.types) for index in wasm.functions)
    for kind in wasm.callable.values():
        str(kind)


@given(st.integers(0, len(SAMPLE) - 1))
def test_a_module_cut_short_never_reads_as_more(length: int) -> None:
    try:
        wasm = read(SAMPLE[:length])
    except ModuleError:
        return
    assert not wasm.exports
