"""Data and code that go into a page: neither can leave the element that it stands in."""

import base64
import hashlib
import json
from typing import Any

# "<" would end a script element or open a comment in it; the others cannot do harm there, and need not try.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def json_text(value: Any) -> str:
    """JSON that may stand in ``<script type="application/json">``, whatever text is in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half of a surrogate pair (from a name that was no UTF-8) cannot be written to a file.
    return text.encode("utf-8", "replace").decode("utf-8").translate(_ESCAPES)


def source_hash(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
