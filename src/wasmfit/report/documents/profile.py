"""What ``wasmfit profile`` prints as JSON, with ``--heap`` and without."""

from pydantic import Field

from wasmfit.model.contract import JsonDocument, JsonRecord, Text


class FunctionRecord(JsonRecord):
    """A function.

    Attributes:
        function: Its name.
        self: Instructions executed in it; ``own`` in Python.
        inclusive: The same, with what it called.
    """

    function: Text
    own: int = Field(serialization_alias="self")
    inclusive: int


class ProfileDocument(JsonDocument):
    """What ``profile --format json`` prints.

    Attributes:
        cell: The cell's id.
        phases: The phases that were profiled.
        instructions: Executed in all.
        functions: Those that spent most first.
    """

    cell: Text
    phases: tuple[str, ...]
    instructions: int
    functions: tuple[FunctionRecord, ...]


class HeapSiteRecord(JsonRecord):
    """Blocks of the heap that were asked for in one place.

    Attributes:
        phase: When: ``start``, ``load``, ``instantiate`` or ``call``.
        purpose: What they are for, as the runtime's ``heap_sites`` say, or ``other``.
        function: The function that told it; else the first that is not an allocator's or a container's.
        bytes: Bytes of them that were in use.
        blocks: How many they are.
    """

    phase: str
    purpose: str
    function: Text
    bytes: int
    blocks: int


class HeapPurposeRecord(JsonRecord):
    """A phase and a purpose.

    Attributes:
        phase, purpose: As of :class:`HeapSiteRecord`.
        bytes: Bytes that were in use.
    """

    phase: str
    purpose: str
    bytes: int


class HeapProfileDocument(JsonDocument):
    """What ``profile --heap --format json`` prints.

    Attributes:
        cell: The cell's id.
        heap_peak: Most bytes of heap in use at once, linear memory left out, as ``compare`` has it.
        linear_memory: Most bytes of linear memory in use at once, which need not be at the same time.
        purposes: What was in use at the peak, by phase and purpose; adds up to ``heap_peak``.
        sites: The same by function.
        linear_sites: What was in use when most linear memory was; adds up to ``linear_memory``.
    """

    cell: Text
    heap_peak: int
    linear_memory: int
    purposes: tuple[HeapPurposeRecord, ...]
    sites: tuple[HeapSiteRecord, ...]
    linear_sites: tuple[HeapSiteRecord, ...]
