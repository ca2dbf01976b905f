"""Making text of unknown origin harmless in Markdown."""

import re

from wasmfit.words import printable

_LONGEST = 4000

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.split()), _LONGEST))
