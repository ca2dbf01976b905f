"""Whether a file can be of the board whose memories are asked about."""

from typing import NamedTuple

from wasmfit.elf.machines import machine_name
from wasmfit.elf.records import Machine
from wasmfit.errors import UsageError
from wasmfit.footprint.inputs.sources import SizeSource

_BITS = 32


class BoardTarget(NamedTuple):
    """What a board runs.

    Attributes:
        board: Its name.
        machine: The processor that its code is for; all boards have one of 32 bits.
    """

    board: str
    machine: Machine

    def require(self, source: SizeSource) -> None:
        """Refuses what is for another processor; an image may not say which one it is for.

        Raises:
            UsageError: The file, or a member of the library, is for another one.
        """
        for name, elf in source.parts:
            if elf.machine and (elf.machine, elf.bits) != (self.machine, _BITS):
                file = source.path if name is None else f"{source.path}({name})"
                raise UsageError(
                    f"{file} is for {elf.bits}-bit {machine_name(elf.machine)}, and the board {self.board} "
                    f"runs {_BITS}-bit {machine_name(self.machine)}.",
                    "Leave the board out, or name one that it is for.",
                )
