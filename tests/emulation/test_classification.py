"""From traces to status and reason."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasmfit.catalog import Catalog
from wasmfit.emulation import logs
from wasmfit.emulation.channel import HeapReport, HeapState, Log, Report
from wasmfit.emulation.classification import RunEnd, RunTrace, classify_run
from wasmfit.emulation.counts import Counts, Mark, OutOfBoundsStore
from wasmfit.model import Board, Expected, Region, Signature, Status, UserCall, ValueType, WorkloadCall

CALLS = (WorkloadCall(arguments=(1, 2), expected=1003), WorkloadCall(arguments=(3, 4), expected=1007))
GOOD = Report(results=(1003, 1007), heap=HeapReport(10, 65536, 5, 65536, 0), end="ok")
IN_LOAD = (Mark("load", 1, 0),)
IN_SECOND_CALL = (*IN_LOAD, Mark("call", 3, 0), Mark("idle", 4, 0), Mark("call", 5, 0))
OVERFLOW = (0x20000, 1 << 30, 0, 0, 0x1FFFFF50, 0xFFFFFFF9, 0, 0)


@pytest.fixture
def evidence(board: Board) -> RunTrace:
    return RunTrace(
        board=board,
        stack=Region(origin=0x20000000, size=0x8000),
        calls=CALLS,
        counts=Counts(True, IN_SECOND_CALL, 100, 0x20007000),
        report=GOOD,
        instructions=2_000_000_000,
        seconds=None,
        last_words=None,
        name_of=lambda address: "recurse" if address == 0x526 else None,
    )


def test_ok(evidence: RunTrace) -> None:
    assert classify_run(evidence) == RunEnd(Status.OK, None)


@pytest.mark.parametrize(
    ("report", "status", "reason"),
    [
        (replace(GOOD, results=(1003, 1)), Status.WRONG_RESULT, "(3, 4) gave 1, not 1007"),
        (
            replace(GOOD, results=(0, 1)),
            Status.WRONG_RESULT,
            "(1, 2) gave 0, not 1003 (2 of 2 calls are wrong)",
        ),
        (replace(GOOD, results=(1003,)), Status.WRONG_RESULT, "1 result came from 2 calls"),
        (replace(GOOD, results=(1003, 1007, 1)), Status.WRONG_RESULT, "3 results came from 2 calls"),
        (
            Report(phase="call", failure="unreachable", end="fail"),
            Status.TRAPPED,
            "unreachable, in call 2 of 2",
        ),
        (
            Report(phase="load", failure="bad opcode", end="fail"),
            Status.UNSUPPORTED,
            "refused to load the module: bad opcode",
        ),
        (
            Report(phase="instantiate", failure="no import", end="fail"),
            Status.UNSUPPORTED,
            "refused to instantiate the module: no import",
        ),
        (
            Report(phase="start", failure="no job in this image", end="fail"),
            Status.FAULTED,
            "gave up in phase start: no job in this image",
        ),
        (
            Report(phase="instantiate", panic="src/lib.rs:39", end="panic"),
            Status.FAULTED,
            "panicked at src/lib.rs:39 in phase instantiate",
        ),
        (
            Report(
                phase="instantiate", panic="a.rs:1", end="panic", heap=HeapReport(9000, 0, 9000, 0, 65536)
            ),
            Status.OUT_OF_MEMORY,
            "no 65,536 bytes in one piece left on the heap in phase instantiate, 9,000 in use",
        ),
        (
            Report(phase="call", failure="oom", end="fail", heap=HeapReport(1, 0, 1, 65536, 131072)),
            Status.OUT_OF_MEMORY,
            "no 131,072 bytes in one piece left on the heap in phase call (2 of 2), 65,537 in use: oom",
        ),
        (
            Report(phase="call", fault=OVERFLOW, end="fault", heap=HeapReport(1, 0, 1, 65536, 131072)),
            Status.FAULTED,
            "stack overflow (UsageFault: jump out of Thumb state, SP 0x1fffff50), in phase call (2 of 2)",
        ),
        (
            Report(phase="call", fault=OVERFLOW[:4], end="fault"),
            Status.FAULTED,
            "a fault in phase call (2 of 2), whose registers did not arrive",
        ),
        (Report(), Status.FAULTED, "ended in phase call (2 of 2) without saying how"),
    ],
)
def test_what_the_firmware_says(evidence: RunTrace, report: Report, status: Status, reason: str) -> None:
    assert classify_run(replace(evidence, report=report)) == RunEnd(status, reason)


def test_a_refused_request_that_did_no_harm_is_none(evidence: RunTrace) -> None:
    assert (
        classify_run(replace(evidence, report=replace(GOOD, heap=HeapReport(1, 1, 1, 1, 99)))).status
        is Status.OK
    )


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (
            0x1FFFFFD0,
            "stack overflow in phase call (2 of 2): wrote to 0x1fffffd0, 48 bytes below the stack of 32,768, "
            "in recurse (PC 0x00000526)",
        ),
        (0x100, "wrote to flash at 0x00000100 in phase call (2 of 2), in recurse (PC 0x00000526)"),
        (
            0x20040000,
            "wrote to 0x20040000 in phase call (2 of 2), outside the board's RAM (0x20000000–0x2003ffff), "
            "in recurse (PC 0x00000526)",
        ),
    ],
)
def test_a_stray_store_weighs_more_than_a_good_end(evidence: RunTrace, address: int, reason: str) -> None:
    counts = Counts(True, IN_SECOND_CALL, 100, 0x20000000, out_of_bounds=OutOfBoundsStore(address, 0x526))
    assert classify_run(replace(evidence, counts=counts)) == RunEnd(Status.FAULTED, reason)


def test_an_access_that_is_not_aligned_weighs_more_than_a_good_end(evidence: RunTrace) -> None:
    counts = Counts(True, IN_SECOND_CALL, 100, 0x20000000, unaligned=OutOfBoundsStore(0x20000002, 0x526))
    assert classify_run(replace(evidence, counts=counts)) == RunEnd(
        Status.FAULTED,
        "an access to 0x20000002 that is not aligned in phase call (2 of 2), at which the board's core "
        "faults, in recurse (PC 0x00000526)",
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (20_000, "9,000 in use of 20,000: at least 54,536 B short"),
        (74_535, "9,000 in use of 74,535: at least 1 B short"),
        # There would be room for it, if nothing lay in between.
        (74_536, "9,000 in use of 74,536, the rest in pieces"),
    ],
)
def test_what_is_short_is_told_where_the_heap_is_known(evidence: RunTrace, size: int, words: str) -> None:
    heap = HeapReport(9000, 0, 9000, 0, 65536)
    report = Report(phase="load", end="panic", heap=heap, heap_state=HeapState(0, 0, 0, 0, size))
    reason = classify_run(replace(evidence, report=report)).reason
    assert reason == f"no 65,536 bytes in one piece left on the heap in phase load, {words}"


def test_limits(evidence: RunTrace) -> None:
    limited = replace(evidence, counts=Counts(True, IN_LOAD, 100, 0, limited=True), report=Report())
    assert classify_run(limited) == RunEnd(
        Status.TIMEOUT, "reached the limit of 2,000,000,000 instructions in phase load"
    )
    late = replace(evidence, seconds=120.0, report=Report())
    assert classify_run(late) == RunEnd(Status.TIMEOUT, "reached the limit of 120 s in phase call (2 of 2)")


def test_how_the_emulator_died(evidence: RunTrace) -> None:
    dead = replace(
        evidence, report=Report(), counts=Counts(True, IN_LOAD), last_words="Lockup: can't escalate 3"
    )
    assert classify_run(dead) == RunEnd(
        Status.FAULTED, "the core locked up in phase load: a fault with no way to handle it"
    )
    assert classify_run(replace(dead, last_words="could not load kernel")) == RunEnd(
        Status.FAULTED, "the emulator gave up in phase load: could not load kernel"
    )


TEXTS = st.none() | st.text(max_size=20).map(lambda text: text.encode("unicode_escape").decode())
NUMBERS = st.integers(0, 2**32 - 1)
REPORTS = st.builds(
    Report,
    results=st.lists(NUMBERS, max_size=3).map(tuple) | st.just((1003, 1007)),
    heap=st.none() | st.builds(HeapReport, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS | st.just(0)),
    phase=st.none() | st.sampled_from(["start", "load", "instantiate", "call", "idle", "done"]),
    failure=TEXTS,
    panic=TEXTS,
    fault=st.lists(NUMBERS, max_size=16).map(tuple),
    end=st.sampled_from([None, "ok", "fail", "panic", "fault"]),
)
COUNTS = st.builds(
    Counts,
    started=st.just(True),
    marks=st.lists(
        st.builds(Mark, st.sampled_from(["load", "instantiate", "call", "idle", "done"]), NUMBERS, NUMBERS),
        max_size=5,
    ).map(tuple),
    total=st.none() | NUMBERS,
    limited=st.booleans(),
    out_of_bounds=st.none() | st.builds(OutOfBoundsStore, NUMBERS, NUMBERS),
    unaligned=st.none() | st.builds(OutOfBoundsStore, NUMBERS, NUMBERS),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=REPORTS, counts=COUNTS, last_words=TEXTS)
def test_there_is_always_a_verdict(
    evidence: RunTrace, report: Report, counts: Counts, last_words: str | None
) -> None:
    verdict = classify_run(
        replace(
            evidence, report=report, counts=counts, last_words=last_words, name_of=lambda _address: "\x00"
        )
    )
    assert (verdict.reason is None) == (verdict.status is Status.OK)
    assert verdict.reason is None or verdict.reason.isprintable()
    good = (
        report.results == (1003, 1007)
        and report.end == "ok"
        and not counts.limited
        and counts.out_of_bounds is None
        and counts.unaligned is None
    )
    assert (verdict.status is Status.OK) == good


F64_2 = 0x4000000000000000
SIGNATURE = Signature(params=(ValueType.I64,), results=(ValueType.F64, ValueType.I32))
FREE = UserCall(arguments=(1,), text="run(1)")


def expecting(*expected: Expected) -> UserCall:
    return UserCall(arguments=(1,), expected=expected, text="run(1)")


def own(evidence: RunTrace, call: UserCall, *values: int) -> RunEnd:
    """The verdict on one call of a user's module."""
    report = Report(values=(values,), heap=HeapReport(1, 0, 0, 0, 0), end="ok")
    return classify_run(replace(evidence, calls=(call,), signature=SIGNATURE, report=report))


