"""What was measured of a cell. Unknown values are ``None``, never 0."""

from pydantic import Field

from .base import Record
from .status import Status


class Size(Record):
    """Bytes of an image, from its ELF.

    Attributes:
        text: Size of ``.text``.
        rodata: Size of ``.rodata``.
        data: Size of ``.data``, which takes room in flash and in RAM.
        bss: Size of ``.bss``.
        flash: All bytes that are written to flash, vector table and initial values of ``.data`` included.
        pages: Erase units of flash that these bytes touch.
        page_size: The board's erase unit.
        flashed: ``pages`` × ``page_size``: what a flash tool such as probe-rs reports.
        ram_static: RAM taken before the program starts, the stack's reservation left out.
        runtime_crates: Bytes of ``.text`` owned by the runtime and its dependencies.
        owners: Section name → owner → bytes; the owners of a section add up to its size.
    """

    text: int
    rodata: int
    data: int
    bss: int
    flash: int
    pages: int
    page_size: int
    flashed: int
    ram_static: int
    runtime_crates: int
    owners: dict[str, dict[str, int]]


class Instructions(Record):
    """Instructions executed per phase.

    Attributes:
        load: From module bytes to the runtime's module.
        instantiate: Store, imports, instance and looking up the export.
        first_call: The first call of the export.
        call: The last call of it, when whatever is done lazily has been done.
    """

    load: int | None = None
    instantiate: int | None = None
    first_call: int | None = None
    call: int | None = None


class Call(Record):
    """One call of the export: its arguments, what came back and what was expected, as unsigned numbers."""

    arguments: tuple[int, ...]
    result: int | None
    expected: int
    instructions: int | None


class Requests(Record):
    """Blocks asked of the heap per phase; as :class:`Instructions`."""

    load: int
    instantiate: int
    first_call: int
    call: int


class HeapUse(Record):
    """The heap when everything is loaded, behind the last call, with linear memory; and what is left of it.

    Attributes:
        size: Bytes of RAM that the heap has.
        held: Bytes of them that the allocator has no more to give: blocks with their headers and rounding.
        asked: Bytes that were asked for in these blocks; the rest of ``held`` is the allocator's overhead.
        largest_free: The largest block that it would still give out, within 16 bytes. TLSF takes a block only
            if all blocks of its size class would do, which can cost 3 % of it.
        fragmentation: Part of the free bytes that are not in that block.
        largest_request: The largest request of all, linear memory left out.
        requests: Blocks asked for, phase by phase.
        left: Bytes still in use when the firmware had dropped everything.
        linear_left: Bytes of linear memory, likewise.
    """

    size: int
    held: int
    asked: int
    largest_free: int
    fragmentation: float
    largest_request: int
    requests: Requests
    left: int
    linear_left: int


class StackPeaks(Record):
    """Deepest use of the stack in bytes, phase by phase; ``call`` is that of all calls."""

    load: int | None = None
    instantiate: int | None = None
    call: int | None = None


class Leak(Record):
    """What loading, calling and dropping everything again and again leaves behind.

    Attributes:
        rounds: How often it was done, in one run of the same image with that number in its job.
        bytes: Bytes in use after the last round less those after the first; ``None`` if it did not get there.
        per_round: The same for each round.
        reason: Why it did not get there.
    """

    rounds: int
    bytes: int | None
    per_round: float | None
    reason: str | None = None


class Run(Record):
    """An execution of the image.

    Attributes:
        result: Result of the first call.
        expected: The independently computed result of the first call.
        calls: Every call.
        heap_peak: Most bytes of heap in use at once, linear memory left out.
        linear_memory: Most bytes of linear memory in use at once.
        stack_peak: Deepest use of the stack in bytes, from the lowest stack address written.
        stack_reserved: Bytes of RAM that the image reserves for the stack.
        stack_peaks: The deepest use phase by phase.
        heap: The heap when everything is loaded, and what is left of it.
        leak: What a hundred rounds leave behind; for modules whose calls are short enough.
        instructions: Instructions per phase.
        cycles: Predicted cycles of a steady call.
        time_s: Predicted time of a steady call in seconds.
    """

    result: int | None = None
    expected: int | None = None
    calls: tuple[Call, ...] = ()
    heap_peak: int | None = None
    linear_memory: int | None = None
    stack_peak: int | None = None
    stack_reserved: int | None = None
    stack_peaks: StackPeaks = StackPeaks()
    heap: HeapUse | None = None
    leak: Leak | None = None
    instructions: Instructions = Instructions()
    cycles: int | None = None
    time_s: float | None = None


class SourceTree(Record):
    """The user's checkout that a runtime was built from.

    Attributes:
        path: The folder that the user named.
        version: The version that it states.
        commit: The commit that was checked out; ``None`` where it is no Git checkout.
        dirty: Whether it differed from that commit.
        sha256: SHA-256 over commit and changes, or over all files where there is no commit.
        built_like: The catalogue's version whose dependencies and glue it was built with.
    """

    path: str
    version: str
    commit: str | None
    dirty: bool | None
    sha256: str
    built_like: str


class Provenance(Record):
    """What made a measurement: enough to replay it.

    Attributes:
        source: The checkout that the runtime was built from; ``None`` for a release.
        elf: Path of the image.
        elf_sha256: SHA-256 of the image that was measured and that ran.
        log: Path of the cell's log.
        module_sha256: SHA-256 of the wasm module.
        module_bytes: Length of the wasm module.
        lockfile_sha256: SHA-256 of the Cargo lockfile.
        features: Dependencies with their features, or C defines, as built.
        flags: Compiler flags.
        tools: Tool → version.
        wasmfit: Version of wasmfit.
        measured_at: UTC time, ISO 8601.
        replay: The command that measures this cell again.
    """

    source: SourceTree | None = None
    elf: str | None = None
    elf_sha256: str | None = None
    log: str | None = None
    module_sha256: str | None = None
    module_bytes: int | None = None
    lockfile_sha256: str | None = None
    features: dict[str, str] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    tools: dict[str, str] = Field(default_factory=dict)
    wasmfit: str
    measured_at: str
    replay: str


class Measurement(Record):
    """A cell's record: the contract of ``compare --format json``."""

    id: str
    runtime: str
    version: str
    module: str
    board: str
    base: str
    profile: str
    status: Status
    reason: str | None
    size: Size | None = None
    baseline: Size | None = None
    run: Run | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    published: dict[str, int] = Field(default_factory=dict)
    published_source: str | None = None
    provenance: Provenance
