"""What an execution of an image showed. Unknown values are ``None``, never 0."""

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from .activity import Activities, Activity, InstructionCounts
from .base import Record
from .durations import BoardMeasurement, Predictions, Score


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class ReadBuffer:
    """Memory of the module that was read after a call.

    Attributes:
        text: The buffer as the user wrote it.
        length: Bytes.
        digest: FNV-1a over them, 32 bits.
        first: The first 32 of them, in hexadecimal.
        right: Whether they are what was expected; ``None`` where nothing was.
    """

    text: str
    length: int
    digest: int
    first: str
    right: bool | None = None


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class CheckedCall:
    """One call of the export, with values as unsigned numbers.

    Attributes:
        arguments: What it was given.
        result: What came back: the first result of several.
        expected: What should have; ``None`` where nobody has said.
        instructions: Instructions executed.
        text: For a module of the user's, the call as it is written.
        results: For a module of the user's, all results as 64-bit words.
        shown: The same as they are shown to a reader.
        right: Whether results, log and buffers are as expected; ``None`` where nothing was, or nothing came.
        region: Instructions executed in the region of interest that the module marks, if it marks one.
        buffers: Memory that was read after the call.

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
    region: int | None = None
    buffers: tuple[ReadBuffer, ...] = ()


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
        load, instantiate, first_call, call: As of :class:`InstructionCounts`.
    """

    load: int
    instantiate: int
    first_call: int
    call: int


class HeapUse(Record):
    """The heap when everything is loaded, after the last call, with linear memory; and what is left of it.

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
        linear_left: Bytes of linear memory still in use then.
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
        load, instantiate: As of :class:`InstructionCounts`.
        call: That of all calls.
    """

    load: int | None = None
    instantiate: int | None = None
    call: int | None = None


class Leak(Record):
    """What loading, calling and dropping everything again and again leaks.

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


class InstanceRam(Record):
    """What each further instance of a module takes of RAM, the allocator's overhead included.

    Measured by making several of the same module in one run, of which the first is called: the heap held
    after the last call, on a line through the points.

    Attributes:
        instances: Numbers of instances that the board had room for.
        held: Bytes of heap held with each.
        per_instance: The slope of a line through them; ``None`` where there is none.
        reason: Why there is none, or why there are not all the points that were wanted.
    """

    instances: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    per_instance: int | None = None
    reason: str | None = None


class LeastRam(Record):
    """The minimum RAM with which the image gives the same results as with all that the board has.

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


class LayoutSpread(Record):
    """What a warm call is predicted to take over several layouts of the same objects.

    Functions, constants and the module lie at other addresses in each; instructions are the same in all.

    Attributes:
        number: Layouts that ran, the reported image's own among them.
        median_s, least_s, most_s: Seconds of a warm call over them, typical predictions.
        cache_share: The part of the spread that comes from what the cache in front of flash misses; the rest
            is how code lies across words. ``None`` where there is no spread.
        reason: Why there are fewer layouts than were asked for.
    """

    number: int
    median_s: float
    least_s: float
    most_s: float
    cache_share: float | None = None
    reason: str | None = None


class StrayStore(Record):
    """A store to memory that nobody has given to whoever stores.

    Attributes:
        address: Where to, of the board's addresses.
        pc: The address of the instruction that stores, of the board's addresses.
        function: The function that it is in, by the image's symbols.
        phase: The phase, as :class:`InstructionCounts` has them; ``start`` before any.
        what: What lies there.
    """

    address: int
    pc: int
    function: str | None
    phase: str
    what: str


class StoreCheck(Record):
    """What came of looking at every store of a run.

    Attributes:
        stores: Stores to the heap that were looked at; ``None`` where there was no run.
        instructions: Instructions executed by the end; ``None`` where there was no run.
        stray: The first store that went astray; the run ends there.
        reason: Why not all of the run was looked at.
    """

    stores: int | None = None
    instructions: int | None = None
    stray: StrayStore | None = None
    reason: str | None = None


class ClockReadings(Record):
    """A clock whose readings in measured calls were marked.

    Attributes:
        readings: How often it was read.
        passes: How often the image ran until it told the time that had passed; 1 for a clock that goes by
            steps.
        error_s: The most seconds by which a reading differs from when it was made; ``None`` for steps.
        told_s: Seconds from the last reading but one to the last, as they were told.
        between: What the core did between the two.
        score_of: What the call returns so many of per second of this clock; ``None`` where it is not a score.
        score: What it returned.
    """

    readings: int
    passes: int
    error_s: float | None = None
    told_s: float | None = None
    between: Activity | None = None
    score_of: str | None = None
    score: float | None = None


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
        leak: What a hundred iterations leak; for modules whose calls are short enough.
        least_ram: The minimum RAM, of a run that ended well.
        instance_ram: RAM of further instances, of a user's module.
        instructions: Instructions per phase.
        activity: What they did, per phase.
        cycles: Predicted cycles of a warm call; its error bar is in ``predicted``.
        time_s: Predicted time of a warm call in seconds; its error bar is in ``predicted``.
        predicted: Predictions per phase with their error bars, where the board has a timing model.
        measured: The same measured on a board, where one was asked for.
        layouts: Predictions over several layouts of the same objects, where they were asked for.
        stores: What came of looking at every store, where that was asked for.
        clock: The module's clock, where its readings were marked.
        score: What the module scores by predicted time, where it is a benchmark with a score.
    """

    result: int | None = None
    expected: int | None = None
    calls: tuple[CheckedCall, ...] = ()
    logged: Logged | None = None
    heap_peak: int | None = None
    linear_memory: int | None = None
    stack_peak: int | None = None
    stack_reserved: int | None = None
    stack_peaks: StackPeaks = StackPeaks()
    heap: HeapUse | None = None
    leak: Leak | None = None
    least_ram: LeastRam | None = None
    instance_ram: InstanceRam | None = None
    instructions: InstructionCounts = InstructionCounts()
    activity: Activities = Activities()
    cycles: int | None = None
    time_s: float | None = None
    predicted: Predictions | None = None
    measured: BoardMeasurement | None = None
    layouts: LayoutSpread | None = None
    stores: StoreCheck | None = None
    clock: ClockReadings | None = None
    score: Score | None = None
