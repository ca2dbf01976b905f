"""Requests as flat names and values: what command lines and keyword arguments have in common."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from wasmfit.errors import UsageError
from wasmfit.problem import usage_error

from .cell_id import with_cell_id
from .module import ModuleRequest

R = TypeVar("R", bound=BaseModel)

_MODULE = "module"
_PATH = "path"


def flat_fields(kind: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a request by flat name: those of its module stand next to its own.

    ``module`` is the module's path, as in ``compare(module="my.wasm", calls=["run()"])``.
    """
    fields: dict[str, FieldInfo] = {}
    for name, field in kind.model_fields.items():
        if name == _MODULE:
            fields[_MODULE] = ModuleRequest.model_fields[_PATH]
            fields |= _of_module()
        else:
            fields[name] = field
    return fields


def from_flat(kind: type[R], values: Mapping[str, Any]) -> R:
    """The request that flat names and values make.

    Raises:
        UsageError: A value makes no sense, or something is said of a module and none is named.
    """
    values = with_cell_id(kind, values) if _MODULE in kind.model_fields else values
    own = {name: value for name, value in values.items() if name not in _of_module()}
    of_module = {name: value for name, value in values.items() if name in _of_module()}
    module = own.get(_MODULE)
    if _MODULE not in kind.model_fields or (module is None and not any(of_module.values())):
        own = dict(values) if _MODULE not in kind.model_fields else own
    elif module is None:
        raise UsageError(
            "Calls, expectations and imports are of a module, and none is named.",
            "For example: wasmfit compare my.wasm --call 'run(1, 2)'",
        )
    elif not isinstance(module, ModuleRequest):
        own[_MODULE] = {_PATH: module, **of_module}
    try:
        return kind.model_validate(own)
    except ValidationError as error:
        raise usage_error(error) from None


def _of_module() -> dict[str, FieldInfo]:
    return {name: field for name, field in ModuleRequest.model_fields.items() if name != _PATH}
