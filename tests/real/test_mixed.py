"""The profile that makes a runtime's own crates fast and the rest small."""

import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]


def test_mixed_lies_between_small_and_fast(warm_home: Home) -> None:
    profiles = ["small", "mixed", "fast"]
    compared = wasmfit.compare(
        runtimes=["tinywasm"], workloads=["crc32"], profiles=profiles, home=warm_home.root
    )
    cells = {cell.profile: cell for cell in compared.measurements if cell.runtime == "tinywasm"}
    assert [cells[profile].status for profile in profiles] == [Status.OK] * 3
    small, mixed, fast = (cells[profile] for profile in profiles)
    assert flash(small) < flash(mixed) < flash(fast)
    assert instructions(mixed) < instructions(small)


def flash(cell: Measurement) -> int:
    assert cell.size is not None
    return cell.size.flash


def instructions(cell: Measurement) -> int:
    assert cell.run is not None
    assert cell.run.instructions.call is not None
    return cell.run.instructions.call
