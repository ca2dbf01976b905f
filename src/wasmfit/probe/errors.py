"""How a run on a board ends when it does not end well."""

from wasmfit.model import Status


class BoardError(Exception):
    """A cell could not be measured on the board.

    Args:
        reason: One line that says why; the log has the rest.
        status: The cell's end.
    """

    def __init__(self, reason: str, status: Status = Status.FAULTED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
