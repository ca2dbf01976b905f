"""Which runtime fits, in each format."""

from collections.abc import Callable, Iterable, Iterator

from wasmfit.analysis.amounts import amount_text
from wasmfit.analysis.fit import TIMES, Fit, RankedRuntime
from wasmfit.analysis.requirements import CRITERIA
from wasmfit.json_text import dumped
from wasmfit.table import Column, Table, text_column, value_column
from wasmfit.words import escape_unprintable

from .csv import rows_to_csv
from .documents.fit import fit_document
from .escape import escape
from .format import Format
from .markdown import tables_to_markdown
from .terminal import tables_to_text

_LONGEST_LINE = 4000


def _tables(fit: Fit, *, explain: bool) -> list[Table]:
    tables = [_ranking(fit)] if fit.ranked else []
    if explain and fit.ranked:
        tables.append(_rule(fit))
    return tables


def _ranking(fit: Fit) -> Table:
    ranked, required = fit.ranked, fit.requirements
    speed = "predicted call" if fit.speed_metric in TIMES else "instructions per call"
    unit = "s" if fit.speed_metric in TIMES else ""
    columns = (
        value_column(("score",), (runtime.score for runtime in ranked), "{:.2f}".format, metric="score"),
        _bytes("flash, B", "flash", (runtime.flash.value for runtime in ranked)),
        _bytes("left", "flash_left", (required.flash - runtime.flash.value for runtime in ranked)),
        _bytes("RAM, B", "ram", (runtime.ram.value for runtime in ranked)),
        _bytes("left", "ram_left", (required.ram - runtime.ram.value for runtime in ranked)),
        text_column((speed,), (amount_text(runtime.speed, unit) for runtime in ranked)),
        *_start(fit),
        text_column(("rank",), (_rank(runtime, rank) for rank, runtime in enumerate(ranked, start=1))),
    )
    features = f", {', '.join(required.needs)} required" if required.needs else ""
    title = f"{fit.module} on {fit.board}: {required.flash:,} B of flash, {required.ram:,} B of RAM{features}"
    return Table(title, tuple(runtime.label for runtime in ranked), columns, fit.caveats, ())


def _start(fit: Fit) -> Iterator[Column]:
    """The predicted time of load and instantiation, where a limit of it is required."""
    if any(limit.what == "start" for limit in fit.requirements.times):
        yield text_column(("predicted start",), (amount_text(runtime.start, "s") for runtime in fit.ranked))


def _bytes(heading: str, metric: str, values: Iterable[int | float]) -> Column:
    return value_column((heading,), values, "{:,}".format, metric=metric, unit="B")


def _rank(runtime: RankedRuntime, rank: int) -> str:
    marks = ("inconclusive" if runtime.ties else "", "low margin" if runtime.low_margins else "")
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
        "a rank is inconclusive if two scores may be equal within the error of their ratio; errors of the "
        "board's model that are common to both cancel in it",
        "a margin is low if less than 5% of a limit is left",
    ]
    if fit.requirements.times:
        notes.append(
            "a required time holds if the predicted one is below it; the error bar is not added, and where "
            "it includes the limit, that is said"
        )
    for runtime in ranked:
        notes += [f"{runtime.label}: {judged.sentence}" for judged in runtime.times]
        notes += [
            f"{runtime.label}: {known.feature}: yes, {known.how}: {known.reason}"
            for known in runtime.evidence
        ]
    return Table(
        "the ranking rule", tuple(runtime.label for runtime in ranked), tuple(columns), tuple(notes), ()
    )


def to_text(fit: Fit, *, explain: bool = False) -> str:
    """The sentence, the ranking, and what the others lack."""
    parts = [fit.sentence, tables_to_text(_tables(fit, explain=explain))]
    if fit.rejected:
        parts.append("\n".join(["Does not fit:", *(f"  {line}" for line in _rejected(fit))]))
    return "\n\n".join(filter(None, parts))


def _rejected(fit: Fit) -> Iterator[str]:
    for runtime in fit.rejected:
        reasons = "; ".join(reason.sentence for reason in runtime.reasons)
        yield escape_unprintable(
            f"{runtime.measurement.runtime} {runtime.measurement.version}: {reasons}", _LONGEST_LINE
        )


def to_markdown(fit: Fit, *, explain: bool = False) -> str:
    """The same."""
    parts = [escape(fit.sentence), tables_to_markdown(_tables(fit, explain=explain))]
    if fit.rejected:
        parts.append("\n".join(["Does not fit:", "", *(f"- {escape(line)}" for line in _rejected(fit))]))
    return "\n\n".join(filter(None, parts))


def to_json(fit: Fit, *, explain: bool = False) -> str:  # noqa: ARG001 - it always has everything
    """``{"schema": 1, "ranked": [{"id", "score", …}], "rejected": [{"id", "reasons": [...]}]}``."""
    return dumped(fit_document(fit))


def to_csv(fit: Fit, *, explain: bool = False) -> str:  # noqa: ARG001 - likewise
    """One line per runtime."""
    return rows_to_csv(list(_rows(fit)))


def _rows(fit: Fit) -> Iterator[dict[str, object]]:
    for rank, runtime in enumerate(fit.ranked, start=1):
        yield {
            "id": runtime.measurement.id,
            "place": rank,
            "score": runtime.score,
            "flash": runtime.flash.value,
            "ram": runtime.ram.value,
            "speed": runtime.speed.value,
            "speed_low": runtime.speed.low,
            "speed_high": runtime.speed.high,
            "start": None if runtime.start is None else runtime.start.value,
            "start_low": None if runtime.start is None else runtime.start.low,
            "start_high": None if runtime.start is None else runtime.start.high,
            "reasons": None,
        }
    columns = (
        *("place", "score", "flash", "ram", "speed", "speed_low", "speed_high"),
        *("start", "start_low", "start_high"),
    )
    for rejected in fit.rejected:
        reasons = "; ".join(reason.sentence for reason in rejected.reasons)
        yield {"id": rejected.measurement.id, **dict.fromkeys(columns), "reasons": reasons}


FORMATS: dict[Format, Callable[..., str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter."""
