"""A cell whose shared steps have ended → its measurement, wherever that is done."""

from dataclasses import dataclass
from pathlib import Path

from wasmfit.builder import BuildError, Context, Image, Step, digest, image
from wasmfit.elf import ElfError, LinkMapError
from wasmfit.errors import MissingToolError
from wasmfit.home import Home
from wasmfit.model import Cell, Measurement, Status
from wasmfit.probe import Bench, BoardError
from wasmfit.toolchain import ChildTimeoutError

from . import image_bytes, measure, record

FAILURES = (BuildError, ElfError, LinkMapError, ChildTimeoutError, MissingToolError, OSError)
"""What ends a step or a cell and nothing else; faults of the machine (a full disk, a lost tool) too."""

End = tuple[Status, str | None]
"""How a cell ends, and why."""


@dataclass(frozen=True)
class Failed:
    """How a shared step failed: every cell that needs it ends so, and shows its log."""

    status: Status
    reason: str | None
    log: Path


def end_of(error: Exception) -> End:
    """How a cell ends that met this failure."""
    return error.status if isinstance(error, BuildError) else Status.BUILD_FAILED, reason_of(error)


def reason_of(error: Exception) -> str:
    """A failure in words."""
    match error:
        case BuildError():
            return error.reason
        case OSError():
            return f"{error.strerror or error}: {error.filename}"
    return str(error)


def finish(
    context: Context, step: Step, cell: Cell, failed: Failed | None, bench: Bench | None = None
) -> tuple[Measurement, Image | None]:
    """Builds and measures a cell.

    Args:
        failed: How a shared step failed that the cell needs: then that is its end.
        bench: The board that its image runs on as well, if there is one.
    """
    built, size, run = None, None, None
    status: Status
    reason: str | None
    log = step.log
    if failed is not None:
        status, reason, log = failed.status, failed.reason, failed.log
    else:
        try:
            built = image(context, step, cell)
            owned = measure.owned(context, cell, built.elf, built.link_map)
            size = measure.size(context, cell, owned)
            image_bytes.keep(context, cell, owned, digest.file(built.elf))
            if cell.base.emulated:
                execution = measure.run(context, step, cell, built)
                status, reason, run = execution.status, execution.reason, execution.run
            else:
                status, reason = Status.OK, cell.base.emulator
            if bench is not None and run is not None and status is Status.OK:
                step.progress("on the board", 0, 0)
                measured = bench.measure(built.elf, cell.board, run, log)
                run = run.model_copy(update={"measured": measured})
        except BoardError as error:
            status, reason = error.status, error.reason
        except FAILURES as error:
            status, reason = end_of(error)
    return record.measured(context, cell, status, reason, image=built, size=size, run=run, log=log), built


def log_of(home: Home, name: str) -> Path:
    """The log of a step or a cell."""
    place = "".join(letter if letter.isalnum() or letter in "@.-+" else "_" for letter in name)
    return home.logs / f"{place}.log"
