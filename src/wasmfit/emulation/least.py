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
from dataclasses import dataclass
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
        ``None`` if the image does not say where its heap is.
    """
    image = symbols.read(elf)
    heap = image.heap
    if heap is None or first.instructions is None or first.stack_deepest is None:
        return None
    # A runtime that has less may do more, but not for ever.
    once = 2 * first.instructions + STEP
    left = instructions
    deepest = {heap.size: first.stack_deepest}
    answers = _answers(first.run)

    with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
        changed = Path(folder) / "smaller.elf"
        shutil.copy(elf, changed)

        def is_right(size: int) -> bool | None:
            nonlocal left
            if left < once or not symbols.patch(changed, heap.word, heap.start + size):
                return None
            tried = execute(
                changed,
                board,
                calls=calls,
                plugin=plugin,
                gateway=gateway,
                limits=Limits(instructions=once, seconds=seconds),
                log=log,
                signature=signature,
                imports=imports,
                plain=True,
            )
            left -= once if tried.instructions is None else tried.instructions
            if tried.status is not Status.OK or tried.stack_deepest is None:
                return False
            deepest[size] = tried.stack_deepest
            return _answers(tried.run) == answers

        found = search(is_right, most=heap.size, start=_likely(first.run), step=STEP)
    if found.trials == 0 and not found.whole:
        reason = (
            f"a run takes {first.instructions:,} instructions, and a search several runs: "
            f"more than the {instructions:,} that it may"
        )
        return LeastRam(trials=0, reason=reason)
    static = heap.start - image.stack.end
    stack = -(-deepest[found.size] // _ALIGNMENT) * _ALIGNMENT
    return LeastRam(
        bytes=static + stack + found.size,
        static=static,
        stack=stack,
        heap=found.size,
        resolution=None if found.wrong is None else found.size - found.wrong,
        trials=found.trials,
        reason=None if found.whole else f"the search had used up its {instructions:,} instructions",
    )


def _likely(run: Run) -> int:
    """A heap that may do: what was in use at most, with as much of the allocator's overhead as is known."""
    overhead = run.heap.held - run.heap.asked if run.heap else 0
    return (run.heap_peak or 0) + (run.linear_memory or 0) + overhead


def _answers(run: Run) -> object:
    return [(call.result, call.results) for call in run.calls], run.logged
