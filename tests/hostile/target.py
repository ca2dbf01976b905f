"""What mutants are fed to, in general: see :mod:`tests.hostile.targets`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wasmfit.errors import UsageError

from .mutate import Mutation

LONGEST_MESSAGE = 20_000
"""Characters; a broken TOML file may have many broken fields, each of which is named."""


@dataclass(frozen=True)
class Target:
    """Something that reads what users bring.

    Attributes:
        name: What it reads.
        seeds: Sound inputs to start from.
        mutations: How they are changed.
        takes: Whether it takes an input; one that it refuses as it should is ``False``.
        refuses: Whether there is input that it refuses; none is where the bytes only decide what is made.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    mutations: Sequence[Mutation]
    takes: Callable[[bytes], bool]
    refuses: bool = True


def fit_to_print(error: UsageError) -> None:
    """A message is text for a terminal, whatever the input held."""
    said = str(error)
    assert error.exit_code == 2
    assert error.message.strip(), "an empty message"
    assert len(said) < LONGEST_MESSAGE, f"a message of {len(said):,} characters"
    assert all(line.isprintable() for line in said.split("\n")), f"does not print: {said[:300]!r}"
    said.encode()
