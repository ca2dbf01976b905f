"""Which C libraries measurements were linked with, and a word of caution where these are not the same.

A runtime in C brings what it calls of the C library into flash: with another library, other bytes, and other
instructions. What that moves is not to be taken for the runtime's own.
"""

from collections.abc import Iterable, Sequence

from wasmfit.model import CLibrary, Measurement, Provenance

_HASH = 12
"""Digits of a hash that tell it from others."""


def moved(before: Provenance, after: Provenance) -> str | None:
    """From which library to which, where both are known and they differ."""
    was, now = before.c_library, after.c_library
    if was is None or now is None or was == now:
        return None
    return " → ".join(_named((was, now)))


def caution(measurements: Iterable[Measurement]) -> str | None:
    """A sentence's part for measurements that are shown together and are not all linked with one library."""
    linked = [(one, library) for one in measurements if (library := one.provenance.c_library) is not None]
    libraries = list(dict.fromkeys(library for _, library in linked))
    if len(libraries) < 2:
        return None
    by_board = len({(one.board, library) for one, library in linked}) == len({one.board for one, _ in linked})
    places = []
    for name, library in zip(_named(libraries), libraries, strict=True):
        members = [one for one, its in linked if its == library]
        names = dict.fromkeys(one.board if by_board else f"{one.runtime}@{one.version}" for one in members)
        places.append(f"{name} {'on' if by_board else 'in'} {' and '.join(names)}")
    told = ", ".join(places)
    return (
        f"not all are linked with one C library ({told}): what differs between these is in part the library's"
    )


def caution_of_changes(pairs: Sequence[tuple[Provenance, Provenance]]) -> str | None:
    """The same for cells that changed, before and after."""
    moves = [move for before, after in pairs if (move := moved(before, after)) is not None]
    if not moves:
        return None
    cells = f"{len(moves):,} of the {len(pairs):,} cells" if len(moves) < len(pairs) else "the cells"
    told = " and ".join(dict.fromkeys(moves))
    return f"another C library in {cells} that changed ({told}): what moved there is in part the library's"


def _named(libraries: Sequence[CLibrary]) -> list[str]:
    """Names that tell the libraries apart: two builds of one version by their digests."""
    labels = [library.label for library in libraries]
    return [
        label if labels.count(label) == 1 else f"{label} ({library.sha256[:_HASH]})"
        for label, library in zip(labels, libraries, strict=True)
    ]
