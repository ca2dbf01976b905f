"""The least RAM of real images, whose needs are known."""

from pathlib import Path

import pytest

from wasmfit.emulation import Execution, ExpectedCalls, QemuRunner, execute, least_ram, symbols
from wasmfit.model import LeastRam, Status, WorkloadCall
from wasmfit.toolchain import ProcessRunner

from .runner import (
    ADAPT,
    ALLOCATE,
    COUNT_DOWN,
    HANG_IF_REFUSED,
    OK,
    REFUSED_IS_WRONG,
    SHORT,
    SLEEP_IF_REFUSED,
    USE_STACK,
    Runner,
)

pytestmark = pytest.mark.real

ROUNDING = 32
"""TLSF may want one part in so many more than a block has."""


def found(
    run: Runner, *calls: tuple[int, int], instructions: int = 10_000_000, seconds: float = 60
) -> LeastRam:
    least = least_ram(
        run.firmware.image(calls),
        QemuRunner(run.board, run.plugin, ProcessRunner()),
        expectations(run, calls),
        run(*calls),
        instructions=instructions,
        seconds=seconds,
    )
    assert least is not None
    return least


def expectations(run: Runner, calls: tuple[tuple[int, int], ...]) -> ExpectedCalls:
    return ExpectedCalls(
        [
            WorkloadCall(arguments=call, expected=one.expected or 0)
            for call, one in zip(calls, run(*calls).run.calls, strict=True)
        ]
    )


def with_heap(run: Runner, calls: tuple[tuple[int, int], ...], size: int, folder: Path) -> Execution:
    """The image with a heap of so many bytes."""
    image = run.firmware.image(calls)
    heap = symbols.read(image).heap
    assert heap is not None
    changed = folder / f"{size}.elf"
    changed.write_bytes(image.read_bytes())
    assert symbols.patch(changed, heap.word, heap.start + size)
    return execute(
        changed,
        QemuRunner(run.board, run.plugin, ProcessRunner()),
        expectations(run, calls),
        limits=SHORT,
    )


def test_what_is_found_will_do_and_less_will_not(anywhere: Runner, tmp_path: Path) -> None:
    calls = ((ALLOCATE, 20_000), (ALLOCATE, 70_000))
    before = anywhere.firmware.image(calls).read_bytes()
    least = found(anywhere, *calls)
    assert anywhere.firmware.image(calls).read_bytes() == before
    assert least.reason is None
    assert None not in (least.bytes, least.static, least.stack, least.heap, least.resolution)
    assert least.heap is not None
    assert least.resolution == 256
    assert 70_000 < least.heap < 70_000 + 70_000 // ROUNDING + 512
    enough = with_heap(anywhere, calls, least.heap, tmp_path)
    assert enough.status is Status.OK
    assert enough.run.heap is not None
    assert enough.run.heap.size == least.heap
    assert enough.stack_deepest is not None
    assert least.stack == -(-enough.stack_deepest // 16) * 16
    short = with_heap(anywhere, calls, least.heap - least.resolution, tmp_path)
    assert short.status is Status.OUT_OF_MEMORY
    assert short.reason is not None
    assert short.reason.startswith("no 70,000 bytes in one piece left on the heap in phase call (2 of 2)")


def test_the_parts_make_the_whole_and_lie_in_the_boards_ram(anywhere: Runner) -> None:
    least = found(anywhere, (ALLOCATE, 20_000))
    image = symbols.read(anywhere.firmware.image([(ALLOCATE, 20_000)]))
    assert image.heap is not None
    assert None not in (least.static, least.stack, least.heap)
    assert least.bytes == (least.static or 0) + (least.stack or 0) + (least.heap or 0)
    assert least.static == image.heap.start - image.stack.end
    assert least.bytes < anywhere.board.ram.size


def test_no_heap_at_all(run: Runner) -> None:
    least = found(run, (OK, 1))
    assert (least.heap, least.resolution, least.trials, least.reason) == (0, None, 2, None)


def test_stack_counts_as_far_as_it_was_used(run: Runner) -> None:
    less, more = found(run, (USE_STACK, 4000)), found(run, (USE_STACK, 4800))
    assert less.stack is not None
    assert more.stack == less.stack + 800
    assert (more.static, more.heap) == (less.static, less.heap)


def test_a_runtime_that_does_with_less_may_use_more_stack_for_it(anywhere: Runner) -> None:
    """What is in use at most with all of the RAM is not a lower bound; the stack is the small heap's."""
    run = anywhere((ADAPT, 40_000)).run
    assert run.heap_peak == 40_000
    least = found(anywhere, (ADAPT, 40_000))
    assert run.stack_peak is not None
    assert run.stack_peak < 512
    assert least.stack is not None
    assert least.stack > 4000
    assert least.heap is not None
    assert 20_000 < least.heap < 20_000 + 20_000 // ROUNDING + 512


def test_a_result_that_becomes_wrong_is_not_right(run: Runner) -> None:
    least = found(run, (REFUSED_IS_WRONG, 40_000))
    assert least.heap is not None
    assert 40_000 < least.heap < 40_000 + 40_000 // ROUNDING + 512


def test_a_run_that_is_too_long_is_not_repeated(run: Runner) -> None:
    least = found(run, (COUNT_DOWN, 400_000), instructions=1_000_000)
    assert least == LeastRam(trials=0, reason=least.reason)
    assert least.reason is not None
    assert least.reason.startswith("a run takes 1,2")
    assert least.reason.endswith(", and a search several runs: more than the 1,000,000 that it may")


def test_a_search_that_ends_early_gives_a_bound(run: Runner) -> None:
    """The first size that will do uses up what there is."""
    least = found(run, (ALLOCATE, 70_000), (COUNT_DOWN, 100_000), instructions=700_000)
    whole = found(run, (ALLOCATE, 70_000), (COUNT_DOWN, 100_000))
    assert least.reason == "the search has used up the instructions that it may execute"
    assert whole.reason is None
    assert least.bytes is not None
    assert whole.bytes is not None
    assert least.bytes >= whole.bytes
    assert 0 < least.trials < whole.trials


def test_a_run_that_hangs_with_less_is_wrong(anywhere: Runner) -> None:
    """And ends at a number of instructions, so that the figure is the same on every machine."""
    least = found(anywhere, (HANG_IF_REFUSED, 40_000))
    assert least.reason is None
    assert least.heap is not None
    assert 40_000 < least.heap < 40_000 + 40_000 // ROUNDING + 512


def test_a_run_that_sleeps_with_less_says_nothing(run: Runner) -> None:
    """How long it may sleep is a matter of the machine."""
    least = found(run, (SLEEP_IF_REFUSED, 40_000), seconds=1)
    assert least.bytes is not None
    assert least.reason is not None
    assert least.reason.startswith("with a heap of ")
    assert least.reason.endswith(" B, a run did not end within 1 s")


def test_the_same_on_every_search(run: Runner) -> None:
    assert found(run, (ALLOCATE, 12_345)) == found(run, (ALLOCATE, 12_345))


def test_an_image_that_does_not_say_where_its_heap_is(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "_HEAP", ("wasmfit_nothing",) * 3)
    calls = ((OK, 1),)
    assert (
        least_ram(
            run.firmware.image(calls),
            QemuRunner(run.board, run.plugin, ProcessRunner()),
            expectations(run, calls),
            run(*calls),
            instructions=10_000_000,
            seconds=60,
        )
        is None
    )
