"""Text among constants."""

import re
from collections.abc import Iterator

# Text of some length, with the NUL after it if there is one: C has one, and rustc's text has a symbol. Not
# insisting on the NUL here keeps the search linear.
_TEXT = re.compile(rb"[\t\n\r\x1b\x20-\x7e\x80-\xff]{4,}+\x00?")


def texts(data: memoryview) -> Iterator[tuple[int, int]]:
    """Where strings that end with a NUL lie: first offset, first offset after it; adjacent ones as one."""
    first = last = -1
    for match in _TEXT.finditer(data):
        if data[match.end() - 1]:
            continue
        if match.start() != last:
            if first >= 0:
                yield first, last
            first = match.start()
        last = match.end()
    if first >= 0:
        yield first, last


def is_mostly_text(data: memoryview) -> bool:
    """Whether at least half of some bytes are strings that end with a NUL.

    It stops as soon as what is left cannot make it so: code of 200 MB has few texts. No bytes hold no text.
    """
    found = 0
    for start, end in texts(data):
        found += end - start
        if 2 * found >= len(data):
            return True
        if 2 * (found + len(data) - end) < len(data):
            return False
    return False
