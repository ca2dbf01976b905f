"""``process(in:@frame.bin, 64, out_ptr()) -> @expected.bin`` as written, taken apart.

What a name or a value means is not looked at: that needs the module.
"""

from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.words import escape_unprintable

_LIKE = "A call looks like: --call 'run(1, 2)'"
_QUOTES = "'\""
_DEEPEST = 8
"""Calls in the arguments of calls."""


@dataclass(frozen=True)
class LiteralText:
    """An argument that is a value."""

    text: str


@dataclass(frozen=True)
class BufferText:
    """An argument that is a place in memory.

    Attributes:
        is_input: Whether the host fills it before the call; else the host reads it after the call.
        address: Where it is; ``None`` where the module's allocator is to say.
        content: What it is filled with, or how many bytes are read.
        text: All of it.
    """

    is_input: bool
    address: "LiteralText | CallText | None"
    content: str
    text: str


@dataclass(frozen=True)
class CallText:
    """A call: name, arguments, and what its output buffers must hold."""

    name: str
    arguments: tuple["ArgumentText", ...]
    returns: tuple[str, ...]
    text: str


ArgumentText = LiteralText | BufferText | CallText


def parse(text: str, option: str = "--call") -> CallText:
    """Takes a call apart.

    Raises:
        UsageError: It is none.
    """
    call, returns = _returns(text.strip())
    return _call(call, returns, option, _DEEPEST)


def _returns(text: str) -> tuple[str, tuple[str, ...]]:
    """The call, and what comes after the arrow."""
    # An export may be called anything, an arrow included; what comes after the last parenthesis is ours.
    call, arrow, rest = text.rpartition("->")
    if not arrow or not call.rstrip().endswith(")"):
        return text, ()
    return call.rstrip(), tuple(part.strip() for part in _split(rest))


def _call(text: str, returns: tuple[str, ...], option: str, depth: int) -> CallText:
    opening = _opening(text)
    if opening is None:
        raise UsageError(f"{option} {text!r} is not a call.", _LIKE)
    name, rest = text[:opening].strip(), text[opening + 1 : -1]
    if not name:
        raise UsageError(f"{option} {text!r} names no function.", _LIKE)
    if depth == 0:
        raise UsageError(f"{option} {escape_unprintable(text, 60)!r} holds calls {_DEEPEST} deep.", _LIKE)
    parts = _split(rest) if rest.strip() else []
    if any(not part.strip() for part in parts):
        raise UsageError(f"{option} {text!r} has an empty argument.", _LIKE)
    arguments = tuple(_argument(part.strip(), option, depth - 1) for part in parts)
    return CallText(name, arguments, returns, text)


def _opening(text: str) -> int | None:
    """Where the parenthesis is that the last one closes."""
    if not text.endswith(")"):
        return None
    depth, quoted = 0, None
    for at in range(len(text) - 1, -1, -1):
        letter = text[at]
        # Quotes hold text of a buffer; in names there may be a single one.
        if quoted is not None:
            quoted = None if letter == quoted else quoted
        elif letter in _QUOTES and depth and text.rfind(letter, 0, at) > text.rfind(":", 0, at) >= 0:
            quoted = letter
        elif letter == ")":
            depth += 1
        elif letter == "(":
            depth -= 1
            if depth == 0:
                return at
    return None


def _split(text: str) -> list[str]:
    """At the commas that are in no parentheses and no quotes."""
    parts, depth, quoted, start = [], 0, None, 0
    for at, letter in enumerate(text):
        if quoted is not None:
            quoted = None if letter == quoted else quoted
        elif letter in _QUOTES and text[start:at].rstrip().endswith(":"):
            quoted = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _argument(text: str, option: str, depth: int) -> ArgumentText:
    for word, is_input in (("in", True), ("out", False)):
        if text.startswith((f"{word}:", f"{word}@")):
            return _buffer(text, word, is_input, option, depth)
    if text.endswith(")"):
        return _call(text, (), option, depth)
    return LiteralText(text)


def _buffer(text: str, word: str, is_input: bool, option: str, depth: int) -> BufferText:
    rest = text[len(word) :]
    address: LiteralText | CallText | None = None
    if rest.startswith("@"):
        place, separator, content = _address(rest[1:])
        if not separator or not place:
            raise UsageError(
                f"{option}: {text!r} has no content after its address.",
                f"For example: {word}@1024:{'@frame.bin' if is_input else '64'}",
            )
        address = _call(place, (), option, depth) if place.endswith(")") else LiteralText(place)
    else:
        content = rest[1:]
    if not content.strip():
        raise UsageError(
            f"{option}: {text!r} is an empty buffer.",
            "An input is in:@FILE, in:0x00ff or in:'text'; an output is out:BYTES.",
        )
    return BufferText(is_input, address, content.strip(), text)


def _address(text: str) -> tuple[str, str, str]:
    """Up to the colon that is in no parentheses."""
    depth = 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ":" and depth == 0:
            return text[:at].strip(), ":", text[at + 1 :]
    return text, "", ""