@pytest.mark.parametrize(
    ("expected", "values", "reason"),
    [
        ((F64_2, None, 7), (F64_2, 7), None),
        ((F64_2, None, 7), (F64_2, 8), "run(1) gave 2.0, 8, not 2.0, 7"),
        ((F64_2, None, 7), (F64_2 + 1, 7), "run(1) gave 2.0000000000000004, 7, not 2.0, 7"),
        ((F64_2, 1e-9, 7), (F64_2 + 1, 7), None),
        ((F64_2, 1e-16, 7), (F64_2 + 1, 7), "run(1) gave 2.0000000000000004, 7, not 2.0~1e-16, 7"),
        ((F64_2, 1.0, 7), (0x7FF8 << 48, 7), "run(1) gave nan, 7, not 2.0~1, 7"),
        ((0x7FF8 << 48, None, 7), (0xFFF8 << 48, 7), None),
        ((0x7FF8 << 48, None, 7), (F64_2, 7), "run(1) gave 2.0, 7, not nan, 7"),
        ((F64_2, None, 0xFFFFFFFF), (F64_2, 1), "run(1) gave 2.0, 1, not 2.0, -1"),
        ((F64_2, None, 7), (F64_2,), "run(1) gave 2.0, not 2.0, 7"),
    ],
)
def test_results_of_a_users_module(
    evidence: RunTrace, expected: tuple[int, float | None, int], values: tuple[int, ...], reason: str | None
) -> None:
    word, tolerance, other = expected
    call = expecting(Expected(text="", word=word, tolerance=tolerance), Expected(text="", word=other))
    wanted = RunEnd(Status.OK) if reason is None else RunEnd(Status.WRONG_RESULT, reason)
    assert own(evidence, call, *values) == wanted


