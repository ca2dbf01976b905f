"""Rust's legacy symbol names: ``_ZN``, the length-prefixed parts of a path, ``17h`` and a hash, ``E``.

They look like C++ names; the hash as the last part tells them apart. They do not say which crate an ``impl``
stands in, so for ``<T as Trait>`` the owner is the crate of ``T``, as cargo-bloat has it.
"""

import re
from collections.abc import Iterator

_PART = re.compile(r"[1-9][0-9]{0,6}")
_HASH = re.compile(r"h[0-9a-f]{16}")
_ESCAPE = re.compile(r"\$([A-Z]{1,2}|u[0-9a-f]{1,6})\$|(\.\.)")
_ESCAPES = {"SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ","}
_CRATE_PATH = re.compile(r"(?:&|\*const |\*mut |mut |dyn )*([A-Za-z_][A-Za-z0-9_]*)::")
_MAX_QUALIFIED = 4096  # characters of a first part that are decoded


def defining_crate(name: str) -> str | None:
    """The crate of the item that a legacy name stands for.

    Args:
        name: A symbol's name, from ``_ZN`` on.

    Returns:
        Its name; None when it is not a Rust name, or names no crate (``<T as U>``).
    """
    # Most names of this beginning are C++'s.
    first = _first_part(name) if "17h" in name else None
    if first is None:
        return None
    text = _decode(first[:_MAX_QUALIFIED])
    if not text.startswith("<"):
        return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) else None
    for candidate in _qualified(text):
        crate = _CRATE_PATH.match(candidate)
        if crate is not None:
            return crate[1]
    return None


def path(name: str) -> str | None:
    """The path that a legacy name spells, without its hash; None when it is not such a name."""
    if not name.startswith("_ZN"):
        return None
    parts = list(_parts(name))
    if len(parts) < 2 or not _HASH.fullmatch(parts[-1]):
        return None
    return "::".join(_decode(part) for part in parts[:-1])


def _parts(name: str) -> Iterator[str]:
    at = len("_ZN")
    while (match := _PART.match(name, at)) is not None:
        at = match.end() + int(match[0])
        if at >= len(name):
            return
        yield name[match.end() : at]


def _first_part(name: str) -> str | None:
    """The first part of the path; None when the last one is not a hash."""
    at = len("_ZN")
    first: str | None = None
    part = ""
    while (match := _PART.match(name, at)) is not None:
        at = match.end() + int(match[0])
        part = name[match.end() : at]
        if first is None:
            first = part
    is_rust = first is not part and _HASH.fullmatch(part) and name[at : at + 1] == "E"
    return first if is_rust and name[at + 1 : at + 2] in ("", ".") else None


def _decode(part: str) -> str:
    # A part may not begin with a "$", so rustc puts a "_" before it.
    return _ESCAPE.sub(_unescape, part[1:] if part.startswith("_$") else part)


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return "::"
    if code[0] == "u":
        number = int(code[1:], 16)
        return chr(number) if number < 0xD800 else match[0]
    return _ESCAPES.get(code, match[0])


def _qualified(text: str) -> list[str]:
    """``T`` and ``Trait`` of ``<T as Trait>``, ``<impl Trait for T>`` and ``<T>``, the more telling first."""
    inner = text[1:].removesuffix(">")
    if inner.startswith("impl "):
        return _split(inner.removeprefix("impl "), " for ")[::-1]
    return _split(inner, " as ")


def _split(text: str, separator: str) -> list[str]:
    """Split once at the first separator that stands in no brackets."""
    depth = 0
    for at, character in enumerate(text):
        if character in "<([":
            depth += 1
        elif character in ")]" or (character == ">" and text[at - 1] != "-"):
            depth -= 1
        elif depth == 0 and text.startswith(separator, at):
            return [text[:at], text[at + len(separator) :]]
    return [text]
