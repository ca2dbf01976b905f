"""Commands whose options are the fields of requests.

A command is a function of records. Each field that says how the command line spells it becomes an option,
with the record's own default: no command can lack a field, or have another default for it.
"""

import inspect
from collections.abc import Callable, Collection
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer
from pydantic.fields import FieldInfo

from wasmfit.model import Record
from wasmfit.requests.flat import flat_fields, from_flat
from wasmfit.requests.option import Argument, Option

_SCALARS = (str, int, float, bool, Path)


def from_requests(function: Callable[..., None], *, leave_out: Collection[str] = ()) -> Callable[..., None]:
    """The command, as typer takes it, that calls a function of records.

    Args:
        function: Its parameters are records, or what typer understands.
        leave_out: Fields that the command line does not have.
    """
    hints = get_type_hints(function, include_extras=True)
    kinds: dict[str, type[Record]] = {}
    options: dict[str, list[inspect.Parameter]] = {}
    others: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints[name]
        if isinstance(hint, type) and issubclass(hint, Record):
            kinds[name] = hint
            options[name] = [
                _parameter(field_name, field, spelled)
                for field_name, field in flat_fields(hint).items()
                if field_name not in leave_out and (spelled := _spelled(field)) is not None
            ]
        else:
            others.append(parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY))

    def command(**values: Any) -> None:
        records: dict[str, Any] = {}
        for name, parameters in options.items():
            given = {parameter.name: values.pop(parameter.name) for parameter in parameters}
            records[name] = from_flat(
                kinds[name], {key: value for key, value in given.items() if not _is_left_out(value)}
            )
        function(**records, **values)

    parameters = [*(parameter for group in options.values() for parameter in group), *others]
    command.__doc__ = function.__doc__
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _is_left_out(value: object) -> bool:
    """Whether the command line says nothing of an option. A number that is 0 has been given."""
    return value is None or value is False or value == []


def _spelled(field: FieldInfo) -> Option | Argument | None:
    """How the command line spells a field, if it does."""
    return next((item for item in field.metadata if isinstance(item, Option | Argument)), None)


def _parameter(name: str, field: FieldInfo, spelled: Option | Argument) -> inspect.Parameter:
    kind, default = _kind(field.annotation), _default(field)
    if isinstance(spelled, Argument):
        info = typer.Argument(metavar=spelled.metavar, help=spelled.help, show_default=False)
        is_required = field.is_required() and not spelled.metavar.startswith("[")
    else:
        text = " ".join(filter(None, (spelled.help, _said_default(field, spelled.help))))
        info = typer.Option(*spelled.flags, metavar=spelled.metavar, help=text or None)
        is_required = field.is_required()
    if default is None and not is_required:
        kind = kind | None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if is_required else default,
        annotation=Annotated[kind, info],
    )


def _kind(annotation: Any) -> Any:
    """What typer reads a field as: texts, paths and numbers, or lists of them; records read the rest."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin in (Union, UnionType):
        return _kind(next(member for member in inner if member is not NoneType))
    if origin is tuple:
        return list[_kind(inner[0])]  # type: ignore[misc]
    if origin is dict:
        return list[str]
    if inspect.isclass(annotation) and (annotation in _SCALARS or issubclass(annotation, Enum)):
        return annotation
    return str


def _default(field: FieldInfo) -> Any:
    """What typer takes where nothing is given: enough to tell that it is not, except where it shows it."""
    return field.default if isinstance(field.default, bool | Enum) else None


def _said_default(field: FieldInfo, text: str) -> str:
    """The default in words, where the help does not have it and typer does not show it."""
    default = field.default
    if "Default: " in text or field.is_required() or isinstance(default, bool | Enum) or not default:
        return ""
    values = default if isinstance(default, tuple) else (default,)
    return f"Default: {', '.join('all' if value == '*' else str(value) for value in values)}."
