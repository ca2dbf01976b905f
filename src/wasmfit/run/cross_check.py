"""Results that nobody has computed beforehand: whether the runtimes agree on them.

A module of the user's need not come with expectations. What several runtimes return is then the best
evidence there is: one that returns something else than most is wrong, or most are, and its row says so.
"""

from collections import Counter
from collections.abc import Sequence

from wasmfit.model import Measurement, Signature, Status, is_nan

Answer = tuple[object, ...]
"""What a run has shown to the outside: the results of all calls, and what was logged."""


def cross_checked(measurements: Sequence[Measurement], signature: Signature) -> list[Measurement]:
    """The measurements of one setting, with those marked that disagree with the majority.

    Args:
        measurements: Of runtimes that ran the module; the baseline, which does not, is none of them.
        signature: Of the export that they called.
    """
    answers = {
        measurement.id: _answer(measurement, signature)
        for measurement in measurements
        if measurement.status is Status.OK and measurement.run is not None
    }
    counted = Counter(answers.values()).most_common()
    if len(counted) < 2:
        return list(measurements)
    (most, votes), (_, next_votes) = counted[0], counted[1]
    majority = most if votes > next_votes else None
    return [
        measurement
        if measurement.id not in answers or answers[measurement.id] == majority
        else _marked(measurement, measurements, answers, majority)
        for measurement in measurements
    ]


def _answer(measurement: Measurement, signature: Signature) -> Answer:
    assert measurement.run is not None
    values = tuple(
        tuple(
            # Which NaN an operation gives is left open by WebAssembly.
            "nan" if is_nan(kind, word) else word
            for kind, word in zip(signature.results, call.results or (), strict=False)
        )
        for call in measurement.run.calls
    )
    logged = measurement.run.logged
    return values, None if logged is None else (logged.length, logged.digest)


def _marked(
    measurement: Measurement,
    measurements: Sequence[Measurement],
    answers: dict[str, Answer],
    majority: Answer | None,
) -> Measurement:
    if majority is None:
        reason = f"{_said(measurement)}, and the runtimes do not agree: --expect says what is right"
    else:
        agreeing = [other for other in measurements if answers.get(other.id) == majority]
        position = _first_difference(measurement, agreeing[0])
        reason = (
            f"{_said(measurement, position)}, where {len(agreeing)} of {len(answers)} runtimes "
            f"have {_said(agreeing[0], position)}"
        )
    return measurement.model_copy(update={"status": Status.WRONG_RESULT, "reason": reason})


def _first_difference(measurement: Measurement, other: Measurement) -> int | None:
    """The first call with other results; ``None`` where only the log differs."""
    assert measurement.run is not None
    assert other.run is not None
    pairs = zip(measurement.run.calls, other.run.calls, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left.shown != right.shown), None)


def _said(measurement: Measurement, position: int | None = 0) -> str:
    assert measurement.run is not None
    if position is None:
        logged = measurement.run.logged
        return (
            "logged nothing" if logged is None else f"logged {logged.length:,} B, digest {logged.digest:08x}"
        )
    call = measurement.run.calls[position]
    return f"{call.text} gave {call.shown}"
