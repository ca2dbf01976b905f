"""Verdicts on what was really measured: two profiles of one runtime, in the terms of the documents."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wasmfit
from tests.commands import blocks
from tests.report.junit import is_junit
from tests.samples import metric_amounts
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.store import Store

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

CELL = "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/{}"


@pytest.fixture(scope="module")
def measured(warm_home: Home) -> dict[str, Measurement]:
    """Both profiles, each in a run of its own."""
    found: dict[str, Measurement] = {}
    for profile in ("small", "fast"):
        comparison = wasmfit.compare(
            runtimes=["wasm3"], profiles=[profile], label=f"test-{profile}", home=warm_home.root
        )
        assert comparison.run is not None
        found |= {one.id: one for one in comparison.measurements}
    assert {one.status for one in found.values()} == {Status.OK}
    return found


def test_two_profiles_differ_by_what_was_measured(measured: dict[str, Measurement], warm_home: Home) -> None:
    found = wasmfit.diff(
        "profile:small",
        "profile:fast",
        select=["wasm3@0.5.0/add-with-extra/nrf52840dk/*"],
        home=warm_home.root,
    )
    (cell,) = found.cells
    small, fast = (measured[CELL.format(profile)] for profile in ("small", "fast"))
    before, after = metric_amounts(small), metric_amounts(fast)
    for change in cell.metrics:
        if change.metric.name in before and not change.metric.name.startswith("size.owners/"):
            assert change.before == before[change.metric.name]
            assert change.after == after.get(change.metric.name)
    flash = cell.change("size.flash")
    assert flash is not None
    assert fast.size is not None
    assert small.size is not None
    assert flash.by == fast.size.flash - small.size.flash
    text = [one.by or 0 for one in cell.owners if one.metric.name.startswith("size.owners/.text/")]
    assert sum(text) == fast.size.text - small.size.text
    assert any("-O3" in why for why in cell.why)
    assert found.symbols is not None
    grown = {one.name for one in found.symbols[cell.name]}
    assert any(name.startswith("Compile") for name in grown), grown  # wasm3's compiler


def test_budgets_of_what_was_measured(
    measured: dict[str, Measurement], warm_home: Home, tmp_path: Path
) -> None:
    small = measured[CELL.format("small")].size
    fast = measured[CELL.format("fast")].size
    assert small is not None
    assert fast is not None
    cells = f'[[limit]]\ncells = "{CELL.format("*")}"\nfigure = "size.flash"\n'
    (tmp_path / "budget.toml").write_text(
        f"{cells}max = {fast.flash}\n{cells}max = {small.flash}\n{cells}max = '+0'\nbaseline = 'test-fast'\n"
    )
    found = wasmfit.check(tmp_path / "budget.toml", of="test-fast", home=warm_home.root)
    assert [one.excess for one in found.results] == [None, fast.flash - small.flash, None]
    assert len(found.failed) == 1


def test_what_fits_and_what_is_short(measured: dict[str, Measurement], warm_home: Home) -> None:
    one = measured[CELL.format("small")]
    needed = int(metric_amounts(one)["ram_needed"].value)
    assert one.size is not None
    found = wasmfit.fit(runtimes=["wasm3"], profile="small", ram=needed, home=warm_home.root)
    assert [ranked.measurement.id for ranked in found.ranked] == [one.id]
    assert all(note.startswith("predicted calls on") for note in found.notes)
    found = wasmfit.fit(runtimes=["wasm3"], profile="small", flash="2G", home=warm_home.root)
    assert found.requirements.flash == 1 << 20
    assert any("1,048,576 B" in caveat for caveat in found.caveats)
    found = wasmfit.fit(
        runtimes=["wasm3"], profile="small", ram=needed - 1, flash=one.size.flash - 10, home=warm_home.root
    )
    assert [(reason.criterion, reason.missing) for reason in found.rejected[0].reasons] == [
        ("flash", 10),
        ("ram", 1),
    ]


def test_a_run_is_recorded_with_its_cells(measured: dict[str, Measurement], warm_home: Home) -> None:
    with Store(warm_home.results).reading() as reader:
        run = next(run for run in reader.runs() if run.metadata.label == "test-fast")
        cells = [kept.cell for kept in reader.shown(run.number)]
    assert cells == ["baseline@0.1.0/add-with-extra/nrf52840dk/bare/fast", CELL.format("fast")]
    assert set(cells) <= measured.keys()
    found = wasmfit.history("size.flash", select=[CELL.format("small")], home=warm_home.root)
    last = found.cells[0].points[-1].amount
    assert last is not None
    size = measured[CELL.format("small")].size
    assert size is not None
    assert last.value == size.flash


def test_the_documents_workflow_does_what_it_says(warm_home: Home, tmp_path: Path) -> None:
    """Every command of docs/ci.md, first as on main, then as in a pull request."""
    workflow, _of_ariel_os = blocks("ci.md", "yaml")
    (budget,) = blocks("ci.md", "toml")
    (tmp_path / "budget.toml").write_text(budget)
    lines = [line.strip() for line in workflow.splitlines()]
    commands = [line for line in lines if re.match(r"(wasmfit|cat) ", line)]
    assert len(commands) == 5
    folder = Path(sys.executable).parent
    for label in ("main", "pull-request"):
        environment = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "WASMFIT_HOME": str(warm_home.root),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "LABEL": label,
        }
        for command in commands:
            if label == "main" and re.match(r"wasmfit diff|cat ", command):
                continue  # Only in pull requests.
            ended = subprocess.run(
                ["bash", "-ec", command],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ended.returncode == 0, (command, ended.stderr)
    is_junit((tmp_path / "report.xml").read_text())
    assert "0 of 2 cells" in (tmp_path / "summary.md").read_text()
