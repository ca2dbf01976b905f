"""How each runtime ended on each board, at a glance."""

from collections.abc import Iterable, Sequence

from wasmfit.analysis.basis import marked, outdated_notes
from wasmfit.analysis.c_libraries import library_note
from wasmfit.analysis.unowned import unowned_notes
from wasmfit.model import Measurement, Status
from wasmfit.table import Table, text_column


def overview(measurements: Iterable[Measurement]) -> list[Table]:
    """One table for each module, base and profile that was measured on several boards, in order.

    Rows are runtimes, columns boards. A cell that is ``ok`` shows its bytes of flash, any other its status.
    """
    groups: dict[tuple[str, str, str], list[Measurement]] = {}
    for measurement in measurements:
        groups.setdefault((measurement.module, measurement.base, measurement.profile), []).append(measurement)
    return [
        _table(key, group)
        for key, group in groups.items()
        if len({measurement.board for measurement in group}) > 1
    ]


def _table(key: tuple[str, str, str], measurements: Sequence[Measurement]) -> Table:
    module, base, profile = key
    outcomes = {
        (measurement.board, _build(measurement)): _outcome(measurement) for measurement in measurements
    }
    builds = tuple(dict.fromkeys(_build(measurement) for measurement in measurements))
    boards = dict.fromkeys(measurement.board for measurement in measurements)
    return Table(
        title=f"{module} / all boards / {base} / {profile}: bytes of flash, or status",
        labels=builds,
        columns=tuple(
            text_column((board,), (outcomes.get((board, build), "") for build in builds)) for board in boards
        ),
        notes=(
            *outdated_notes(measurements),
            *unowned_notes(measurements),
            *filter(None, (library_note(measurements),)),
        ),
        facts=(),
    )


def _build(measurement: Measurement) -> str:
    return f"{measurement.runtime}@{measurement.version}"


def _outcome(measurement: Measurement) -> str:
    size = measurement.size if measurement.status is Status.OK else None
    return marked(measurement.status.value if size is None else f"{size.flash:,}", measurement)
