"""Guests that trap, recurse, loop or ask for too much: every runtime's end is named as what it is."""

from pathlib import Path

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

FAILURES = Path(__file__).parents[1] / "catalog_of_failures"


def ends(home: Home, workload: str, *runtimes: str) -> dict[str, Measurement]:
    comparison = wasmfit.compare(
        runtimes=runtimes, workloads=[workload], catalogs=[FAILURES], home=home.root, rerun=True
    )
    measured = [one for one in comparison.measurements if one.status is not Status.UNAVAILABLE]
    assert measured[0].runtime == "baseline"
    assert len(measured) > 1
    return {one.runtime: one for one in measured[1:]}


def test_a_trap_is_a_trap(warm_home: Home) -> None:
    for runtime, one in ends(warm_home, "traps").items():
        if runtime == "native":
            # Nothing catches it: the core faults at an undefined instruction.
            assert one.status is Status.FAULTED
            assert "undefined instruction" in (one.reason or "").lower()
            continue
        assert one.status is Status.TRAPPED, (runtime, one.reason)
        assert one.reason
        # The runtime's own word for it.
        # Wasefire has one word for every trap.
        assert "unreachable" in one.reason.lower() or runtime.startswith("wasefire"), (runtime, one.reason)


def test_too_much_memory_is_out_of_memory(warm_home: Home) -> None:
    for runtime, one in ends(warm_home, "hungry").items():
        if runtime == "native":
            # It has no linear memory that could be too large.
            assert one.status is Status.OK
            continue
        assert one.status is Status.OUT_OF_MEMORY, (runtime, one.reason)
        assert one.reason


def test_endless_recursion_is_survived_or_named(warm_home: Home) -> None:
    for runtime, one in ends(warm_home, "recurses").items():
        assert one.status in (Status.TRAPPED, Status.OUT_OF_MEMORY, Status.FAULTED), (runtime, one.reason)
        assert one.reason


def test_an_endless_loop_is_a_timeout(warm_home: Home) -> None:
    (one,) = ends(warm_home, "loops", "wasm3").values()
    assert one.status is Status.TIMEOUT
    assert one.reason == "reached the limit of 2,000,000,000 instructions in phase call (1 of 2)"
