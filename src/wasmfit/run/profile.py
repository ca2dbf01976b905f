"""The profile of one cell: which functions its instructions are spent in."""

from collections.abc import Sequence
from dataclasses import dataclass

from wasmfit.builder import BuildError, Context, FirmwareSpec, MissingCompilerError, StepContext, image
from wasmfit.elf.names.demangle import demangle
from wasmfit.emulation import CallProfile, Row
from wasmfit.errors import WasmfitError
from wasmfit.model import Cell, Status

from . import measure


class ProfileError(WasmfitError):
    """The cell could not be built or did not run as it should."""

    exit_code = 1


@dataclass(frozen=True)
class Profiled:
    """A cell's profile.

    Attributes:
        cell: Its id.
        phases: The phases looked at.
        profile: The tree of calls.
        calls: How many calls of the export its phase ``call`` adds up.
    """

    cell: str
    phases: tuple[str, ...]
    profile: CallProfile
    calls: int = 1

    def rows(self) -> list[Row]:
        """The functions, those that spent most first."""
        return self.profile.rows(self.phases, demangle)

    def folded(self) -> str:
        """Stacks for a flame graph."""
        return self.profile.folded(self.phases, demangle)


def profiled(context: Context, cell: Cell, phases: Sequence[str]) -> Profiled:
    """Builds a cell's image and runs it with every call followed.

    Raises:
        ProfileError: It cannot be built, or does not end well.
    """
    step = StepContext(context.home.logs / "profile.log")
    try:
        built = image(context, step, FirmwareSpec.of(cell))
    except MissingCompilerError as error:
        raise error.of_command() from error
    except BuildError as error:
        raise ProfileError(f"{cell.id} cannot be built: {error.reason} (log: {step.log})") from error
    execution = measure.executed(context, step, cell, built, profiled=True)
    if execution.status is not Status.OK or execution.profile is None:
        raise ProfileError(f"{cell.id} ended as {execution.status.value}: {execution.reason}")
    return Profiled(cell.id, tuple(phases), execution.profile, len(execution.run.calls))
