"""JSON, as the contract says."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wasmfit.results import Benchmark, Comparison
from wasmfit.results.comparison import SCHEMA


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...], ...}``, each cell on a line of its own; what is not known is null.

    Of many cells there is no more in memory than their text.
    """
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
) -> str:
    """An object with a list of many in it, each on a line of its own and made when its line is.

    Args:
        before: What stands before the list.
        name: The list's.
        items: Its items, as JSON.
        behind: What stands behind it.
    """
    lines = ["{"]
    lines += [f"  {_field(key, value)}," for key, value in before.items()]
    lines.append(f"  {json.dumps(name)}: [")
    lines += [f"    {_plain(item)}," for item in items]
    # The last of a list has no comma behind it.
    lines[-1] = lines[-1].removesuffix(",")
    lines.append("  ],")
    lines += [f"  {_field(key, value)}," for key, value in (behind or {}).items()]
    lines[-1] = lines[-1].removesuffix(",")
    return "\n".join([*lines, "}"])


def _field(name: str, value: object) -> str:
    return f"{json.dumps(name)}: {_plain(json.dumps(value, ensure_ascii=False))}"
