"""The calls of a module of the user's: a cell's id does not have them, so that one cell may have several."""

from itertools import groupby

from wasmfit.model import Measurement


def warm_call(measurement: Measurement) -> str | None:
    """The warm call of a module of the user's, as it is written; ``None`` where that is not known."""
    calls = _calls(measurement)
    return calls[-1] if calls else None


def other_call(before: Measurement, after: Measurement) -> str | None:
    """Which calls of two measurements differ, such as ``run(9) → run(10)``; ``None`` where none is known to.

    How often the same call is made is no difference.
    """
    was, now = _calls(before), _calls(after)
    if not was or not now or was == now:
        return None
    if was[-1] != now[-1]:
        return f"{was[-1]} → {now[-1]}"
    return f"{now[-1]} after {_before(was)} → after {_before(now)}"


def other_call_sentence(change: str) -> str:
    """The same in words."""
    return f"another call: {change}"


def _calls(measurement: Measurement) -> tuple[str, ...]:
    if measurement.provenance.module is None or measurement.run is None:
        return ()
    return tuple(text for text, _ in groupby(call.text for call in measurement.run.calls) if text)


def _before(calls: tuple[str, ...]) -> str:
    return ", ".join(calls[:-1]) or "no other"
