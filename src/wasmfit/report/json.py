"""JSON, as the contract says."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wasmfit.results import Benchmark, Comparison
from wasmfit.results.comparison import SCHEMA


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...], ...}``, each cell on a line of its own; what is not known is null."""
    return "".join(json_parts(record))


def json_parts(record: Comparison | Benchmark) -> Iterator[str]:
    """The same in parts, each made when it is taken: the text of many cells is larger than their records."""
    cells = (one.model_dump_json() for one in record.measurements)
    return line_by_line({"schema": SCHEMA}, "cells", cells, record.beside_cells())


def dumped(contract: Mapping[str, Any]) -> str:
    """Any command's contract, likewise."""
    return _plain(json.dumps(contract, indent=2, ensure_ascii=False))


_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def _plain(text: str) -> str:
    """JSON in which what does not print is escaped: in a name, it would speak to the terminal."""
    harmless = text.isprintable() or (text.isascii() and "\x7f" not in text)
    return text if harmless else _BEYOND_ASCII.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character.isprintable():
        return character
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def line_by_line(
    before: Mapping[str, object], name: str, items: Iterable[str], behind: Mapping[str, object] | None = None
) -> Iterator[str]:
    """The text of an object with a list of many in it, each on a line of its own and made when its line is.

    Args:
        before: What stands before the list.
        name: The list's.
        items: Its items, as JSON.
        behind: What stands behind it.
    """
    yield "{\n"
    for key, value in before.items():
        yield f"  {_field(key, value)},\n"
    yield f"  {json.dumps(name)}: ["
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n    {_plain(item)}"
    yield "\n  ]"
    for key, value in (behind or {}).items():
        yield f",\n  {_field(key, value)}"
    yield "\n}"


def _field(name: str, value: object) -> str:
    return f"{json.dumps(name)}: {_plain(json.dumps(value, ensure_ascii=False))}"
