"""How the command line spells a field of a request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An option that sets the field.

    Attributes:
        flags: ``--runtime``, ``-r``.
        metavar: What stands for its value in help; a field that is true or false has none.
        help: What it does. The field's default is added where it says nothing of its own.
    """

    flags: tuple[str, ...]
    metavar: str | None
    help: str


@dataclass(frozen=True)
class Argument:
    """A positional argument that sets the field.

    Attributes:
        metavar: Its name in help.
        help: What it is.
    """

    metavar: str
    help: str
