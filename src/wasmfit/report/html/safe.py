"""Data and code that go into a page: neither can leave the element that it stands in."""

import base64
import hashlib
import zlib

from wasmfit.json_text import encoded

# "<" would end a script element or open a comment in it; the others cannot do harm there, and need not try.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

LARGE = 1_000_000
"""Characters of JSON above which it is deflated: what is smaller stays readable in the page's source."""


def json_text(value: object) -> str:
    """JSON that may stand in ``<script type="application/json">``, whatever text is in it.

    What is large is one string in there: deflated, as base64.
    """
    text = encoded(value)
    if len(text) > LARGE and not isinstance(value, str):
        return f'"{deflated(text)}"'
    return text.decode("utf-8").translate(_ESCAPES)


def deflated(text: bytes) -> str:
    """Base64 of what is deflated, as the page's script inflates it."""
    return base64.b64encode(zlib.compress(text)).decode("ascii")


def source_hash(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
