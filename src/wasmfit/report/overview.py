"""What became of each runtime on each board, at a glance."""

from collections.abc import Iterable, Sequence

from wasmfit.analysis.c_libraries import caution
from wasmfit.model import Measurement, Status

from .table import Column, Table


def overview(measurements: Iterable[Measurement]) -> list[Table]:
    """One table for each module, base and profile that was measured on several boards, in order.

    Rows are runtimes, columns boards. A cell that is ``ok`` shows its bytes of flash, any other how it ended.
    """
    groups: dict[tuple[str, str, str], list[Measurement]] = {}
    for one in measurements:
        groups.setdefault((one.module, one.base, one.profile), []).append(one)
    return [_table(key, group) for key, group in groups.items() if len({one.board for one in group}) > 1]


def _table(key: tuple[str, str, str], measurements: Sequence[Measurement]) -> Table:
    module, base, profile = key
    ends = {(one.board, _build(one)): _end(one) for one in measurements}
    builds = tuple(dict.fromkeys(_build(one) for one in measurements))
    boards = dict.fromkeys(one.board for one in measurements)
    return Table(
        title=f"{module} / all boards / {base} / {profile}: bytes of flash, or how it ended",
        labels=builds,
        columns=tuple(
            Column((board,), tuple(ends.get((board, build), "") for build in builds)) for board in boards
        ),
        notes=tuple(filter(None, (caution(measurements),))),
        facts=(),
    )


def _build(one: Measurement) -> str:
    return f"{one.runtime}@{one.version}"


def _end(one: Measurement) -> str:
    return f"{one.size.flash:,}" if one.status is Status.OK and one.size is not None else one.status.value
