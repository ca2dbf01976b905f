"""Which runtime fits, as tables: the ranking, and the rule with its numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wasmfit.table import Column, Table, text_column, value_column

from .amounts import AT_MOST, amount_text
from .basis import mark_of, outdated_notes
from .fit import TIMES, Fit, RankedRuntime
from .requirements import CRITERIA


def fit_tables(fit: Fit, *, explain: bool = False) -> list[Table]:
    """The ranking, and the rule with its numbers if it is to be explained; nothing where nothing fits."""
    tables = [_ranking(fit)] if fit.ranked else []
    if explain and fit.ranked:
        tables.append(_rule(fit))
    return tables


def _ranking(fit: Fit) -> Table:
    ranked, required = fit.ranked, fit.requirements
    speed = "predicted call" if fit.speed_metric in TIMES else "instructions per call"
    unit = "s" if fit.speed_metric in TIMES else ""
    columns = (
        replace(
            value_column(("score",), (runtime.score for runtime in ranked), "{:.2f}".format, metric="score"),
            priority=1,
        ),
        _bytes("flash, B", "flash", (runtime.flash.value for runtime in ranked)),
        _left("flash", required.flash, (runtime.flash.value for runtime in ranked), priority=2),
        _ram(ranked),
        _left("RAM", required.ram, (runtime.ram.value for runtime in ranked), priority=3),
        text_column((speed,), (amount_text(runtime.speed, unit) for runtime in ranked)),
        *_start(fit),
        text_column(("rank",), (_rank(runtime, rank) for rank, runtime in enumerate(ranked, start=1))),
    )
    features = f", {', '.join(required.needs)} required" if required.needs else ""
    title = f"{fit.module} on {fit.board}: {required.flash:,} B of flash, {required.ram:,} B of RAM{features}"
    measured = [one for runtime in ranked for one in runtime.measurements]
    measured += [one for runtime in fit.rejected for one in runtime.measurements]
    marks = tuple(next(filter(None, map(mark_of, runtime.measurements)), "") for runtime in ranked)
    return Table(
        title,
        tuple(runtime.label for runtime in ranked),
        columns,
        (*outdated_notes(measured), *fit.caveats),
        marks=marks if any(marks) else (),
    )


def _start(fit: Fit) -> Iterator[Column]:
    """The predicted time of load and instantiation, where a limit of it is required."""
    if any(limit.what == "start" for limit in fit.requirements.limits):
        yield text_column(("predicted start",), (amount_text(runtime.start, "s") for runtime in fit.ranked))


def _bytes(heading: str, metric: str, values: Iterable[int | float]) -> Column:
    return value_column((heading,), values, "{:,}".format, metric=metric, unit="B")


def _left(memory: str, required: int, taken: Iterable[int | float], priority: int) -> Column:
    column = _bytes("left", f"{memory.lower()}_left", (required - size for size in taken))
    return replace(column, title=f"{memory} left", priority=priority)


def _ram(ranked: Sequence[RankedRuntime]) -> Column:
    column = _bytes("RAM, B", "ram", (runtime.ram.value for runtime in ranked))
    cells = (
        replace(cell, text=f"{AT_MOST}{cell.text}") if runtime.has_ram_bound else cell
        for cell, runtime in zip(column.cells, ranked, strict=True)
    )
    return replace(column, cells=tuple(cells))


def _rank(runtime: RankedRuntime, rank: int) -> str:
    marks = ("tied" if runtime.ties else "", "low margin" if runtime.low_margins else "")
    return ", ".join(filter(None, (str(rank), *marks)))


def _rule(fit: Fit) -> Table:
    """The rule with its numbers."""
    ranked, weights = fit.ranked, fit.requirements.weights
    columns = [
        text_column((f"{name} ×{weights[name]:g}",), (f"{runtime.ratios[name]:.3f}" for runtime in ranked))
        for name in CRITERIA
    ]
    columns.append(text_column(("score",), (f"{runtime.score:.3f}" for runtime in ranked)))
    columns.append(
        text_column(("by the error bar",), (f"{runtime.low:.3f}–{runtime.high:.3f}" for runtime in ranked))
    )
    powers = " · ".join(f"{name}^{weights[name]:g}" for name in CRITERIA)
    notes = [
        f"score = ({powers})^(1/{sum(weights.values()):g}): the weighted geometric mean of flash, RAM and "
        "time of a warm call, each as a multiple of the least among those that fit; 1 is the best in every "
        "criterion",
        "a runtime does not fit if it exceeds flash or RAM, lacks a required feature, or does not run the "
        "module",
        "ranks are tied, and their order is inconclusive, if two scores may be equal within the error of "
        "their ratio; errors of the board's model that are common to both cancel in it",
        "a margin is low if less than 5% of a limit is left",
    ]
    if fit.requirements.limits:
        notes.append(
            "a required limit holds if what is predicted is below it; the error bar is not added, and where "
            "it includes the limit, that is said"
        )
    for runtime in ranked:
        notes += [f"{runtime.label}: {judged.sentence}" for judged in runtime.limits]
        notes += [
            f"{runtime.label}: {known.feature}: yes, {known.how}: {known.reason}"
            for known in runtime.evidence
        ]
    return Table(
        "the ranking rule", tuple(runtime.label for runtime in ranked), tuple(columns), tuple(notes), ()
    )
