"""Behaviour beyond the suite, on device images: a runtime that stops loops and one that does not."""

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import FeatureMeasured, FeatureVerdict

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

_FEATURES = (
    "traps",
    "stack-*",
    "isolation",
    "memory-*",
    "endless-loop",
    "in-place",
    "no-leak",
    "component-*",
)


def test_behaviour_of_two_runtimes(warm_home: Home) -> None:
    measured = wasmfit.features(runtimes=["wasm3", "wasmi@2.0"], features=_FEATURES, home=warm_home.root)
    assert not measured.failures
    wasm3, wasmi = ({feature.feature: feature for feature in one.features} for one in measured.runtimes)
    for found in (wasm3, wasmi):
        for name in ("traps", "stack-exhaustion", "isolation", "no-leak"):
            assert found[name].verdict is FeatureVerdict.YES, name
        assert found["component-model"].verdict is FeatureVerdict.NO
        # Both translate code to RAM, and leave data where it is.
        assert found["in-place"].verdict is FeatureVerdict.PARTLY
        heap = {one.what: one.number for one in found["in-place"].evidence}
        assert heap["heap for 32 KiB of data"] < 4096
        assert max(number for what, number in heap.items() if "code" in what or "called" in what) > 4096
    assert wasmi["memory-limit"].verdict is FeatureVerdict.YES
    assert wasm3["memory-limit"].verdict is FeatureVerdict.NO
    assert wasm3["endless-loop"].verdict is FeatureVerdict.NO
    assert wasm3["endless-loop"].evidence == ()
    _is_stopped_in_time(wasmi["endless-loop"])


def _is_stopped_in_time(found: FeatureMeasured) -> None:
    assert found.verdict is FeatureVerdict.YES
    taken = {one.what: one.number for one in found.evidence}
    for loop in ("tight", "counting", "calling"):
        much, little = (taken[f"{loop}() within a budget of {budget}"] for budget in ("100,000", "1"))
        # A budget is used, and one that is next to nothing ends within a turn or two.
        assert 100_000 < much < 10_000_000, loop
        assert 0 < little < 20_000, loop
    # A start function is stopped as well, and making its module comes back.
    started = {what: number for what, number in taken.items() if what.startswith("instantiate module")}
    assert [what.partition(" within ")[2] for what in started] == ["a budget of 100,000", "a budget of 1"]
    assert 100_000 < max(started.values()) < 10_000_000
    assert 0 < min(started.values()) < 100_000
