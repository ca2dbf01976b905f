"""Calls and expectations against the export's signature."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wat import assembled, guest
from wasmfit.errors import UsageError
from wasmfit.module.calls import REPEATS, CallRequest, calls, program
from wasmfit.module.read import FunctionType, Wasm, read


@pytest.fixture
def floats(tmp_path: Path) -> Wasm:
    return read(guest("floats", tmp_path).read_bytes())


@pytest.fixture
def several(tmp_path: Path) -> Wasm:
    return read(guest("several", tmp_path).read_bytes())


def test_a_call_is_words_by_the_signature(floats: Wasm) -> None:
    name, signature, (call,) = calls(floats, ["wide( -2 ,0x10)"], ["-32"], "floats.wasm")
    assert name == "wide"
    assert (list(signature.params), list(signature.results)) == (["i64", "i64"], ["i64"])
    assert call.arguments == ((1 << 64) - 2, 16)
    assert call.expected is not None
    assert call.expected[0].word == (1 << 64) - 32
    assert call.text == "wide(-2, 0x10)"


def test_several_results_and_none(several: Wasm) -> None:
    _, _, (swap,) = calls(several, ["swap(1, -2)"], ["-2, 1"], "several.wasm")
    assert swap.expected is not None
    assert [one.word for one in swap.expected] == [(1 << 64) - 2, 1]
    _, signature, (nothing,) = calls(several, ["nothing()"], [""], "several.wasm")
    assert (signature.params, signature.results, nothing.arguments, nothing.expected) == ((), (), (), ())


def test_a_single_call_is_repeated_and_checked_once(floats: Wasm) -> None:
    made = program(floats, CallRequest(["root(4)"], ["2"]), "floats.wasm")
    first, *others = made.calls
    assert made.repeated
    assert [(step.text, step.times) for step in made.steps] == [("root(4)", REPEATS)]
    assert first.expected is not None
    assert len(others) == REPEATS - 1
    assert all(one.expected is None and one.arguments == first.arguments for one in others)


@pytest.mark.parametrize(
    ("texts", "expected", "said"),
    [
        ([], [], "It exports root(f32) -> (f32), mean(f64, f64) -> (f64)"),
        (["rot(4)"], [], "Did you mean 'root'?"),
        (["root"], [], "is not a call"),
        (["root(4"], [], "is not a call"),
        (["(4)"], [], "names no function"),
        (["mean(1,)"], [], "has an empty argument"),
        (["mean(1)"], [], "mean takes 2 arguments (f64, f64), and not 1"),
        (["root()"], [], "root takes 1 argument (f32), and not 0"),
        (["root(x)"], [], "Argument 1 of root is 'x'"),
        (["root(1)", "mean(1, 2)"], [], "all calls of a measurement are of one export"),
        (["root(1)"], ["1", "2"], "1 call and 2 expectations"),
        (["root(1)"], ["1, 2"], "root returns f32"),
        (["root(1)"], [""], "root returns f32"),
        (["root(1)"] * 1001, [], "at most 1,000"),
    ],
)
def test_what_does_not_fit_is_said(floats: Wasm, texts: list[str], expected: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        calls(floats, texts, expected, "floats.wasm")
    assert said in str(caught.value)


def test_exports_that_are_no_functions(tmp_path: Path) -> None:
    memory = read(assembled('(module (memory (export "m") 1) (func (export "f")))', tmp_path).read_bytes())
    with pytest.raises(UsageError, match="is a memory, which cannot be called"):
        calls(memory, ["m()"], [], "m.wasm")
    nothing = read(assembled("(module)", tmp_path).read_bytes())
    with pytest.raises(UsageError, match="exports no function"):
        calls(nothing, ["f()"], [], "m.wasm")


def test_signatures_that_cannot_be_called(tmp_path: Path) -> None:
    text = '(module (func (export "f") (param externref)) (func (export "g")' + " (param i32)" * 17 + "))"
    wasm = read(assembled(text, tmp_path).read_bytes())
    with pytest.raises(UsageError, match="only i32, i64, f32 and f64"):
        calls(wasm, ["f(1)"], [], "m.wasm")
    with pytest.raises(UsageError, match="at most 16 values"):
        calls(wasm, ["g()"], [], "m.wasm")


def test_an_export_may_be_called_anything() -> None:
    from wasmfit.module.read import Export, ExternalKind

    name = "f(x) \x1b[31m"
    wasm = Wasm(
        types=(FunctionType((), ()),), functions=(0,), exports=(Export(name, ExternalKind.FUNCTION, 0),)
    )
    export, _, (call,) = calls(wasm, [f"{name}()"], [], "m.wasm")
    assert export == name
    assert call.text.isprintable()


@given(st.text(max_size=40))
def test_any_text_is_a_call_or_a_sentence(text: str) -> None:
    from wasmfit.module.read import Export, ExternalKind

    wasm = Wasm(
        types=(FunctionType((), ()),), functions=(0,), exports=(Export("f", ExternalKind.FUNCTION, 0),)
    )
    try:
        name = calls(wasm, [text], [], "m.wasm")[0]
    except UsageError:
        return
    assert name == "f"


def test_an_export_that_is_an_import_is_refused(tmp_path: Path) -> None:
    text = '(module (import "env" "f" (func $f)) (export "g" (func $f)) (func (export "h")))'
    wasm = read(assembled(text, tmp_path).read_bytes())
    with pytest.raises(UsageError, match=r"is the import env\.f itself"):
        calls(wasm, ["g()"], [], "m.wasm")
    assert calls(wasm, ["h()"], [], "m.wasm")[0] == "h"


def test_a_name_that_c_would_cut_is_refused(tmp_path: Path) -> None:
    wasm = read(assembled(r'(module (func (export "f\00g")) (func (export "f")))', tmp_path).read_bytes())
    with pytest.raises(UsageError, match="holds a NUL"):
        calls(wasm, ["f\0g()"], [], "m.wasm")
