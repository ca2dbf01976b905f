"""What is printed where an encoding has no character for it, such as cp1252 under Windows."""

import codecs

NAME = "wasmfit.plain"
"""The handler of errors, as ``reconfigure(errors=…)`` takes it."""

_PLAIN = {
    **dict(zip("▁▂▃▄▅▆▇█", "_,-=+*%#", strict=True)),
    "─": "-",
    "│": "|",
    "├": "|",
    "└": "`",
    "–": "-",
    "—": "-",
    "≈": "~",
    "…": "~",
    "·": ".",
    "×": "x",
    "÷": "/",
    "µ": "u",
    "†": "!",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
}
"""Characters of our own tables and sentences → what stands for them; in tables, as many columns."""


def register() -> None:
    """Makes the handler known."""
    codecs.register_error(NAME, _plain)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = "".join(_PLAIN.get(character, "?") for character in text)
    try:
        plain.encode(error.encoding)
    except UnicodeEncodeError:
        plain = "?" * len(text)
    return plain, error.end
