"""What a base makes of a runtime's cost: the same runtime on several bases, side by side."""

from collections.abc import Callable, Iterator, Sequence

from wasmfit.model import Measurement

from .numbers import change
from .table import Column, Table

_Figure = Callable[[Measurement], int | None]


def base_tables(measurements: Sequence[Measurement]) -> list[Table]:
    """One table for each module, board and profile that was measured on more than one base."""
    settings: dict[tuple[str, str, str], list[Measurement]] = {}
    for one in measurements:
        settings.setdefault((one.module, one.board, one.profile), []).append(one)
    found = (_table(" / ".join(setting), group) for setting, group in settings.items())
    return [table for table in found if table is not None]


def _table(setting: str, group: Sequence[Measurement]) -> Table | None:
    cells = {(one.runtime, one.version, one.base): one for one in group if one.size is not None}
    bases = list(dict.fromkeys(base for _, _, base in cells))
    if len(bases) < 2:
        return None
    builds = list(dict.fromkeys((name, version) for name, version, _ in cells))
    rows = [[cells.get((*build, base)) for base in bases] for build in builds]
    return Table(
        f"the runtime's own cost by base / {setting}",
        tuple(f"{name}@{version}" for name, version in builds),
        tuple(_columns(bases, rows)),
        (
            "runtime and glue: bytes of .text that the runtime, its crates and the glue that calls it own; "
            "how much of the runtime is inlined into the glue is decided anew on each base",
            "over baseline: flash beyond that of the image with the same base and no runtime, glue and "
            "standard library included; in a baseline's own row, all of its flash: base and harness",
        ),
        (),
    )


def _columns(bases: Sequence[str], rows: Sequence[Sequence[Measurement | None]]) -> Iterator[Column]:
    for label, figure in (("runtime and glue, B", _runtime), ("over baseline, B", _over_baseline)):
        figures = [[None if one is None else figure(one) for one in row] for row in rows]
        for place, base in enumerate(bases):
            yield Column((base, label), tuple(_shown(row[place]) for row in figures))
            if place:
                against = tuple(change(row[0], row[place]) for row in figures)
                yield Column((base, f"against {bases[0]}"), against)


def _runtime(one: Measurement) -> int | None:
    return None if one.size is None or _is_baseline(one) else one.size.runtime_crates + one.size.glue


def _over_baseline(one: Measurement) -> int | None:
    if one.size is None or one.baseline is None:
        return None
    return one.size.flash if _is_baseline(one) else one.size.flash - one.baseline.flash


def _is_baseline(one: Measurement) -> bool:
    return one.runtime == "baseline"


def _shown(figure: int | None) -> str:
    return "" if figure is None else f"{figure:,}"
