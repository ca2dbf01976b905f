"""What ``wasmfit profile`` prints as JSON."""

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
