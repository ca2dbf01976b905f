"""What tasks need, what workers have, and the words for what is lacking."""

import pytest

from wasmfit.errors import UsageError, WasmfitError
from wasmfit.run.cluster.resources import given, missing, require_same

OURS = "wasmfit 0.1.0 (code aaaa)"
NEEDS = {OURS: 1.0, "rustc rustc 1.96.0": 1.0, "qemu": 1.0}
WHOLE = {OURS: 1e9, "rustc rustc 1.96.0": 1e9, "qemu": 4.0}


def test_amounts_as_the_user_writes_them() -> None:
    assert given(["probe:nrf52840dk=1", "qemu=4", "build=0"]) == {
        "probe:nrf52840dk": 1,
        "qemu": 4,
        "build": 0,
    }


@pytest.mark.parametrize("argument", ["qemu", "=1", "qemu=", "qemu=many", "qemu=-1", "qemu=nan", "qemu=inf"])
def test_amounts_that_are_none(argument: str) -> None:
    with pytest.raises(UsageError, match="--resource takes NAME=AMOUNT"):
        given([argument])


def test_nothing_is_lacking() -> None:
    assert missing(NEEDS, {"w1": {}, "w2": WHOLE}) is None


def test_nobody_works() -> None:
    assert missing(NEEDS, {}) == "The cluster has no workers"


def test_nobody_has_a_board() -> None:
    needs = {**NEEDS, "probe:nrf52840dk": 1.0}
    assert missing(needs, {"w1": WHOLE}) == "No worker has probe:nrf52840dk"


def test_another_version_is_named() -> None:
    old = {OURS: 1e9, "rustc rustc 1.95.0": 1e9, "qemu": 4.0}
    assert missing(NEEDS, {"w1": old}) == "No worker has rustc rustc 1.96.0 (they have rustc rustc 1.95.0)"


def test_each_has_a_part() -> None:
    parts = {"w1": {OURS: 1e9, "rustc rustc 1.96.0": 1e9}, "w2": {"qemu": 1.0}}
    assert (missing(NEEDS, parts) or "").startswith("No worker has all of qemu, rustc")


def test_the_same_wasmfit_at_both_ends() -> None:
    require_same(OURS, {})
    require_same(OURS, {"w1": WHOLE, "w2": {}})


def test_another_wasmfit_is_refused_with_both_versions() -> None:
    others = {"w1": {"wasmfit 0.2.0 (code bbbb)": 1e9}, "w2": {"qemu": 1.0}}
    with pytest.raises(WasmfitError) as caught:
        require_same(OURS, others)
    assert caught.value.message == (
        f"No worker has this wasmfit, {OURS}: w1 has wasmfit 0.2.0 (code bbbb); w2 has none."
    )
