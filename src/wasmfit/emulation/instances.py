"""What further instances of a module take of RAM: an image is run again with one word of its job changed."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wasmfit.model import InstanceRam, Status
from wasmfit.words import counted

from . import symbols
from .execution import Execution, RunLimits, execute
from .machine import ExpectedCalls, QemuRunner

NUMBERS = (1, 2, 4)
"""Numbers of instances that are tried: as many as embeddings have room for."""

NO_FURTHER = "the runtime's embedding makes one instance"


def instance_ram(
    elf: Path,
    runner: QemuRunner,
    expected: ExpectedCalls,
    first: Execution,
    *,
    instances_at: int,
    limits: RunLimits,
) -> InstanceRam | None:
    """Measures further instances of a module.

    Args:
        elf: The image.
        runner: What runs it.
        expected: The calls that its job makes, of the first instance.
        first: Its run with one instance, which ended well.
        instances_at: Offset of the number of instances in the job.
        limits: Of one run.

    Returns:
        ``None`` if the image holds no job, or did not say what its heap holds.
    """
    address = symbols.read(elf).job
    if address is None or first.run.heap is None:
        return None
    held = [first.run.heap.held]
    reason = None
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
        changed = Path(folder) / "instances.elf"
        shutil.copy(elf, changed)
        for number in NUMBERS[1:]:
            if not symbols.patch(changed, address + instances_at, number):
                return None
            tried = execute(changed, runner, expected, limits=limits, plain=True)
            if tried.status is not Status.OK or tried.run.heap is None:
                reason = f"with {counted(number, 'instance')}, {tried.status.value}: {tried.reason}"
                break
            held.append(tried.run.heap.held)
    return line_through(NUMBERS[: len(held)], held, reason)


def line_through(numbers: Sequence[int], held: Sequence[int], reason: str | None = None) -> InstanceRam:
    """The line through numbers of instances and bytes held, by least squares.

    Args:
        numbers, held: The points.
        reason: Why there are no more of them.
    """
    points = {"instances": tuple(numbers), "held": tuple(held)}
    if len(held) < 2:
        return InstanceRam(**points, reason=reason)
    if held[-1] == held[0]:
        return InstanceRam(**points, reason=NO_FURTHER)
    middle, level = sum(numbers) / len(numbers), sum(held) / len(held)
    above = sum((number - middle) * (size - level) for number, size in zip(numbers, held, strict=True))
    return InstanceRam(
        **points, per_instance=round(above / sum((number - middle) ** 2 for number in numbers)), reason=reason
    )
