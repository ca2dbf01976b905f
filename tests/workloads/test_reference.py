"""The workloads of the catalogue hold together, and their expected results are computed anew."""

import pytest

from wasmfit.catalog import Catalog
from wasmfit.model import Workload

from .reference import EXPECTED, aes128, spectrum

CATALOG = Catalog.load()


@pytest.fixture(params=CATALOG.workloads)
def workload(request: pytest.FixtureRequest) -> Workload:
    return CATALOG.workload(request.param)


def test_every_workload_is_computed_here() -> None:
    assert EXPECTED.keys() == CATALOG.workloads.keys()


def test_expected_results_are_what_is_computed_here(workload: Workload) -> None:
    for call in workload.calls:
        first, second = call.arguments
        assert call.expected == EXPECTED[workload.name](first, second)


def test_calls_differ_and_say_what_they_are(workload: Workload) -> None:
    assert len({call.arguments for call in workload.calls}) >= 2
    assert len({call.expected for call in workload.calls}) >= 2
    assert workload.title
    assert workload.arguments
    assert workload.checked


def test_what_is_depended_on_is_locked(workload: Workload) -> None:
    locks = CATALOG.folder(workload) / "locks"
    pinned = workload.guest.dependencies
    assert {path.name for path in locks.glob("*")} == ({"guest.lock", "native.lock"} if pinned else set())
    for path in locks.glob("*"):
        text = path.read_text()
        for name, one in pinned.items():
            assert f'name = "{name}"\nversion = "{one.version.removeprefix("=")}"' in text


def test_aes_is_that_of_fips_197() -> None:
    """Its appendix C.1."""
    key, text = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
    assert aes128(key, text).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


def test_no_spectrum_is_so_near_a_border_that_rounding_matters() -> None:
    """Single precision is off by some 1e-5 steps here: 512 points, levels of a few thousand, steps of 64."""
    for call in CATALOG.workload("fft").calls:
        assert min(abs(level - round(level)) for level in spectrum(*call.arguments)) > 1e-4
