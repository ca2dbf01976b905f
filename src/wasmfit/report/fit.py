"""Which runtime fits, in each format."""

from collections.abc import Callable, Iterator

from wasmfit.analysis.amounts import shown
from wasmfit.analysis.comparison import SCHEMA
from wasmfit.analysis.fit import TIME, Fit, Ranked
from wasmfit.analysis.requirements import MEASURES
from wasmfit.json_text import dumped
from wasmfit.words import printable

from .change_tables import amount_to_dict
from .csv import rows_to_csv
from .escape import escape
from .format import Format
from .markdown import tables_to_markdown
from .table import Column, Table
from .terminal import tables_to_text

_LONGEST_LINE = 4000


def _tables(found: Fit, *, explain: bool) -> list[Table]:
    made = [_ranking(found)] if found.ranked else []
    if explain and found.ranked:
        made.append(_rule(found))
    return made


def _ranking(found: Fit) -> Table:
    ranked, limits = found.ranked, found.limits
    speed = "predicted call" if found.speed_figure == TIME else "instructions a call"
    unit = "s" if found.speed_figure == TIME else ""
    columns = (
        Column(("score",), tuple(f"{one.score:.2f}" for one in ranked)),
        Column(("flash, B",), tuple(f"{one.flash.value:,}" for one in ranked)),
        Column(("left",), tuple(f"{limits.flash - one.flash.value:,}" for one in ranked)),
        Column(("RAM, B",), tuple(f"{one.ram.value:,}" for one in ranked)),
        Column(("left",), tuple(f"{limits.ram - one.ram.value:,}" for one in ranked)),
        Column((speed,), tuple(shown(one.speed, unit) for one in ranked)),
        Column(("place",), tuple(_place(one, number) for number, one in enumerate(ranked, start=1))),
    )
    needs = f", needs {', '.join(limits.needs)}" if limits.needs else ""
    title = f"{found.module} on {found.board}: {limits.flash:,} B of flash, {limits.ram:,} B of RAM{needs}"
    return Table(title, tuple(one.label for one in ranked), columns, found.doubts, ())


def _place(one: Ranked, number: int) -> str:
    return f"{number}{' unsure' if one.tied_with else ''}{' tight' if one.tight else ''}"


def _rule(found: Fit) -> Table:
    """The numbers that the scores are made of."""
    weights = found.limits.weights
    total = sum(weights.values())
    columns = [
        Column((f"{name} ×{weights[name]:g}",), tuple(f"{one.ratios[name]:.3f}" for one in found.ranked))
        for name in MEASURES
    ]
    columns.append(Column(("score",), tuple(f"{one.score:.3f}" for one in found.ranked)))
    columns.append(
        Column(("by the error bar",), tuple(f"{one.low:.3f}–{one.high:.3f}" for one in found.ranked))
    )
    powers = " · ".join(f"{name}^{weights[name]:g}" for name in MEASURES)
    notes = [
        f"score = ({powers})^(1/{total:g}): the weighted geometric mean of flash, RAM and time of a "
        "steady call, each as a multiple of the least among those that fit; 1 is the best in everything",
        "a runtime does not fit if it is over flash or RAM, lacks a need, or does not run the module",
        "a place is unsure where the scores at the ends of two error bars meet",
        "a runtime is tight where less than 5% of a limit is left",
    ]
    for one in found.ranked:
        notes += [
            f"{one.label}: {evident.feature}: yes, {evident.how}: {evident.reason}"
            for evident in one.evidence
        ]
    return Table(
        "how it is ranked", tuple(one.label for one in found.ranked), tuple(columns), tuple(notes), ()
    )


def to_text(found: Fit, *, explain: bool = False) -> str:
    """The sentence, the ranking, and what the others would take."""
    parts = [found.sentence, tables_to_text(_tables(found, explain=explain))]
    if found.rejected:
        parts.append("\n".join(["Does not fit:", *(f"  {line}" for line in _rejected(found))]))
    return "\n\n".join(filter(None, parts))


def _rejected(found: Fit) -> Iterator[str]:
    for one in found.rejected:
        reasons = "; ".join(reason.sentence for reason in one.reasons)
        yield printable(f"{one.measurement.runtime} {one.measurement.version}: {reasons}", _LONGEST_LINE)


def to_markdown(found: Fit, *, explain: bool = False) -> str:
    """The same."""
    parts = [escape(found.sentence), tables_to_markdown(_tables(found, explain=explain))]
    if found.rejected:
        parts.append("\n".join(["Does not fit:", "", *(f"- {escape(line)}" for line in _rejected(found))]))
    return "\n\n".join(filter(None, parts))


def to_json(found: Fit, *, explain: bool = False) -> str:  # noqa: ARG001 - it always has everything
    """``{"schema": 1, "ranked": [{"id", "score", …}], "rejected": [{"id", "reasons": [...]}]}``."""
    return dumped(
        {
            "schema": SCHEMA,
            "board": found.board,
            "module": found.module,
            "flash": found.limits.flash,
            "ram": found.limits.ram,
            "needs": list(found.limits.needs),
            "weights": dict(found.limits.weights),
            "speed": found.speed_figure,
            "calibrated": found.calibrated,
            "sentence": found.sentence,
            "doubts": list(found.doubts),
            "ranked": [_ranked_to_dict(one) for one in found.ranked],
            "rejected": [
                {
                    "id": one.measurement.id,
                    "status": one.measurement.status.value,
                    "reasons": [
                        {
                            "measure": reason.measure,
                            "have": reason.have,
                            "need": reason.need,
                            "short": reason.short,
                            "sentence": reason.sentence,
                        }
                        for reason in one.reasons
                    ],
                }
                for one in found.rejected
            ],
        }
    )


def _ranked_to_dict(one: Ranked) -> dict[str, object]:
    return {
        "id": one.measurement.id,
        "score": one.score,
        "score_low": one.low,
        "score_high": one.high,
        "flash": one.flash.value,
        "ram": one.ram.value,
        "speed": amount_to_dict(one.speed),
        "ratios": dict(one.ratios),
        "tight": list(one.tight),
        "unsure_against": list(one.tied_with),
        "evidence": [
            {
                "need": evident.feature,
                "answer": evident.answer.value,
                "measured": evident.measured,
                "reason": evident.reason,
            }
            for evident in one.evidence
        ],
    }


def to_csv(found: Fit, *, explain: bool = False) -> str:  # noqa: ARG001 - likewise
    """One line a runtime."""
    return rows_to_csv(list(_rows(found)))


def _rows(found: Fit) -> Iterator[dict[str, object]]:
    for place, one in enumerate(found.ranked, start=1):
        yield {
            "id": one.measurement.id,
            "place": place,
            "score": one.score,
            "flash": one.flash.value,
            "ram": one.ram.value,
            "speed": one.speed.value,
            "speed_low": one.speed.low,
            "speed_high": one.speed.high,
            "reasons": None,
        }
    columns = ("place", "score", "flash", "ram", "speed", "speed_low", "speed_high")
    for left in found.rejected:
        reasons = "; ".join(reason.sentence for reason in left.reasons)
        yield {"id": left.measurement.id, **dict.fromkeys(columns), "reasons": reasons}


FORMATS: dict[Format, Callable[..., str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → what makes its text."""
