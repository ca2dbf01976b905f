"""The least RAM with which an image still gives its results: found by running it with smaller heaps.

How much stack a run takes is measured. How much heap it needs is not the sum of what it asks for: the
allocator rounds and splits, and runtimes do with less where they get less. So a copy of the image, in which
one word is changed (where the heap ends), is run again and again.

Nothing promises that a heap which is larger than one that will do will do as well. What is found is a size
that gave the right results while the next smaller one tried did not.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.model import LeastRam, Run, Status

from . import symbols
from .execution import Execution, FailedAllocation, RunLimits, execute
from .machine import ExpectedCalls, QemuRunner

STEP = 256
"""Sizes tried are multiples of so many bytes."""

_ALIGNMENT = 16
"""Of the data after the stack: what the two architectures ask of a stack pointer at most."""


@dataclass(frozen=True)
class SmallestSize:
    """The end of a search.

    Attributes:
        size: The smallest size found right.
        wrong: The largest size below it that is known to be wrong; ``None`` where none is.
        trials: Sizes tried.
        whole: Whether there is no size of the grid between the two.
    """

    size: int
    wrong: int | None
    trials: int
    whole: bool


@dataclass(frozen=True)
class Tried:
    """What came of a size.

    Attributes:
        right: Whether it will do.
        likely: Where it will not, a larger size that may; 0 if nothing is known of one.
    """

    right: bool
    likely: int = 0


def search(try_size: Callable[[int], Tried | None], *, most: int, start: int, step: int) -> SmallestSize:
    """The smallest right multiple of ``step``, or ``most``, above a wrong one.

    From ``start`` it strides down from what is right and up from what is wrong, or to what is likely, twice
    as far each time; with a right size above and a wrong one below, no farther than to their middle. Where
    wrong sizes lie above right ones, it may be any right size with a wrong one below.

    Args:
        try_size: Tries a size; ``None`` ends the search.
        most: A size that is known to be right.
        start: The size to try first.
    """
    low = -1
    high = top = -(-most // step)
    at, stride, trials, guessed = min(-(-start // step), top - 1), 1, 0, False
    while high - low > 1:
        tried = try_size(at * step)
        if tried is None:
            break
        trials += 1
        low, high = (low, at) if tried.right else (at, high)
        middle, likely = (low + high) // 2, -(-tried.likely // step)
        if tried.right:
            # Behind a good guess, what is looked for is as near as at the start.
            stride = 1 if guessed else stride
            at, guessed = max(high - stride, 0 if low == -1 else middle), False
        elif low + stride < likely < high:
            at, guessed = likely, True
        else:
            at, guessed = min(low + stride, top - 1 if high == top else middle), False
        stride *= 2
    wrong = low * step if low >= 0 else None
    return SmallestSize(min(high * step, most), wrong, trials, whole=high - low == 1)


def least_ram(
    elf: Path,
    runner: QemuRunner,
    expected: ExpectedCalls,
    first: Execution,
    *,
    instructions: int,
    seconds: float,
) -> LeastRam | None:
    """Searches the smallest heap with which an image gives the results that it gave with all of the RAM.

    Args:
        elf: The image.
        runner: What runs it, with the counting plugin.
        expected: The calls that its job makes.
        first: The image's run with all of the RAM, which ended well.
        instructions: The most that may be executed for it, in all.
        seconds: The wall-clock limit of one run.

    Returns:
        ``None`` if the image does not hold the word that says where its heap ends.
    """
    image = symbols.read(elf)
    heap = image.heap
    if heap is None or first.instructions is None or first.stack_deepest is None:
        return None
    # A runtime that has less may do more, but not for ever.
    limits = RunLimits(instructions=2 * first.instructions, seconds=seconds)
    if limits.instructions > instructions:
        return LeastRam(
            trials=0,
            reason=f"a run takes {first.instructions:,} instructions, and a search several runs: "
            f"more than the {instructions:,} that it may",
        )
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
        changed = Path(folder) / "smaller.elf"
        shutil.copy(elf, changed)
        if not symbols.patch(changed, heap.word, heap.start + heap.size):
            return None

        def run(size: int) -> Execution:
            symbols.patch(changed, heap.word, heap.start + size)
            return execute(changed, runner, expected, limits=limits, plain=True)

        heap_use = first.run.heap
        overhead = heap_use.held - heap_use.asked if heap_use else 0
        in_use = (first.run.heap_peak or 0) + (first.run.linear_memory or 0)
        trials = _Trials(run, limits, _answers(first.run), instructions, overhead)
        minimum = search(trials, most=heap.size, start=in_use + overhead, step=STEP)
    deepest = trials.deepest.get(minimum.size, first.stack_deepest)
    static, stack = heap.start - image.stack.end, -(-deepest // _ALIGNMENT) * _ALIGNMENT
    return LeastRam(
        bytes=static + stack + minimum.size,
        static=static,
        stack=stack,
        heap=minimum.size,
        resolution=None if minimum.wrong is None else minimum.size - minimum.wrong,
        trials=minimum.trials,
        reason=trials.given_up,
    )


@dataclass
class _Trials:
    """Runs with smaller heaps.

    Attributes:
        run: Runs the image with a heap of so many bytes.
        limits: Of one run.
        answers: What it must answer.
        left: Instructions that may yet be executed.
        overhead: The allocator's, in bytes, as far as it is known.
        deepest: Sizes that gave these answers, with the depth of the stack.
        given_up: Why there are no more trials.
    """

    run: Callable[[int], Execution]
    limits: RunLimits
    answers: object
    left: int
    overhead: int
    deepest: dict[int, int] = field(default_factory=dict)
    given_up: str | None = None

    def __call__(self, size: int) -> Tried | None:
        """Tries a size; ``None`` where there is no saying."""
        if self.left < self.limits.instructions:
            self.given_up = "the search has used up the instructions that it may execute"
            return None
        tried = self.run(size)
        if tried.seconds >= self.limits.seconds:
            # Another time, on a machine with less to do, it might end.
            self.given_up = f"with a heap of {size:,} B, a run did not end within {self.limits.seconds:g} s"
            return None
        self.left -= self.limits.instructions if tried.instructions is None else tried.instructions
        right = tried.status is Status.OK and _answers(tried.run) == self.answers
        if not right or tried.stack_deepest is None:
            return Tried(right=False, likely=self.overhead + _likely_with(tried.refused))
        self.deepest[size] = tried.stack_deepest
        return Tried(right=True)


def _likely_with(refused: FailedAllocation | None) -> int:
    """A heap that may hold what was in use and a request that was refused.

    The allocator gives a block only if all blocks of its size class would do, and has 32 classes to a power
    of two. It is a guess where to search on, so nothing is wrong if that changes.
    """
    if refused is None:
        return 0
    size = refused.size + _ALIGNMENT
    width = max((1 << size.bit_length() - 1) // 32, _ALIGNMENT)
    return refused.in_use + -(-size // width) * width


def _answers(run: Run) -> object:
    return [(call.result, call.results) for call in run.calls], run.logged
