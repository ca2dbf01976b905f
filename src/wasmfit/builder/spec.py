"""What a firmware is made of: the one argument of everything that builds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from wasmfit.model import Base, BaseCrate, Board, Build, Cell, Embedding, MemoryMap, Profile, Workload

from .payload import Payload, payload_of


@dataclass(frozen=True)
class PackageSpec:
    """The Rust package of a firmware, the same for every board and every module that is not compiled in.

    Attributes:
        build: The runtime's.
        profile: How it is compiled.
        linked: The workload whose crate is compiled in.
        embedding: How the runtime is embedded.
        base_crate: The base's crate that starts the chip; ``None`` where the harness does.
        in_library: Whether it becomes part of a static library, for an operating system's build.
    """

    build: Build
    profile: Profile
    linked: Workload | None = None
    embedding: Embedding = Embedding.STATIC
    base_crate: BaseCrate | None = None
    in_library: bool = False

    @property
    def label(self) -> tuple[str, ...]:
        """What tells it from the packages of other cells of one run."""
        return (
            self.build.label,
            self.profile.name,
            "" if self.linked is None else self.linked.name,
            self.embedding,
            "" if self.base_crate is None else self.base_crate.label,
            "library" if self.in_library else "",
        )


@dataclass(frozen=True)
class FirmwareSpec:
    """A firmware: a runtime for a board, on a base, in a profile, and what it runs.

    Attributes:
        build: The runtime's.
        board: The board.
        base: What starts the chip.
        profile: How it is compiled.
        payload: What it runs, and how it is told of it.
    """

    build: Build
    board: Board
    base: Base
    profile: Profile
    payload: Payload

    @classmethod
    def of(cls, cell: Cell) -> FirmwareSpec:
        """The firmware of a cell."""
        return cls(cell.build, cell.board, cell.base, cell.profile, payload_of(cell.workload))

    @cached_property
    def package(self) -> PackageSpec:
        """Its Rust package."""
        return PackageSpec(
            build=self.build,
            profile=self.profile,
            linked=self.linked,
            embedding=self.payload.embedding,
            base_crate=self.base_crate,
            in_library=self.base.system is not None and self.base.system.takes_library,
        )

    @property
    def linked(self) -> Workload | None:
        """The workload whose crate is compiled in; every other firmware serves all workloads."""
        return self.payload.crate if self.build.runtime.guest == "crate" else None

    @property
    def is_translated(self) -> bool:
        """Whether its module becomes C, which is compiled in."""
        rule = self.build.runtime.c
        return rule is not None and rule.translator is not None

    @cached_property
    def base_crate(self) -> BaseCrate | None:
        """The base's crate below the harness; ``None`` where the harness starts the chip itself."""
        return self.base.base_crate(self.board)

    @property
    def stack(self) -> int:
        """Bytes of RAM reserved for the stack."""
        return self.payload.stack(self.build)

    @property
    def addresses(self) -> tuple[MemoryMap, MemoryMap]:
        """Where the image is linked to, and where what runs in the emulator is: often the same."""
        return self.payload.addresses(self.board)

    @cached_property
    def setting(self) -> tuple[object, ...]:
        """What tells it from the other firmwares of one run, whatever their modules."""
        return (*self.package.label, self.board.name, self.base.name, self.build.runtime.stack)
