"""A wasm module of the user's, instead of a workload of the catalogue."""

from enum import IntEnum
from pathlib import Path

from pydantic import ConfigDict, Field

from .base import Record
from .values import Signature

_BYTES = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Rule(IntEnum):
    """What answers an imported function; the numbers are the harness's (``harness/src/any/import.rs``)."""

    CONSTANT = 0
    CLOCK = 1
    TRAP = 2
    LOG = 3
    RANDOM = 4
    WASI_WRITE = 5
    WASI_CLOCK = 6
    WASI_RANDOM = 7
    WASI_SIZES = 8
    REGION_BEGIN = 9
    REGION_END = 10
    WASI_EXIT = 11
    WASI_TEXTS = 12
    WASI_READ = 13
    SAMPLES = 14
    TIMES = 15


class Stub(Record):
    """The host function that stands for an import.

    Attributes:
        module, name: The import.
        signature: Its type.
        rule: What it does.
        value: The rule's number: what a constant returns, as a 64-bit word; of a clock, microseconds per unit
            in the lower half, and in the upper the microseconds by which each reading is later (0: 1 ms).
        data: The rule's bytes: what is read from standard input, arguments, samples, the times of readings.
        text: The rule as the user wrote it or could have.
    """

    model_config = _BYTES

    module: str
    name: str
    signature: Signature
    rule: Rule
    value: int = Field(default=0, ge=0, lt=1 << 64)
    data: bytes = b""
    text: str

    @property
    def label(self) -> str:
        """``module.name``."""
        return f"{self.module}.{self.name}"


class Expected(Record):
    """What a value must be: ``word`` exactly, or within ``tolerance``; any NaN is as good as another.

    ``text`` is how the user wrote it.
    """

    text: str
    word: int
    tolerance: float | None = None


class Kept(Record):
    """Instead of a constant: the first result of a call that prepares.

    Attributes:
        slot: Where the harness keeps it.
        text: The call, as it is shown.
    """

    slot: int
    text: str


class OutBuffer(Record):
    """Memory that is read when a call has ended.

    Attributes:
        size: Bytes.
        expected: What they must be, if the user has said so.
        text: The buffer as it is shown.
    """

    model_config = _BYTES

    size: int
    expected: bytes | None = None
    text: str


class UserCall(Record):
    """A call of the export.

    Attributes:
        arguments: 64-bit words, or what earlier calls have returned.
        expected: What each result must be, if the user has said so.
        log: What the call must log, if the user has said so.
        text: The call as it is shown.
        outs: What is read of memory after it.
    """

    arguments: tuple[int | Kept, ...]
    expected: tuple[Expected, ...] | None = None
    log: str | None = None
    text: str
    outs: tuple[OutBuffer, ...] = ()


class ExportedFunction(Record):
    """A function that is called.

    Attributes:
        name: The export.
        at: Its place among all exports.
        signature: Its type.
    """

    name: str
    at: int = 0
    signature: Signature


class StepKind(IntEnum):
    """What a step does; the numbers are the harness's (``harness/src/any/program.rs``)."""

    BEFORE = 0
    CALL = 1
    WRITE = 2
    READ = 3


class ModuleStep(Record):
    """One thing that is done with an instance.

    Attributes:
        kind: What is done: a call that prepares, a call that is measured, memory filled or read.
        function: Of a call: the number of its function.
        slot: Of a call that prepares: where its first result is kept.
        times: How often in a row it is done.
        arguments: Of a call; of memory, the address alone.
        data: What memory is filled with.
        size: How many bytes of it are read.
        text: The step as it is shown.
    """

    model_config = _BYTES

    kind: StepKind
    function: int = 0
    slot: int | None = None
    times: int = 1
    arguments: tuple[int | Kept, ...] = ()
    data: bytes = b""
    size: int = 0
    text: str = ""


class ModuleClock(Record):
    """Clocks whose readings are marked, so that it is known when they were.

    Attributes:
        real: Whether they tell the time that is predicted to have passed; else they go on by steps.
        scores: What the measured call returns so many of per second of them, such as ``iterations``; ``None``
            where it is not a score.
    """

    real: bool
    scores: str | None = None


class UserModule(Record):
    """A module with its calls.

    Attributes:
        name: Part of a cell's id: the file's stem, with what a name cannot hold escaped.
        path: The file.
        sha256: Of its content, as it was read.
        size: Bytes of it.
        wasm: What runtimes are given, where it is not the file's content as it is: assembled from text, or
            with memory of its own in the place of an imported one.
        functions: The functions that are called; the first is the one that is measured.
        memory: The name by which its memory is exported.
        memory_at: That export's place.
        memory_bytes: Linear memory that it asks for to begin with.
        memory_pages: The same in pages.
        memory_advice: What would make that less, if anything is known.
        feature_advice: What would leave out features that runtimes may lack, if anything is known.
        stubs: What answers its imports, each name once, in ascending order.
        supplied: What else it imports, and what stands in its place: ``module.name`` → words.
        obstacle: What it needs that no stub can give it, in words: then no runtime is tried.
        calls: Calls in order; the first is the cold call, the last the warm one.
        repeated: Whether the user named one call, which is made several times.
        steps: Everything that is done, in order; the calls are among it.
        limit: Instructions after which a run is given up; ``None`` for what is usual.
        timeout: Seconds after which a run is given up; ``None`` for what is usual.
        fresh: Where each call has an instance of its own: the steps that are its own, from one and up to
            another; what comes before the first of them is done for each.
        clock: Its clocks, where their readings are marked.
        update_bytes: Bytes of an update to it from an older module, if one was named.
        options: The command line's words for all this, besides calls, expectations and imports.
    """

    model_config = _BYTES

    name: str
    path: Path
    sha256: str
    size: int
    wasm: bytes | None = None
    functions: tuple[ExportedFunction, ...]
    memory: str | None
    memory_at: int = 0
    memory_bytes: int
    memory_pages: int
    memory_advice: str | None = None
    feature_advice: str | None = None
    stubs: tuple[Stub, ...]
    supplied: dict[str, str] = Field(default={})
    obstacle: str | None = None
    calls: tuple[UserCall, ...]
    repeated: bool
    steps: tuple[ModuleStep, ...]
    limit: int | None = None
    timeout: float | None = None
    fresh: tuple[tuple[int, int], ...] = ()
    clock: ModuleClock | None = None
    update_bytes: int | None = None
    options: tuple[str, ...] = ()

    @property
    def measured(self) -> ExportedFunction:
        """The function whose calls are measured."""
        return self.functions[0]

    @property
    def export(self) -> str:
        """Its name."""
        return self.measured.name

    @property
    def signature(self) -> Signature:
        """Its type."""
        return self.measured.signature
