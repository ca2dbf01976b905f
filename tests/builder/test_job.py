"""The job blob is what the harness reads."""

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.builder import job
from wasmfit.catalog.load import BUILT_IN
from wasmfit.model import (
    ExportedFunction,
    Kept,
    ModuleStep,
    Rule,
    Signature,
    StepKind,
    Stub,
    UserModule,
    ValueType,
)
from wasmfit.module.calls import MOST_FUNCTIONS, MOST_KEPT, MOST_VALUES

words = st.integers(0, 2**32 - 1)


@given(
    module=st.binary(max_size=200),
    export=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    extra=words,
    calls=st.integers(0, 4).flatmap(
        lambda count: st.lists(st.lists(words, min_size=count, max_size=count), max_size=5)
    ),
)
def test_everything_can_be_read_back(module: bytes, export: str, extra: int, calls: list[list[int]]) -> None:
    blob = job.pack(module, export, extra, calls)
    magic, module_at, module_size, name_at, name_size, got_extra, per_call, calls_at, count, rounds = (
        struct.unpack_from("<4s9I", blob)
    )
    assert magic == b"WFJ2"
    assert rounds == 1 == struct.unpack_from("<I", blob, job.ROUNDS_AT)[0]
    assert module_at % job.MODULE_ALIGNMENT == 0
    assert calls_at % 4 == 0
    assert blob[module_at : module_at + module_size] == module
    assert blob[name_at : name_at + name_size] == export.encode()
    assert blob[name_at + name_size] == 0
    assert got_extra == extra
    assert count == len(calls)
    read = struct.unpack_from(f"<{per_call * count}I", blob, calls_at)
    assert list(read) == [word for call in calls for word in call]
    assert len(blob) == calls_at + 4 * per_call * count


@pytest.mark.parametrize("calls", [[[1], [1, 2]], [[-1]], [[2**32]]])
def test_what_does_not_fit_is_refused(calls: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="must"):
        job.pack(b"", "f", 0, calls)


types = st.lists(st.sampled_from(list(ValueType)), max_size=4).map(tuple)
signatures = st.builds(Signature, params=types, results=types)
names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
stubs = st.builds(
    Stub,
    module=names,
    name=names,
    signature=signatures,
    rule=st.sampled_from(list(Rule)),
    value=st.integers(0, 2**64 - 1),
    data=st.binary(max_size=20),
    text=st.just(""),
)


words64 = st.integers(0, 2**64 - 1)
arguments = st.lists(words64 | st.builds(Kept, slot=st.integers(0, 15), text=st.just("")), max_size=4)
functions = st.builds(ExportedFunction, name=names, signature=signatures)
steps = st.builds(
    ModuleStep,
    kind=st.sampled_from(list(StepKind)),
    function=st.integers(0, 7),
    slot=st.none() | st.integers(0, 15),
    times=st.integers(1, 1000),
    arguments=arguments.map(tuple),
    data=st.binary(max_size=20),
    size=st.integers(0, 100),
)


@given(data=st.data(), module=st.binary(max_size=100))
def test_a_job_for_any_module_can_be_read_back(data: st.DataObject, module: bytes) -> None:
    wanted = UserModule(
        name="m",
        path=Path("m.wasm"),
        sha256="",
        size=len(module),
        functions=tuple(data.draw(st.lists(functions, min_size=1, max_size=3))),
        memory=data.draw(st.none() | names),
        memory_bytes=0,
        memory_pages=0,
        stubs=tuple(data.draw(st.lists(stubs, max_size=4))),
        calls=(),
        repeated=False,
        steps=tuple(data.draw(st.lists(steps, max_size=4))),
    )
    blob = job.pack_any(module, wanted)
    header = struct.unpack_from("<4s10I", blob)
    assert header[0] == b"WFJA"
    assert header[1] % job.MODULE_ALIGNMENT == 0
    assert _part(blob, header[1:3]) == module
    assert _text(blob, header[3:5]) == (wanted.memory or "")
    for entry, function in zip(_entries(blob, header[5:7], 6), wanted.functions, strict=True):
        assert _text(blob, entry[:2]) == function.name
        assert (
            Signature(params=_types(blob, entry[2:4]), results=_types(blob, entry[4:6])) == function.signature
        )
    for entry, step in zip(_entries(blob, header[7:9], 8), wanted.steps, strict=True):
        slot = 0xFFFF_FFFF if step.slot is None else step.slot
        assert entry[:4] == (step.kind, step.function, slot, step.times)
        read = [one[0] if one[0] < 16 else one[1] | one[2] << 32 for one in _entries(blob, entry[4:6], 3)]
        assert read == [one.slot if isinstance(one, Kept) else one for one in step.arguments]
        if step.kind is StepKind.READ:
            assert entry[7] == step.size
        else:
            assert _part(blob, entry[6:8]) == step.data
    for entry, stub in zip(_entries(blob, header[9:11], 11), wanted.stubs, strict=True):
        assert _text(blob, entry[:2]) == stub.module
        assert _text(blob, entry[2:4]) == stub.name
        assert _types(blob, entry[4:6]) == stub.signature.params
        assert _types(blob, entry[6:8]) == stub.signature.results
        assert entry[8] == stub.rule
        if stub.data:
            assert entry[9] % 8 == 0
            assert _part(blob, entry[9:11]) == stub.data
        else:
            assert entry[9] | entry[10] << 32 == stub.value


def _entries(blob: bytes, part: tuple[int, ...], words: int) -> list[tuple[int, ...]]:
    at, count = part
    assert at % 4 == 0
    return [struct.unpack_from(f"<{words}I", blob, at + 4 * words * number) for number in range(count)]


def _part(blob: bytes, part: tuple[int, ...]) -> bytes:
    at, size = part
    assert at + size <= len(blob)
    return blob[at : at + size]


def _text(blob: bytes, part: tuple[int, ...]) -> str:
    assert blob[part[0] + part[1]] == 0
    return _part(blob, part).decode()


def _types(blob: bytes, part: tuple[int, ...]) -> tuple[ValueType, ...]:
    codes = {0x7F: ValueType.I32, 0x7E: ValueType.I64, 0x7D: ValueType.F32, 0x7C: ValueType.F64}
    return tuple(codes[code] for code in _part(blob, part))


def test_the_harness_knows_the_same_rules_and_limits() -> None:
    imports = (BUILT_IN / "harness/src/any/import.rs").read_text("utf-8")
    found = re.findall(r"^    (\w+) = (\d+),", imports, re.MULTILINE)
    rules = {name.upper(): int(number) for name, number in found}
    assert rules == {rule.name.replace("_", ""): rule.value for rule in Rule}
    source = (BUILT_IN / "harness/src/any.rs").read_text("utf-8")
    assert re.findall(r"MOST_VALUES: usize = (\d+)", source) == [str(MOST_VALUES)]
    header = (BUILT_IN / "harness/include/wasmfit_any.h").read_text("utf-8")
    assert re.findall(r"WASMFIT_MOST_VALUES = (\d+)", header) == [str(MOST_VALUES)]
    assert re.findall(r"WASMFIT_MOST_FUNCTIONS = (\d+)", header) == [str(MOST_FUNCTIONS)]
    program = (BUILT_IN / "harness/src/any/program.rs").read_text("utf-8")
    assert re.findall(r"SLOTS: usize = (\d+)", program) == [str(MOST_KEPT)]
    kinds = re.findall(r"^    (\w+) = (\d+),", program, re.MULTILINE)
    assert {name.upper(): int(number) for name, number in kinds} == {
        kind.name: kind.value for kind in StepKind
    }
