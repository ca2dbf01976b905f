"""Data and code that go into a page: neither can leave the element that it stands in."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

# "<" would end a script element or open a comment in it; the others cannot do harm there, and need not try.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

LARGE = 1_000_000
"""Characters of JSON above which it is deflated: what is smaller stays readable in the page's source."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_text(value: Any) -> str:
    """JSON that may stand in ``<script type="application/json">``, whatever text is in it.

    What is large is one string in there: deflated, as base64.
    """
    # Half of a surrogate pair (from a name that was no UTF-8) cannot be written to a file.
    pieces = [piece.encode("utf-8", "replace") for piece in _pieces(value)]
    if sum(map(len, pieces)) > LARGE and not isinstance(value, str):
        return f'"{deflated(pieces)}"'
    return b"".join(pieces).decode("utf-8").translate(_ESCAPES)


def _pieces(value: Any) -> Iterator[str]:
    """JSON of a value, its larger parts one by one: all at once would be a piece of text for every number."""
    if isinstance(value, dict):
        for number, (name, one) in enumerate(value.items()):
            yield f"{',' if number else '{'}{json.dumps(name)}:"
            yield from _pieces(one)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield f"{',' if number else '['}{_ENCODER.encode(one)}"
        yield "]" if value else "[]"
    else:
        yield _ENCODER.encode(value)


def deflated(pieces: Iterable[bytes]) -> str:
    """Base64 of what is deflated, as the page's script inflates it."""
    deflate = zlib.compressobj()
    parts = [deflate.compress(piece) for piece in pieces]
    return base64.b64encode(b"".join((*parts, deflate.flush()))).decode("ascii")


def source_hash(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
