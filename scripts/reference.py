"""Writes the tables of docs/file-formats.md from the records that read the files: `make maint-reference`."""

import enum
import inspect
import re
import sqlite3
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wasmfit.analysis.budget import BudgetFile
from wasmfit.model import (
    Activity,
    Base,
    Board,
    Core,
    Features,
    Measurement,
    Profile,
    Runtime,
    Target,
    Workload,
)
from wasmfit.model.timing import CycleCost, Milliamperes
from wasmfit.module.module_config import ModuleConfig
from wasmfit.report.markdown import escape
from wasmfit.requests import (
    Experiment,
    FeaturesExperiment,
    FitExperiment,
    FitRequirements,
    ModuleRequest,
    ReportSettings,
    RunSettings,
    SourceFolder,
)
from wasmfit.store.schema import SCHEMA, migrate

PAGE = Path(__file__).parents[1] / "docs" / "file-formats.md"

RECORDS: dict[str, type[BaseModel]] = {
    "board": Board,
    "runtime": Runtime,
    "workload": Workload,
    "profile": Profile,
    "core": Core,
    "target": Target,
    "base": Base,
    "features": Features,
    "module": ModuleConfig,
    "experiment": Experiment,
    "experiment-features": FeaturesExperiment,
    "experiment-fit": FitExperiment,
    "requirements": FitRequirements,
    "report": ReportSettings,
    "options": RunSettings,
    "budget": BudgetFile,
    "cell": Measurement,
}
"""Name of a part of the page → the record that its file, or a cell in JSON, is read into."""

JSON = frozenset({"cell"})
"""What is not a TOML file: paths are written as in `jq`, and what is not known is null."""

IN_WORDS = {
    CycleCost: "number, or [low, typical, high]",
    Milliamperes: "number, or [low, typical, high]",
    Activity: "counts, see [measuring.md](measuring.md)",
}
"""Records that are written in one line."""

ABOVE = {("experiment-fit", ModuleRequest)}
"""Records that another part of the page has."""

FOLDERS = {"experiment": "experiment", "experiment-features": "experiment", "experiment-fit": "experiment"}
"""Part → the table of the file that its record is."""

SET_BY_US = frozenset({("base", "checkout"), ("base", "missing")})
"""Fields of records that no file holds: wasmfit fills them in."""


def record_tables(part: str) -> str:
    """The tables of a record and of those in it, each record once."""
    return "\n".join(_tables(part, RECORDS[part]))


def _tables(part: str, record: type[Any]) -> Iterator[str]:
    places: dict[type[Any], list[str]] = {record: []}
    queue = [(record, FOLDERS.get(part, ""))]
    for kind, path in queue:
        for name, field in _fields(part, kind):
            for inner, suffix in _inside(field.annotation):
                place = f"{path}.{name}{suffix}".lstrip(".")
                if (part, inner) in ABOVE:
                    continue
                if inner not in places:
                    places[inner] = []
                    queue.append((inner, place))
                places[inner].append(place)
    for kind, at in places.items():
        if at:
            shown = (f"`.{one}`" if part in JSON else f"`{_header(one)}`" for one in at)
            yield f"{', '.join(dict.fromkeys(shown))}: {_summary(kind)}\n"
        yield _table(part, kind)


def _header(place: str) -> str:
    """A place as TOML writes it: `[flash]`, `[[calls]]`, `[guest.dependencies.NAME]`."""
    bare = place.replace("[]", "")
    return f"[[{bare}]]" if place.endswith("[]") else f"[{bare}]"


def _table(part: str, kind: type[Any]) -> str:
    words = described(kind)
    lines = ["| field | what it holds | if left out | meaning |", "| --- | --- | --- | --- |"]
    if part in JSON:
        lines = ["| field | what it holds | meaning |", "| --- | --- | --- |"]
    for name, field in _fields(part, kind):
        cells = [f"`{name}`", _type(field.annotation), _default(field), words[name]]
        if part in JSON:
            del cells[2]
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _fields(part: str, kind: type[Any]) -> list[tuple[str, FieldInfo]]:
    """Names as files have them, with what is known of each."""
    return [
        (field.alias or name, field) for name, field in _own(kind).items() if (part, name) not in SET_BY_US
    ]


def _is_record(kind: Any) -> bool:
    return inspect.isclass(kind) and (issubclass(kind, BaseModel) or is_pydantic_dataclass(kind))


