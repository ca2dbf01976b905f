"""A workload: a wasm module, the calls to make and the results they must give."""

from pydantic import Field, model_validator

from .base import Record
from .dependency import Dependency

Word = int
"""An unsigned 32-bit number."""


class GuestBuild(Record):
    """Cargo settings of a guest module.

    The defaults are what the workloads share: WebAssembly 1.0 with mutable globals, one page of memory with
    16 KiB of it for the stack, and optimised as the profile ``reference`` has the same source as native
    code, the standard library included. What they share is compiled once.

    Attributes:
        target: Rust target.
        build_std: Crates of the standard library to build from source.
        std_features: Features to build them with.
        std_opt_level: Optimisation level of the standard library, where it is another.
        panic: Panic strategy.
        rustflags: Flags for rustc, for every crate.
        features: WebAssembly features (``-C target-feature``) of the guest's own crate; a runtime that takes
            less than rustc's default (``guest_cpu``) is given the module without.
        link_args: Arguments for the linker that other modules do not have.
        opt_level, lto, codegen_units, strip: Cargo's profile settings of the same names.
        dependencies: Cargo dependencies, pinned; ``wasmfit lock`` writes the workload's lockfiles.
    """

    target: str = "wasm32v1-none"
    build_std: tuple[str, ...] = ("core", "alloc", "panic_abort")
    std_features: tuple[str, ...] = ()
    std_opt_level: str | None = "3"
    panic: str = "immediate-abort"
    rustflags: tuple[str, ...] = (
        "-Zlocation-detail=none",
        "-Clink-arg=--initial-memory=65536",
        "-Clink-arg=-zstack-size=16384",
    )
    features: tuple[str, ...] = ()
    link_args: tuple[str, ...] = ()
    opt_level: str = "s"
    lto: str = "fat"
    codegen_units: int = 1
    strip: str = "symbols"
    dependencies: dict[str, Dependency] = Field(default_factory=dict)


class WorkloadCall(Record):
    """One call of the export.

    Attributes:
        arguments: Unsigned 32-bit numbers.
        expected: The result, computed independently.
    """

    arguments: tuple[Word, ...]
    expected: Word = Field(ge=0, lt=1 << 32)


class Workload(Record):
    """A module with its calls.

    Attributes:
        name: Name on the command line.
        title: What it is, in a few words.
        arguments: What the two arguments of a call mean.
        checked: How the expected results were computed, apart from the guest.
        export: Name of the export that is called.
        extra: Value that the host function ``host.extra`` returns.
        guest: How the module is built from ``guest/`` next to the TOML file.
        limit: Instructions after which a run is given up: more than any runtime should need.
        calls: Calls in order; the first is the cold call, the last the warm one.
    """

    name: str
    title: str
    arguments: str = ""
    checked: str = ""
    export: str
    extra: Word = Field(default=0, ge=0, lt=1 << 32)
    guest: GuestBuild = GuestBuild()
    limit: int = Field(default=2_000_000_000, gt=0)
    calls: tuple[WorkloadCall, ...] = Field(min_length=2)

    def added_up(self) -> "Workload":
        """The same calls as a firmware without a runtime answers them: arguments and ``extra``, added."""
        calls = (
            call.model_copy(update={"expected": (sum(call.arguments) + self.extra) % (1 << 32)})
            for call in self.calls
        )
        return self.model_copy(update={"calls": tuple(calls)})

    @model_validator(mode="after")
    def _calls_are_alike(self) -> "Workload":
        if len({len(call.arguments) for call in self.calls}) != 1:
            raise ValueError("calls must all have the same number of arguments")
        if any(not 0 <= word < 1 << 32 for call in self.calls for word in call.arguments):
            raise ValueError("calls.arguments must be unsigned 32-bit numbers")
        return self