def test_without_an_expectation_anything_is_right_but_nothing(evidence: RunTrace) -> None:
    assert own(evidence, FREE, F64_2, 7) == RunEnd(Status.OK)
    silent = replace(evidence, calls=(FREE,), signature=SIGNATURE, report=Report(end="ok"))
    assert classify_run(silent) == RunEnd(Status.WRONG_RESULT, "0 results came from 1 call")


def test_what_was_logged_must_be_what_was_expected(evidence: RunTrace) -> None:
    call = FREE.model_copy(update={"log": "hello"})
    stood = logs.extended(Log(0, 0x811C9DC5), b"hello")
    report = Report(
        values=((F64_2, 7),), logs=(stood,), log=Log(stood.length, stood.digest, b"hello"), end="ok"
    )
    right = replace(evidence, calls=(call,), signature=SIGNATURE, report=report)
    assert classify_run(right) == RunEnd(Status.OK)
    wrong = replace(right, calls=(FREE.model_copy(update={"log": "bye\n"}),))
    assert classify_run(wrong) == RunEnd(Status.WRONG_RESULT, "run(1) logged 'hello', not 'bye\\n'")
    silent = replace(right, report=replace(report, logs=(Log(0, 0x811C9DC5),), log=None))
    assert classify_run(silent) == RunEnd(Status.WRONG_RESULT, "run(1) logged nothing, not 'hello'")