def _own(kind: type[Any]) -> dict[str, FieldInfo]:
    """The fields of a record, whether it is a model or a dataclass."""
    found: dict[str, FieldInfo] = (
        kind.model_fields if issubclass(kind, BaseModel) else kind.__pydantic_fields__
    )
    return found


def _summary(kind: type[Any]) -> str:
    return _plain(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0])


def described(kind: type[Any]) -> dict[str, str]:
    """Field, as files have it → what its docstring says.

    Raises:
        SystemExit: A field has no words.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        found |= _attributes(base)
    missing = [name for name in _own(kind) if name not in found]
    if missing:
        sys.exit(f"{kind.__name__} does not say under Attributes what these are: {', '.join(missing)}.")
    return {field.alias or name: found[name] for name, field in _own(kind).items()}


def _attributes(kind: type[Any]) -> dict[str, str]:
    """What the docstring of a class says of its attributes, and of those that are as of another class."""
    _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for names, text in re.findall(r"^    (\w[\w, ]*): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE):
        other = re.match(r"As of :class:`(\w+)`[;.]", text)
        source = getattr(sys.modules[kind.__module__], other[1], None) if other else None
        for name in names.split(", "):
            if other is None or source is None:
                found[name] = _plain(text)
            else:
                more = _plain(text[other.end() :]).strip()
                found[name] = f"{_attributes(source)[name]} {more[:1].upper()}{more[1:]}".strip()
    return found


def _plain(text: str) -> str:
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"\1", re.sub(r"\s+", " ", text))
    # Code as Markdown has it; everything else is text.
    parts = re.split(r"(``.*?``)", text)
    return "".join(f"`{part[2:-2]}`" if part.startswith("``") else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    """As :func:`escape`, which drops space at the ends."""
    begin, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{begin}{escape(text)}{end}" if text.strip() else text


def _inside(kind: Any) -> Iterator[tuple[type[Any], str]]:
    """The records in a type, with what a path to them ends in."""
    origin, inner = get_origin(kind), get_args(kind)
    if _is_record(kind):
        if kind not in IN_WORDS:
            yield kind, ""
    elif origin in (Union, types.UnionType):
        for one in inner:
            yield from _inside(one)
    elif origin is tuple:
        yield from ((found, f"[]{suffix}") for found, suffix in _inside(inner[0]))
    elif origin is dict:
        yield from ((found, f".NAME{suffix}") for found, suffix in _inside(inner[1]))
    elif hasattr(kind, "__metadata__"):
        yield from _inside(inner[0])


_NAMES = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    Path: "path",
    SourceFolder: "text `RUNTIME=PATH`",
}


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if _is_record(kind):
        return IN_WORDS.get(kind, "table")
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return ", ".join(f"`{one.value}`" for one in kind)
    if origin is Literal:
        return ", ".join(f'`"{one}"`' for one in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(one) for one in inner if one is not type(None)))
    if origin in (tuple, frozenset):
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"table: {_type(inner[0])} → {_type(inner[1])}"
    if hasattr(kind, "__metadata__"):
        return _type(inner[0])
    return _NAMES[kind]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None or value is PydanticUndefined or value in ("", ()) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple | frozenset):
        return f"`{[*value]}`".replace("'", '"')
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def store() -> str:
    """The tables and columns of a store that has taken every step."""
    with sqlite3.connect(":memory:") as database:
        migrate(database)
        names = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rootpage"
            )
        ]
        lines = [
            f"`PRAGMA user_version` is {SCHEMA}.\n",
            "| table | column | type | |",
            "| --- | --- | --- | --- |",
        ]
        for name in names:
            for _, column, kind, not_null, _, key in database.execute(f"PRAGMA table_info({name})"):
                marks = "key" if key else "" if not_null else "may be null"
                lines.append(f"| `{name}` | `{column}` | {kind} | {marks} |")
    return "\n".join(lines) + "\n"


def filled(page: str) -> str:
    """The page with its tables written anew."""
    made = {part: record_tables(part) for part in RECORDS} | {"store": store()}
    for part, text in made.items():
        begin, end = f"<!-- {part}: written by make maint-reference -->\n", f"<!-- end of {part} -->\n"
        before, found, rest = page.partition(begin)
        if not found or end not in rest:
            sys.exit(f"{PAGE} has no place for {part}.")
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    current = filled(page)
    if "--check" in sys.argv[1:]:
        sys.exit(current != page)
    PAGE.write_text(current, encoding="utf-8")
