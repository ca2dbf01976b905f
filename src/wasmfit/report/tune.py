"""The result of a search for settings, in each format."""

from collections.abc import Callable, Iterator, Sequence

from wasmfit.analysis.tuning import SAME_SPEED, UNITS, Objective, Trial, Tuning
from wasmfit.json_text import dumped
from wasmfit.table import Table, text_column
from wasmfit.words import counted

from .config_export import ConfigExcerpt, config_excerpts
from .csv import rows_to_csv
from .documents.tuning import tuning_document
from .escape import escape
from .format import Format
from .markdown import tables_to_markdown
from .terminal import tables_to_text


def trial_line(trial: Trial, anchor: Trial) -> str:
    """A trial that has ended, on one line."""
    settings = _settings(trial)
    metrics, anchor_metrics = trial.metrics, anchor.metrics
    if metrics is None or anchor_metrics is None:
        return f"{settings}: {trial.reason}"
    parts = []
    for objective in Objective:
        difference = metrics[objective] / anchor_metrics[objective] - 1
        percent = "" if trial is anchor else f" ({difference:+.1%})"
        parts.append(f"{objective.value} {metrics[objective]:,.0f} {UNITS[objective]}{percent}")
    return f"{settings}: {', '.join(parts)}{', from the store' if trial.reused else ''}"


def _settings(trial: Trial) -> str:
    return " ".join(f"{name}={value}" for name, value in trial.changes.items()) or trial.profile.name


def sentence(tuning: Tuning) -> str:
    """The result: what the best settings save."""
    best, first, profile = tuning.best, tuning.objectives[0], tuning.anchor.profile.name
    others = [objective.value for objective in tuning.objectives[1:]]
    not_worse = f" and is not worse in {' or '.join(others)}" if others else ""
    if best is tuning.anchor:
        return (
            f"Nothing that was tried takes less {_noun(first)} than the profile {profile}{not_worse}: "
            f"{len(tuning.trials)} of {counted(tuning.space, 'setting')} measured."
        )
    parts = ", ".join(
        f"{objective.value} {(tuning.ratio(best, objective) or 1) - 1:+.1%}" for objective in Objective
    )
    return (
        f"{tuning.runtime} on {tuning.board} with {_settings(best)} takes the least {_noun(first)} of what "
        f"was tried{not_worse}. Compared with the profile {profile}: {parts}."
    )


def _noun(objective: Objective) -> str:
    return {Objective.FLASH: "flash", Objective.RAM: "RAM", Objective.SPEED: "time (instructions)"}[objective]


def _tables(tuning: Tuning) -> Iterator[Table]:
    """The Pareto front; and if it has trade-offs, the front of the settings without any."""
    anchor, objectives = tuning.anchor, " and ".join(objective.value for objective in tuning.objectives)
    notes = [*_notes(tuning), *_trade_offs(tuning.front)]
    has_trade_offs = any(trial.trade_offs for trial in tuning.front)
    without = tuning.front_without_trade_offs if has_trade_offs else (anchor,)
    only_anchor = without == (anchor,)
    if only_anchor and has_trade_offs:
        notes.append("no better settings without a trade-off were found")
    yield _table(
        tuning,
        f"{tuning.runtime} on {tuning.board}: the profile {anchor.profile.name}, and settings that are "
        f"Pareto-optimal in {objectives}",
        tuning.front,
        notes,
    )
    if not only_anchor:
        yield _table(tuning, f"Without trade-offs, Pareto-optimal in {objectives}", without, ())


def _trade_offs(trials: Sequence[Trial]) -> Iterator[str]:
    """Each setting of the trials that has a trade-off, once."""
    trade_offs = {setting: lost for trial in trials for setting, lost in trial.trade_offs.items()}
    for setting, lost in trade_offs.items():
        yield f"trade-off of {setting}: {lost}"


def _table(tuning: Tuning, title: str, trials: Sequence[Trial], notes: Sequence[str]) -> Table:
    anchor = tuning.anchor
    rows = [anchor, *(trial for trial in trials if trial is not anchor)]
    columns = []
    for objective in Objective:
        values = tuple(_value(trial, objective) for trial in rows)
        ratios = tuple(_percent(tuning.ratio(trial, objective)) for trial in rows)
        columns.append(text_column((objective.value, UNITS[objective]), values))
        columns.append(text_column(("relative to", anchor.profile.name), ratios))
    columns.append(text_column(("start", "instructions"), (_start(trial) for trial in rows)))
    if anchor.time_s is not None:
        columns.append(text_column(("time", "predicted"), (_time(trial, anchor) for trial in rows)))
    return Table(title, tuple(_settings(row) for row in rows), tuple(columns), tuple(notes), ())


