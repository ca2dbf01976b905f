"""Which predictions of two measurements surely differ: their ratio says so, in which common errors cancel."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wasmfit.model import Measurement
from wasmfit.timing import CostModel, cost_shares, ratio_of

CostModels = Mapping[str, CostModel | None]
"""Board → its cost model, if it has one."""

_PREDICTED = "run.predicted."


@dataclass(frozen=True)
class PredictionPair:
    """The predictions of two measurements, each phase judged when it is asked for.

    Attributes:
        before, after: The measurements.
        models: The cost models that both were predicted with.
    """

    before: Measurement
    after: Measurement
    models: CostModels
    _phases: dict[str, bool] = field(default_factory=dict)

    def differs(self, metric: str) -> bool:
        """Whether the error bar of the ratio of both values, the board's own error included, excludes 1.

        False for what is not a prediction, or where it is not known what the core did.
        """
        if not metric.startswith(_PREDICTED):
            return False
        phase = metric.removeprefix(_PREDICTED).partition(".")[0]
        if phase not in self._phases:
            self._phases[phase] = self._phase_differs(phase)
        return self._phases[phase]

    def _phase_differs(self, phase: str) -> bool:
        model = self.models.get(self.before.board)
        if model is None or self.before.board != self.after.board:
            return False
        if self.before.run is None or self.after.run is None:
            return False
        first = getattr(self.before.run.activity, phase)
        second = getattr(self.after.run.activity, phase)
        if first is None or second is None or not (model.prices(first) and model.prices(second)):
            return False
        ratio = ratio_of(cost_shares([second], model), cost_shares([first], model), model)
        return ratio.widened(model.error).is_conclusive
