"""Runs that end early: what is charged, what is lost, and where the next one goes on."""

import struct
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.conformance.execute import over
from wasmfit.emulation import SuiteEnd, SuiteRun
from wasmfit.model import AssertionOutcome

from .samples import CRASH, MODULES, Device, instantiate, invoke, load, part

_OK = "got i32:00000001"


def _plain(what: int, _payload: bytes) -> str:
    return {5: _OK, 3: "load type mismatch"}.get(what, "ok")


def test_a_whole_run() -> None:
    device = Device(_plain)
    found = over(part([instantiate(fresh=True), invoke(2), load(3, fresh=True)]), MODULES, device)
    assert [one.outcomes for one in found.files] == [".."]
    assert (found.runs, found.instructions, found.words) == (1, 1000, ())


def test_superseded_assertions_are_none() -> None:
    found = over(part([load(1, fresh=True, valid=True), load(2, fresh=True)]), MODULES, Device(_plain))
    assert [one.outcomes for one in found.files] == ["."]


def test_what_is_left_out_is_not_done() -> None:
    device = Device(_plain)
    commands = [instantiate(fresh=True), replace(invoke(2), excluded=True), invoke(3)]
    found = over(part(commands), MODULES, device)
    assert [one.outcomes for one in found.files] == ["."]
    assert device.runs == [3]


def test_a_crash_costs_what_builds_on_the_same_store() -> None:
    bad = struct.pack("<IHH", 0, 0, 3) + b"bad"

    def answer(what: int, payload: bytes) -> str | SuiteRun:
        return CRASH if payload == bad else _plain(what, payload)

    commands = [
        *(instantiate(fresh=True), invoke(2), invoke(3, name="bad"), invoke(4), invoke(5)),
        *(instantiate(6, fresh=True), invoke(7, 5)),
    ]
    device = Device(answer)
    found = over(part(commands), MODULES, device)
    (file,) = found.files
    assert file.outcomes == ".CNN."
    assert [found.words[file.words[at]] for at in (1, 2, 3)] == [
        "a fault",
        "line 3 crashed: a fault",
        "line 3 crashed: a fault",
    ]
    assert found.runs == 2
    assert len(device.runs) == 2
    assert device.runs[1] < device.runs[0]


def test_a_crash_at_what_nothing_is_asserted_of_is_charged_to_the_next_assertion() -> None:
    def answer(what: int, payload: bytes) -> str | SuiteRun:
        return CRASH if what == 2 else _plain(what, payload)

    found = over(part([instantiate(fresh=True), invoke(2), invoke(3)]), MODULES, Device(answer))
    assert found.files[0].outcomes == "CN"


def test_a_crash_when_everything_is_dropped_is_charged_to_what_was_dropped() -> None:
    seen: list[int] = []

    def answer(what: int, payload: bytes) -> str | SuiteRun:
        seen.append(what)
        return CRASH if what == 1 and seen.count(1) == 2 else _plain(what, payload)

    commands = [instantiate(fresh=True), invoke(2), invoke(3), load(4, fresh=True)]
    found = over(part(commands), MODULES, Device(answer))
    (file,) = found.files
    assert file.outcomes == ".C."
    assert found.words[file.words[1]] == "when everything was dropped: a fault"


def test_time_and_memory_have_outcomes_of_their_own() -> None:
    for ended, letter in ((SuiteEnd.TIMED_OUT, "L"), (SuiteEnd.OUT_OF_MEMORY, "M"), (SuiteEnd.WHOLE, "C")):

        def answer(what: int, payload: bytes, ended: SuiteEnd = ended) -> str | SuiteRun:
            return SuiteRun(ended, "why", 1, 0.1) if what == 3 else _plain(what, payload)

        found = over(part([load(1, fresh=True)]), MODULES, Device(answer))
        assert found.files[0].outcomes == letter


def test_a_missing_module_is_why_a_call_is_refused() -> None:
    def answer(what: int, payload: bytes) -> str:
        return {2: "load no SIMD", 5: "absent"}.get(what, _plain(what, payload))

    found = over(part([instantiate(3, fresh=True), invoke(4)]), MODULES, Device(answer))
    (file,) = found.files
    assert file.outcomes == "R"
    assert found.words[file.words[0]] == "module of line 3: load: no SIMD"


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 60))
def test_every_assertion_has_an_outcome_wherever_it_ends(freshness: list[bool], last: int) -> None:
    commands = [load(line, fresh=fresh) for line, fresh in enumerate(freshness)]
    came = 0

    def answer(what: int, payload: bytes) -> str | SuiteRun:
        nonlocal came
        came += 1
        return CRASH if came == last else _plain(what, payload)

    found = over(part(commands), MODULES, Device(answer))
    (file,) = found.files
    assert len(file.outcomes) == len(commands)
    hit = any(AssertionOutcome.of(letter) is AssertionOutcome.CRASHED for letter in file.outcomes)
    # The first record drops what is not there: a run that ends in it is charged to nothing.
    assert found.runs == 1 or hit or "N" in file.outcomes


@given(st.text())
def test_whatever_is_said_is_not_taken_for_an_answer(text: str) -> None:
    def run(_data: bytes, on_answer: object) -> SuiteRun:
        on_answer(text)  # type: ignore[operator]
        return CRASH

    found = over(part([load(1, fresh=True)]), MODULES, run)
    assert len(found.files[0].outcomes) == 1


def test_calls_with_a_budget_are_counted_between_the_marks() -> None:
    first, second, third = (invoke(line, expect="trap", results=(), budget=9) for line in (2, 4, 5))
    script = part([instantiate(fresh=True), first, invoke(3), second, third])

    def run(_data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        answers = ["ok", "ok", "stopped fuel", "got i32:00000001", "stopped fuel"]
        for number, said in enumerate(answers):
            on_answer(f"{number} {said}")
        # The last one began and never ended.
        return SuiteRun(SuiteEnd.CRASHED, "a fault", 1000, 0.1, ticks=(100, 140, 200, 900, 950))

    (file,) = over(script, MODULES, run).files
    assert file.outcomes == "...C"
    assert file.numbers == {0: 40, 2: 700}
    assert file.words.keys() >= {0, 2, 3}
