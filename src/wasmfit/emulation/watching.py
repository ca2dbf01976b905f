"""How far a run is, while it goes on: what the plugin has written at the last mark.

Every line of a record is one write, so what is there is whole. Within a call nothing is written, unless it
marks a region or reads a marked clock: so what is told is what came before the call at hand.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .symbols import PHASES

Tell = Callable[[int, int], None]
"""Told the number of the call at hand, and the instructions executed up to the last mark."""

EVERY = 2.0
"""Seconds from one look to the next; shorter runs are not looked at."""

_CALL = str(PHASES.index("call") + 1)
_MOST = 16 * 1024 * 1024


@contextmanager
def watched(record: Path, tell: Tell | None, every: float = EVERY) -> Iterator[None]:
    """Looks at a record again and again, until what is done in it has ended.

    Args:
        record: The plugin's file, which need not be there yet.
        tell: Told when there is more of it; without it, nobody looks.
        every: Seconds from one look to the next.
    """
    if tell is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_look, args=(record, tell, every, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _look(record: Path, tell: Tell, every: float, ended: threading.Event) -> None:
    before = None
    while not ended.wait(every):
        now = so_far(record)
        if now is not None and now != before:
            tell(*now)
            before = now


def so_far(record: Path) -> tuple[int, int] | None:
    """The number of the call at hand, and the instructions up to the last mark; ``None`` before any call."""
    try:
        with record.open("rb") as file:
            text = file.read(_MOST).decode("ascii", errors="replace")
    except OSError:
        return None
    # What comes after the last line's end is being written.
    marks = [line.split() for line in text[: text.rfind("\n") + 1].splitlines() if line.startswith("mark ")]
    whole = [words for words in marks if len(words) == 4 and words[2].isdecimal()]
    calls = sum(words[1] == _CALL for words in whole)
    return (calls, int(whole[-1][2])) if calls else None
