"""How a build ends when it does not end with an image."""

from wasmfit.errors import MissingToolError
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


class MissingCompilerError(BuildError):
    """What would be built is in no image, and what builds it is not on this machine.

    Args:
        message: That, as a sentence.
        remedy: What to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}".rstrip(), Status.UNAVAILABLE)
        self.message = message
        self.remedy = remedy

    def of_command(self) -> MissingToolError:
        """The same as the end of a whole command."""
        return MissingToolError(self.message, self.remedy)
