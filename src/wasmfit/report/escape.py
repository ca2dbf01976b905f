"""Escapes untrusted text for Markdown."""

import re

from wasmfit.words import escape_unprintable

_LONGEST = 4000
_LONGEST_NAME = 200

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,/+()=-]")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", escape_unprintable(" ".join(text.split()), _LONGEST))


def quiet(text: str) -> str:
    """The same for a comment: ``@name`` mentions nobody, and ``#1`` links no issue.

    Both are searched in the rendered text, so an invisible space separates them.
    """
    return escape(text).replace("@", "@&#8203;").replace("\\#", "\\#&#8203;")


def code(text: str) -> str:
    """A name in code type that is shown unchanged everywhere: in a table, in HTML inside of Markdown, and in
    a comment, where outside of code ``@name`` would mention somebody and ``#1`` link an issue.
    """
    name = escape_unprintable(" ".join(text.split()), _LONGEST_NAME)
    return f"<code>{_NOT_PLAIN.sub(lambda match: f'&#{ord(match.group())};', name)}</code>"
