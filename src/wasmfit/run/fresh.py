"""Calls that each find a fresh instance.

The image runs once for each of them, from reset, with the other calls taken out of its job.

Nothing in an embedding has to know of it, so it costs none of them a byte; and it is what a device does that
instantiates a module for each event.
"""

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from wasmfit.builder import job
from wasmfit.emulation import Execution
from wasmfit.model import Run, StackPeaks, Status, UserModule

from .job_copy import JobCopy


def with_one_call(module: UserModule, number: int) -> UserModule:
    """The module as the run for one of its calls has it."""
    own = module.fresh[number]
    left = [step for at, step in enumerate(module.steps) if _is_done(module, at, own)]
    return module.model_copy(update={"calls": (module.calls[number],), "steps": tuple(left)})


def image_for(image: Path, folder: Path, module: UserModule, number: int) -> Path:
    """A copy of a module's image whose job makes one call alone.

    Raises:
        ElfError: It cannot be read.
        LookupError: It is not such an image.
    """
    copy = JobCopy.of(image, folder / f"call-{number}.elf")
    own = module.fresh[number]
    for at, offset in enumerate(job.step_times(copy.read)):
        if not _is_done(module, at, own):
            copy.write(offset, struct.pack("<I", 0))
    return copy.path


def _is_done(module: UserModule, step: int, own: tuple[int, int]) -> bool:
    """Whether a step is the call's own, or comes before all calls."""
    return own[0] <= step < own[1] or step < module.fresh[0][0]


def together(executions: Sequence[Execution]) -> Execution:
    """The runs of all calls as one: the worst of what they took, and each call's own figures.

    Args:
        executions: One of each call, in order, up to the first that did not end well.
    """
    first, last = executions[0].run, executions[-1].run
    runs = [execution.run for execution in executions]
    several = len(runs) > 1
    run = last.model_copy(
        update={
            "result": first.result,
            "expected": first.expected,
            "calls": tuple(call for run in runs for call in run.calls),
            "heap_peak": _most(run.heap_peak for run in runs),
            "linear_memory": _most(run.linear_memory for run in runs),
            "stack_peak": _most(run.stack_peak for run in runs),
            "stack_peaks": _stack_peaks(runs),
            "instructions": first.instructions.model_copy(
                update={
                    "call": last.instructions.first_call if several else None,
                    "region": last.instructions.region,
                }
            ),
            "activity": first.activity.model_copy(
                update={
                    "call": last.activity.first_call if several else None,
                    "region": last.activity.region,
                }
            ),
        }
    )
    ended = executions[-1]
    counts = [execution.instructions for execution in executions]
    known = [count for count in counts if count is not None]
    return ended.model_copy(
        update={
            "run": run,
            "reason": _reason(ended, len(executions)),
            "instructions": sum(known) if len(known) == len(counts) else None,
            "stack_deepest": _most(execution.stack_deepest for execution in executions),
            "seconds": sum(execution.seconds for execution in executions),
        }
    )


def _reason(ended: Execution, number: int) -> str | None:
    if ended.status is Status.OK or ended.reason is None:
        return ended.reason
    return f"{ended.reason}, in call {number}, each of which has an instance of its own"


def _stack_peaks(runs: Sequence[Run]) -> StackPeaks:
    return StackPeaks(
        **{name: _most(getattr(run.stack_peaks, name) for run in runs) for name in StackPeaks.model_fields}
    )


def heaviest(executions: Sequence[Execution]) -> int:
    """The number of the call whose run took most heap and linear memory."""
    sizes = [(one.run.heap_peak or 0) + (one.run.linear_memory or 0) for one in executions]
    return sizes.index(max(sizes))


def _most(sizes: Iterable[int | None]) -> int | None:
    return max((size for size in sizes if size is not None), default=None)
