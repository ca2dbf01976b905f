"""A search with real builds: three of wasm3, which take seconds."""

from pathlib import Path

import pytest
import tomli_w

import wasmfit
from wasmfit.analysis.tuning import Objective, Trial
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.store import Store

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]


def test_three_builds_are_measured_and_the_next_search_goes_on_from_them(warm_home: Home) -> None:
    told: list[Trial] = []
    first = wasmfit.tune(
        "wasm3",
        builds=3,
        workloads=["crc32"],
        home=warm_home.root,
        rerun=True,
        on_trial=lambda trial, _anchor: told.append(trial),
    )
    assert list(first.trials) == told
    assert [len(trial.changes) > 0 for trial in first.trials] == [False, True, True]
    for trial in first.trials:
        (one,) = trial.cells
        assert one.status is Status.OK, one.reason
        assert one.run is not None
        assert one.run.result == one.run.expected
        assert one.provenance.elf_sha256
    flash = [figures[Objective.FLASH] for trial in first.trials if (figures := trial.metrics)]
    assert len(set(flash)) == 3, "each setting makes another image"
    small, quick = first.trials[1], first.trials[2]
    assert small.changes["c-opt"] == "z"
    assert "-Oz" in small.cells[0].provenance.flags
    assert "--icf=all" in quick.cells[0].provenance.flags
    assert f"--set c-opt={quick.changes['c-opt']}" in quick.cells[0].provenance.replay

    stored = Store(warm_home.results).count()
    again = wasmfit.tune("wasm3", builds=3, workloads=["crc32"], home=warm_home.root)
    assert all(trial.reused for trial in again.trials)
    assert [trial.metrics for trial in again.trials] == [trial.metrics for trial in first.trials]
    assert Store(warm_home.results).count() == stored

    replayed = wasmfit.tune(
        "wasm3",
        workloads=["crc32"],
        settings=[f"{name}={value}" for name, value in small.changes.items()],
        only=True,
        home=warm_home.root,
    )
    assert [trial.reused for trial in replayed.trials] == [True, True]
    assert replayed.trials[1].cells[0].id == small.cells[0].id


def test_a_target_that_rustc_does_not_take_is_told_in_its_words(tmp_path: Path, warm_home: Home) -> None:
    own = Catalog.load().profile("reference").model_dump(mode="json", exclude_defaults=True)
    own["name"] = "odd"
    own["rust"]["target"] = {"frame-pointer": "sometimes"}
    place = tmp_path / "profiles" / "odd.toml"
    place.parent.mkdir()
    place.write_text(tomli_w.dumps(own))
    found = wasmfit.compare(runtimes=["wasm3"], profiles=["odd"], catalogs=[tmp_path], home=warm_home.root)
    (cell,) = [one for one in found.measurements if one.runtime == "wasm3"]
    assert cell.status is Status.BUILD_FAILED
    assert cell.reason is not None
    assert "rustc takes no such target as the profile has" in cell.reason
    assert "'may-omit'" in cell.reason, "what it takes"
