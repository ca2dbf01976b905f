"""TOML that users write → a record, or a sentence with file, line, field and what was expected."""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wasmfit.errors import UsageError
from wasmfit.problem import did_you_mean, sentence
from wasmfit.toml_text import line_of
from wasmfit.words import escape_unprintable

R = TypeVar("R", bound=BaseModel)

Place = tuple[str | int, ...]
"""A path as pydantic gives it: keys, and indices into arrays of tables."""

_LONGEST_PROBLEM = 500  # characters


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


def line_of_field(kind: type[BaseModel], text: str, place: Place) -> int:
    """The 1-based line of a field, under whichever of its names it is written."""
    record = _record_at(kind, place)
    field = None if record is None or not place else record.model_fields.get(str(place[-1]))
    names = {*place[-1:], *(() if field is None else _former_names(field.validation_alias))}
    return max((line_of(text, (*place[:-1], name)) for name in names), default=1)


def _former_names(alias: object) -> Iterator[str]:
    if isinstance(alias, AliasChoices):
        yield from (choice for choice in alias.choices if isinstance(choice, str))


def _said(kind: type[BaseModel], details: ErrorDetails, text: str, path: str) -> str:
    place = details["loc"]
    field = ".".join(map(str, place)) or "the file"
    message, remedy = sentence(details)
    if details["type"] == "extra_forbidden":
        message, remedy = "There is no such field.", _known(kind, place)
    said = escape_unprintable(f"{field}: {message} {remedy}".rstrip(), _LONGEST_PROBLEM)
    return f"{path}:{line_of_field(kind, text, place)}: {said}"


def _known(kind: type[BaseModel], place: Place) -> str:
    """What a field that does not exist may stand for."""
    record = _record_at(kind, place)
    if record is None:
        return ""
    known = [field.alias or name for name, field in record.model_fields.items()]
    return did_you_mean(str(place[-1]), known)


def _record_at(kind: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """The record that a field is of, if that can be told."""
    record: type[BaseModel] | None = kind
    for part in place[:-1]:
        if record is not None and isinstance(part, str):
            fields = {field.alias or name: field for name, field in record.model_fields.items()}
            record = _record(fields[part].annotation) if part in fields else None
    return record


def _record(annotation: Any) -> type[BaseModel] | None:
    """The record in a type, if there is one."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if origin in (Union, UnionType, tuple, dict):
        records = (_record(part) for part in inner if part not in (NoneType, ...))
        return next((record for record in records if record is not None), None)
    return _record(inner[0]) if origin is Annotated else None
