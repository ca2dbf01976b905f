"""The least RAM with which an image still gives its results: found by running it with smaller heaps.

How much stack a run takes is measured. How much heap it needs is not the sum of what it asks for: the
allocator rounds and splits, and runtimes do with less where they get less. So a copy of the image, in which
one word is changed (where the heap ends), is run again and again.

Nothing promises that a heap which is larger than one that will do will do as well. What is found is a size
that gave the right results while the next smaller one tried did not.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.model import Board, LeastRam, Run, Signature, Status, UserCall, WorkloadCall
from wasmfit.toolchain import Gateway

from . import symbols
from .execution import Execution, Limits, execute

STEP = 256
"""Sizes tried are multiples of so many bytes."""

_ALIGNMENT = 16
"""Of the data behind the stack: what the two architectures ask of a stack pointer at most."""


@dataclass(frozen=True)
class Found:
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


def search(is_right: Callable[[int], bool | None], *, most: int, start: int, step: int) -> Found:
    """The smallest right multiple of ``step``, or ``most``, above a wrong one.

    From ``start`` it strides to the nearer side that is not known yet, twice as far each time, then halves.
    Where wrong sizes lie above right ones, it may be any right size with a wrong one below.

    Args:
        is_right: Tries a size; ``None`` ends the search.
        most: A size that is known to be right.
        start: The size to try first.
    """
    low, high = -1, -(-most // step)
    top, stride, trials = high, 1, 0
    at = max(min(-(-start // step), top - 1), 0)
    while high - low > 1:
        right = is_right(at * step)
        if right is None:
            break
        trials += 1
        low, high = (low, at) if right else (at, high)
        if low == -1:
            at = max(high - stride, 0)
        elif high == top:
            at = min(low + stride, top - 1)
        else:
            at = (low + high) // 2
        stride *= 2
    wrong = low * step if low >= 0 else None
    return Found(min(high * step, most), wrong, trials, whole=high - low == 1)


def least_ram(
    elf: Path,
    board: Board,
    first: Execution,
    *,
    calls: Sequence[WorkloadCall | UserCall],
    plugin: Path,
    gateway: Gateway,
    instructions: int,
    seconds: float,
    log: Path | None = None,
    signature: Signature | None = None,
    imports: Sequence[str] = (),
) -> LeastRam | None:
    """Searches the smallest heap with which an image gives the results that it gave with all of the RAM.

    Args:
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
    limits = Limits(instructions=2 * first.instructions, seconds=seconds)
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
            return execute(
                changed,
                board,
                calls=calls,
                plugin=plugin,
                gateway=gateway,
                limits=limits,
                log=log,
                signature=signature,
                imports=imports,
                plain=True,
            )

        trials = _Trials(run, limits, _answers(first.run), instructions)
        found = search(trials, most=heap.size, start=_likely(first.run), step=STEP)
    deepest = trials.deepest.get(found.size, first.stack_deepest)
    static, stack = heap.start - image.stack.end, -(-deepest // _ALIGNMENT) * _ALIGNMENT
    return LeastRam(
        bytes=static + stack + found.size,
        static=static,
        stack=stack,
        heap=found.size,
        resolution=None if found.wrong is None else found.size - found.wrong,
        trials=found.trials,
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
        deepest: Sizes that gave these answers, with the depth of the stack.
        given_up: Why there are no more trials.
    """

    run: Callable[[int], Execution]
    limits: Limits
    answers: object
    left: int
    deepest: dict[int, int] = field(default_factory=dict)
    given_up: str | None = None

    def __call__(self, size: int) -> bool | None:
        """Whether a size is right; ``None`` where there is no saying."""
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
            return False
        self.deepest[size] = tried.stack_deepest
        return True


def _likely(run: Run) -> int:
    """A heap that may do: what was in use at most, with as much of the allocator's overhead as is known."""
    overhead = run.heap.held - run.heap.asked if run.heap else 0
    return (run.heap_peak or 0) + (run.linear_memory or 0) + overhead


def _answers(run: Run) -> object:
    return [(call.result, call.results) for call in run.calls], run.logged
