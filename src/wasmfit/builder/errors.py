"""How a build ends when it does not end with an image."""

from wasmfit.model import Status


class BuildError(Exception):
    """A cell could not be built.

    Args:
        reason: One line that says why; the log has the rest.
        status: The cell's end; ``build-failed`` unless something better is known.
    """

    def __init__(self, reason: str, status: Status = Status.BUILD_FAILED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
