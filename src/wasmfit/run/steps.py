"""The shared steps of cells: what is built once and used by every cell that needs it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.builder import Context, Step, c, firmware, guest, host
from wasmfit.model import Cell, Glue, UserModule, Workload


@dataclass(frozen=True)
class SharedStep:
    """A step.

    Attributes:
        kind: Kind of the artefact that it makes.
        key: Digest of what it is made from, and the artefact's key; equal keys are the same step.
        title: What it is called in progress and logs.
        work: Does it, or finds it done.
        lane: Cargo's target folder, which one cargo at a time can use; ``None`` where that does not matter.
        rank: Its place in the queue, see :class:`wasmfit.run.schedule.Task`.
    """

    kind: str
    key: str
    title: str
    work: Callable[[Step], object]
    lane: Path | None
    rank: tuple[int, ...]


def shared_steps(context: Context, cell: Cell) -> Iterator[SharedStep]:
    """The shared steps that a cell needs: modules rank first, then firmware by effort, then host programs."""
    build, workload, board, profile = cell.build, cell.workload, cell.board, cell.profile
    cpu = build.runtime.guest_cpu
    if not isinstance(workload, UserModule):
        yield SharedStep(
            "guest",
            guest.key(context, workload, cpu),
            " ".join(filter(None, ("module", workload.name, cpu))),
            partial(_guest, context, workload, cpu),
            guest.target_folder(context, workload, cpu),
            (1,),
        )
    linked = firmware.linked_guest(build, workload)
    if cell.base.start == "laze":
        return  # Built as a whole, in its own cell.
    yield SharedStep(
        "firmware",
        firmware.key(context, build, board, profile, linked, cell.glue, cell.ground),
        f"firmware {_what(cell)} ({_place(cell)}, {profile.name}){_which(cell)}",
        lambda step: firmware.archive(context, step, build, board, profile, linked, cell.glue, cell.ground),
        firmware.target_folder(context, board, profile),
        (2, build.runtime.effort),
    )
    # A module that becomes C is compiled with its runtime, in its own cell.
    if build.runtime.c is not None and build.runtime.c.translator is None:
        yield SharedStep(
            "c",
            c.key(context, build, board, profile, cell.glue),
            f"C sources {build.label} ({board.target}, {profile.name}){_which(cell)}",
            lambda step: c.objects(context, step, build, board, profile, glue=cell.glue),
            None,
            (2, build.runtime.effort),
        )
    if build.version.host_dependencies:
        yield SharedStep(
            "host",
            host.key(context, build),
            f"host step {build.runtime.name}@{build.number}",
            lambda step: host.program(context, step, build),
            host.target_folder(context, build),
            (3, build.runtime.effort),
        )


def _what(cell: Cell) -> str:
    """What a firmware's archive is of: the harness alone, for a runtime in C."""
    build = cell.build
    if build.runtime.guest == "crate":
        return f"{build.label} {cell.workload.name}"
    return build.label if build.dependencies else build.runtime.language


def _place(cell: Cell) -> str:
    """What decides on the archive besides runtime and profile: the target, and the base's crate."""
    return cell.board.target if cell.ground is None else f"{cell.board.target}, {cell.ground.label}"


def _which(cell: Cell) -> str:
    return "" if cell.glue is Glue.TYPED else " for any module"


def _guest(context: Context, workload: Workload, cpu: str | None, step: Step) -> Path:
    return guest.module(context, step, workload, cpu)
