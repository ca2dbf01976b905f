"""TOML that users write → a record, or a sentence with file, line, field and what was expected."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wasmfit.errors import UsageError
from wasmfit.toml_text import line_of
from wasmfit.words import escape_unprintable

from .problem import did_you_mean, sentence

R = TypeVar("R", bound=BaseModel)


def validated(
    kind: type[R], data: Mapping[str, Any], text: str, path: str, context: Mapping[str, Any] | None = None
) -> R:
    """The record that TOML holds.

    Args:
        kind: The record.
        data: What was read.
        text: What it was read from, for the lines of fields.
        path: Where it comes from, for messages.
        context: What validators of the record are told.

    Raises:
        UsageError: It holds something else; each problem is a line.
    """
    try:
        return kind.model_validate(data, context=dict(context or {}))
    except ValidationError as error:
        lines = [_said(kind, details, text, path) for details in error.errors()]
        raise UsageError("\n".join(lines)) from None


def _said(kind: type[BaseModel], details: ErrorDetails, text: str, path: str) -> str:
    place = details["loc"]
    field = ".".join(map(str, place)) or "the file"
    message, remedy = sentence(details)
    if details["type"] == "extra_forbidden":
        message, remedy = "There is no such field.", _known(kind, place)
    said = escape_unprintable(f"{field}: {message} {remedy}".rstrip(), 500)
    return f"{path}:{line_of(text, place)}: {said}"


def _known(kind: type[BaseModel], place: tuple[str | int, ...]) -> str:
    """What a field that does not exist may stand for."""
    record: type[BaseModel] | None = kind
    for part in place[:-1]:
        if record is not None and isinstance(part, str) and part in record.model_fields:
            record = _record(record.model_fields[part].annotation)
    if record is None:
        return ""
    known = [field.alias or name for name, field in record.model_fields.items()]
    return did_you_mean(str(place[-1]), known)


def _record(annotation: Any) -> type[BaseModel] | None:
    """The record in a type, if there is one."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if origin in (Union, UnionType, tuple):
        found = (_record(one) for one in inner if one not in (NoneType, ...))
        return next((one for one in found if one is not None), None)
    return _record(inner[0]) if origin is Annotated else None
