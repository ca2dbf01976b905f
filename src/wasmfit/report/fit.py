"""Which runtime fits, in each format."""

from collections.abc import Callable, Iterable, Iterator

from wasmfit.analysis.basis import marked, outdated_parts
from wasmfit.analysis.fit import Fit, RejectedRuntime
from wasmfit.analysis.fit_tables import fit_tables
from wasmfit.json_text import dumped
from wasmfit.words import escape_unprintable, in_short

from .csv import rows_to_csv
from .documents.fit import fit_document
from .escape import escape
from .format import Format
from .markdown import tables_to_markdown
from .rows import rows_to_text, wrapped
from .terminal import terminal_width

_LONGEST_LINE = 4000


def to_text(fit: Fit, *, explain: bool = False) -> str:
    """The sentence, the ranking, and what the others lack."""
    width = terminal_width()
    tables = "\n\n".join(rows_to_text(table, width) for table in fit_tables(fit, explain=explain))
    # Without a ranking, nothing else says what the answer rests on.
    notes = () if fit.ranked else (line for note in fit.notes for line in wrapped(note, width))
    parts = [fit.sentence, tables, "\n".join(notes)]
    for title, lines in _rejected(fit):
        folded = (part for line in lines for part in wrapped(line, width, "  ", "    "))
        parts.append("\n".join([title, *folded]))
    return "\n\n".join(filter(None, parts))


def _rejected(fit: Fit) -> Iterator[tuple[str, list[str]]]:
    """What does not fit, with every reason, and what could not be tried, with its own in short."""
    if tried := [one for one in fit.rejected if not one.is_unavailable]:
        yield (
            "Does not fit:",
            _lines((one, "; ".join(reason.sentence for reason in one.reasons)) for one in tried),
        )
    if unavailable := [one for one in fit.rejected if one.is_unavailable]:
        yield (
            "Not available (`wasmfit list runtimes` says more):",
            _lines((one, in_short(one.measurement.reason or "")) for one in unavailable),
        )


def _lines(rejected: Iterable[tuple[RejectedRuntime, str]]) -> list[str]:
    """A line for each reason, with the runtimes that it is of."""
    runtimes: dict[str, list[str]] = {}
    for runtime, reason in rejected:
        runtimes.setdefault(reason, []).append(marked(runtime.label, runtime.measurement))
    return [
        escape_unprintable(f"{', '.join(names)}: {reason}", _LONGEST_LINE)
        for reason, names in runtimes.items()
    ]


def to_markdown(fit: Fit, *, explain: bool = False) -> str:
    """The same."""
    notes = () if fit.ranked else (f"- {escape(note)}" for note in fit.notes)
    parts = [escape(fit.sentence), tables_to_markdown(fit_tables(fit, explain=explain)), "\n".join(notes)]
    parts += [
        "\n".join([title, "", *(f"- {escape(line)}" for line in lines)]) for title, lines in _rejected(fit)
    ]
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
            "ram_at_most": runtime.has_ram_bound,
            "speed": runtime.speed.value,
            "speed_low": runtime.speed.low,
            "speed_high": runtime.speed.high,
            "start": None if runtime.start is None else runtime.start.value,
            "start_low": None if runtime.start is None else runtime.start.low,
            "start_high": None if runtime.start is None else runtime.start.high,
            "reasons": None,
            "outdated": ", ".join(outdated_parts(runtime.measurement)) or None,
        }
    columns = (
        *("place", "score", "flash", "ram", "ram_at_most", "speed", "speed_low", "speed_high"),
        *("start", "start_low", "start_high"),
    )
    for rejected in fit.rejected:
        reasons = "; ".join(reason.sentence for reason in rejected.reasons)
        yield {
            "id": rejected.measurement.id,
            **dict.fromkeys(columns),
            "reasons": reasons,
            "outdated": ", ".join(outdated_parts(rejected.measurement)) or None,
        }


FORMATS: dict[Format, Callable[..., str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter."""
