"""What was measured of a cell. Unknown values are ``None``, never 0."""

from dataclasses import fields

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from .base import Record
from .status import Status

GLUE = "firmware"
"""The owner of the glue: the crate, or the C sources, that a runtime is called from."""


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

    @property
    def glue(self) -> int:
        """Bytes of ``.text`` owned by the glue, with what is inlined into it of the runtime that it calls."""
        return self.owners.get(".text", {}).get(GLUE, 0)


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


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Activity:
    """What a core did in a phase: instructions by kind, and what went to flash.

    Every instruction is of one kind, ``alu`` to ``system``. What follows them is counted beside that. The
    emulation's documentation says what each is; timing models give them prices. What depends on the cache in
    front of flash is ``None`` for a board of which that is not known.

    A dataclass, since every cell has four with 47 fields each: a record of ten thousand cells takes half the
    time to read and two thirds of the memory.
    """

    alu: int = 0
    load: int = 0
    load_multiple: int = 0
    store: int = 0
    store_multiple: int = 0
    branch: int = 0
    conditional: int = 0
    call: int = 0
    indirect: int = 0
    multiply: int = 0
    multiply_long: int = 0
    divide: int = 0
    float_add: int = 0
    float_multiply: int = 0
    float_fused: int = 0
    float_divide: int = 0
    float_other: int = 0
    atomic: int = 0
    prefix: int = 0
    system: int = 0
    load_multiple_words: int = 0
    store_multiple_words: int = 0
    load_pc: int = 0
    load_use: int = 0
    load_address: int = 0
    load_pair: int = 0
    load_pair_astride: int = 0
    load_behind_store: int = 0
    store_behind_load: int = 0
    store_indexed: int = 0
    address_use: int = 0
    late_use: int = 0
    paired: int = 0
    wide: int = 0
    wide_astride: int = 0
    astride_third: int = 0
    conditional_taken: int = 0
    mispredicted: int = 0
    jump_table: int = 0
    jumps: int = 0
    jumps_astride: int = 0
    fetches: int | None = 0
    fetch_misses: int | None = 0
    fetch_runs: int | None = 0
    reads: int = 0
    read_misses: int | None = 0
    read_runs: int | None = 0

    @property
    def instructions(self) -> int:
        """All instructions."""
        return sum(getattr(self, kind) for kind in KINDS)


COUNTS = tuple(field.name for field in fields(Activity))
"""All that an activity counts."""

KINDS = COUNTS[: COUNTS.index("system") + 1]
"""The kinds of instructions, of which each is one."""


OF_THE_CACHE = ("fetches", "fetch_misses", "fetch_runs", "read_misses", "read_runs")
"""What of an activity depends on the cache in front of flash."""


class Activities(Record):
    """What the core did, phase by phase.

    Attributes:
        load, instantiate, first_call, call: As of :class:`Instructions`.
    """

    load: Activity | None = None
    instantiate: Activity | None = None
    first_call: Activity | None = None
    call: Activity | None = None


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Prediction:
    """What something is predicted to take on the board, with its error bar. It is no measurement.

    Attributes:
        cycles: Cycles of the core.
        cycles_low, cycles_high: The least and the most that the model allows.
        time_s, time_low_s, time_high_s: Seconds, likewise.
        per_s, per_s_low, per_s_high: How often it can be done in a second, likewise; ``None`` for what takes
            no time.

    A dataclass, as :class:`Activity` is.
    """

    cycles: int
    cycles_low: int
    cycles_high: int
    time_s: float
    time_low_s: float
    time_high_s: float
    per_s: float | None = None
    per_s_low: float | None = None
    per_s_high: float | None = None


