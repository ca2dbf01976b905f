"""Cells on a cluster: what lands in the store is what a local run stores, whatever happens to workers."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import wasmfit
from tests.wat import guest
from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import BUILT_IN
from wasmfit.errors import WasmfitError
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.module import load_user_module
from wasmfit.plan import plan, select_builds
from wasmfit.requests import Experiment, ModuleRequest
from wasmfit.run import CellEnded, Event, Executor, Said, TaskEnded, TaskStarted, null_handler
from wasmfit.run.cells import cell_jobs
from wasmfit.run.cluster import resources
from wasmfit.run.cluster.executor import ClusterExecutor
from wasmfit.run.features import FeaturesRun
from wasmfit.store import OutcomeStore
from wasmfit.toolchain import ProcessRunner, Versions, find

from .farm import PROGRAMS, Farm

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

RUNTIMES = ("wasm3", "wamr")


@pytest.fixture(scope="module")
def local(warm_home: Home) -> Comparison:
    return wasmfit.compare(runtimes=RUNTIMES, home=warm_home.root, rerun=True)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, warm_home: Home, local: Comparison) -> Iterator[Farm]:
    """Three workers, the first of which has what takes minutes to build: modules and Rust archives."""
    assert local
    made = Farm(tmp_path_factory.mktemp("farm"), 3)
    try:
        give(warm_home, made.homes[0], Catalog.load(), Experiment(runtimes=RUNTIMES))
        yield made
    finally:
        made.close()


def give(warm: Home, home: Home, catalog: Catalog, experiment: Experiment) -> None:
    """Copies the modules and Rust archives of an experiment from one folder to another."""
    module = None if experiment.module is None else load_user_module(experiment.module)
    cells, runner = plan(catalog, experiment, module=module).measured, ProcessRunner()
    board = cells[0].board
    tools = find(Versions(warm.tools, runner), {board.target: catalog.target(board).c}, [board.emulator])
    context = Context(catalog, warm, tools, runner)
    for step in {one.key: one for job in cell_jobs(context, cells) for one in job.steps}.values():
        place = context.cache.place(step.kind, step.key)
        copy = home.artefacts / place.relative_to(warm.artefacts)
        if step.kind in ("guest", "firmware") and not copy.exists():
            shutil.copytree(place, copy)


def as_local(one: Measurement) -> dict[str, Any]:
    """A measurement without what may differ: times, places, and who measured."""
    record = one.model_dump(mode="json")
    for name in ("elf", "log", "measured_at", "worker"):
        del record["provenance"][name]
    return record


def stored(home: Path) -> Counter[str]:
    with sqlite3.connect(home / "results.sqlite") as database:
        return Counter(cell for (cell,) in database.execute("SELECT cell FROM measurement"))


def objects_compiled(farm: Farm) -> Counter[str]:
    """How often each object file of shared steps was compiled, by all workers together."""
    found = re.compile(r"^\$ .* -c (\S+) -o", re.M)
    logs = (log for home in farm.homes for log in home.logs.glob("C_sources_*.log"))
    return Counter(
        f"{log.name}: {Path(source).name}" for log in logs for source in found.findall(log.read_text())
    )


def test_workers_measure_what_this_machine_does(farm: Farm, local: Comparison, tmp_path: Path) -> None:
    events: list[Event] = []
    comparison = wasmfit.compare(
        runtimes=RUNTIMES, home=tmp_path, cluster=farm.address, event_handler=events.append
    )
    assert [as_local(one) for one in comparison.measurements] == [as_local(one) for one in local.measurements]
    # Each result once, with its image and log at their places on this machine.
    assert stored(tmp_path) == Counter({one.id: 1 for one in local.measurements})
    for one in comparison.measurements:
        assert one.provenance.worker in {"w0", "w1", "w2"}
        assert Path(one.provenance.elf or "").is_relative_to(tmp_path)
        assert Path(one.provenance.elf or "").is_file()
        assert "qemu-system-arm" in Path(one.provenance.log or "").read_text()
    # So has what a report shows of it come along.
    kept = list((tmp_path / "artefacts" / "bytes").rglob("bytes.json"))
    assert len(kept) == len({one.provenance.elf_sha256 for one in comparison.measurements})
    # Nothing was built twice: what one worker had, the others got from it.
    compiled = objects_compiled(farm)
    assert compiled
    assert set(compiled.values()) == {1}
    assert not [log for home in farm.homes for log in home.logs.glob("firmware_*")]
    assert not [log for home in farm.homes for log in home.logs.glob("module_*")]
    # The same events as of a local run: every title starts and ends.
    started = Counter(event.title for event in events if isinstance(event, TaskStarted))
    assert started == Counter(event.title for event in events if isinstance(event, TaskEnded))
    assert {one.id for one in local.measurements} <= set(started)
    assert len([event for event in events if isinstance(event, CellEnded)]) == len(local.measurements)
    # What is stored is not sent again: null_handler needs to be there.
    again = wasmfit.compare(runtimes=RUNTIMES, home=tmp_path, cluster="tcp://127.0.0.1:9")
    assert again.reused == len(local.measurements)


def test_nothing_listens_on_other_than_loopback(farm: Farm) -> None:
    processes = [
        process
        for root in (farm.scheduler, *farm.workers)
        for process in (psutil.Process(root.pid), *psutil.Process(root.pid).children(recursive=True))
    ]
    listening = [
        socket.laddr.ip
        for process in processes
        for socket in process.net_connections("inet")
        if socket.status == psutil.CONN_LISTEN
    ]
    # The scheduler, and of each worker at least its nanny and itself.
    assert len(listening) >= 7
    assert set(listening) == {"127.0.0.1"}


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(
    farm: Farm, local: Comparison, tmp_path: Path
) -> None:
    farm.forget()
    farm.compiler("once", "wamr")
    events: list[Event] = []
    comparison = wasmfit.compare(
        runtimes=RUNTIMES, home=tmp_path, cluster=farm.address, event_handler=events.append
    )
    assert farm.killed
    assert [as_local(one) for one in comparison.measurements] == [as_local(one) for one in local.measurements]
    assert stored(tmp_path) == Counter({one.id: 1 for one in local.measurements})
    assert any(isinstance(event, TaskEnded) and "worker was lost" in (event.error or "") for event in events)


def test_a_cell_that_kills_its_workers_is_marked_and_left(
    farm: Farm, local: Comparison, tmp_path: Path
) -> None:
    farm.forget()
    farm.compiler("kill", "wasm3")
    comparison = wasmfit.compare(runtimes=RUNTIMES, home=tmp_path, cluster=farm.address)
    farm.compiler("good")
    by_id = {one.id: one for one in local.measurements}
    for one in comparison.measurements:
        if one.runtime == "wasm3":
            assert one.status is Status.BUILD_FAILED
            assert re.fullmatch(
                r"2 workers died while they made C sources wasm3@\S+ \(.*\): w\d.*", one.reason or ""
            )
        else:
            assert as_local(one) == as_local(by_id[one.id])
    assert comparison.failed
    assert stored(tmp_path) == Counter({one.id: 1 for one in local.measurements})


def test_what_no_worker_has_is_said_and_waited_for(
    farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class EnoughError(Exception):
        pass

    def listen(event: Event) -> None:
        if isinstance(event, Said):
            said.append(event.sentence)
            raise EnoughError

    # As cells will need it that run on a board.
    monkeypatch.setattr(resources, "QEMU", "probe:nrf52840dk")
    with pytest.raises(EnoughError):
        wasmfit.compare(runtimes=["wasm3"], home=tmp_path, cluster=farm.address, event_handler=listen)
    assert said == ["No worker has probe:nrf52840dk: 2 cells wait. Start a worker that has it."]


def test_a_module_and_a_catalogue_of_the_users_own_are_sent(
    farm: Farm, warm_home: Home, tmp_path: Path
) -> None:
    farm.compiler("good")
    board = (BUILT_IN / "boards" / "nrf52840dk.toml").read_text()
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "mine.toml").write_text(board.replace('"nrf52840dk"', '"mine"', 1))
    wasm = guest("add", tmp_path)
    mine: dict[str, Any] = {
        "runtimes": ["wasm3"],
        "boards": ["mine"],
        "catalogs": [tmp_path],
        "module": wasm,
        "calls": ["add(2, 3)"],
        "expect": "5",
    }
    here = wasmfit.compare(**mine, home=warm_home.root, rerun=True)
    request = ModuleRequest(path=wasm, calls=["add(2, 3)"], expect=["5"])
    experiment = Experiment(runtimes=["wasm3"], boards=["mine"], module=request)
    give(warm_home, farm.homes[0], Catalog.load(tmp_path), experiment)
    there = wasmfit.compare(**mine, home=tmp_path / "home", cluster=farm.address)
    assert [one.status for one in there.measurements] == [Status.OK] * 2
    assert [as_local(one) for one in there.measurements] == [as_local(one) for one in here.measurements]


def test_a_part_of_the_suite_is_run_by_workers(farm: Farm, warm_home: Home, tmp_path: Path) -> None:
    farm.compiler("good")
    catalog, runner = Catalog.load(), ProcessRunner()
    board, profile = catalog.board("nrf52840dk"), catalog.profile("reference")
    builds = select_builds(catalog, ["wasm3", "wamr"])
    features = [one for one in catalog.features.features if one.name == "extended-const"]

    def measured(home: Home, executor: Executor | None) -> list[dict[str, Any]]:
        tools = find(Versions(home.tools, runner), {board.target: catalog.target(board).c}, [board.emulator])
        context = Context(catalog, home, tools, runner)
        run = FeaturesRun(context, OutcomeStore(home.results), null_handler, rerun=True, executor=executor)
        found = run.run(builds, [board], [profile], features)
        assert not found.failures
        return [one.model_dump(exclude={"measured_at"}) for one in found.runtimes]

    here, home = measured(warm_home, None), Home.at(tmp_path)
    assert measured(home, ClusterExecutor(farm.address)) == here
    # The images have come along, and were not built here.
    assert len(list(home.artefacts.glob("images/*/firmware.elf"))) == len(builds)
    assert not list(home.logs.glob("C_sources*"))


def client(farm: Farm, home: Path) -> "subprocess.Popen[str]":
    command = [str(PROGRAMS / "wasmfit"), "compare", "-r", "wasm3", "--rerun", "--cluster", str(farm.file)]
    return subprocess.Popen(
        command,
        env={**os.environ, "WASMFIT_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        # Shells have what they start in the background ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_another_wasmfit_is_refused_in_a_sentence(farm: Farm, tmp_path: Path) -> None:
    package = Path(wasmfit.__file__).parent
    shutil.copytree(package, tmp_path / "wasmfit", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "wasmfit" / "words.py").open("a") as words:
        words.write("# changed\n")
    command = [sys.executable, "-m", "wasmfit", "compare", "-r", "wasm3", "--cluster", farm.address]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "WASMFIT_HOME": str(tmp_path / "home")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    said = r"wasmfit: No worker has this wasmfit, wasmfit \S+ \(code \w+\): w0 has wasmfit"
    assert any(re.match(said, line) for line in ended.stderr.splitlines())
    assert "Traceback" not in ended.stderr


def wait_for_compilers(farm: Farm) -> list[int]:
    deadline = time.monotonic() + 240
    while not farm.waiting():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return farm.waiting()


def ended(process: int) -> bool:
    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def test_ctrl_c_ends_what_the_workers_do(farm: Farm, tmp_path: Path) -> None:
    farm.forget()
    farm.compiler("wait", "wasm3")
    interrupted = client(farm, tmp_path)
    compilers = wait_for_compilers(farm)
    interrupted.send_signal(signal.SIGINT)
    _, words = interrupted.communicate(timeout=240)
    assert interrupted.returncode == 130
    assert "Finished cells are stored" in words
    deadline = time.monotonic() + 60
    while not all(map(ended, compilers)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_lost_scheduler_is_a_sentence(farm: Farm, tmp_path: Path) -> None:
    """The last test: there is no farm after it."""
    farm.forget()
    farm.compiler("wait", "wasm3")
    left = client(farm, tmp_path)
    wait_for_compilers(farm)
    farm.scheduler.kill()
    _, words = left.communicate(timeout=240)
    assert left.returncode == 2
    assert "The connection to the scheduler" in words
    assert "the same command goes on" in words
    assert "Traceback" not in words
    for worker, home in zip(farm.workers, farm.homes, strict=True):
        assert worker.wait(240) == 2
        assert "has gone." in farm.log(home.root.name)
    with pytest.raises(WasmfitError, match="No scheduler can be reached"):
        wasmfit.compare(runtimes=["wasm3"], home=tmp_path, rerun=True, cluster=farm.address)
