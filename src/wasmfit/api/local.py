"""What runs on this machine alone, in its emulator, and as no run of the store's."""

from wasmfit.errors import UsageError
from wasmfit.requests import RunOptions


def require_local(options: RunOptions, work: str) -> None:
    """Refuses the options that mean nothing to such work.

    Args:
        options: The options.
        work: What it is, as the beginning of a sentence.

    Raises:
        UsageError: They name a cluster, a board or a label.
    """
    if options.cluster is not None:
        raise UsageError(f"{work} is not run on a cluster yet.", "Leave out --cluster.")
    if options.on is not None:
        raise UsageError(f"{work} runs in the emulator, and on no board.", "Leave out --on.")
    if options.label is not None:
        raise UsageError(f"{work} is not recorded as a run, and has no label.", "Leave out --label.")
