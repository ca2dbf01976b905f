"""Answers → outcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.conformance.judge import ActionAnswer, Judged, answer, judge
from wasmfit.conformance.script import Command
from wasmfit.model import AssertionOutcome

from .samples import invoke, load

_RETURNS = invoke(1)
_TRAPS = invoke(1, expect="trap", message="unreachable", results=())
_EXHAUSTS = invoke(1, expect="exhaustion", message="call stack exhausted", results=())
_THROWS = invoke(1, expect="exception", results=())
_INVALID = load(1)
_UNLINKABLE = Command(line=1, do="instantiate", module=1, expect="unlinkable", message="unknown import")
_MISSES = Command(
    line=1, do="instantiate", module=1, expect="unlinkable", message="data segment does not fit"
)
_OUT = Command(line=1, do="instantiate", module=1, expect="trap", message="out of bounds memory access")
_VALID = load(1, expect="valid", valid=True)


@pytest.mark.parametrize(
    ("command", "came", "outcome"),
    [
        (_RETURNS, "got i32:00000001", AssertionOutcome.PASSED),
        (_RETURNS, "got i32:00000002", AssertionOutcome.FAILED),
        (_RETURNS, "got", AssertionOutcome.FAILED),
        (_RETURNS, "got i32:00000001 i32:00000001", AssertionOutcome.FAILED),
        (_RETURNS, "tight i32:00000001", AssertionOutcome.PASSED),
        (_RETURNS, "tight i32:ffffffff", AssertionOutcome.OUT_OF_MEMORY),
        (_RETURNS, "trap unreachable", AssertionOutcome.TRAPPED),
        (_RETURNS, "refused no export f", AssertionOutcome.REFUSED),
        (_RETURNS, "absent", AssertionOutcome.REFUSED),
        (_RETURNS, "memory 65536 bytes", AssertionOutcome.OUT_OF_MEMORY),
        (_RETURNS, "thrown", AssertionOutcome.FAILED),
        (_RETURNS, "ok", AssertionOutcome.FAILED),
        (_TRAPS, "trap whatever it is called", AssertionOutcome.PASSED),
        (_TRAPS, "got i32:00000001", AssertionOutcome.FAILED),
        (_TRAPS, "refused", AssertionOutcome.REFUSED),
        (_EXHAUSTS, "trap stack overflow", AssertionOutcome.PASSED),
        (_EXHAUSTS, "memory 100 bytes", AssertionOutcome.OUT_OF_MEMORY),
        (_THROWS, "thrown", AssertionOutcome.PASSED),
        (_THROWS, "trap", AssertionOutcome.TRAPPED),
        (_THROWS, "got", AssertionOutcome.FAILED),
        (_INVALID, "load type mismatch", AssertionOutcome.PASSED),
        (_INVALID, "ok", AssertionOutcome.FAILED),
        (_INVALID, "link unknown import", AssertionOutcome.REFUSED),
        (_INVALID, "trap", AssertionOutcome.TRAPPED),
        (_UNLINKABLE, "link unknown import", AssertionOutcome.PASSED),
        (_UNLINKABLE, "load no such feature", AssertionOutcome.REFUSED),
        (_UNLINKABLE, "ok", AssertionOutcome.FAILED),
        (_UNLINKABLE, "trap", AssertionOutcome.TRAPPED),
        (_MISSES, "trap out of bounds", AssertionOutcome.PASSED),
        (_OUT, "link out of bounds", AssertionOutcome.PASSED),
        (_OUT, "trap out of bounds", AssertionOutcome.PASSED),
        (_OUT, "ok", AssertionOutcome.FAILED),
        (_VALID, "ok", AssertionOutcome.PASSED),
        (_VALID, "load no", AssertionOutcome.REFUSED),
        (_VALID, "nonsense", AssertionOutcome.FAILED),
    ],
)
def test_outcomes(command: Command, came: str, outcome: AssertionOutcome) -> None:
    how, _, words = came.partition(" ")
    judged = judge(command, ActionAnswer(how, words))
    assert judged.outcome is outcome
    assert bool(judged.words) is (outcome is not AssertionOutcome.PASSED) or how in ("refused", "trap")


def test_what_came_is_told() -> None:
    assert judge(_RETURNS, ActionAnswer("got", "i32:00000002")).words == "i32:00000002"
    assert judge(_RETURNS, ActionAnswer("got", "")).words == "nothing returned"
    assert judge(_INVALID, ActionAnswer("ok", "")).words == "accepted"
    assert (
        judge(_RETURNS, ActionAnswer("absent", ""), "module of line 3: no SIMD").words
        == "module of line 3: no SIMD"
    )


def test_hostile_words_are_made_printable() -> None:
    assert judge(_RETURNS, ActionAnswer("trap", "\x1b[2J" + "x" * 1000)).words.isprintable()
    assert len(judge(_RETURNS, ActionAnswer("trap", "x" * 1000)).words) <= 160


def test_an_answer() -> None:
    assert answer("17 got i32:00000001 i32:00000002") == (
        17,
        ActionAnswer("got", "i32:00000001 i32:00000002"),
    )
    assert answer("17 ok ") == (17, ActionAnswer("ok", ""))


@pytest.mark.parametrize("text", ["", "17", "x ok", "-1 ok", "١٧ ok", "99999999999999999999 ok", " 1 ok"])
def test_no_answer(text: str) -> None:
    assert answer(text) is None


@given(st.text())
def test_any_line_may_come(text: str) -> None:
    found = answer(text)
    assert found is None or found[0] >= 0


@given(st.text(), st.text(), st.sampled_from([_RETURNS, _TRAPS, _THROWS, _INVALID, _UNLINKABLE, _VALID]))
def test_any_answer_has_an_outcome(how: str, words: str, command: Command) -> None:
    assert judge(command, ActionAnswer(how, words)).outcome in AssertionOutcome


_LOOPS = invoke(1, expect="trap", message="stopped", results=(), budget=100)
_ENDS = invoke(1, budget=100)
_GROWN = Command(line=1, do="grown", name="data", expect="return", results=("most:00001000",))


@pytest.mark.parametrize(
    ("command", "came", "judged"),
    [
        (
            _LOOPS,
            ActionAnswer("stopped", "out of fuel", 321),
            Judged(AssertionOutcome.PASSED, "out of fuel", 321),
        ),
        (_LOOPS, ActionAnswer("trap", "unreachable"), Judged(AssertionOutcome.TRAPPED, "unreachable")),
        (_LOOPS, ActionAnswer("got", ""), Judged(AssertionOutcome.FAILED, "returned")),
        (_LOOPS, ActionAnswer("refused", "no fuel"), Judged(AssertionOutcome.REFUSED, "no fuel")),
        (_LOOPS, ActionAnswer("absent", ""), Judged(AssertionOutcome.REFUSED, "its module was refused")),
        (_ENDS, ActionAnswer("got", "i32:00000001", 5), Judged(AssertionOutcome.PASSED, number=5)),
        (
            _ENDS,
            ActionAnswer("stopped", "x"),
            Judged(AssertionOutcome.TIMED_OUT, "its budget was too small: x"),
        ),
        (_GROWN, ActionAnswer("got", "i32:00001000"), Judged(AssertionOutcome.PASSED, number=4096)),
        (_GROWN, ActionAnswer("got", "i32:00001001"), Judged(AssertionOutcome.FAILED, "4,097 B", 4097)),
        (_GROWN, ActionAnswer("refused", "x"), Judged(AssertionOutcome.REFUSED, "x")),
        (_GROWN, ActionAnswer("got", "nonsense"), Judged(AssertionOutcome.FAILED, "nonsense")),
        (_GROWN, ActionAnswer("got", "i32:zz"), Judged(AssertionOutcome.FAILED, "i32:zz")),
        (_GROWN, ActionAnswer("got", "i32:fffffff0"), Judged(AssertionOutcome.PASSED, number=-16)),
    ],
)
def test_what_is_measured(command: Command, came: ActionAnswer, judged: Judged) -> None:
    assert judge(command, came) == judged


@given(st.integers(0, 0x7FFF_FFFF), st.integers(-0x8000_0000, 0x7FFF_FFFF))
def test_no_more_than_expected(most: int, found: int) -> None:
    command = Command(line=1, do="rounds", expect="return", results=(f"most:{most:08x}",))
    came = judge(command, ActionAnswer("got", f"i32:{found & 0xFFFF_FFFF:08x}"))
    assert (came.outcome is AssertionOutcome.PASSED) == (found <= most)
    assert came.number == found
