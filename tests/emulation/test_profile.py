"""The profile: reading it, and that it adds up to what was counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation import ExpectedCalls, QemuRunner, execute
from wasmfit.emulation.profile import UNKNOWN, CallProfile, Row, parse
from wasmfit.emulation.symbols import PHASES, Function
from wasmfit.model import WorkloadCall
from wasmfit.toolchain import ProcessRunner

from .runner import ALLOCATE, COUNT_DOWN, OK, Runner

FUNCTIONS = tuple(Function(0x100 * n, 16, name) for n, name in enumerate(("main", "a", "b")))
TREE = """\
node 0 -1 -1 5 0 0 0 0 0 0 0
node 1 0 0 1 10 0 20 0 0 0 0
node 2 1 1 0 1 0 30 0 0 0 0
node 3 2 2 0 0 0 40 0 0 0 0
node 4 3 1 0 0 0 7 0 0 0 0
node 5 1 -1 0 0 0 3 0 0 0 0
"""


def test_rows_and_stacks() -> None:
    profile = parse(TREE, FUNCTIONS)
    assert profile.total(["call"]) == 100
    assert profile.rows(["call"]) == [
        Row("b", 40, 47),
        # It is on its own stack again: what it spent there counts once.
        Row("a", 37, 77),
        Row("main", 20, 100),
        Row(UNKNOWN, 3, 3),
    ]
    assert profile.folded(["call"]) == (f"main 20\nmain;{UNKNOWN} 3\nmain;a 30\nmain;a;b 40\nmain;a;b;a 7\n")
    assert [row.function for row in profile.rows(["load"], str.upper)] == ["MAIN", "A"]


@pytest.mark.parametrize(
    "line", ["node 6 6 0 1 1 1 1 1 1 1 1", "node 7 0 0 1 1 1 1 1 1 1 1", "node 6 0 0 1", "x", "node 6 0 0 x"]
)
def test_what_is_no_node_ends_it(line: str) -> None:
    assert parse(TREE + line, FUNCTIONS) == parse(TREE, FUNCTIONS)


@given(st.text() | st.from_regex(r"(node( -?[0-9]{1,3}){0,12}\n){0,4}"))
def test_nothing_is_too_strange(text: str) -> None:
    profile = parse(text, FUNCTIONS)
    profile.folded()
    assert sum(row.alone for row in profile.rows()) == profile.total()


def profiled(run: Runner, *calls: tuple[int, int]) -> tuple[CallProfile, int]:
    execution = execute(
        run.firmware.image(calls),
        QemuRunner(run.board, run.plugin, ProcessRunner()),
        ExpectedCalls([WorkloadCall(arguments=call, expected=0) for call in calls]),
        profiled=True,
    )
    plain = run(*calls)
    assert execution.run.instructions == plain.run.instructions
    assert execution.run.activity == plain.run.activity
    assert execution.profile is not None
    assert plain.profile is None
    assert execution.instructions is not None
    return execution.profile, execution.instructions


@pytest.mark.real
def test_it_adds_up_and_names_the_loop(anywhere: Runner) -> None:
    profile, total = profiled(anywhere, (OK, 1), (COUNT_DOWN, 10_000), (ALLOCATE, 5000))
    assert profile.total(("start", *PHASES)) == total
    rows = {row.function: row for row in profile.rows(["call"])}
    loops = [row for name, row in rows.items() if "count_down" in name or "behave" in name or "run" in name]
    # Inlined or not, what holds the loop has its 30,000 instructions.
    assert max(row.alone for row in loops) >= 30_000
    assert max(row.inclusive for row in rows.values()) == profile.total(["call"])


@pytest.mark.real
def test_who_calls_whom(anywhere: Runner) -> None:
    profile, _ = profiled(anywhere, (OK, 1))
    stacks = [line.rsplit(" ", 1)[0].split(";") for line in profile.folded(["idle"]).splitlines()]
    below = [stack for stack in stacks if "wasmfit_firmware" in stack]
    assert below
    # What prints a result is called by the firmware, which the harness calls.
    assert any(len(stack) > stack.index("wasmfit_firmware") + 1 for stack in below)
