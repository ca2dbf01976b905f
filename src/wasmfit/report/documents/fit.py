"""What ``wasmfit fit`` prints as JSON."""

from wasmfit.analysis.basis import outdated_parts
from wasmfit.analysis.evidence import Support
from wasmfit.analysis.fit import Fit, RankedRuntime, RejectedRuntime
from wasmfit.model import Status
from wasmfit.model.contract import JsonDocument, JsonRecord, Number, Text

from .amounts import AmountRecord, amount_record


class EvidenceRecord(JsonRecord):
    """What is known of a required feature.

    Attributes:
        need: The feature.
        answer: Whether the runtime has it.
        measured: Whether it was measured; else it is declared by the catalogue.
        reason: What shows that.
    """

    need: str
    answer: Support
    measured: bool
    reason: Text


class RequiredTimeRecord(JsonRecord):
    """A required time with the predicted one.

    Attributes:
        need: The limit as it was written, such as ``start<20ms``.
        limit_s: The limit in seconds.
        time: Seconds that are predicted.
        unsure: Whether the error bar includes the limit.
    """

    need: str
    limit_s: Number
    time: AmountRecord
    unsure: bool


class RequiredSupplyRecord(JsonRecord):
    """A required charge or energy of a call with the predicted one.

    Attributes:
        need: The limit as it was written, such as ``charge<5uC``.
        limit: The limit in ``unit``.
        unit: ``C``, coulombs, or ``J``, joules.
        predicted: What is predicted.
        unsure: Whether the error bar includes the limit.
    """

    need: str
    limit: Number
    unit: str
    predicted: AmountRecord
    unsure: bool


class RankedRecord(JsonRecord):
    """A runtime that fits.

    Attributes:
        id: Id of its cell with the first module.
        score: The lower the better; 1 is the best in every criterion.
        score_low, score_high: The score at the ends of the speed's error bar.
        flash: Bytes in flash.
        ram: Bytes of RAM.
        ram_at_most: Whether it may need less: the search for the minimum ended early.
        speed: Seconds of a warm call, predicted; or instructions.
        ratios: Criterion → multiple of the best.
        tight: Limits that it is close to, in words.
        unsure_against: Runtimes with which the order is inconclusive.
        evidence: What shows that it has the required features.
        outdated: What has changed since its measurement was made, of one that was found and not made now.
        start: Seconds that load and instantiation are predicted to take; null without a timing model.
        times: The required times.
        supply: The required charges and energies.
    """

    id: Text
    score: Number
    score_low: Number
    score_high: Number
    flash: Number
    ram: Number
    speed: AmountRecord
    ratios: dict[str, Number]
    tight: tuple[str, ...]
    unsure_against: tuple[str, ...]
    evidence: tuple[EvidenceRecord, ...]
    outdated: tuple[str, ...]
    start: AmountRecord | None
    times: tuple[RequiredTimeRecord, ...]
    supply: tuple[RequiredSupplyRecord, ...] = ()
    ram_at_most: bool = False


class ShortfallRecord(JsonRecord):
    """Why a runtime does not fit.

    Attributes:
        measure: ``flash``, ``ram``, ``status``, the name of a required feature, ``start`` or ``call``.
        have: What there is room for, in bytes; null if it is not a number.
        need: What the runtime takes, in bytes; null if it is not a number.
        short: The difference, in bytes.
        sentence: The same in words.
    """

    measure: str
    have: int | None
    need: int | None
    short: int | None
    sentence: Text


class RejectedRecord(JsonRecord):
    """A runtime that does not fit.

    Attributes:
        id: Id of its cell with the first module.
        status: How that ended.
        reasons: Every reason.
        outdated: As of a runtime that fits.
    """

    id: Text
    status: Status
    reasons: tuple[ShortfallRecord, ...]
    outdated: tuple[str, ...]


class FitDocument(JsonDocument):
    """What ``fit --format json`` prints.

    Attributes:
        board: The board's name.
        module: What was run, in words.
        flash, ram: Bytes that there is room for.
        needs: The features and limits that are required.
        weights: Criterion → weight.
        speed: The metric that speed was ranked by.
        calibrated: Whether the board's timing model was fitted to published values; null without one.
        sentence: The answer, for a design document.
        doubts: How certain the ranking is, and what it depends on.
        ranked: The runtimes that fit, the best first.
        rejected: Those that do not.
    """

    board: str
    module: Text
    flash: int
    ram: int
    needs: tuple[str, ...]
    weights: dict[str, Number]
    speed: str
    calibrated: bool | None
    sentence: Text
    doubts: tuple[Text, ...]
    ranked: tuple[RankedRecord, ...]
    rejected: tuple[RejectedRecord, ...]


def fit_document(fit: Fit) -> FitDocument:
    """The document of a ranking."""
    return FitDocument(
        board=fit.board,
        module=fit.module,
        flash=fit.requirements.flash,
        ram=fit.requirements.ram,
        needs=fit.requirements.needs,
        weights=dict(fit.requirements.weights),
        speed=fit.speed_metric,
        calibrated=fit.calibrated,
        sentence=fit.sentence,
        doubts=fit.caveats,
        ranked=tuple(map(_ranked, fit.ranked)),
        rejected=tuple(map(_rejected, fit.rejected)),
    )


def _ranked(runtime: RankedRuntime) -> RankedRecord:
    speed = amount_record(runtime.speed)
    assert speed is not None
    return RankedRecord(
        id=runtime.measurement.id,
        score=runtime.score,
        score_low=runtime.low,
        score_high=runtime.high,
        flash=runtime.flash.value,
        ram=runtime.ram.value,
        ram_at_most=runtime.has_ram_bound,
        speed=speed,
        ratios=dict(runtime.ratios),
        tight=runtime.low_margins,
        unsure_against=runtime.ties,
        evidence=tuple(
            EvidenceRecord(
                need=known.feature, answer=known.support, measured=known.measured, reason=known.reason
            )
            for known in runtime.evidence
        ),
        outdated=outdated_parts(runtime.measurement),
        start=amount_record(runtime.start),
        times=tuple(
            RequiredTimeRecord(
                need=judged.limit.text,
                limit_s=judged.limit.most,
                time=time,
                unsure=not judged.is_conclusive,
            )
            for judged in runtime.limits
            if judged.limit.unit == "s" and (time := amount_record(judged.predicted)) is not None
        ),
        supply=tuple(
            RequiredSupplyRecord(
                need=judged.limit.text,
                limit=judged.limit.most,
                unit=judged.limit.unit,
                predicted=predicted,
                unsure=not judged.is_conclusive,
            )
            for judged in runtime.limits
            if judged.limit.unit != "s" and (predicted := amount_record(judged.predicted)) is not None
        ),
    )


def _rejected(runtime: RejectedRuntime) -> RejectedRecord:
    return RejectedRecord(
        id=runtime.measurement.id,
        status=runtime.measurement.status,
        reasons=tuple(
            ShortfallRecord(
                measure=reason.criterion,
                have=reason.available,
                need=reason.required,
                short=reason.missing,
                sentence=reason.sentence,
            )
            for reason in runtime.reasons
        ),
        outdated=outdated_parts(runtime.measurement),
    )
