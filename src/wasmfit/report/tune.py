"""What a search for settings has found, in each format."""

from collections.abc import Callable, Iterator, Sequence

from wasmfit.analysis.comparison import SCHEMA
from wasmfit.analysis.tuning import SAME_SPEED, UNITS, Objective, Trial, Tuning
from wasmfit.json_text import dumped

from .config_export import Excerpt, excerpts
from .csv import rows_to_csv
from .escape import escape
from .format import Format
from .markdown import tables_to_markdown
from .table import Column, Table
from .terminal import tables_to_text


def told(trial: Trial, anchor: Trial) -> str:
    """A trial that has ended, on one line."""
    words = _words(trial)
    figures, theirs = trial.figures, anchor.figures
    if figures is None or theirs is None:
        return f"{words}: {trial.reason}"
    parts = (
        f"{one.value} {figures[one]:,.0f} {UNITS[one]}{_percent(figures[one] / theirs[one], trial is anchor)}"
        for one in Objective
    )
    return f"{words}: {', '.join(parts)}{', from the store' if trial.reused else ''}"


def _percent(ratio: float, is_anchor: bool) -> str:
    return "" if is_anchor else f" ({ratio - 1:+.1%})"


def _words(trial: Trial) -> str:
    return " ".join(f"{name}={value}" for name, value in trial.changes.items()) or trial.profile.name


def sentence(tuning: Tuning) -> str:
    """The answer: what the best settings save."""
    best, first = tuning.best, tuning.objectives[0]
    others = [one.value for one in tuning.objectives[1:]]
    cost = f" and loses nothing in {' and '.join(others)}" if others else ""
    if best is tuning.anchor:
        return (
            f"Nothing that was tried takes less {_noun(first)} than the profile {tuning.anchor.profile.name}"
            f"{cost}: {len(tuning.trials)} of {tuning.space:,} settings measured."
        )
    parts = ", ".join(f"{one.value} {(tuning.against(best, one) or 1) - 1:+.1%}" for one in Objective)
    return (
        f"{tuning.runtime} on {tuning.board} with {_words(best)} takes the least {_noun(first)} of what was "
        f"tried{cost}, against the profile {tuning.anchor.profile.name}: {parts}."
    )


def _noun(objective: Objective) -> str:
    return {Objective.FLASH: "flash", Objective.RAM: "RAM", Objective.SPEED: "time (instructions)"}[objective]


def _tables(tuning: Tuning) -> Iterator[Table]:
    """The front; and where it gives something up, the front of what does not."""
    anchor, within = tuning.anchor, " and ".join(one.value for one in tuning.objectives)
    notes = [*_notes(tuning), *_given_up(tuning.front)]
    kept = tuning.keeping if any(trial.gives_up for trial in tuning.front) else (anchor,)
    alone = kept == (anchor,)
    if alone and any(trial.gives_up for trial in tuning.front):
        notes.append("nothing was found that gives up nothing and is better")
    yield _table(
        tuning,
        f"{tuning.runtime} on {tuning.board}: the profile {anchor.profile.name}, and settings that no other "
        f"beats in {within}",
        tuning.front,
        notes,
    )
    if not alone:
        yield _table(tuning, f"Of those that give up nothing, the same in {within}", kept, ())


def _given_up(trials: Sequence[Trial]) -> Iterator[str]:
    """Each setting among those of the trials that gives something up, once."""
    for name, what in {name: what for trial in trials for name, what in trial.gives_up.items()}.items():
        yield f"{name} gives up {what}"


def _table(tuning: Tuning, title: str, trials: Sequence[Trial], notes: Sequence[str]) -> Table:
    anchor = tuning.anchor
    rows = [anchor, *(one for one in trials if one is not anchor)]
    columns = []
    for one in Objective:
        columns.append(Column((one.value, UNITS[one]), tuple(_cell(trial, one) for trial in rows)))
        columns.append(
            Column(("against", anchor.profile.name), tuple(_against(tuning, r, one) for r in rows))
        )
    columns.append(Column(("start", "instructions"), tuple(_start(trial) for trial in rows)))
    if anchor.time_s is not None:
        columns.append(Column(("time", "predicted"), tuple(_time(trial, anchor) for trial in rows)))
    return Table(title, tuple(_words(row) for row in rows), tuple(columns), tuple(notes), ())


def _cell(trial: Trial, objective: Objective) -> str:
    figures = trial.figures
    return "?" if figures is None else f"{figures[objective]:,.0f}"


def _start(trial: Trial) -> str:
    return "?" if trial.start is None else f"{trial.start:,.0f}"


def _time(trial: Trial, anchor: Trial) -> str:
    ours, theirs = trial.time_s, anchor.time_s
    return "?" if ours is None or theirs is None else f"{ours / theirs - 1:+.1%}"


