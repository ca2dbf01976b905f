"""A cell's id where a module is expected: it names everything that options would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from wasmfit.errors import UsageError

_MODULE = "module"
_AXES = {
    "runtime": ("runtime", "runtimes"),
    "workload": ("workload", "workloads"),
    "board": ("board", "boards"),
    "base": ("base", "bases"),
    "profile": ("profile", "profiles"),
}
"""Part of an id → the field that takes it, of requests for one cell and for many."""


def is_cell_id(text: str) -> bool:
    """Whether a text is an id such as ``wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference``."""
    parts = text.split("/")
    return len(parts) == len(_AXES) and all(parts) and "@" in parts[0] and not Path(text).exists()


def with_cell_id(kind: type[BaseModel], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a request's fields; where the module is a cell's id, those that the id says.

    Args:
        kind: The request.
        values: Field → value.

    Raises:
        UsageError: An option says again what the id does.
    """
    text = values.get(_MODULE)
    if not isinstance(text, str | Path) or not is_cell_id(str(text)):
        return values
    said: dict[str, Any] = {}
    for (axis, fields), part in zip(_AXES.items(), str(text).split("/"), strict=True):
        (field,) = (field for field in fields if field in kind.model_fields)
        if values.get(field):
            raise UsageError(f"The cell's id says which {axis} it is of.", f"Leave out --{axis}.")
        said[field] = part if field == axis else (part,)
    return {**{name: value for name, value in values.items() if name != _MODULE}, **said}
