"""Commands that need a compiler, on a machine that has only images that others were made with."""

from wasmfit.analysis.benchmark import BASELINE, NATIVE
from wasmfit.builder import BuildStep, Context, MissingCompilerError, absent
from wasmfit.errors import MissingToolError
from wasmfit.model import Status

from .measured_experiment import MeasuredExperiment


def require_compilers(context: Context, reason: str) -> None:
    """Makes sure that there is a compiler, for what is in no image.

    Args:
        reason: Why it is needed, as the beginning of a sentence.

    Raises:
        MissingToolError: There is none.
    """
    if not context.toolchain.rust.is_here:
        raise absent.absent(context, reason).of_command()


def require_artefact(context: Context, step: BuildStep) -> None:
    """Makes sure that an artefact is there, or can be built.

    Raises:
        MissingToolError: Neither.
    """
    obstacle = step.obstacle(context.cache)
    if isinstance(obstacle, MissingCompilerError):
        raise obstacle.of_command()


def require_something_tried(measured: MeasuredExperiment) -> MeasuredExperiment:
    """The same experiment, if one of its runtimes at least could be tried.

    Raises:
        MissingToolError: None could, and some for lack of a compiler.
    """
    context = measured.context
    if context is None or context.toolchain.rust.is_here:
        return measured
    runtimes = [one for one in measured.comparison.measurements if one.runtime not in (BASELINE, NATIVE)]
    # What the catalogue says cannot be had has no log.
    reasons = dict.fromkeys(one.reason or "" for one in runtimes if one.provenance.log is not None)
    if not reasons or any(one.status is not Status.UNAVAILABLE for one in runtimes):
        return measured
    raise MissingToolError("\n".join(reasons), "`wasmfit doctor` lists everything.")
