"""A cell whose shared steps have ended → its measurement, wherever that is done."""

from pathlib import Path

from wasmfit.build import BuildError, Context, Image, Step, image
from wasmfit.errors import MissingToolError
from wasmfit.footprint import ElfError, LinkMapError
from wasmfit.home import Home
from wasmfit.model import Cell, Measurement, Status
from wasmfit.toolchain import ChildTimeoutError

from . import measure, record

FAILURES = (BuildError, ElfError, LinkMapError, ChildTimeoutError, MissingToolError, OSError)
"""What ends a step or a cell and nothing else; faults of the machine (a full disk, a lost tool) too."""

End = tuple[Status, str | None]
"""How a cell ends, and why."""


def end_of(error: Exception) -> End:
    """How a cell ends that met this failure."""
    match error:
        case BuildError():
            return error.status, error.reason
        case OSError():
            return Status.BUILD_FAILED, f"{error.strerror or error}: {error.filename}"
    return Status.BUILD_FAILED, str(error)


def finish(context: Context, step: Step, cell: Cell, failed: End | None) -> tuple[Measurement, Image | None]:
    """Builds and measures a cell.

    Args:
        failed: How a shared step failed that the cell needs: then that is its end.
    """
    built, size, run = None, None, None
    if failed is not None:
        status, reason = failed
    else:
        try:
            built = image(context, step, cell)
            size = measure.size(context, cell, built)
            execution = measure.run(context, step, cell, built)
            status, reason, run = execution.status, execution.reason, execution.run
        except FAILURES as error:
            status, reason = end_of(error)
    return (
        record.measured(context, cell, status, reason, image=built, size=size, run=run, log=step.log),
        built,
    )


def log_of(home: Home, name: str) -> Path:
    """The log of a step or a cell."""
    place = "".join(letter if letter.isalnum() or letter in "@.-+" else "_" for letter in name)
    return home.logs / f"{place}.log"