class Predictions(Record):
    """Predictions per phase.

    Attributes:
        load, instantiate, first_call, call: As of :class:`Instructions`.
        calibrated: Whether the board's model was held against figures published for it.
        source: What the prices come from, and what software is taken to have set up.
    """

    load: Prediction | None = None
    instantiate: Prediction | None = None
    first_call: Prediction | None = None
    call: Prediction | None = None
    calibrated: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class MeasuredPhase:
    """What a phase took on the board: the mean of the runs, with its confidence interval.

    Attributes:
        cycles, cycles_low, cycles_high: Cycles of the core, with the interval; ``None`` where the core has no
            counter.
        time_s, time_low_s, time_high_s: Seconds, likewise: cycles at the board's stated clock, or else the
            host's clock.

    A dataclass, as :class:`Activity` is.
    """

    cycles: int | None = None
    cycles_low: int | None = None
    cycles_high: int | None = None
    time_s: float
    time_low_s: float
    time_high_s: float


class Measured(Record):
    """What was measured on a board, phase by phase.

    Attributes:
        load, instantiate, first_call, call: As of :class:`Instructions`.
        runs: How many runs there were.
        counter: What counted: the core's own counter, or the host's clock.
        interval: What the intervals are.
        probe: The probe that reached the board.
        chip: The chip, as probe-rs names it.
        flashed: Bytes of flash that were erased and written, as probe-rs reports.
    """

    load: MeasuredPhase | None = None
    instantiate: MeasuredPhase | None = None
    first_call: MeasuredPhase | None = None
    call: MeasuredPhase | None = None
    runs: int
    counter: str
    interval: str
    probe: str
    chip: str
    flashed: int | None = None


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Call:
    """One call of the export, with values as unsigned numbers.

    Attributes:
        arguments: What it was given.
        result: What came back: the first result of several.
        expected: What should have; ``None`` where nobody has said.
        instructions: Instructions executed.
        text: For a module of the user's, the call as it is written.
        results: For a module of the user's, all results as 64-bit words.
        shown: The same as a reader wants them.
        right: Whether results and log are what was expected; ``None`` where nothing was, or nothing came.

    A dataclass, as :class:`Activity` is.
    """

    arguments: tuple[int, ...]
    result: int | None
    expected: int | None
    instructions: int | None
    text: str | None = None
    results: tuple[int, ...] | None = None
    shown: str | None = None
    right: bool | None = None


class Logged(Record):
    """What a module wrote through stubs that read its memory.

    Attributes:
        length: Bytes in all.
        digest: FNV-1a over them, 32 bits.
        text: The first 192 of them, with what does not print made visible.
    """

    length: int
    digest: int
    text: str


class Requests(Record):
    """Blocks asked of the heap per phase.

    Attributes:
        load, instantiate, first_call, call: As of :class:`Instructions`.
    """

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
    """Deepest use of the stack in bytes, phase by phase.

    Attributes:
        load, instantiate: As of :class:`Instructions`.
        call: That of all calls.
    """

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


class LeastRam(Record):
    """The least RAM with which the image gives the same results as with all that the board has.

    Found by running a copy of the image, in which one word is changed, with smaller and smaller heaps. All
    figures but ``trials`` are ``None`` where it was not looked for.

    Attributes:
        bytes: ``static``, ``stack`` and ``heap`` together.
        static: RAM taken before the program starts, up to where the heap begins.
        stack: Deepest use of the stack with that heap, from reset to the end, rounded up to 16 bytes.
        heap: The smallest heap that will do.
        resolution: With so many bytes of heap less, tried as well, the results are not the same; ``None``
            where no size was found that will not do.
        trials: How often the image ran for it.
        reason: Why it was not looked for, or why there may be a smaller heap that will do.
    """

    bytes: int | None = None
    static: int | None = None
    stack: int | None = None
    heap: int | None = None
    resolution: int | None = None
    trials: int
    reason: str | None = None