def test_the_stub_that_ended_a_run_is_named(evidence: RunTrace) -> None:
    report = Report(phase="call", failure="Trap", stub=1, end="fail")
    named = replace(evidence, report=report, imports=("env.log", "env.ab\x1bort"))
    assert classify_run(named) == RunEnd(
        Status.TRAPPED, "the stub of env.ab\\x1bort traps: Trap, in call 2 of 2"
    )
    # The firmware may name one that there is not.
    assert classify_run(replace(named, imports=("env.log",))) == RunEnd(
        Status.TRAPPED, "Trap, in call 2 of 2"
    )


@pytest.mark.parametrize("phase", ["load", "instantiate", "call"])
def test_one_refusal_is_one_status_whenever_the_runtime_looks(evidence: RunTrace, phase: str) -> None:
    report = Report(phase=phase, failure="LEB encoded value overflow", end="fail")
    lazy = replace(evidence, report=report, trap_words="[trap]", advice="-mcpu=mvp helps")
    ended = classify_run(lazy)
    assert ended.status is Status.UNSUPPORTED
    assert (ended.reason or "").startswith("refused to")
    assert (ended.reason or "").endswith("LEB encoded value overflow; -mcpu=mvp helps")
    trap = replace(lazy, report=Report(phase="call", failure="[trap] unreachable", end="fail"))
    assert classify_run(trap).status is Status.TRAPPED


def test_how_a_module_exits_is_said(evidence: RunTrace) -> None:
    report = Report(phase="call", failure="Trap", exited=3, end="fail")
    assert classify_run(replace(evidence, report=report)) == RunEnd(
        Status.TRAPPED, "exited with code 3, in call 2 of 2"
    )


def test_a_call_that_prepares_is_named(evidence: RunTrace) -> None:
    order = ((False, "init()"), (False, "fill(3)"), (True, "run()"))
    report = Report(phase="idle", prepared=((),), failure="unreachable", end="fail")
    of_module = replace(evidence, report=report, order=order, signature=Signature())
    assert classify_run(of_module) == RunEnd(
        Status.TRAPPED, "unreachable, in fill(3), which comes before what is measured"
    )
    buffer = Report(phase="idle", prepared=((), ()), failure="no such memory", end="fail")
    assert classify_run(replace(of_module, report=buffer)) == RunEnd(
        Status.TRAPPED, "no such memory, before call 1"
    )


def test_what_an_embedding_cannot_do_is_unsupported(evidence: RunTrace) -> None:
    report = Report(phase="idle", cannot="one export alone", end="fail")
    assert classify_run(replace(evidence, report=report)) == RunEnd(Status.UNSUPPORTED, "one export alone")


@pytest.mark.parametrize(
    ("runtime", "words", "helps"),
    [
        ("wasm3", "LEB encoded value overflow", "-mno-reference-types"),
        ("wasm3", "unknown opcode", "wasm32v1-none"),
        ("wasefire", "Unsupported(())", "floating-point numbers, which `wasefire-float` has"),
    ],
)
def test_words_for_a_refusal_say_what_usually_helps(
    evidence: RunTrace, runtime: str, words: str, helps: str
) -> None:
    refusals = Catalog.load().runtimes[runtime].refusals
    report = Report(phase="load", failure=words, end="fail")
    ended = classify_run(
        replace(evidence, report=report, counts=Counts(True, IN_LOAD, 5, None), refusals=refusals)
    )
    assert ended.status is Status.UNSUPPORTED
    assert (ended.reason or "").startswith(f"refused to load the module: {words}; ")
    assert helps in (ended.reason or "")
