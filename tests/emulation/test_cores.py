"""Cortex-M33 and RISC-V, in twins of their boards' images: right counts, and everything that can go wrong."""

import re
from pathlib import Path

import pytest

from wasmfit.emulation import RunLimits
from wasmfit.model import Status

from .firmware import STACK
from .runner import (
    ALLOCATE,
    COMMAND,
    COUNT_DOWN,
    DIVIDE,
    FAIL,
    FAULT_INSIDE,
    HANG,
    JUMP,
    LEAVE,
    LOCK_UP,
    LOSE_STACK,
    OK,
    PANIC,
    READ,
    RECURSE,
    SKIP,
    SLEEP,
    STORES,
    UNDEFINED,
    USE_STACK,
    WRITE,
    WRONG,
    Runner,
    faulted,
)

pytestmark = pytest.mark.real

NOWHERE = {"pico2": 0x6000_0000, "esp32c6": 0x0800_0000}
"""Addresses at which neither the board nor its emulated machine has anything."""


def is_arm(run: Runner) -> bool:
    return run.board.emulator.isa == "thumb"


def test_ok(elsewhere: Runner) -> None:
    execution = elsewhere((OK, 1), (OK, 2**32 - 1), (OK, 7))
    assert (execution.status, execution.reason, execution.phase) == (Status.OK, None, "done")
    assert [call.result for call in execution.run.calls] == [1001, 999, 1007]
    assert execution.run.stack_reserved == STACK
    assert execution.run.stack_peak is not None
    assert 0 <= execution.run.stack_peak < 512


def test_the_same_figures_on_every_run(elsewhere: Runner) -> None:
    calls = ((OK, 1), (USE_STACK, 4000), (ALLOCATE, 1000), (COUNT_DOWN, 12345))
    first, second = elsewhere(*calls), elsewhere(*calls)
    assert first.status is Status.OK
    assert first.run == second.run
    assert first.instructions == second.instructions


@pytest.mark.parametrize("rounds", [1, 2, 1000, 100_000])
def test_counts_of_a_loop_counted_by_hand(elsewhere: Runner, rounds: int) -> None:
    """Two instructions are the mark's own function, one is the call of the next mark."""
    assert elsewhere((COUNT_DOWN, rounds)).run.instructions.first_call == 2 + 3 * rounds + 1


@pytest.mark.parametrize("rounds", [1, 1000])
def test_branches_not_taken_and_false_conditions_count(elsewhere: Runner, rounds: int) -> None:
    assert elsewhere((SKIP, rounds)).run.instructions.first_call == 2 + 5 * rounds + 1


@pytest.mark.parametrize("kind", [OK, COUNT_DOWN, SKIP, STORES, FAULT_INSIDE, PANIC])
def test_counts_against_a_trace_of_every_instruction(elsewhere: Runner, kind: int, tmp_path: Path) -> None:
    call = (kind, NOWHERE[elsewhere.board.name] if kind == FAULT_INSIDE else 4)
    execution = elsewhere(call)
    count, at_marks = elsewhere.trace(call, tmp_path / "trace")
    assert execution.instructions == count
    assert execution.run.instructions.load == at_marks[1] - at_marks[0]
    assert execution.run.instructions.instantiate == at_marks[2] - at_marks[1]


@pytest.mark.parametrize("depth", [500, 4000, 20_000])
def test_stack_peak(elsewhere: Runner, depth: int) -> None:
    here, deeper = elsewhere((USE_STACK, depth)), elsewhere((USE_STACK, depth + 1000))
    assert here.status is Status.OK
    assert here.run.stack_peak is not None
    assert deeper.run.stack_peak == here.run.stack_peak + 1000
    assert depth < here.run.stack_peak < depth + 200


@pytest.mark.parametrize("kind", range(10))
def test_every_kind_of_store_counts_as_stack(elsewhere: Runner, kind: int) -> None:
    execution = elsewhere((STORES, kind))
    assert execution.status is Status.OK
    assert execution.run.stack_peak is not None
    assert 3000 < execution.run.stack_peak < 3300


def test_stack_overflow_by_recursion(elsewhere: Runner) -> None:
    execution = elsewhere((OK, 1), (RECURSE, 1))
    reason = faulted(execution)
    if is_arm(elsewhere):
        # Below the emulated machine's RAM there is nothing, as on the board.
        assert reason.startswith("stack overflow (BusFault: precise data access at 0x37ff")
    else:
        assert reason.startswith("stack overflow in phase call (2 of 2): wrote to 0x827f")
        assert "bytes below the stack of 32,768, in " in reason
        assert "recurse" in reason
    assert reason.endswith("in phase call (2 of 2)") == is_arm(elsewhere)
    assert execution.run.calls[0].result == 1001


