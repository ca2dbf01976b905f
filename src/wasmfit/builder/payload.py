"""What a firmware runs, and how it is told of it: a workload, a module of the user's, or commands."""

from dataclasses import dataclass
from typing import Protocol

from wasmfit.model import Board, Build, Embedding, MemoryMap, Translator, UserModule, Workload

from . import calls, guest, job, module
from .context import Context
from .digest import Shared
from .step import BuildStep


class Payload(Protocol):
    """What a firmware runs."""

    @property
    def name(self) -> str:
        """Which one it is, among those of one run."""

    @property
    def embedding(self) -> Embedding:
        """Which of the runtime's glue can run it."""

    @property
    def crate(self) -> Workload | None:
        """The workload whose crate native code links; ``None`` where there is only wasm, or nothing."""

    def module(self, context: Context, build: Build, shared: Shared) -> BuildStep | None:
        """What makes its module; ``None`` where modules come from the host while it runs."""

    def job(self, module: bytes) -> bytes:
        """The blob that tells the firmware what to do, with the module as the runtime is given it."""

    @property
    def job_key(self) -> object:
        """What the blob holds besides the module."""

    def entry(self, rule: Translator, header: str, code: str) -> calls.Entry:
        """How the runtime's glue calls the module where that has become C."""

    def stack(self, build: Build) -> int:
        """Bytes of RAM reserved for the stack."""

    def addresses(self, board: Board) -> tuple[MemoryMap, MemoryMap]:
        """Where the image is linked to, and where what runs in the emulator is."""


class _OnBoard:
    """What runs with the runtime's stack, and at the board's addresses."""

    def stack(self, build: Build) -> int:
        """The runtime's."""
        return build.runtime.stack

    def addresses(self, board: Board) -> tuple[MemoryMap, MemoryMap]:
        """The board's own, and those of its emulated machine."""
        return board.own, board.emulated


@dataclass(frozen=True)
class WorkloadPayload(_OnBoard):
    """A workload of the catalogue."""

    workload: Workload

    @property
    def name(self) -> str:
        """The workload's."""
        return self.workload.name

    @property
    def embedding(self) -> Embedding:
        """The shortest."""
        return Embedding.STATIC

    @property
    def crate(self) -> Workload | None:
        """The workload itself."""
        return self.workload

    def module(self, context: Context, build: Build, shared: Shared) -> BuildStep | None:
        """Compiles the workload's crate."""
        return guest.step(context, self.workload, build.runtime.guest_cpu, shared)

    def job(self, module: bytes) -> bytes:
        """The module and its calls."""
        arguments = [call.arguments for call in self.workload.calls]
        return job.pack(module, self.workload.export, self.workload.extra, arguments)

    @property
    def job_key(self) -> object:
        """Export, value of ``host.extra``, and calls; what is expected is not part of an image."""
        return self.workload.export, self.workload.extra, [call.arguments for call in self.workload.calls]

    def entry(self, rule: Translator, header: str, code: str) -> calls.Entry:  # noqa: ARG002 - Payload's
        """The C function that the export has become, which the glue calls itself."""
        return calls.Entry(symbol=calls.symbol(rule, header, self.workload.export))


@dataclass(frozen=True)
class ModulePayload(_OnBoard):
    """A module of the user's."""

    user_module: UserModule

    @property
    def name(self) -> str:
        """The module's."""
        return self.user_module.name

    @property
    def embedding(self) -> Embedding:
        """What takes any signature."""
        return Embedding.DYNAMIC

    @property
    def crate(self) -> Workload | None:
        """Of a module there is no source."""
        return None

    def module(self, context: Context, build: Build, shared: Shared) -> BuildStep | None:  # noqa: ARG002 - Payload's
        """Copies the file, which must not have changed."""
        return module.step(self.user_module)

    def job(self, module: bytes) -> bytes:
        """The module, its calls, and what answers its imports."""
        return job.pack_any(module, self.user_module)

    @property
    def job_key(self) -> object:
        """Functions, memory, steps and imports; what is expected is not part of an image."""
        of = self.user_module
        return of.functions, of.memory, of.steps, of.stubs

    def entry(self, rule: Translator, header: str, code: str) -> calls.Entry:  # noqa: ARG002 - Payload's
        """C written for the module's own types."""
        return calls.Entry(calls=calls.source(header, code, self.user_module))


@dataclass(frozen=True)
class OpenPayload(_OnBoard):
    """Nothing yet: an image that takes any module is linked before there is one.

    Attributes:
        embedding: Which of the runtime's embeddings runs it.
    """

    embedding: Embedding

    @property
    def name(self) -> str:
        """There is one."""
        return "any module"

    @property
    def crate(self) -> Workload | None:
        """There is none."""
        return None

    def module(self, context: Context, build: Build, shared: Shared) -> BuildStep | None:  # noqa: ARG002 - Payload's
        """There is none."""
        return None

    def job(self, module: bytes) -> bytes:  # noqa: ARG002 - Payload's
        """None yet."""
        return b""

    @property
    def job_key(self) -> object:
        """It has none."""
        return None

    def entry(self, rule: Translator, header: str, code: str) -> calls.Entry:
        """What becomes C has to be there."""
        raise NotImplementedError("what becomes C has to be there when an image is linked")


@dataclass(frozen=True)
class CommandsPayload:
    """Nothing: the host sends modules and what to do with them while it runs, as the W3C suite is."""

    @property
    def name(self) -> str:
        """There is one."""
        return "suite"

    @property
    def embedding(self) -> Embedding:
        """What replays the suite."""
        return Embedding.CONFORMANCE

    @property
    def crate(self) -> Workload | None:
        """There is none."""
        return None

    def module(self, context: Context, build: Build, shared: Shared) -> BuildStep | None:  # noqa: ARG002 - Payload's
        """There is none."""
        return None

    def job(self, module: bytes) -> bytes:  # noqa: ARG002 - Payload's
        """In the place of a job."""
        return b"WFSU"

    @property
    def job_key(self) -> object:
        """It is the same for all."""
        return "WFSU"

    def entry(self, rule: Translator, header: str, code: str) -> calls.Entry:
        """No runtime that needs its modules as C can be sent any."""
        raise NotImplementedError("what becomes C is not a module that the host can send")

    def stack(self, build: Build) -> int:  # noqa: ARG002 - Payload's
        """A MiB: like the heap's, its size is not what is asked about."""
        return 1 << 20

    def addresses(self, board: Board) -> tuple[MemoryMap, MemoryMap]:
        """All RAM that the emulated machine has."""
        return board.spacious, board.spacious


def payload_of(workload: Workload | UserModule) -> Payload:
    """What a cell's firmware runs."""
    return ModulePayload(workload) if isinstance(workload, UserModule) else WorkloadPayload(workload)
