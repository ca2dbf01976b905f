"""Calls as text, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.errors import UsageError
from wasmfit.module.call_text import BufferText, CallText, LiteralText, parse


def test_a_plain_call() -> None:
    call = parse(" run( 1, -2.5 ) ")
    assert (call.name, call.returns) == ("run", ())
    assert call.arguments == (LiteralText("1"), LiteralText("-2.5"))


def test_calls_in_arguments() -> None:
    (first, second) = parse("f(g(h(1), 2), 3)").arguments
    assert isinstance(first, CallText)
    assert first.name == "g"
    assert first.arguments[1] == LiteralText("2")
    assert isinstance(first.arguments[0], CallText)
    assert second == LiteralText("3")


def test_buffers_and_what_they_must_hold() -> None:
    call = parse("process(in:@frame.bin, out@out_ptr():64) -> @expected.bin, 0x00")
    frame, out = call.arguments
    assert frame == BufferText(True, None, "@frame.bin", "in:@frame.bin")
    assert isinstance(out, BufferText)
    assert (out.is_input, out.content) == (False, "64")
    assert isinstance(out.address, CallText)
    assert call.returns == ("@expected.bin", "0x00")


def test_quoted_text_may_hold_commas_and_parentheses() -> None:
    (text, size) = parse("f(in:'a, b)(', 4)").arguments
    assert isinstance(text, BufferText)
    assert text.content == "'a, b)('"
    assert size == LiteralText("4")


@pytest.mark.parametrize("name", ["odd name! */ ü'\"", "a(b", "f(x)", "a->b"])
def test_an_export_may_be_called_anything(name: str) -> None:
    assert parse(f"{name}()").name == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run", "is not a call"),
        ("(1)", "names no function"),
        ("f(1,)", "empty argument"),
        ("f(in:)", "is an empty buffer"),
        ("f(in@1024)", "has no content after its address"),
        ("f(g(h(i(j(k(l(m(n(1)))))))))", "calls 8 deep"),
    ],
)
def test_what_is_no_call_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse(text)


@given(st.text(st.sampled_from("fin:@out(),'\" ->1"), max_size=40) | st.text(max_size=40))
def test_any_text_is_a_call_or_a_sentence(text: str) -> None:
    try:
        call = parse(text)
    except UsageError:
        return
    assert call.name