def _against(tuning: Tuning, trial: Trial, objective: Objective) -> str:
    ratio = tuning.against(trial, objective)
    return "?" if ratio is None else f"{ratio - 1:+.1%}"


def _notes(tuning: Tuning) -> Iterator[str]:
    failed = sum(trial.figures is None for trial in tuning.trials)
    yield (
        f"{len(tuning.trials)} of {tuning.space:,} settings measured"
        f"{f', {failed} of which did not run' if failed else ''}: {tuning.stopped}"
    )
    yield (
        f"flash and RAM: of the largest image of {', '.join(tuning.workloads)}; speed: instructions of a "
        "steady call, their geometric mean; start: of loading and instantiating, likewise"
    )
    if tuning.anchor.time_s is not None:
        yield f"time: of a steady call, predicted for the board, against {tuning.anchor.profile.name}"
    yield f"no loss: RAM within the resolution of its search, instructions within {SAME_SPEED:.1%}"
    for name, what in tuning.withheld.items():
        yield f"not tried without --allow {name}: it gives up {what}"


def _advice(tuning: Tuning) -> Iterator[str]:
    """What else there is to say of the settings to copy."""
    best = tuning.best
    yield from _given_up([best])
    if needed := _needed(best):
        yield needed


def _needed(trial: Trial) -> str | None:
    """The stack and heap that these workloads were found to need: no switch, since they are measured."""
    found = [one.run.least_ram for one in trial.cells if one.run and one.run.least_ram]
    known = [(one.stack, one.heap) for one in found if one.stack is not None and one.heap is not None]
    if not known:
        return None
    stack, heap = (max(one) for one in zip(*known, strict=True))
    return f"these workloads need {stack:,} B of stack and {heap:,} B of heap with it, measured"


def _copied(tuning: Tuning) -> tuple[Excerpt, ...]:
    best = tuning.best
    return () if best is tuning.anchor else excerpts(best.build, best.profile)


def to_text(tuning: Tuning) -> str:
    """The answer, the front, and the settings to copy."""
    parts = [sentence(tuning), tables_to_text([*_tables(tuning)])]
    if copied := _copied(tuning):
        parts.append("\n".join(["The settings to copy:", *(f"- {one}" for one in _advice(tuning))]))
        parts += [f"# {one.file}\n{one.text}" for one in copied]
    return "\n\n".join(parts)


def to_markdown(tuning: Tuning) -> str:
    """The same."""
    parts = [escape(sentence(tuning)), tables_to_markdown([*_tables(tuning)])]
    if copied := _copied(tuning):
        parts.append(
            "\n".join(["The settings to copy:", "", *(f"- {escape(one)}" for one in _advice(tuning))])
        )
        parts += [f"{escape(one.file)}:\n\n```\n{one.text}\n```" for one in copied]
    return "\n\n".join(parts)


def to_json(tuning: Tuning) -> str:
    """``{"schema": 1, "runtime", "board", …, "trials": […], "front": [NUMBER], …, "best": NUMBER}``."""
    return dumped(
        {
            "schema": SCHEMA,
            "runtime": tuning.runtime,
            "board": tuning.board,
            "workloads": list(tuning.workloads),
            "objectives": [one.value for one in tuning.objectives],
            "space": tuning.space,
            "stopped": tuning.stopped,
            "withheld": dict(tuning.withheld),
            "trials": [_trial(tuning, trial) for trial in tuning.trials],
            "front": [trial.number for trial in tuning.front],
            "front_giving_up_nothing": [trial.number for trial in tuning.keeping],
            "best": tuning.best.number,
            "settings": {one.file: one.text for one in _copied(tuning)},
        }
    )


def _trial(tuning: Tuning, trial: Trial) -> dict[str, object]:
    figures = trial.figures
    return {
        "number": trial.number,
        "settings": dict(trial.changes),
        "gives_up": list(trial.gives_up.values()),
        "profile": trial.profile.name,
        "reason": trial.reason,
        "reused": trial.reused,
        **{one.value: None if figures is None else figures[one] for one in Objective},
        "start": trial.start,
        "predicted_time_s": trial.time_s,
        "against": {one.value: tuning.against(trial, one) for one in Objective},
        "cells": [one.id for one in trial.cells],
    }


def to_csv(tuning: Tuning) -> str:
    """One line a trial."""
    front = {trial.number for trial in tuning.front}
    rows = []
    for trial in tuning.trials:
        figures = trial.figures
        row: dict[str, object] = {
            "number": trial.number,
            "settings": _words(trial),
            **{one.value: None if figures is None else figures[one] for one in Objective},
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
"""Format → what makes its text."""
