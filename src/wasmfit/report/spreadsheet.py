"""Keeping spreadsheets from calculating text that comes from others."""

import re

from wasmfit.words import escape_unprintable

_LONGEST = 100_000

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-|[+-]?\d[\d.,_]*(?:e[+-]?\d+)?(?: ?[%\w/µ]{1,12})?")


def as_text(value: object) -> object:
    """A value that no program takes for a formula: a text that begins as one does has ``'`` in front.

    Names come from files and stores of others; spreadsheets calculate what begins with ``=``, ``+``, ``-`` or
    ``@``, and can start programs by it. Numbers stay as they are, with their units.
    """
    if not isinstance(value, str):
        return value
    is_formula = value.startswith(_FORMULA) and not _NUMBER.fullmatch(value)
    # A file of values may be shown on a terminal as well.
    shown = escape_unprintable(value, _LONGEST)
    return f"'{shown}" if is_formula else shown
