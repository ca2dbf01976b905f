"""Runtimes against one another, where nobody has said what is right."""

from tests.samples import failed
from tests.user_modules import module, ran
from wasmfit.model import Logged, Status, ValueType
from wasmfit.run.cross_check import cross_checked

NANS = (0x7FC00000, 0xFFC00001)


def test_all_alike_are_left_alone() -> None:
    rows = [ran("a", 1, 2), ran("b", 1, 2), failed()]
    assert cross_checked(rows, module().signature) == rows


def test_one_alone_cannot_disagree() -> None:
    rows = [ran("a", 1, 2), failed()]
    assert cross_checked(rows, module().signature) == rows


def test_the_minority_is_marked_and_says_against_whom() -> None:
    rows = cross_checked([ran("a", 1, 2), ran("b", 1, 3), ran("c", 1, 2)], module().signature)
    assert [row.status for row in rows] == [Status.OK, Status.WRONG_RESULT, Status.OK]
    assert rows[1].reason == "run() gave 3, where 2 of 3 runtimes have run() gave 2"


def test_a_tie_is_everybodys() -> None:
    rows = cross_checked([ran("a", 1, 2), ran("b", 1, 3)], module().signature)
    assert [row.status for row in rows] == [Status.WRONG_RESULT] * 2
    assert all("do not agree: --expect says what is right" in (row.reason or "") for row in rows)


def test_three_that_differ_have_no_majority() -> None:
    rows = cross_checked([ran("a", 1), ran("b", 2), ran("c", 3)], module().signature)
    assert {row.status for row in rows} == {Status.WRONG_RESULT}


def test_any_nan_is_as_good_as_another() -> None:
    rows = [ran("a", NANS[0], kind=ValueType.F32), ran("b", NANS[1], kind=ValueType.F32)]
    assert cross_checked(rows, module(ValueType.F32).signature) == rows


def test_what_is_logged_is_a_result_too() -> None:
    log, other = Logged(length=5, digest=1, text="hello"), Logged(length=5, digest=2, text="hallo")
    rows = cross_checked(
        [ran("a", 1, logged=log), ran("b", 1, logged=other), ran("c", 1, logged=log)], module().signature
    )
    assert [row.status for row in rows] == [Status.OK, Status.WRONG_RESULT, Status.OK]
    assert (
        rows[1].reason
        == "logged 5 B, digest 00000002, where 2 of 3 runtimes have logged 5 B, digest 00000001"
    )