class Run(Record):
    """An execution of the image.

    Attributes:
        result: Result of the first call.
        expected: The independently computed result of the first call.
        calls: Every call.
        logged: What the module logged, where it is the user's and has such a stub.
        heap_peak: Most bytes of heap in use at once, linear memory left out.
        linear_memory: Most bytes of linear memory in use at once.
        stack_peak: Deepest use of the stack in bytes, from the lowest stack address written.
        stack_reserved: Bytes of RAM that the image reserves for the stack.
        stack_peaks: The deepest use phase by phase.
        heap: The heap when everything is loaded, and what is left of it.
        leak: What a hundred rounds leave behind; for modules whose calls are short enough.
        least_ram: The least RAM that will do, of a run that ended well.
        instructions: Instructions per phase.
        activity: What they did, per phase.
        cycles: Predicted cycles of a steady call; its error bar is in ``predicted``.
        time_s: Predicted time of a steady call in seconds, likewise.
        predicted: Predictions per phase with their error bars, where the board has a timing model.
        measured: The same measured on a board, where one was asked for.
    """

    result: int | None = None
    expected: int | None = None
    calls: tuple[Call, ...] = ()
    logged: Logged | None = None
    heap_peak: int | None = None
    linear_memory: int | None = None
    stack_peak: int | None = None
    stack_reserved: int | None = None
    stack_peaks: StackPeaks = StackPeaks()
    heap: HeapUse | None = None
    leak: Leak | None = None
    least_ram: LeastRam | None = None
    instructions: Instructions = Instructions()
    activity: Activities = Activities()
    cycles: int | None = None
    time_s: float | None = None
    predicted: Predictions | None = None
    measured: Measured | None = None


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


class Twin(Record):
    """The image linked to other addresses by the same linker from the same files.

    Attributes:
        elf: Its path.
        elf_sha256: Its SHA-256.
        differs: In what it differs from the image, as a sentence.
    """

    elf: str
    elf_sha256: str
    differs: str


class Provenance(Record):
    """What made a measurement: enough to replay it.

    Attributes:
        glue: How the runtime is embedded: ``typed`` for a workload's signature, ``any`` for a user's module.
        stubs: For a user's module, import → what answers it.
        module: Path of the user's module.
        source: The checkout that the runtime was built from; ``None`` for a release.
        elf: Path of the image.
        elf_sha256: SHA-256 of the image that was measured, and that ran unless there is a twin.
        twin: What ran in the place of the image, where the emulated machine has no memory at the board's
            addresses.
        log: Path of the cell's log.
        module_sha256: SHA-256 of the wasm module.
        module_bytes: Length of the wasm module.
        lockfile_sha256: SHA-256 of the Cargo lockfile.
        features: Dependencies with their features, or C defines, as built.
        flags: Compiler flags.
        tools: Tool → version.
        wasmfit: Version of wasmfit.
        measured_at: UTC time, ISO 8601.
        worker: The cluster's worker that measured it; ``None`` where this machine did.
        replay: The command that measures this cell again.
    """

    glue: str = "typed"
    stubs: dict[str, str] = Field(default_factory=dict)
    module: str | None = None
    source: SourceTree | None = None
    elf: str | None = None
    elf_sha256: str | None = None
    twin: Twin | None = None
    log: str | None = None
    module_sha256: str | None = None
    module_bytes: int | None = None
    lockfile_sha256: str | None = None
    features: dict[str, str] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    tools: dict[str, str] = Field(default_factory=dict)
    wasmfit: str
    measured_at: str
    worker: str | None = None
    replay: str


class Measurement(Record):
    """A cell's record: the contract of ``compare --format json``.

    Attributes:
        id: The cell's id, ``runtime@version/module/board/base/profile``.
        runtime, version, module, board, base, profile: Its parts.
        status: How the cell ended.
        reason: Why it ended so; ``None`` where there is nothing to say.
        size: Bytes of the image, where one was linked.
        baseline: The same of the image without a runtime on the same base.
        run: The execution, where there was one.
        facts: What differs in kind between runtimes, name → fact.
        published: What others published for this cell, measure → bytes.
        published_source: Who published it, measured how.
        provenance: What made it.
    """

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
