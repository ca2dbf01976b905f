"""What runs in the emulator alone, and is not recorded as a run."""

from wasmfit.errors import UsageError
from wasmfit.requests import RunOptions


def refuse_board_and_label(options: RunOptions, work: str) -> None:
    """Refuses the options that mean nothing to such work.

    Args:
        options: The options.
        work: What it is, as the beginning of a sentence.

    Raises:
        UsageError: They name a board or a label.
    """
    if options.on is not None:
        raise UsageError(f"{work} runs in the emulator, and on no board.", "Leave out --on.")
    if options.label is not None:
        raise UsageError(f"{work} is not recorded as a run, and has no label.", "Leave out --label.")


def require_local(options: RunOptions, work: str) -> None:
    """As :func:`refuse_board_and_label`, for work that is done on this machine.

    Raises:
        UsageError: The options name a cluster, a board or a label, or say that nothing is measured.
    """
    if options.measured:
        raise UsageError(f"{work} is made now, and not found in a measured set.", "Leave out --measured.")
    if options.cluster is not None:
        raise UsageError(f"{work} is made on this machine, and not on a cluster.", "Leave out --cluster.")
    refuse_board_and_label(options, work)
