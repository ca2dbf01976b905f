"""A part of the suite on a runtime: one thing to measure."""

from dataclasses import dataclass

from wasmfit.builder import CommandsPayload, FirmwareSpec
from wasmfit.model import Base, Board, Build, Profile


@dataclass(frozen=True)
class PartCell:
    """A part of the suite on a runtime, for a board, in a profile.

    What is measured is the board's code, compiled as for every other image. Its memory is not the board's:
    the image is linked to all RAM that the emulated machine has, so that no feature is missed for lack of it.
    """

    build: Build
    part: str
    board: Board
    base: Base
    profile: Profile

    @property
    def spec(self) -> FirmwareSpec:
        """Its firmware, which is that of the runtime's other parts as well."""
        return FirmwareSpec(self.build, self.board, self.base, self.profile, CommandsPayload())

    @property
    def id(self) -> str:
        """``wasmi@2.0.0/suite-v1/nrf52840dk/bare/reference``."""
        return "/".join(
            (self.build.label, f"suite-{self.part}", self.board.name, self.base.name, self.profile.name)
        )
