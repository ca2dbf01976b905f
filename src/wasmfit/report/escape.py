"""Making text of unknown origin harmless in Markdown."""

import re

from wasmfit.words import printable

_LONGEST = 4000
_LONGEST_NAME = 200

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,/+()=-]")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.split()), _LONGEST))


def quiet(text: str) -> str:
    """The same for a comment: nobody is called by ``@name``, and ``#1`` names no issue.

    Both are looked for in the text that a reader sees, so what keeps them apart is an invisible space.
    """
    return escape(text).replace("@", "@&#8203;").replace("\\#", "\\#&#8203;")


def code(text: str) -> str:
    """A name in code type that is shown as it is wherever it stands: in a table, in HTML inside of Markdown,
    and in a comment, where outside of code ``@name`` would call somebody and ``#1`` name an issue.
    """
    shown = printable(" ".join(text.split()), _LONGEST_NAME)
    return f"<code>{_NOT_PLAIN.sub(lambda found: f'&#{ord(found.group())};', shown)}</code>"
