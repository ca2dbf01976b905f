"""What a build driver does: one for each way in which operating systems build their applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wasmfit.model import Base, Checkout
from wasmfit.toolchain import ProcessRunner

from ..context import Context, StepContext
from ..digest import Shared
from ..spec import FirmwareSpec
from ..step import BuildStep


@dataclass(frozen=True)
class Program:
    """A program that a driver runs.

    Attributes:
        name: Its name on ``PATH``.
        remedy: How it is installed.
    """

    name: str
    remedy: str


class Driver(Protocol):
    """Builds the applications of operating systems, out of their trees."""

    @property
    def programs(self) -> Sequence[Program]:
        """What must be installed besides wasmfit's own tools."""

    @property
    def has_link_map(self) -> bool:
        """Whether it leaves a linker's map of the image."""

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """Looks at a checkout; nothing in it is changed or run.

        Raises:
            UsageError: The folder is not a checkout of the system.
        """

    def key(self, context: Context, spec: FirmwareSpec, shared: Shared) -> str:
        """Digest of all that decides what the application is, its job and its parts aside."""

    def parts(
        self, context: Context, spec: FirmwareSpec, shared: Shared, translated: BuildStep | None
    ) -> dict[str, BuildStep]:
        """What is made before its build begins, by the part that each plays.

        Args:
            translated: What has made C of the module, for a runtime that needs that.
        """

    def build(
        self,
        context: Context,
        step: StepContext,
        spec: FirmwareSpec,
        job: bytes,
        made: Mapping[str, Path],
        artefact: Path,
    ) -> None:
        """Builds the application into ``artefact``: ``firmware.elf``, and what belongs to it.

        Raises:
            BuildError: It cannot be built, or the checkout was edited meanwhile.
        """

    def lock(
        self, context: Context, spec: FirmwareSpec, made: Mapping[str, Path], artefact: Path
    ) -> str | None:
        """SHA-256 of the Cargo lockfile that the application was built with."""
