"""A wasm module of the user's, instead of a workload of the catalogue."""

from enum import IntEnum
from pathlib import Path

from pydantic import Field

from .base import Record
from .values import Signature


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


class Stub(Record):
    """The host function that stands for an import.

    Attributes:
        module, name: The import.
        signature: Its type.
        rule: What it does.
        value: The rule's number: what a constant returns, as a 64-bit word; microseconds per unit of a clock.
        text: The rule as the user wrote it or could have.
    """

    module: str
    name: str
    signature: Signature
    rule: Rule
    value: int = Field(default=0, ge=0, lt=1 << 64)
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


class UserCall(Record):
    """A call of the export.

    Attributes:
        arguments: 64-bit words.
        expected: What each result must be, if the user has said so.
        log: What the call must log, likewise.
        text: The call as it is shown.
    """

    arguments: tuple[int, ...]
    expected: tuple[Expected, ...] | None = None
    log: str | None = None
    text: str


class UserModule(Record):
    """A module with its calls.

    Attributes:
        name: Part of a cell's id: the file's stem, with what a name cannot hold escaped.
        path: The file.
        sha256: Of its content, as it was read.
        size: Bytes of it.
        export: The function that is called.
        signature: Its type.
        export_at: The export's place among all exports.
        memory: The name by which its memory is exported.
        memory_at: That export's place.
        memory_bytes: Linear memory that it asks for to begin with.
        memory_pages: The same in pages.
        stubs: What answers its imports, each name once, in ascending order.
        obstacle: What it wants that no stub can give it, in words: then no runtime is tried.
        calls: Calls in order; the first is the cold call, the last the warm one.
        repeated: Whether the user named one call, which is made several times.
    """

    name: str
    path: Path
    sha256: str
    size: int
    export: str
    signature: Signature
    export_at: int = 0
    memory: str | None
    memory_at: int = 0
    memory_bytes: int
    memory_pages: int
    stubs: tuple[Stub, ...]
    obstacle: str | None = None
    calls: tuple[UserCall, ...]
    repeated: bool
