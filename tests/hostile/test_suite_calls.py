"""Calls of generated modules in the image that runs the suite: each has an end, whatever ends the run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wasmfit.conformance.judge import ActionAnswer
from wasmfit.emulation import SuiteEnd, SuiteRun
from wasmfit.model import Status, ValueType

from .differential import Case, End, cases_of
from .suite_calls import end_of, over, part_of
from .trap_kinds import TrapKind, is_same, kind_of

CASE = Case(1, Path("g000001.wasm"), "x", (), (ValueType.I32,), ())
CASES = [CASE] * 3


class Script:
    """An image that gives so many answers in each run, and then ends as told."""

    def __init__(self, *runs: tuple[Sequence[str], SuiteEnd]) -> None:
        self._runs = list(runs)
        self.begun = 0

    def __call__(self, data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        assert data
        answers, ended = self._runs[self.begun]
        self.begun += 1
        for number, text in enumerate(answers):
            on_answer(f"{number} {text}")
        return SuiteRun(ended, "" if ended is SuiteEnd.WHOLE else "why", 1, 0.1)


def ends(script: Script) -> list[str]:
    part = part_of(CASES, [CASE.path], Path("folder"))
    return [
        " ".join(end.values) if end.values is not None else f"{end.status.value} {end.reason}"
        for end in over(part, [b"module"], CASES, script)
    ]


GOOD = ("ok", "ok", "got i32:7")


def test_a_run_that_comes_to_its_end() -> None:
    script = Script(((*GOOD, "ok", "load no such type", "absent", "ok", "ok", "trap boom"), SuiteEnd.WHOLE))
    assert ends(script) == ["7", "unsupported no such type", "trapped boom"]
    assert script.begun == 1


def test_a_call_that_ends_the_run_is_charged_and_the_next_one_is_made() -> None:
    script = Script(((*GOOD, "ok", "ok"), SuiteEnd.CRASHED), (GOOD, SuiteEnd.WHOLE))
    assert ends(script) == ["7", "faulted why", "7"]


def test_damage_that_shows_when_everything_is_dropped_is_the_last_calls() -> None:
    script = Script((GOOD, SuiteEnd.CRASHED), ((*GOOD, *GOOD), SuiteEnd.WHOLE))
    assert ends(script) == ["faulted why", "7", "7"]


def test_damage_that_shows_at_the_end_is_the_last_calls() -> None:
    script = Script(((*GOOD, *GOOD, *GOOD), SuiteEnd.CRASHED))
    assert ends(script) == ["7", "7", "faulted why"]


def test_a_run_without_an_answer_ends_the_first_call() -> None:
    script = Script(((), SuiteEnd.TIMED_OUT), ((), SuiteEnd.OUT_OF_MEMORY), ((), SuiteEnd.WHOLE))
    assert ends(script) == [
        "timeout why",
        "out-of-memory why",
        "faulted the run ended without an answer",
    ]


def test_answers_out_of_order_are_none() -> None:
    def run(_data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        for text in ("noise", "1 ok", "0 ok", "0 ok", "2 got i32:1"):
            on_answer(text)
        return SuiteRun(SuiteEnd.CRASHED, "why", 1, 0.1)

    assert over(part_of([CASE], [CASE.path], Path("f")), [b"m"], [CASE], run) == [
        End(status=Status.FAULTED, reason="why")
    ]


@pytest.mark.parametrize(
    ("how", "words", "expected"),
    [
        ("got", "i32:ff", End(("ff",))),
        ("tight", "i32:0", End(("0",))),
        ("trap", "unreachable", End(status=Status.TRAPPED, reason="unreachable")),
        ("link", "no import", End(status=Status.UNSUPPORTED, reason="no import")),
        ("memory", "", End(status=Status.OUT_OF_MEMORY)),
        ("refused", "no", End(status=Status.UNSUPPORTED, reason="no")),
        ("thrown", "it", End(status=Status.BUILD_FAILED, reason="thrown: it")),
    ],
)
def test_what_an_answer_says(how: str, words: str, expected: End) -> None:
    assert end_of(CASE, ActionAnswer(how, words)) == expected


def test_every_nan_is_one() -> None:
    case = Case(1, CASE.path, "x", (), (ValueType.F32, ValueType.F64), ())
    assert end_of(case, ActionAnswer("got", "f32:ffc00001 f64:3ff0000000000000")) == End(
        ("nan", "3ff0000000000000")
    )


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("float unrepresentable in integer range", TrapKind.CONVERSION),
        ("Exception: invalid conversion to integer", TrapKind.CONVERSION),
        ("Exception: integer overflow", TrapKind.OVERFLOW),
        ("divide result unrepresentable", TrapKind.OVERFLOW),
        ("remainder by zero", TrapKind.DIVISION),
        ("DivideByZero", TrapKind.DIVISION),
        ("Exception: integer divide by zero", TrapKind.DIVISION),
        ("memory access out of bounds", TrapKind.MEMORY),
        ("[trap] out of bounds memory access", TrapKind.MEMORY),
        ("data segment 0 is out of bounds (offset 9 + size 3 > memory_size 1 bytes)", TrapKind.MEMORY),
        ("table index is out of bounds", TrapKind.TABLE),
        ("WASM module instantiate failed: out of bounds table access", TrapKind.TABLE),
        ("null function or function signature mismatch", TrapKind.SIGNATURE),
        ("table underflow", TrapKind.TABLE),
        ("InvalidTableIndex", TrapKind.TABLE),
        ("[trap] null table element", TrapKind.UNDEFINED),
        ("ParseError { err: InvalidNegativeMemOffset }", TrapKind.MEMORY),
        ("Exception: uninitialized element", TrapKind.UNDEFINED),
        ("undefined element: out of bounds table access", TrapKind.UNDEFINED),
        ("Exception: wasm operand stack overflow", TrapKind.STACK),
        ("Maximum call stack size exceeded", TrapKind.STACK),
        ("[trap] unreachable executed", TrapKind.UNREACHABLE),
        ("Trap", TrapKind.UNTOLD),
    ],
)
def test_what_kind_of_trap_words_tell(words: str, kind: TrapKind) -> None:
    assert kind_of(words) is kind


def test_kinds_that_some_have_one_sentence_for() -> None:
    assert is_same(TrapKind.UNDEFINED, TrapKind.SIGNATURE)
    assert is_same(TrapKind.OVERFLOW, TrapKind.CONVERSION)
    assert is_same(TrapKind.MEMORY, TrapKind.MEMORY)
    assert not is_same(TrapKind.MEMORY, TrapKind.TABLE)
    assert not is_same(TrapKind.OVERFLOW, TrapKind.DIVISION)


def test_a_module_has_a_call_of_each_function(astray: Path) -> None:
    cases = cases_of(astray)
    assert cases == cases_of(astray)
    assert [case.export for case in cases] == ["x0", "x1", "x2", "x3"][: len(cases)]


@pytest.fixture
def astray(tmp_path: Path) -> Path:
    given = Path(__file__).parent / "astray" / "g000194.wasm"
    path = tmp_path / given.name
    path.write_bytes(given.read_bytes())
    return path
