"""The calls of a module of the user's: a cell's id does not have them, so that one cell may have several."""

from itertools import groupby

from wasmfit.model import Measurement

_HASH = 12
"""Digits of a hash that are shown."""


def warm_call(measurement: Measurement) -> str | None:
    """The warm call of a module of the user's, as it is written; ``None`` where that is not known."""
    calls = _calls(measurement)
    return calls[-1] if calls else None


def other_work(before: Measurement, after: Measurement, *, follows_module: bool = True) -> str | None:
    """What was measured on two sides where that differs, as a clause: neither is then better.

    Args:
        before, after: Measurements of cells with the same name.
        follows_module: Whether a module may be another by now, under the same name: over time a change of it
            is of interest. Versions and profiles are compared with one module.

    Returns:
        Such as ``another call: run(9) → run(10)``; ``None`` where nothing is known to differ. How often the
        same call is made is no difference.
    """
    change = _other_call(_calls(before), _calls(after))
    if change is not None:
        return f"another call: {change}"
    modules = [side.provenance.module_sha256 for side in (before, after) if side.provenance.module]
    if follows_module or len(modules) < 2 or None in modules or modules[0] == modules[1]:
        return None
    return f"another module: {' → '.join(str(digest)[:_HASH] for digest in modules)}"


def _other_call(was: tuple[str, ...], now: tuple[str, ...]) -> str | None:
    if not was or not now or was == now:
        return None
    if was[-1] != now[-1]:
        return f"{was[-1]} → {now[-1]}"
    return f"{now[-1]} after {_before(was)} → after {_before(now)}"


def _calls(measurement: Measurement) -> tuple[str, ...]:
    if measurement.provenance.module is None or measurement.run is None:
        return ()
    return tuple(text for text, _ in groupby(call.text for call in measurement.run.calls) if text)


def _before(calls: tuple[str, ...]) -> str:
    return ", ".join(calls[:-1]) or "no other"