def test_stack_overflow_at_one_blow(elsewhere: Runner) -> None:
    words = "stack overflow (BusFault" if is_arm(elsewhere) else "stack overflow in phase call: wrote to "
    assert faulted(elsewhere((USE_STACK, 40_000))).startswith(words)


def test_the_boards_limits_hold_in_the_twin(elsewhere: Runner) -> None:
    ram, flash = elsewhere.board.emulated.ram, elsewhere.board.emulated.flash
    assert elsewhere((WRITE, ram.end - 4)).status is Status.OK
    assert "outside the board's RAM" in faulted(elsewhere((WRITE, ram.end)))
    assert faulted(elsewhere((WRITE, flash.origin + 256))).startswith("wrote to flash at ")


def test_wild_access(elsewhere: Runner) -> None:
    nowhere = NOWHERE[elsewhere.board.name]
    words = "BusFault: precise data access" if is_arm(elsewhere) else "load access fault"
    reason = faulted(elsewhere((READ, nowhere)))
    assert reason.startswith(f"{words} at 0x{nowhere:08x}, in ")
    assert "(PC 0x" in reason
    words = "BusFault: precise data access" if is_arm(elsewhere) else "store access fault"
    assert faulted(elsewhere((WRITE, nowhere))).startswith(f"{words} at 0x{nowhere:08x}, in ")


def test_lost_stack_pointer(elsewhere: Runner) -> None:
    assert "SP 0x" in faulted(elsewhere((LOSE_STACK, NOWHERE[elsewhere.board.name]))) or not is_arm(elsewhere)


def test_undefined_instruction(elsewhere: Runner) -> None:
    words = "UsageFault: undefined instruction" if is_arm(elsewhere) else "illegal instruction"
    assert faulted(elsewhere((UNDEFINED, 0))).startswith(f"{words}, in ")


def test_division_by_zero(elsewhere: Runner) -> None:
    if is_arm(elsewhere):
        assert faulted(elsewhere((DIVIDE, 5))).startswith("UsageFault: division by zero, in ")
    else:
        assert elsewhere((DIVIDE, 5), expected=[2**32 - 1]).status is Status.OK


def test_jump_to_nowhere(elsewhere: Runner) -> None:
    nowhere = NOWHERE[elsewhere.board.name]
    reason = faulted(elsewhere((JUMP, nowhere + is_arm(elsewhere))))
    assert "called from " in reason
    if not is_arm(elsewhere):
        assert reason.startswith(
            f"instruction fetch fault at 0x{nowhere:08x}, PC 0x{nowhere:08x}, called from "
        )


def test_a_handler_that_is_not_there(elsewhere: Runner) -> None:
    """A Cortex-M locks up; a RISC-V core faults for ever."""
    execution = elsewhere((LOCK_UP, 0), limits=RunLimits(instructions=5_000_000, seconds=3))
    if is_arm(elsewhere):
        assert "the core locked up in phase call" in faulted(execution)
    else:
        assert execution.status is Status.TIMEOUT


def test_heap(elsewhere: Runner) -> None:
    figures = elsewhere((ALLOCATE, 5000), (ALLOCATE, 70_000)).run
    assert (figures.heap_peak, figures.linear_memory) == (5000, 70_000)
    execution = elsewhere((ALLOCATE, 0x90000))
    assert execution.status is Status.OUT_OF_MEMORY
    assert execution.reason is not None
    assert re.fullmatch(
        r"no 589,824 bytes in one piece left on the heap in phase call, "
        r"0 in use of [0-9,]+: at least [0-9,]+ B short",
        execution.reason,
    )


def test_how_it_ends(elsewhere: Runner) -> None:
    assert elsewhere((FAIL, 0)).status is Status.TRAPPED
    assert faulted(elsewhere((PANIC, 0))).startswith("panicked at ")
    assert elsewhere((WRONG, 5)).reason == "(10, 5) gave 1004, not 1005"
    assert elsewhere((OK, 1), export="bad-module").status is Status.UNSUPPORTED
    assert faulted(elsewhere((LEAVE, 0))) == "ended in phase call without saying how"


def test_limits(elsewhere: Runner) -> None:
    hanging = elsewhere((HANG, 0))
    assert hanging.reason == "reached the limit of 5,000,000 instructions in phase call"
    sleeping = elsewhere((SLEEP, 0), limits=RunLimits(seconds=1.5))
    assert sleeping.reason == "reached the limit of 1.5 s in phase call"


def test_an_image_cannot_run_commands(elsewhere: Runner, tmp_path: Path) -> None:
    """QEMU 7.2 is ended when it tries to start one; later ones are refused it, and the image goes on."""
    execution = elsewhere((COMMAND, 0), log=tmp_path / "log", expected=[0])
    assert execution.status in (Status.FAULTED, Status.OK)
    assert not Path("escaped").exists()
