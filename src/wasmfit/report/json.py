"""JSON, as the contract says."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wasmfit.results import Benchmark, Comparison


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...]}``; what is not known is null. A benchmark adds its summary."""
    return dumped(record.to_dict())


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


def line_by_line(head: Mapping[str, object], name: str, items: Iterable[Mapping[str, object]]) -> str:
    """An object with a list of many in it, each on a line of its own and made when its line is."""
    lines = ["{"]
    for key, value in head.items():
        lines.append(f"  {json.dumps(key)}: {_plain(json.dumps(value, ensure_ascii=False))},")
    lines.append(f"  {json.dumps(name)}: [")
    lines += [f"    {_plain(json.dumps(item, ensure_ascii=False))}," for item in items]
    # The last of a list has no comma behind it.
    lines[-1] = lines[-1].removesuffix(",")
    return "\n".join([*lines, "  ]", "}"])
