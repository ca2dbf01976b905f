"""Real images in the real emulator: what goes right, and everything that can go wrong."""

import re
import threading
from pathlib import Path

import pytest

from wasmfit.builder import job
from wasmfit.emulation import ExpectedCalls, QemuRunner, RunLimits, execute, leak
from wasmfit.errors import MissingToolError
from wasmfit.model import Activities, Leak, Requests, Status, WorkloadCall
from wasmfit.toolchain import ChildCancelledError, ProcessRunner

from .firmware import STACK
from .runner import (
    ALLOCATE,
    COMMAND,
    COUNT_DOWN,
    DIVIDE,
    EXTRA_RESULT,
    FAIL,
    FAULT_INSIDE,
    HANG,
    JUMP,
    LEAK,
    LEAVE,
    LOCK_UP,
    LOSE_STACK,
    MARK,
    OK,
    PANIC,
    PRINT,
    READ,
    RECURSE,
    SHORT,
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


def test_ok(run: Runner, tmp_path: Path) -> None:
    log = tmp_path / "log"
    execution = run((OK, 1), (OK, 2**32 - 1), (OK, 7), log=log)
    assert (execution.status, execution.reason, execution.phase) == (Status.OK, None, "done")
    figures = execution.run
    assert (figures.result, figures.expected) == (1001, 1001)
    assert [call.result for call in figures.calls] == [1001, 999, 1007]
    assert figures.heap_peak == 0
    assert figures.linear_memory == 0
    assert figures.stack_reserved == STACK
    assert figures.stack_peak is not None
    assert 0 < figures.stack_peak < 512
    counts = figures.instructions
    assert counts.call == counts.first_call
    assert None not in (counts.load, counts.instantiate, counts.first_call, counts.call)
    assert len({call.instructions for call in figures.calls}) == 1
    assert execution.instructions is not None
    assert 4000 < execution.instructions < 100_000
    text = log.read_text()
    assert text.startswith(f"$ {run.board.emulator.qemu} -M mps2-an386")
    assert "result 000003e9" in text
    assert "[exit code 0" in text


def test_one_call_is_no_steady_call(run: Runner) -> None:
    figures = run((OK, 1)).run
    assert figures.instructions.first_call is not None
    assert figures.instructions.call is None


def test_the_same_figures_on_every_run(run: Runner) -> None:
    calls = ((OK, 1), (USE_STACK, 4000), (ALLOCATE, 1000), (COUNT_DOWN, 12345))
    first, second = run(*calls), run(*calls)
    assert first.status is Status.OK
    assert first.run == second.run
    assert first.instructions == second.instructions


def test_heap_figures(run: Runner) -> None:
    figures = run((ALLOCATE, 5000), (ALLOCATE, 70_000)).run
    assert figures.heap_peak == 5000
    assert figures.linear_memory == 70_000


def test_the_heap_behind_the_last_call_and_what_is_left(run: Runner) -> None:
    heap = run((ALLOCATE, 5000), (LEAK, 300), (LEAK, 70_000)).run.heap
    assert heap is not None
    assert heap.requests == Requests(load=0, instantiate=0, first_call=1, call=1)
    assert heap.largest_request == 5000
    assert heap.asked == 70_300
    # Two blocks, each with a header and rounded up to 16 bytes, and TLSF's last block.
    assert heap.asked + 2 * 4 <= heap.held <= heap.asked + 2 * 24 + 16
    assert (heap.left, heap.linear_left) == (300, 70_000)
    free = heap.size - heap.held
    assert 0.95 * free < heap.largest_free <= free
    assert 0 <= heap.fragmentation < 0.05


def test_stack_peaks_of_phases_make_the_whole(run: Runner) -> None:
    shallow, deep = run((OK, 1)).run, run((USE_STACK, 4000)).run
    assert shallow.stack_peaks.call is not None
    assert deep.stack_peaks.call is not None
    assert deep.stack_peaks.call > 4000 > shallow.stack_peaks.call
    assert deep.stack_peaks.load == shallow.stack_peaks.load
    peaks = (deep.stack_peaks.load, deep.stack_peaks.instantiate, deep.stack_peaks.call)
    assert deep.stack_peak == max(peak for peak in peaks if peak is not None)


def rounds_of(run: Runner, *calls: tuple[int, int], rounds: int) -> Leak | None:
    return leak(
        run.firmware.image(calls),
        QemuRunner(run.board, run.plugin, ProcessRunner()),
        ExpectedCalls([WorkloadCall(arguments=call, expected=call[1]) for call in calls]),
        rounds=rounds,
        rounds_at=job.ROUNDS_AT,
        limits=SHORT,
    )


def test_a_leak_is_found_round_by_round(run: Runner) -> None:
    image = run.firmware.image([(LEAK, 300)])
    before = image.read_bytes()
    assert rounds_of(run, (LEAK, 300), rounds=10) == Leak(rounds=10, bytes=2700, per_round=300)
    assert rounds_of(run, (ALLOCATE, 300), rounds=10) == Leak(rounds=10, bytes=0, per_round=0)
    assert image.read_bytes() == before


def test_a_leak_that_uses_the_heap_up_says_so(run: Runner) -> None:
    found = rounds_of(run, (LEAK, 30_000), rounds=100)
    assert found is not None
    assert (found.bytes, found.per_round) == (None, None)
    assert found.reason is not None
    assert "30,000" in found.reason


@pytest.mark.parametrize("rounds", [1, 2, 1000, 100_000])
def test_counts_of_a_loop_counted_by_hand(run: Runner, rounds: int) -> None:
    """Two instructions are the mark's own function, one is the call of the next mark."""
    assert run((COUNT_DOWN, rounds)).run.instructions.first_call == 2 + 3 * rounds + 1


@pytest.mark.parametrize("rounds", [1, 1000])
def test_instructions_whose_condition_is_false_count(run: Runner, rounds: int) -> None:
    assert run((SKIP, rounds)).run.instructions.first_call == 2 + 5 * rounds + 1


@pytest.mark.parametrize(
    "call",
    [(OK, 1), (COUNT_DOWN, 1000), (SKIP, 1000), (STORES, 12), (FAULT_INSIDE, 0x30000000), (PANIC, 0)],
)
def test_counts_against_a_trace_of_every_instruction(
    run: Runner, call: tuple[int, int], tmp_path: Path
) -> None:
    execution = run(call)
    count, at_marks = run.trace(call, tmp_path / "trace")
    assert execution.instructions == count
    counts = execution.run.instructions
    assert counts.load == at_marks[1] - at_marks[0]
    assert counts.instantiate == at_marks[2] - at_marks[1]


@pytest.mark.parametrize("depth", [500, 4000, 20_000])
def test_stack_peak(run: Runner, depth: int) -> None:
    """The frames above use_stack are the same, so two depths differ by exactly their difference."""
    here, deeper = run((USE_STACK, depth)), run((USE_STACK, depth + 1000))
    assert here.status is Status.OK
    assert here.run.stack_peak is not None
    assert deeper.run.stack_peak == here.run.stack_peak + 1000
    assert depth < here.run.stack_peak < depth + 200


@pytest.mark.parametrize("kind", range(26))
def test_every_kind_of_store_counts_as_stack(run: Runner, kind: int) -> None:
    peak = run((STORES, kind)).run.stack_peak
    assert peak is not None
    assert 3000 < peak < 3300


def test_stack_overflow_by_recursion(run: Runner) -> None:
    execution = run((OK, 1), (RECURSE, 1))
    reason = faulted(execution)
    assert reason.startswith("stack overflow in phase call (2 of 2): wrote to 0x1ffff")
    assert "bytes below the stack of 32,768, in " in reason
    assert "recurse" in reason
    assert execution.run.calls[0].result == 1001


def test_stack_overflow_at_one_blow(run: Runner) -> None:
    assert faulted(run((USE_STACK, 40_000))).startswith("stack overflow in phase call: wrote to 0x1fffe")


def test_null_read_is_the_vector_table(run: Runner) -> None:
    """No fault: on a Cortex-M, address 0 is the vector table, whose first word is the initial SP."""
    assert run((READ, 0), expected=[0x2000_8000]).status is Status.OK


def test_null_write(run: Runner) -> None:
    assert faulted(run((WRITE, 0))).startswith("wrote to flash at 0x00000000 in phase call, in ")


def test_wild_read(run: Runner) -> None:
    reason = faulted(run((READ, 0x3000_0000)))
    assert reason.startswith("BusFault: precise data access at 0x30000000, in ")
    assert "(PC 0x0000" in reason
    assert reason.endswith("in phase call")


def test_wild_write(run: Runner) -> None:
    assert faulted(run((WRITE, 0x3000_0000))).startswith("BusFault: precise data access at 0x30000000, in ")


@pytest.mark.parametrize(
    "address", [0x2004_0000, 0x2005_0000, 0x203F_FFFC, 0x2040_0000, 0x2100_0000, 0x0080_0000]
)
def test_stray_write_to_memory_that_only_the_emulator_has(run: Runner, address: int) -> None:
    reason = faulted(run((WRITE, address)))
    assert reason.startswith(
        f"wrote to 0x{address:08x} in phase call, outside the board's RAM (0x20000000–0x2003ffff)"
    )


def test_the_last_word_of_ram_is_the_boards(run: Runner) -> None:
    assert run((WRITE, 0x2003_FFFC)).status is Status.OK


def test_lost_stack_pointer(run: Runner) -> None:
    assert faulted(run((LOSE_STACK, 0x1000_0000))).startswith("wrote to 0x0ffffffc in phase call, outside")
    assert "SP 0x2fff" in faulted(run((LOSE_STACK, 0x3000_0000)))


def test_undefined_instruction(run: Runner) -> None:
    assert faulted(run((UNDEFINED, 0))).startswith("UsageFault: undefined instruction, in ")


def test_divide_trap(run: Runner) -> None:
    reason = faulted(run((DIVIDE, 5)))
    assert reason.startswith("UsageFault: division by zero, in ")
    assert "divide_by_zero" in reason


def test_jump_to_nowhere(run: Runner) -> None:
    reason = faulted(run((JUMP, 0x3000_0001)))
    assert reason.startswith("BusFault: instruction fetch at 0x30000000, PC 0x30000000, called from ")


def test_name_of_the_caller_is_used(run: Runner) -> None:
    execution = execute(
        run.firmware.image([(UNDEFINED, 0)]),
        QemuRunner(run.board, run.plugin, ProcessRunner()),
        ExpectedCalls([WorkloadCall(arguments=(UNDEFINED, 0), expected=0)]),
        name_of=lambda address: f"<{address & 0}>",
    )
    assert "in <0> (PC" in faulted(execution)


def test_lock_up(run: Runner) -> None:
    execution = run((LOCK_UP, 0))
    assert faulted(execution) == "the core locked up in phase call: a fault with no way to handle it"
    assert execution.instructions is None


def test_heap_exhaustion_with_panic(run: Runner) -> None:
    execution = run((ALLOCATE, 0x40000))
    assert execution.status is Status.OUT_OF_MEMORY
    assert execution.reason is not None
    told = re.fullmatch(
        r"no 262,144 bytes in one piece left on the heap in phase call, "
        r"0 in use of ([0-9,]+): at least ([0-9,]+) B short",
        execution.reason,
    )
    assert told is not None
    size, short = (int(number.replace(",", "")) for number in told.groups())
    assert size + short == 262_144


def test_heap_exhaustion_with_failure(run: Runner) -> None:
    execution = run((OK, 1), export="big-instance")
    assert execution.status is Status.OUT_OF_MEMORY
    assert execution.reason is not None
    assert execution.reason.startswith(
        "no 1,048,576 bytes in one piece left on the heap in phase instantiate, "
    )
    assert execution.reason.endswith(" B short: cannot allocate memory")


def test_panic(run: Runner) -> None:
    reason = faulted(run((PANIC, 0)))
    assert reason.startswith("panicked at ")
    assert "lib.rs:" in reason
    assert reason.endswith(" in phase call")


def test_trap(run: Runner) -> None:
    execution = run((FAIL, 0))
    assert (execution.status, execution.reason) == (Status.TRAPPED, "integer divide by zero")


def test_refused_module(run: Runner) -> None:
    execution = run((OK, 1), export="bad-module")
    assert execution.status is Status.UNSUPPORTED
    assert execution.reason == "refused to load the module: unknown opcode 0xfd at 0x1c"
    assert execution.run.instructions.load is None


def test_refused_import(run: Runner) -> None:
    execution = run((OK, 1), export="bad-import")
    assert execution.status is Status.UNSUPPORTED
    assert execution.reason == "refused to instantiate the module: import host.extra: wrong type"
    assert execution.run.instructions.load is not None


def test_wrong_result(run: Runner) -> None:
    execution = run((OK, 1), (WRONG, 5))
    assert (execution.status, execution.reason) == (Status.WRONG_RESULT, "(10, 5) gave 1004, not 1005")


def test_two_wrong_results(run: Runner) -> None:
    execution = run((WRONG, 5), (WRONG, 7))
    assert execution.status is Status.WRONG_RESULT
    assert execution.reason == "(10, 5) gave 1004, not 1005 (2 of 2 calls are wrong)"


def test_more_results_than_calls(run: Runner) -> None:
    execution = run((EXTRA_RESULT, 7))
    assert execution.status is Status.WRONG_RESULT
    assert execution.reason == "2 results came from 1 call"


def test_hang_ends_at_the_instruction_limit(run: Runner) -> None:
    first, second = run((OK, 1), (HANG, 0)), run((OK, 1), (HANG, 0))
    assert first.status is Status.TIMEOUT
    assert first.reason == "reached the limit of 5,000,000 instructions in phase call (2 of 2)"
    assert first.instructions == second.instructions
    assert first.instructions is not None
    assert 5_000_000 - 512 < first.instructions <= 5_000_000


def test_sleep_ends_at_the_wall_clock(run: Runner) -> None:
    execution = run((SLEEP, 0), limits=RunLimits(seconds=1.5))
    assert execution.status is Status.TIMEOUT
    assert execution.reason == "reached the limit of 1.5 s in phase call"
    assert 1.5 <= execution.seconds < 6


def test_endless_output(run: Runner, tmp_path: Path) -> None:
    log = tmp_path / "log"
    execution = run((PRINT, 0), limits=RunLimits(instructions=500_000), log=log)
    assert execution.status is Status.TIMEOUT
    assert execution.run.calls[0].result is None
    assert "not a number" in log.read_text()


def test_endless_marks(run: Runner) -> None:
    execution = run((MARK, 0), limits=RunLimits(instructions=3_000_000))
    assert execution.status is Status.TIMEOUT
    assert execution.instructions is not None
    assert execution.instructions > 2_900_000


def test_leaving_without_a_word(run: Runner) -> None:
    assert faulted(run((LEAVE, 0))) == "ended in phase call without saying how"


def test_an_image_cannot_run_commands(run: Runner, tmp_path: Path) -> None:
    log = tmp_path / "log"
    # QEMU 7.2 is ended when it tries to start one; later ones are refused it, and the image goes on.
    execution = run((COMMAND, 0), log=log, expected=[0])
    assert execution.status in (Status.FAULTED, Status.OK)
    assert not (tmp_path / "escaped").exists()
    assert not Path("escaped").exists()


def test_cancel(run: Runner) -> None:
    runner = ProcessRunner()
    threading.Timer(0.5, runner.cancel.set).start()
    with pytest.raises(ChildCancelledError):
        run((SLEEP, 0), runner=runner)


def test_no_emulator(run: Runner) -> None:
    emulator = run.board.emulator.model_copy(update={"qemu": "qemu-system-nothing"})
    other = Runner(run.firmware, run.board.model_copy(update={"emulator": emulator}), run.plugin)
    with pytest.raises(MissingToolError, match=r"qemu-system-nothing is not installed\..*wasmfit doctor"):
        other((OK, 1))


def test_an_emulator_that_cannot_load_the_plugin(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "counter.so").write_bytes(b"no library")
    other = Runner(run.firmware, run.board, tmp_path / "counter.so")
    with pytest.raises(MissingToolError, match="does not run wasmfit's plugin: Could not load plugin"):
        other((OK, 1))


def test_looking_at_every_access_gives_the_same_figures(run: Runner) -> None:
    """As for a core whose stores the plugin does not know."""
    calls = ((STORES, 1), (ALLOCATE, 100), (USE_STACK, 900))
    known = run(*calls)
    emulator = run.board.emulator.model_copy(update={"isa": "any"})
    every = Runner(run.firmware, run.board.model_copy(update={"emulator": emulator}), run.plugin)(*calls)
    assert known.status is Status.OK
    # Without knowing instructions there is one kind of them; accesses are the same.
    without = {"activity": Activities()}
    assert every.run.model_copy(update=without) == known.run.model_copy(update=without)
    one, other = every.run.activity.call, known.run.activity.call
    assert one is not None
    assert other is not None
    assert (one.alu, one.reads, one.fetches) == (other.instructions, other.reads, other.fetches)
