"""What the drivers of systems in C have in common: a runtime comes into their builds as a static library."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from wasmfit.model import Base

from .. import digest, firmware, library, relinked
from ..context import Context, StepContext
from ..digest import Shared
from ..spec import FirmwareSpec
from ..step import BuildStep
from . import application
from .application import Application

_LIBRARY = "library"


class LibraryDriver(ABC):
    """The part of a :class:`Driver` that does not depend on the program that builds."""

    @property
    def has_link_map(self) -> bool:
        """The linker's, where ``base.toml`` says."""
        return True

    def key(self, context: Context, spec: FirmwareSpec, shared: Shared) -> str:
        """The checkout, the application, and what the program is told."""
        base = spec.base
        assert base.system is not None
        return digest.of(
            application.key(context, spec, shared, base.system.boards[spec.board.name]),
            self.told(context, spec, {}),
            context.toolchain.c[spec.board.target].tool.version,
        )

    def parts(
        self, context: Context, spec: FirmwareSpec, shared: Shared, translated: BuildStep | None
    ) -> dict[str, BuildStep]:
        """The library."""
        return {_LIBRARY: library.step(context, spec, shared, translated)}

    def build(
        self,
        context: Context,
        step: StepContext,
        spec: FirmwareSpec,
        job: bytes,
        made: Mapping[str, Path],
        artefact: Path,
    ) -> None:
        """Builds the application, and what stands in for it in the emulator."""
        base = spec.base
        assert base.system is not None
        app = Application(context, step, spec, job, made[_LIBRARY], artefact)
        self.image(
            app, "firmware", self.known(base, base.system.boards[spec.board.name], spec.board.name), {}
        )
        stand_in = base.stand_in(spec.board)
        if stand_in is not None:
            board = self.known(base, stand_in.board, spec.board.name)
            self.image(app, relinked.NAME, board, stand_in.settings)
        firmware.unchanged(context, base.checkout, spec.build.checkout)

    def lock(
        self,
        context: Context,
        spec: FirmwareSpec,
        made: Mapping[str, Path],
        artefact: Path,  # noqa: ARG002 - that of a system in Rust is there
    ) -> str | None:
        """That of the library's Rust part."""
        return firmware.used_lock(context, spec, made.get(_LIBRARY))

    def known(self, base: Base, name: str, board: str) -> str:  # noqa: ARG002 - for messages
        """The system's name of a board, if the checkout has it; the program says so otherwise.

        Args:
            base: The base.
            name: The system's name of the board.
            board: The catalogue's.
        """
        return name

    @abstractmethod
    def told(self, context: Context, spec: FirmwareSpec, settings: Mapping[str, str]) -> list[str]:
        """Settings as arguments of the program: the base's, and further ones."""

    @abstractmethod
    def image(self, app: Application, name: str, board: str, settings: Mapping[str, str]) -> None:
        """Builds an image: ``NAME.elf``, with its map.

        Raises:
            BuildError: It cannot be built.
        """
