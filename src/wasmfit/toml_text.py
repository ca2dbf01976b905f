"""TOML that users write: read, or refused in words; and the lines of its fields, for messages."""

import re
import tomllib
from pathlib import Path
from typing import Any

from wasmfit.errors import UsageError
from wasmfit.input_file import opened
from wasmfit.words import escape_unprintable

_MOST_PARTS = 64
_LONG_KEY = re.compile(
    rf"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}"""
)
"""A key of many parts: reading one takes time by the square of their number."""

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")


def read_text(path: Path, what: str, longest: int) -> str:
    """The text of a file.

    Args:
        path: The file.
        what: What it should be, for messages: ``a file of limits``.
        longest: Bytes that it may have.

    Raises:
        UsageError: It cannot be read, is too long, or is not UTF-8.
    """
    shown = escape_unprintable(str(path))
    try:
        with opened(path) as file:
            content = file.read(longest + 1)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.", f"Name {what}.") from error
    if len(content) > longest:
        raise UsageError(f"{shown} is larger than {longest:,} B: it is not {what}.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error


def parse(text: str, path: str) -> dict[str, Any]:
    """Reads TOML.

    Args:
        text: The text.
        path: Where it comes from, for messages.

    Raises:
        UsageError: It is not TOML, is nested too deeply, or holds an integer that TOML does not have.
    """
    if _LONG_KEY.search(text):
        raise UsageError(f"{path} holds a key of more than {_MOST_PARTS} parts.")
    try:
        data = tomllib.loads(text)
        if not _is_within_64_bits(data):
            raise UsageError(f"{path} holds an integer of more than 64 bits, which TOML does not have.")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {escape_unprintable(str(error))}.") from error
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deeply.") from error
    except ValueError as error:
        # Python refuses to read numbers of thousands of digits.
        raise UsageError(f"{path} holds a number with far too many digits.") from error
    return data


def _is_within_64_bits(value: object) -> bool:
    """Python reads longer ones, and cannot print the longest of them."""
    if isinstance(value, dict):
        return all(map(_is_within_64_bits, value.values()))
    if isinstance(value, list):
        return all(map(_is_within_64_bits, value))
    return not isinstance(value, int) or -(1 << 63) <= value < 1 << 64


def line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The 1-based line where the field at ``place`` stands, or that of the nearest table around it.

    ``place`` is a path as pydantic gives it: keys, and indices into arrays of tables.
    """
    wanted = [str(part) for part in place]
    best, best_depth = 1, 0
    table: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            name = header.group(2)
            table = name.split(".")
            if header.group(1) == "[[":
                index = counts.get(name, 0)
                counts[name] = index + 1
                table = [*table, str(index)]
            here = table
        elif "=" in line and not line.lstrip().startswith("#"):
            here = [*table, *(part.strip().strip("\"'") for part in line.split("=", 1)[0].split("."))]
        else:
            continue
        depth = _common(here, wanted)
        if depth == len(here) and depth > best_depth:
            best, best_depth = number, depth
    return best


def _common(left: list[str], right: list[str]) -> int:
    depth = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        depth += 1
    return depth
