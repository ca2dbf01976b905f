"""What ``wasmfit tune`` prints as JSON."""

from collections.abc import Iterable

from wasmfit.analysis.tuning import Objective, Trial, Tuning
from wasmfit.model.contract import JsonDocument, JsonRecord, Number, Text


class TrialRecord(JsonRecord):
    """Settings, and what was measured with them.

    Attributes:
        number: Its position among the trials; 1 is the profile itself.
        settings: Tunable → value, of those that differ from the profile.
        gives_up: What a firmware with them lacks.
        profile: The name of the profile with these settings.
        reason: Why it does not count, if it does not.
        reused: Whether everything was in the store.
        flash, ram: Bytes, the maximum over the workloads.
        speed: Instructions of a warm call, geometric mean over the workloads.
        start: Instructions of loading and instantiating, geometric mean over the workloads.
        predicted_time_s: Seconds of a warm call on the board, geometric mean over the workloads.
        against: Objective → multiple of the profile's.
        cells: Ids of its cells.
    """

    number: int
    settings: dict[str, str]
    gives_up: tuple[str, ...]
    profile: str
    reason: Text | None
    reused: bool
    flash: Number | None
    ram: Number | None
    speed: Number | None
    start: Number | None
    predicted_time_s: Number | None
    against: dict[Objective, Number | None]
    cells: tuple[Text, ...]


class TuningDocument(JsonDocument):
    """What ``tune --format json`` prints.

    Attributes:
        runtime, board: What was tuned.
        workloads: What was run.
        objectives: What was minimised.
        space: How many settings there are.
        stopped: Why the search ended.
        withheld: Settings that were not tried → what a firmware with them lacks.
        trials: Every trial.
        front: Numbers of the Pareto-optimal trials.
        front_giving_up_nothing: Likewise, of those without trade-offs.
        best: The number of the trial to take.
        settings: File → what to copy to it.
    """

    runtime: str
    board: str
    workloads: tuple[Text, ...]
    objectives: tuple[Objective, ...]
    space: int
    stopped: str
    withheld: dict[str, str]
    trials: tuple[TrialRecord, ...]
    front: tuple[int, ...]
    front_giving_up_nothing: tuple[int, ...]
    best: int
    settings: dict[str, str]


def tuning_document(tuning: Tuning, settings: Iterable[tuple[str, str]]) -> TuningDocument:
    """The document of a search.

    Args:
        tuning: What the search found.
        settings: The files that take its best settings, with what to copy.
    """
    return TuningDocument(
        runtime=tuning.runtime,
        board=tuning.board,
        workloads=tuning.workloads,
        objectives=tuning.objectives,
        space=tuning.space,
        stopped=tuning.stopped,
        withheld=dict(tuning.withheld),
        trials=tuple(_trial(tuning, trial) for trial in tuning.trials),
        front=tuple(trial.number for trial in tuning.front),
        front_giving_up_nothing=tuple(trial.number for trial in tuning.front_without_trade_offs),
        best=tuning.best.number,
        settings=dict(settings),
    )


def _trial(tuning: Tuning, trial: Trial) -> TrialRecord:
    metrics = trial.metrics or {}
    return TrialRecord(
        number=trial.number,
        settings=dict(trial.changes),
        gives_up=tuple(trial.trade_offs.values()),
        profile=trial.profile.name,
        reason=trial.reason,
        reused=trial.reused,
        flash=metrics.get(Objective.FLASH),
        ram=metrics.get(Objective.RAM),
        speed=metrics.get(Objective.SPEED),
        start=trial.start,
        predicted_time_s=trial.time_s,
        against={objective: tuning.ratio(trial, objective) for objective in Objective},
        cells=tuple(cell.id for cell in trial.cells),
    )
