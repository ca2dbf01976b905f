"""What a module's layout says of why it does not fit."""

from pathlib import Path

import pytest

from tests.wat import assembled
from wasmfit.module.layout import feature_advice, linked_layout, memory_advice
from wasmfit.module.read import read


def advice(text: str, into: Path, custom: bytes = b"") -> str | None:
    data = assembled(f"(module {text})", into).read_bytes() + custom
    return memory_advice(read(data), linked_layout(data))


def section(name: str, content: bytes) -> bytes:
    body = bytes([len(name)]) + name.encode() + content
    return bytes([0, len(body)]) + body


def field(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


STACK = "(memory 17) (global (mut i32) (i32.const 1048576))"


@pytest.mark.parametrize(
    ("producer", "option"),
    [
        ("", "`-z stack-size=4096`"),
        ("rustc", "`-C link-arg=-zstack-size=4096`"),
        ("TinyGo", "-extldflags"),
        ("emscripten", "`-sSTACK_SIZE=4096`"),
    ],
)
def test_a_stack_that_fills_pages_is_said_in_the_compilers_words(
    tmp_path: Path, producer: str, option: str
) -> None:
    one = b"\x01" + field("processed-by") + b"\x01" + field(producer) + field("1")
    said = advice(STACK, tmp_path, section("producers", one) if producer else b"")
    assert said is not None
    assert said.startswith("about 16 of them are the linker's stack of 1,048,576 B: link with ")
    assert option in said


def test_the_stack_lies_above_data_or_below(tmp_path: Path) -> None:
    above = '(memory 3) (global (mut i32) (i32.const 132096)) (data (i32.const 1024) "abcd")'
    assert "the linker's stack of 131,068 B" in (advice(above, tmp_path) or "")
    below = '(memory 3) (global (mut i32) (i32.const 65536)) (data (i32.const 65536) "abcd")'
    assert "about 1 of them is the linker's stack of 65,536 B" in (advice(below, tmp_path) or "")


def test_pages_that_are_neither_data_nor_stack(tmp_path: Path) -> None:
    said = advice('(memory 4) (global (mut i32) (i32.const 4096)) (data (i32.const 4096) "abcd")', tmp_path)
    assert said is not None
    assert "data and stack end at byte 4,100, so about 3 of them are neither: `--initial-memory" in said


def test_data_alone(tmp_path: Path) -> None:
    said = advice('(memory 2) (data (i32.const 70000) "abcd") (data (i32.const 0) "abcd")', tmp_path)
    assert said == "data segments fill 70,004 B of it, which smaller tables alone make less"


def test_a_page_needs_no_advice(tmp_path: Path) -> None:
    assert advice("(memory 1) (global (mut i32) (i32.const 65536))", tmp_path) is None
    assert advice("", tmp_path) is None


def test_features_that_can_be_left_out(tmp_path: Path) -> None:
    data = assembled("(module)", tmp_path).read_bytes()
    assert feature_advice(read(data), linked_layout(data)) is None
    data += section("target_features", b"\x02+" + field("bulk-memory") + b"+" + field("mutable-globals"))
    said = feature_advice(read(data), linked_layout(data))
    assert said == "it was compiled for bulk-memory: `-mcpu=mvp` leaves them out"


def test_sections_that_are_broken_say_nothing(tmp_path: Path) -> None:
    data = assembled("(module (memory 17))", tmp_path).read_bytes() + section("producers", b"\x7f")
    layout = linked_layout(data)
    assert layout.producers == ()
    assert memory_advice(read(data), layout) is not None
