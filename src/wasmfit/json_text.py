"""JSON that people and programs read: made natively, since there may be megabytes of it, and fit to print."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def encoded(value: object, indent: int | None = None) -> bytes:
    """JSON of what JSON can express; a number that is none becomes null.

    Args:
        value: Records, dictionaries, lists, tuples, text, numbers, ``None``.
        indent: Spaces for each level; ``None`` for one line without any.
    """
    try:
        return to_json(value, indent=indent, inf_nan_mode="null")
    except PydanticSerializationError:
        # Half of a surrogate pair, from a name that was not UTF-8: escaped, since UTF-8 has no such thing.
        separators = (",", ":") if indent is None else None
        known = json.loads(json.dumps(value, default=to_jsonable_python), parse_constant=lambda _: None)
        return json.dumps(known, indent=indent, separators=separators).encode("ascii")


def dumped(value: object) -> str:
    """A command's contract, with a line for each value."""
    return escape_unprintable(encoded(value, indent=2).decode())


def line(value: object) -> str:
    """A value in one line."""
    return escape_unprintable(encoded(value).decode())


def escape_unprintable(text: str) -> str:
    """JSON in which what does not print is escaped: in a name, it would speak to the terminal."""
    # An encoder has escaped all that is below a space. To ask for ASCII is by far the fastest.
    harmless = (text.isascii() and "\x7f" not in text) or text.isprintable()
    return text if harmless else _BEYOND_ASCII.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character.isprintable():
        return character
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def line_by_line(
    before: Mapping[str, object], name: str, items: Iterable[str], after: Mapping[str, object] | None = None
) -> Iterator[str]:
    """The text of an object with a list of many in it, each on a line of its own and made when its line is.

    Args:
        before: What stands before the list.
        name: The list's.
        items: Its items, as JSON.
        after: What stands after the list.
    """
    yield "{\n"
    for key, value in before.items():
        yield f"  {line(key)}: {line(value)},\n"
    yield f"  {line(name)}: ["
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n    {item}"
    yield "\n  ]"
    for key, value in (after or {}).items():
        yield f",\n  {line(key)}: {line(value)}"
    yield "\n}"
