"""What only modules of users have: a region of interest, a score, and the bytes that are sent to a device."""

from collections.abc import Callable, Sequence

from wasmfit.model import Measurement, Score
from wasmfit.table import CellValue

from .amounts import Amount, amount_text
from .comparison_metrics import ComparisonMetric, instructions_of, predicted_time, prediction_of


def score_of(measurement: Measurement) -> Score | None:
    """The score of a benchmark that has one."""
    return None if measurement.run is None else measurement.run.score


def score_amount(measurement: Measurement) -> Amount | None:
    """The same per second, with its error bar."""
    score = score_of(measurement)
    return None if score is None else Amount(score.per_s, score.per_s_low, score.per_s_high)


def _score(measurement: Measurement) -> CellValue:
    amount, score = score_amount(measurement), score_of(measurement)
    return None if amount is None or score is None else f"{amount_text(amount, '')} {score.of}/s"


def _own_score(measurement: Measurement) -> CellValue:
    score = score_of(measurement)
    return None if score is None else f"{score.own:.6g}"


def sent_bytes(measurement: Measurement) -> int | None:
    """Bytes of a user's module as it is sent to a device: what a host step has made of it, if any."""
    origin = measurement.provenance
    if origin.module is None:
        return None
    return origin.module_bytes if origin.prepared_bytes is None else origin.prepared_bytes


def _provenance(name: str) -> Callable[[Measurement], CellValue]:
    return lambda measurement: getattr(measurement.provenance, name)


_METRICS = (
    ComparisonMetric(
        "instructions_region", "instructions: region of interest", "", instructions_of("region")
    ),
    ComparisonMetric(
        "predicted_region", "predicted time: region of interest", "", predicted_time(prediction_of("region"))
    ),
    ComparisonMetric("score", "score, predicted", "", _score),
    ComparisonMetric("own_score", "score by the module's own clock", "", _own_score),
    ComparisonMetric("module_sent", "module as it is sent", "B", sent_bytes),
    ComparisonMetric("module_zlib", "the same, compressed", "B", _provenance("sent_zlib_bytes")),
    ComparisonMetric("module_update", "as an update", "B", _provenance("update_bytes")),
)


def module_metrics(measurements: Sequence[Measurement]) -> tuple[ComparisonMetric, ...]:
    """Rows that only modules of users have, those of which something is known."""
    return tuple(
        metric
        for metric in _METRICS
        if any(metric.get(measurement) is not None for measurement in measurements)
    )


def size_note(measurements: Sequence[Measurement]) -> str | None:
    """The bytes that are sent, as a sentence, where they are the same for all; ``None`` where they differ."""
    known = {
        (sent_bytes(one), one.provenance.sent_zlib_bytes, one.provenance.update_bytes) for one in measurements
    }
    if len(known) != 1:
        return None
    ((sent, compressed, update),) = known
    if sent is None or compressed is None:
        return None
    text = f"the module is {sent:,} B, {compressed:,} B compressed with zlib"
    return text if update is None else f"{text}, and {update:,} B as an update of the old one"
