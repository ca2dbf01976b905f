"""Several modules in one request: each has what is said of the first."""

from pathlib import Path

import pytest

from wasmfit.errors import UsageError
from wasmfit.requests import Experiment, FitExperiment, ReportExperiment
from wasmfit.requests.flat import from_flat


def test_more_modules_share_what_is_said_of_the_first() -> None:
    request = from_flat(
        Experiment, {"module": "a.wasm", "more_modules": ["b.wasm", "c.wasm"], "preset": "embench"}
    )
    assert [(one.path, one.preset) for one in request.suite] == [
        (Path(f"{name}.wasm"), "embench") for name in "abc"
    ]
    assert not request.with_workloads


def test_one_module_is_no_suite() -> None:
    assert from_flat(Experiment, {"module": "a.wasm"}).suite == ()
    assert Experiment().suite == ()
    assert Experiment().with_workloads


def test_a_report_has_workloads_next_to_modules() -> None:
    request = from_flat(ReportExperiment, {"module": "a.wasm", "workloads": ["crc32"]})
    assert [one.path for one in request.suite] == [Path("a.wasm")]
    assert request.with_workloads
    assert not from_flat(ReportExperiment, {"module": "a.wasm"}).with_workloads


@pytest.mark.parametrize("kind", [Experiment, FitExperiment, ReportExperiment])
def test_more_modules_without_a_first_are_refused(
    kind: type[Experiment] | type[FitExperiment] | type[ReportExperiment],
) -> None:
    with pytest.raises(UsageError, match="no first one"):
        from_flat(kind, {"more_modules": ["b.wasm"]})


def test_a_comparison_is_of_modules_or_of_workloads() -> None:
    with pytest.raises(UsageError, match="not both"):
        from_flat(Experiment, {"module": "a.wasm", "workloads": ["crc32"]})
    with pytest.raises(UsageError, match="not both"):
        from_flat(FitExperiment, {"module": "a.wasm", "more_modules": ["b.wasm"], "workload": "crc32"})
