"""Scripts → records, read back as the device reads them."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.conformance.prepare import RefusedModule
from wasmfit.conformance.script import Command
from wasmfit.conformance.stream import SPECTEST_SLOT, argument, chunks, packed, records

from .samples import MODULES, instantiate, invoke, load, part, split


def test_chunks_begin_where_everything_can_be_dropped() -> None:
    commands = [
        instantiate(fresh=True),
        invoke(2),
        load(3, fresh=True),
        instantiate(4, fresh=True),
        invoke(5, 3),
    ]
    cut = chunks(part(commands, [load(1, fresh=True)], []))
    assert [(chunk.script.file, chunk.start, chunk.end) for chunk in cut] == [
        ("0.wast", 0, 2),
        ("0.wast", 2, 3),
        ("0.wast", 3, 5),
        ("1.wast", 0, 1),
    ]


def test_a_chunk_in_records() -> None:
    commands = [
        instantiate(fresh=True, spectest=True),
        Command(line=2, do="register", instance=0, name="M"),
        invoke(3, args=("i32:0000002a", "v128:" + "0f" * 16)),
        Command(line=4, do="get", instance=0, name="g", expect="return"),
        instantiate(5, module=2, expect="unlinkable"),
        load(6),
    ]
    (chunk,) = chunks(part(commands))
    sent = split(packed(enumerate(records(chunk, MODULES))))
    slot = struct.pack("<I", SPECTEST_SLOT)
    assert [number for _, number, _ in sent] == list(range(9))
    assert [(what, payload) for what, _, payload in sent] == [
        (1, bytes(4)),
        (2, slot + b"spectest"),
        (4, slot + b"spectest"),
        (2, struct.pack("<I", 0) + b"one"),
        (4, struct.pack("<I", 0) + b"M"),
        (
            5,
            struct.pack("<IHH", 0, 2, 1)
            + b"f"
            + bytes([0, 0x2A])
            + bytes(15)
            + bytes([4])
            + bytes([0x0F] * 16),
        ),
        (6, struct.pack("<I", 0) + b"g"),
        (2, struct.pack("<I", 0xFFFF_FFFE) + b"two"),
        (3, b"two"),
    ]


def test_what_the_firmware_itself_is_asked() -> None:
    commands = [
        instantiate(fresh=True, pages=2),
        invoke(2, budget=7, expect="trap"),
        Command(line=3, do="mark"),
        Command(line=4, do="grown", expect="return", results=("most:00000010",)),
        Command(line=5, do="more", expect="return", results=("most:00000010",)),
        Command(line=6, do="written", expect="return", results=("i32:00000000",)),
        Command(line=7, do="rounds", module=2, count=100, expect="return", results=("most:00000000",)),
    ]
    (chunk,) = chunks(part(commands))
    sent = [(what, payload) for what, _, payload in split(packed(enumerate(records(chunk, MODULES))))]
    assert sent == [
        (1, struct.pack("<I", 1)),  # a store whose calls can be stopped
        (9, struct.pack("<II", 0, 2) + bytes(12) + b"one"),
        (8, struct.pack("<IIHH", 0, 7, 0, 1) + b"f"),
        (10, struct.pack("<I", 0)),
        (10, struct.pack("<I", 1)),
        (10, struct.pack("<I", 2)),
        (10, struct.pack("<I", 3)),
        (11, struct.pack("<I", 100) + b"two"),
    ]


def test_a_start_function_has_a_budget_and_is_counted() -> None:
    commands = [
        instantiate(fresh=True),
        instantiate(2, module=2, expect="trap", budget=100_000),
        instantiate(3, module=2, pages=2),
    ]
    (chunk,) = chunks(part(commands))
    drop, _, started, limited = records(chunk, MODULES)
    assert drop.payload == struct.pack("<I", 1)
    assert (started.what, started.payload[4:]) == (9, struct.pack("<II", 0, 100_000) + bytes(8) + b"two")
    assert (limited.what, limited.payload[4:]) == (9, struct.pack("<II", 2, 0) + bytes(8) + b"two")
    assert [record.is_counted for record in (drop, started, limited)] == [False, True, False]


def test_what_the_host_step_refused_never_reaches_the_runtime() -> None:
    (chunk,) = chunks(part([instantiate(fresh=True), load(2)]))
    sent = split(
        packed(enumerate(records(chunk, [b"", RefusedModule("no SIMD"), RefusedModule("type mismatch")])))
    )
    assert [(what, payload[4:]) for what, _, payload in sent[1:]] == [(7, b"no SIMD"), (7, b"type mismatch")]


@given(st.integers(0, (1 << 64) - 1))
def test_numbers_are_little_endian(number: int) -> None:
    assert argument(f"i64:{number:016x}") == bytes([1]) + number.to_bytes(16, "little")


@given(st.binary(min_size=16, max_size=16))
def test_vectors_are_in_memorys_order(value: bytes) -> None:
    assert argument(f"v128:{value.hex()}") == bytes([4]) + value


def test_references() -> None:
    assert argument("null:extern") == bytes([5, 1]) + bytes(15)
    assert argument("extern:7") == bytes([6, 7]) + bytes(15)
    assert argument("host:1") == bytes([7, 1]) + bytes(15)
