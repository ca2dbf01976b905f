"""The C libraries that measurements were linked with, and a note if they differ.

A runtime in C adds to flash what it calls of the C library: with another library, other bytes and other
instructions. That difference is not to be taken for the runtime's own.
"""

from collections.abc import Iterable, Sequence

from wasmfit.model import CLibrary, Measurement, Provenance

_HASH = 12
"""Digits of a hash that are shown."""


def library_change(before: Provenance, after: Provenance) -> str | None:
    """From which library to which, if both are known and they differ."""
    was, now = before.c_library, after.c_library
    if was is None or now is None or was == now:
        return None
    return " → ".join(_names((was, now)))


def library_note(measurements: Iterable[Measurement]) -> str | None:
    """A clause for measurements that are shown together and are not all linked with the same library."""
    linked = [
        (measurement, library)
        for measurement in measurements
        if (library := measurement.provenance.c_library) is not None
    ]
    libraries = list(dict.fromkeys(library for _, library in linked))
    if len(libraries) < 2:
        return None
    boards = {measurement.board for measurement, _ in linked}
    by_board = len({(measurement.board, library) for measurement, library in linked}) == len(boards)
    parts = []
    for name, library in zip(_names(libraries), libraries, strict=True):
        members = [measurement for measurement, other in linked if other == library]
        users = dict.fromkeys(
            member.board if by_board else f"{member.runtime}@{member.version}" for member in members
        )
        parts.append(f"{name} {'on' if by_board else 'in'} {' and '.join(users)}")
    return (
        f"not all are linked with the same C library ({', '.join(parts)}): their difference is in part the "
        "library's"
    )


def library_change_note(pairs: Sequence[tuple[Provenance, Provenance]]) -> str | None:
    """The same for cells that changed, before and after."""
    changes = [change for before, after in pairs if (change := library_change(before, after)) is not None]
    if not changes:
        return None
    cells = f"{len(changes):,} of the {len(pairs):,} cells" if len(changes) < len(pairs) else "the cells"
    return (
        f"another C library in {cells} that changed ({' and '.join(dict.fromkeys(changes))}): their "
        "difference is in part the library's"
    )


def _names(libraries: Sequence[CLibrary]) -> list[str]:
    """Distinct names of the libraries: two builds of one version with their digests."""
    labels = [library.label for library in libraries]
    return [
        label if labels.count(label) == 1 else f"{label} ({library.sha256[:_HASH]})"
        for label, library in zip(labels, libraries, strict=True)
    ]
