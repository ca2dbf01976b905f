"""The base of what commands print as JSON: each document is the dump of one frozen record.

A field is always there, null where a value is not known; only fields made with :func:`omitted` are left out
where they say nothing. ``wasmfit/schemas`` has the JSON Schemas of all documents.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, SkipValidation

from .base import Record

SCHEMA: Final = 1
"""The version of every document's contract: raised when a field goes or changes its meaning."""

Text = Annotated[str, SkipValidation]
"""Text that may not be Unicode, such as the name of a file: :mod:`wasmfit.json_text` escapes it."""


Number = int | float
"""A number that is written as it is: whole numbers without a decimal point."""


def _says_nothing(value: object) -> bool:
    return value is None


def omitted() -> Any:
    """The default of a field that is left out where it is ``None``, in place of null."""
    return Field(default=None, exclude_if=_says_nothing)


class JsonRecord(Record):
    """A part of a document."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)


class JsonDocument(JsonRecord):
    """A whole document, of one version of its contract."""

    schema_version: Literal[1] = Field(default=SCHEMA, serialization_alias="schema")
