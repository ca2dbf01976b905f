"""What docs/tune.md says that tuning reaches, built and measured: two runtimes, for minutes each."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import wasmfit
from wasmfit.analysis.tuning import Objective
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import BUILT_IN
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(7200)]

PAGE = (Path(__file__).parents[2] / "docs" / "tune.md").read_text(encoding="utf-8")


def documented(runtime: str) -> list[str]:
    """The settings that the page names for a runtime: ``--set`` after ``--set`` of its command."""
    (line,) = [one for one in PAGE.splitlines() if one.strip().startswith(f"wasmfit tune {runtime} --only")]
    words = line.split()
    return [value for name, value in pairwise(words) if name == "--set"]


@pytest.mark.parametrize("runtime", ["wasmi", "wasmtime"])
def test_a_quarter_less_flash_at_no_loss_of_speed(runtime: str, warm_home: Home) -> None:
    settings = documented(runtime)
    found = wasmfit.tune(
        runtime, objectives=["flash", "speed"], settings=settings, only=True, home=warm_home.root
    )
    anchor, tuned = found.trials
    for trial in (anchor, tuned):
        assert trial.failed is None, trial.reason
        for one in trial.cells:
            assert one.status is Status.OK
            assert one.run is not None
            assert one.run.result == one.run.expected
    # What cannot be seen in the three workloads that a search runs: all others are right as well.
    workloads = sorted(Catalog.load().workloads)
    reference = wasmfit.compare(runtimes=[found.runtime], workloads=workloads, home=warm_home.root)
    held = [
        one.module for one in reference.measurements if one.runtime == runtime and one.status is Status.OK
    ]
    assert len(held) > 12
    others = wasmfit.tune(runtime, workloads=held, settings=settings, only=True, home=warm_home.root)
    assert [trial.reason for trial in others.trials] == [None, None]
    flash, speed = (found.ratio(tuned, one) for one in (Objective.FLASH, Objective.SPEED))
    assert flash is not None
    assert speed is not None
    assert (flash <= 0.75, speed <= 1) == (True, True), (
        f"flash {flash - 1:+.1%}, instructions {speed - 1:+.2%}"
    )
    assert found.best is tuned
    # None of what a module may need is among what it gives up.
    runtime_file = tomllib.loads((BUILT_IN / "runtimes" / runtime / "runtime.toml").read_text("utf-8"))
    needed = {
        f"{switch['name']}={value['name']}"
        for switch in runtime_file["switches"]
        for value in switch["values"]
        if value.get("needs_leave")
    }
    assert needed
    assert not needed & {*settings, *tuned.trade_offs}