def _value(trial: Trial, objective: Objective) -> str:
    metrics = trial.metrics
    return "?" if metrics is None else f"{metrics[objective]:,.0f}"


def _start(trial: Trial) -> str:
    return "?" if trial.start is None else f"{trial.start:,.0f}"


def _time(trial: Trial, anchor: Trial) -> str:
    time, anchor_time = trial.time_s, anchor.time_s
    return _percent(None if time is None or anchor_time is None else time / anchor_time)


def _percent(ratio: float | None) -> str:
    return "?" if ratio is None else f"{ratio - 1:+.1%}"


def _notes(tuning: Tuning) -> Iterator[str]:
    failed = sum(trial.metrics is None for trial in tuning.trials)
    yield (
        f"{len(tuning.trials)} of {counted(tuning.space, 'setting')} measured"
        f"{f', {failed} of which did not run' if failed else ''}: {tuning.stopped}"
    )
    yield (
        f"flash and RAM: the maximum over {', '.join(tuning.workloads)}; speed: instructions of a warm call, "
        "geometric mean; start: instructions of loading and instantiating, geometric mean"
    )
    if tuning.anchor.time_s is not None:
        yield f"time: of a warm call, predicted for the board, relative to {tuning.anchor.profile.name}"
    yield f"not worse: RAM within the resolution of its search, instructions within {SAME_SPEED:.1%}"
    for name, lost in tuning.withheld.items():
        yield f"not tried without --allow {name}, whose trade-off is: {lost}"


def _advice(tuning: Tuning) -> Iterator[str]:
    """What to know of the settings to copy."""
    best = tuning.best
    yield from _trade_offs([best])
    if required := _stack_and_heap(best):
        yield required


def _stack_and_heap(trial: Trial) -> str | None:
    """The stack and heap that the workloads need: not a tunable, since they are measured."""
    searches = [cell.run.least_ram for cell in trial.cells if cell.run and cell.run.least_ram]
    known = [(one.stack, one.heap) for one in searches if one.stack is not None and one.heap is not None]
    if not known:
        return None
    stack, heap = map(max, zip(*known, strict=True))
    return f"these workloads need {stack:,} B of stack and {heap:,} B of heap with it, measured"


def _excerpts(tuning: Tuning) -> tuple[ConfigExcerpt, ...]:
    best = tuning.best
    return () if best is tuning.anchor else config_excerpts(best.build, best.profile)


def to_text(tuning: Tuning) -> str:
    """The result, the Pareto front, and the settings to copy."""
    parts = [sentence(tuning), tables_to_text([*_tables(tuning)])]
    if excerpts := _excerpts(tuning):
        parts.append("\n".join(["The settings to copy:", *(f"- {advice}" for advice in _advice(tuning))]))
        parts += [f"# {excerpt.file}\n{excerpt.text}" for excerpt in excerpts]
    return "\n\n".join(parts)


def to_markdown(tuning: Tuning) -> str:
    """The same as Markdown."""
    parts = [escape(sentence(tuning)), tables_to_markdown([*_tables(tuning)])]
    if excerpts := _excerpts(tuning):
        advice = (f"- {escape(line)}" for line in _advice(tuning))
        parts.append("\n".join(["The settings to copy:", "", *advice]))
        parts += [f"{escape(excerpt.file)}:\n\n```\n{excerpt.text}\n```" for excerpt in excerpts]
    return "\n\n".join(parts)


def to_json(tuning: Tuning) -> str:
    """``{"schema": 1, "runtime", "board", …, "trials": […], "front": [NUMBER], …, "best": NUMBER}``."""
    return dumped(tuning_document(tuning, ((excerpt.file, excerpt.text) for excerpt in _excerpts(tuning))))


def to_csv(tuning: Tuning) -> str:
    """One line per trial."""
    front = {trial.number for trial in tuning.front}
    rows = []
    for trial in tuning.trials:
        metrics = trial.metrics
        row: dict[str, object] = {
            "number": trial.number,
            "settings": _settings(trial),
            **{objective.value: None if metrics is None else metrics[objective] for objective in Objective},
            "front": trial.number in front,
            "best": trial is tuning.best,
            "reason": trial.reason,
        }
        rows.append(row)
    return rows_to_csv(rows)


TUNE_FORMATS: dict[Format, Callable[[Tuning], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter."""
