"""A workload: a wasm module, the calls to make and the results they must give."""

from pydantic import Field, model_validator

from .base import Record

Word = int
"""An unsigned 32-bit number."""


class GuestBuild(Record):
    """Cargo settings of a guest module, as the reference states them.

    Attributes:
        target: Rust target.
        build_std: Crates of the standard library to build from source.
        std_features: Features to build them with.
        panic: Panic strategy.
        rustflags: Flags for rustc, linker arguments included.
        opt_level, lto, codegen_units, strip: Cargo's profile settings of the same names.
        artifact: File name of the module that cargo makes.
    """

    target: str
    build_std: tuple[str, ...]
    std_features: tuple[str, ...]
    panic: str
    rustflags: tuple[str, ...]
    opt_level: str
    lto: str
    codegen_units: int
    strip: str
    artifact: str


class WorkloadCall(Record):
    """One call of the export: unsigned 32-bit arguments, and the result computed independently."""

    arguments: tuple[Word, ...]
    expected: Word = Field(ge=0, lt=1 << 32)


class Workload(Record):
    """A module with its calls.

    Attributes:
        name: Name on the command line.
        title: What it is, in a few words.
        export: Name of the export that is called.
        extra: Value that the host function ``host.extra`` returns.
        guest: How the module is built from ``guest/`` beside the TOML file.
        calls: Calls in order; the first is the first call, the last the steady one.
    """

    name: str
    title: str
    export: str
    extra: Word = Field(ge=0, lt=1 << 32)
    guest: GuestBuild
    calls: tuple[WorkloadCall, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _calls_are_alike(self) -> "Workload":
        if len({len(call.arguments) for call in self.calls}) != 1:
            raise ValueError("calls must all have the same number of arguments")
        if any(not 0 <= word < 1 << 32 for call in self.calls for word in call.arguments):
            raise ValueError("calls.arguments must be unsigned 32-bit numbers")
        return self
