"""What makes an image: cargo and our link, a C compiler as well, or an operating system's own build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from wasmfit.model import CLibrary
from wasmfit.toolchain import CCompiler

from . import c, firmware, link, relinked
from .context import Context, StepContext
from .digest import Shared
from .firmware import Firmware
from .spec import FirmwareSpec
from .step import BuildStep
from .systems import Driver, driver_of

Made = Mapping[str, Path]
"""Folders of what an image is made from, by the part that each plays."""


class Backend(Protocol):
    """How a firmware's image comes to be."""

    @property
    def has_link_map(self) -> bool:
        """Whether there is a linker's map of it."""

    def parts(self, translated: BuildStep | None) -> dict[str, BuildStep]:
        """What it is made from besides the module, by the part that each plays.

        Args:
            translated: What has made C of the module, for a runtime that needs that.
        """

    def setting(self) -> object:
        """What else decides what it is: of all modules the same."""

    def assemble(self, step: StepContext, job: bytes, built: Made, artefact: Path) -> None:
        """Makes ``firmware.elf`` in ``artefact``, with what belongs to it.

        Raises:
            BuildError: It cannot be made, or does not fit.
        """

    def lock(self, built: Made, artefact: Path) -> str | None:
        """SHA-256 of the Cargo lockfile that it was built with."""

    def macros(self) -> dict[str, str] | None:
        """The C macros of the runtime; ``None`` where no C is compiled."""

    def flags(self) -> list[str]:
        """Flags for compilers other than rustc."""

    def c_library(self) -> CLibrary | None:
        """The C library that it is linked with; ``None`` where no C is compiled."""


@dataclass(frozen=True)
class CargoBackend:
    """Rust: one archive, which we link."""

    context: Context
    spec: FirmwareSpec
    shared: Shared = field(default_factory=Shared)

    @property
    def has_link_map(self) -> bool:
        """There is."""
        return True

    def parts(self, translated: BuildStep | None) -> dict[str, BuildStep]:
        """The archive."""
        assert translated is None, "only C takes C"
        return {"firmware": firmware.step(self.context, self.spec, self.shared)}

    def setting(self) -> object:
        """Memory maps, flags for the linker, and the linker."""
        maps = [link.memory(self.spec.board, address, self.spec.stack) for address in self.spec.addresses]
        return maps, self._linker_flags(), self.context.toolchain.rust.identity

    def assemble(self, step: StepContext, job: bytes, built: Made, artefact: Path) -> None:
        """Links the image, and again where the emulated machine has its memory elsewhere."""
        step.progress("linking", 0, 0)
        board, inputs = self.spec.board, self.inputs(job, built)
        own, emulated = self.spec.addresses
        image = link.link(self.context, step, board, own, inputs, artefact)
        if own != emulated:
            moved = link.link(self.context, step, board, emulated, inputs, artefact, relinked.NAME)
            relinked.check(image, own, moved, emulated)

    def inputs(self, job: bytes, built: Made) -> link.Inputs:
        """What is linked."""
        archive, objects, linked = Firmware.at(built["firmware"]), self._objects(built), self.spec.linked
        return link.Inputs(
            script=archive.linker_script,
            archive=archive.archive,
            objects=(*objects.firmware, *objects.harness, *objects.module, *objects.runtime),
            libraries=objects.libraries,
            job=job,
            stack=self.spec.stack,
            symbols={} if linked is None else {"wasmfit_guest": linked.export},
            flags=self._linker_flags(),
        )

    def _objects(self, built: Made) -> c.Objects:  # noqa: ARG002 - C's
        return c.Objects()

    def _linker_flags(self) -> tuple[str, ...]:
        """What the profile and the base's crate ask of the linker."""
        base_crate = self.spec.base_crate
        return (*self.spec.profile.linker, *(() if base_crate is None else base_crate.linker))

    def lock(self, built: Made, artefact: Path) -> str | None:  # noqa: ARG002 - systems'
        """That of the archive."""
        return firmware.used_lock(self.context, self.spec, built.get("firmware"))

    def macros(self) -> dict[str, str] | None:
        """No C is compiled."""
        return None

    def flags(self) -> list[str]:
        """Rustc is the only compiler."""
        return []

    def c_library(self) -> CLibrary | None:
        """None."""
        return None


@dataclass(frozen=True)
class CBackend(CargoBackend):
    """C: the harness as an archive, linked with objects of the runtime's sources and our glue."""

    def parts(self, translated: BuildStep | None) -> dict[str, BuildStep]:
        """The archive and the objects."""
        objects = c.step(self.context, self.spec, self.shared, translated)
        return {**super().parts(None), "objects": objects}

    def _objects(self, built: Made) -> c.Objects:
        return c.Objects.at(built["objects"], self._compiler.archives)

    @property
    def _compiler(self) -> CCompiler:
        return self.context.toolchain.c[self.spec.board.target]

    def c_library(self) -> CLibrary | None:
        """The compiler's, for the board's target."""
        return self._compiler.library.identity

    def macros(self) -> dict[str, str] | None:
        """The build's, for the board's target."""
        return dict(c.defines(self.spec.build, self.spec.board))

    def flags(self) -> list[str]:
        """The C compiler's."""
        return c.flags(self.spec.build, self.spec.profile, self.spec.board)


@dataclass(frozen=True)
class SystemBackend:
    """An operating system, whose own build makes the whole image."""

    context: Context
    spec: FirmwareSpec
    shared: Shared = field(default_factory=Shared)

    @property
    def _driver(self) -> Driver:
        return driver_of(self.spec.base)

    @property
    def has_link_map(self) -> bool:
        """Where its build makes one."""
        return self._driver.has_link_map

    def parts(self, translated: BuildStep | None) -> dict[str, BuildStep]:
        """What its build is given."""
        return self._driver.parts(self.context, self.spec, self.shared, translated)

    def setting(self) -> object:
        """The checkout, and the application in it."""
        return self._driver.key(self.context, self.spec, self.shared)

    def assemble(self, step: StepContext, job: bytes, built: Made, artefact: Path) -> None:
        """Lets the system's build make the application."""
        self._driver.build(self.context, step, self.spec, job, built, artefact)

    def lock(self, built: Made, artefact: Path) -> str | None:
        """That of the application, or of what it is made from."""
        return self._driver.lock(self.context, self.spec, built, artefact)

    def macros(self) -> dict[str, str] | None:
        """The build's, where the runtime is in C."""
        if self.spec.build.runtime.language != "c":
            return None
        return dict(c.defines(self.spec.build, self.spec.board))

    def flags(self) -> list[str]:
        """Those that the runtime is compiled with; the system's own are in no record."""
        if self.spec.build.runtime.language != "c":
            return []
        return c.flags(self.spec.build, self.spec.profile, self.spec.board)

    def c_library(self) -> CLibrary | None:
        """The compiler's, where a runtime in C is linked with it; a system's own is in no record."""
        system = self.spec.base.system
        if self.spec.build.runtime.language != "c" or system is None or system.takes_library:
            return None
        return self.context.toolchain.c[self.spec.board.target].library.identity


def backend_of(context: Context, spec: FirmwareSpec, shared: Shared | None = None) -> Backend:
    """What makes an image of a firmware; ``shared`` is what other firmwares have in common with it."""
    shared = Shared() if shared is None else shared
    if spec.base.system is not None:
        return SystemBackend(context, spec, shared)
    return (CBackend if spec.build.runtime.language == "c" else CargoBackend)(context, spec, shared)
