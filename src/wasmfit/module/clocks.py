"""Clocks whose readings are marked: ``clock_ms:real``, and those of a benchmark that returns a score."""

import struct
from collections.abc import Sequence

from wasmfit.errors import UsageError
from wasmfit.model import ModuleClock, Rule, Stub

REAL = "real"
"""Instead of a clock's step: it tells the time that is predicted to have passed."""

READINGS = 64
"""Readings that are told apart."""

MEAN = 32
"""Later ones are as far apart as this many of those before them in the mean; the harness knows it too."""

GUESS = 1_000_000
"""Microseconds from one reading to the next, before it is known when they are."""

_USUAL = 1000


def table(microseconds: Sequence[int], unit: int) -> bytes:
    """What a clock answers, as the harness reads it: its unit and the times, all in microseconds."""
    return struct.pack(f"<Q{len(microseconds)}Q", unit, *microseconds)


def timed(stub: Stub, step: int) -> Stub:
    """A clock with its readings marked, so many microseconds apart."""
    unit = stub.value & 0xFFFF_FFFF
    times = [reading * step for reading in range(READINGS)]
    return stub.model_copy(update={"rule": Rule.TIMES, "value": unit, "data": table(times, unit)})


def clocks(stubs: Sequence[Stub], score_of: str | None) -> tuple[tuple[Stub, ...], ModuleClock | None]:
    """The stubs with the clocks among them marked where they have to be, and what is to be known of them.

    Args:
        stubs: What answers the imports.
        score_of: What the call returns so many of per second, if it is a benchmark with a score.

    Raises:
        UsageError: Real clocks are mixed with others, or with a region of interest.
    """
    real = [stub for stub in stubs if stub.rule is Rule.TIMES]
    stepped = [stub for stub in stubs if stub.rule in (Rule.CLOCK, Rule.WASI_CLOCK)]
    region = next((stub for stub in stubs if stub.rule is Rule.REGION_BEGIN), None)
    if real and stepped:
        raise UsageError(
            f"{real[0].label} tells the real time, and {stepped[0].label} goes by steps.",
            "Let all clocks of a module be real, or none. WASI's go by steps.",
        )
    if real and region is not None:
        raise UsageError(
            f"{real[0].label} tells the real time, and {region.label} begins a region of interest: the marks "
            "of both are the same.",
            "Measure the region with a clock that goes by steps: clock_ms.",
        )
    if real:
        return tuple(stubs), ModuleClock(real=True, scores=score_of)
    known = [stub for stub in stepped if stub.rule is Rule.CLOCK]
    if score_of is None or region is not None or not known:
        return tuple(stubs), None
    steps = max(stub.value >> 32 or _USUAL for stub in known)
    marked = tuple(timed(stub, steps) if stub in known else stub for stub in stubs)
    return marked, ModuleClock(real=False, scores=score_of)
