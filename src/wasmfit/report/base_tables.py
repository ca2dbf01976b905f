"""How a base affects a runtime's cost: the same runtime on several bases, side by side."""

from collections.abc import Iterator, Sequence

from wasmfit.analysis.numbers import change, grouped
from wasmfit.analysis.unowned import unowned_notes
from wasmfit.model import Measurement
from wasmfit.table import Column, Table, text_column


def base_tables(measurements: Sequence[Measurement]) -> list[Table]:
    """One table for each module, board and profile that was measured on more than one base."""
    settings: dict[tuple[str, str, str], list[Measurement]] = {}
    for measurement in measurements:
        settings.setdefault((measurement.module, measurement.board, measurement.profile), []).append(
            measurement
        )
    tables = (_table(" / ".join(setting), group) for setting, group in settings.items())
    return [table for table in tables if table is not None]


def _table(setting: str, group: Sequence[Measurement]) -> Table | None:
    cells = {
        (measurement.runtime, measurement.version, measurement.base): measurement
        for measurement in group
        if measurement.size is not None
    }
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
            "runtime and embedding: bytes of .text owned by the runtime, its crates and its embedding; "
            "how much of the runtime is inlined into the embedding differs between bases",
            "over baseline: flash in addition to the image with the same base and no runtime, embedding and "
            "standard library included; in a baseline's own row, all of its flash: base and harness",
            *unowned_notes(cells.values()),
        ),
        (),
    )


def _columns(bases: Sequence[str], rows: Sequence[Sequence[Measurement | None]]) -> Iterator[Column]:
    for label, get in (("runtime and embedding, B", _runtime), ("over baseline, B", _over_baseline)):
        sizes = [[None if measurement is None else get(measurement) for measurement in row] for row in rows]
        for index, base in enumerate(bases):
            yield text_column((base, label), (grouped(row[index]) for row in sizes))
            if index:
                differences = tuple(change(row[0], row[index]) for row in sizes)
                yield text_column((base, f"relative to {bases[0]}"), differences)


def _runtime(measurement: Measurement) -> int | None:
    return (
        None
        if measurement.size is None or _is_baseline(measurement)
        else measurement.size.runtime_crates + measurement.size.glue
    )


def _over_baseline(measurement: Measurement) -> int | None:
    if measurement.size is None or measurement.baseline is None:
        return None
    return (
        measurement.size.flash
        if _is_baseline(measurement)
        else measurement.size.flash - measurement.baseline.flash
    )


def _is_baseline(measurement: Measurement) -> bool:
    return measurement.runtime == "baseline"
