"""The pipeline on real builds: failures stay in their cells, nothing finished is lost or built twice."""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import wasmfit
from wasmfit.catalog.load import BUILT_IN
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.run import CellEnded, Event, TaskStarted

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

BROKEN_RUST = '#![no_std]\ncompile_error!("this glue is broken");\n'

RUNTIME = """\
name = "{name}"
title = "A test's"
license = "MIT"
language = "rust"
effort = 1

[facts]
validation = "none"
module_bytes = "none"
execution = "none"
host_step = "none"
operand_stack = "none"
heap = "none"

[[versions]]
version = "0.1.0"

[[variants]]
name = "{name}"
summary = "made by a test"
"""


def add_runtime(catalogue: Path, name: str, source: str, stack: int = 16_384) -> None:
    """Adds a runtime to a catalogue: one folder, as a user would."""
    folder = catalogue / "runtimes" / name
    (folder / "firmware").mkdir(parents=True)
    text = RUNTIME.format(name=name).replace("effort = 1", f"effort = 1\nstack = {stack}")
    (folder / "runtime.toml").write_text(text)
    (folder / "firmware" / "lib.rs").write_text(source)


def by_name(comparison: wasmfit.Comparison) -> dict[str, Measurement]:
    return {one.runtime: one for one in comparison.measurements}


def test_a_broken_runtime_stops_no_other(warm_home: Home, tmp_path: Path) -> None:
    add_runtime(tmp_path, "broken", BROKEN_RUST)
    comparison = wasmfit.compare(
        runtimes=["broken", "wasm3"], catalogs=[tmp_path], home=warm_home.root, rerun=True
    )
    ends = by_name(comparison)
    assert ends["broken"].status is Status.BUILD_FAILED
    assert ends["broken"].reason == "cargo: error: this glue is broken"
    assert ends["wasm3"].status is Status.OK
    assert comparison.failed == (ends["broken"],)


def test_a_wrong_result_is_no_number(warm_home: Home, tmp_path: Path) -> None:
    baseline = (BUILT_IN / "runtimes/baseline/firmware/lib.rs").read_text()
    wrong = baseline.replace("Ok::<u32, Failure>(sum)", "Ok::<u32, Failure>(sum ^ 1)")
    assert wrong != baseline
    add_runtime(tmp_path, "liar", wrong)
    liar = by_name(wasmfit.compare(runtimes=["liar"], catalogs=[tmp_path], home=warm_home.root))["liar"]
    assert liar.status is Status.WRONG_RESULT
    assert liar.reason is not None
    assert "1003" in liar.reason or "1,003" in liar.reason


def test_an_image_that_does_not_fit_says_by_how_much(warm_home: Home, tmp_path: Path) -> None:
    board = (BUILT_IN / "boards/nrf52840dk.toml").read_text()
    small = board.replace('name = "nrf52840dk"', 'name = "tiny"').replace("size = 1_048_576", "size = 65_536")
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "tiny.toml").write_text(small)
    comparison = wasmfit.compare(
        runtimes=["wasm3"], boards=["tiny"], catalogs=[tmp_path], home=warm_home.root
    )
    wasm3 = by_name(comparison)["wasm3"]
    assert wasm3.status is Status.DOES_NOT_FIT
    assert wasm3.reason is not None
    assert "overflows flash by " in wasm3.reason
    assert by_name(comparison)["baseline"].status is Status.OK


def test_too_little_ram_for_linear_memory(warm_home: Home, tmp_path: Path) -> None:
    board = (BUILT_IN / "boards/nrf52840dk.toml").read_text()
    small = board.replace('name = "nrf52840dk"', 'name = "tiny"').replace("size = 262_144", "size = 65_536")
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "tiny.toml").write_text(small)
    wasm3 = by_name(
        wasmfit.compare(runtimes=["wasm3"], boards=["tiny"], catalogs=[tmp_path], home=warm_home.root)
    )["wasm3"]
    assert wasm3.status is Status.OUT_OF_MEMORY
    assert wasm3.reason is not None
    assert "65,5" in wasm3.reason


def commands_naming(folder: Path) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            if str(folder) in command:
                found.append(command)
    return found


def compare_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "wasmfit", "compare", *arguments]


def test_the_second_time_nothing_is_built(warm_home: Home) -> None:
    wasmfit.compare(runtimes=["wasm3", "wamr"], home=warm_home.root)
    environment = {**os.environ, "WASMFIT_HOME": str(warm_home.root)}
    command = compare_command("-r", "wasm3", "-r", "wamr", "-v", "--format", "json")
    seconds = []
    for _ in range(3):
        # Of the processor, which other programs on the machine do not take from it.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        # -v echoes every command that is run; there is none.
        assert "cargo" not in ended.stderr
        assert "qemu" not in ended.stderr
        assert len(json.loads(ended.stdout)["cells"]) == 5
    assert min(seconds) < 1.5


def test_rows_come_as_they_finish_and_shared_work_is_done_once(warm_home: Home) -> None:
    events: list[Event] = []
    wasmfit.compare(runtimes=["wamr"], home=warm_home.root, rerun=True, event_handler=events.append)
    started = [event.title for event in events if isinstance(event, TaskStarted)]
    assert len(started) == len(set(started))
    ended = [event.measurement.runtime for event in events if isinstance(event, CellEnded)]
    assert sorted(ended) == ["baseline", "wamr-classic", "wamr-fast", "wamr-mini"]


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)], ids=["kill", "int"]
)
def test_an_end_at_any_moment_loses_nothing(tmp_path: Path, number: signal.Signals) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "WASMFIT_HOME": str(home)}
    command = compare_command("-r", "wasm3", "-r", "wasmi", "--format", "json")
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    finished = []
    for line in child.stderr:
        if ": ok, " in line:
            finished.append(line)
        # The baseline and wasm3 have ended, wasmi is being built.
        if len(finished) == 2:
            time.sleep(3)
            child.send_signal(number)
            break
    rest = child.stderr.read()
    child.wait(30)
    if number == signal.SIGINT:
        assert child.returncode == 130
        assert "goes on where this one stopped" in rest
        assert "Traceback" not in rest
    time.sleep(5)
    assert commands_naming(home) == []

    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "(2 from the store)" in again.stderr
    assert {cell["status"] for cell in json.loads(again.stdout)["cells"]} == {"ok"}


def test_two_at_once_on_one_store(warm_home: Home) -> None:
    environment = {**os.environ, "WASMFIT_HOME": str(warm_home.root)}
    command = compare_command("-r", "wasm3", "-r", "wamr", "--rerun", "--format", "json")
    children = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for child in children:
        output, said = child.communicate(timeout=600)
        assert child.returncode == 0, said
        assert {cell["status"] for cell in json.loads(output)["cells"]} == {"ok"}


def test_the_wheel_carries_everything_and_works_from_anywhere(warm_home: Home, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    uv = shutil.which("uv") or Path.home() / ".cache/wasmfit-setup/bin/uv"
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path, root], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([uv, "venv", "--quiet", tmp_path / "venv"], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", tmp_path / "venv/bin/python", wheel]
    subprocess.run(install, check=True)
    environment = {**os.environ, "WASMFIT_HOME": str(warm_home.root)}
    environment.pop("VIRTUAL_ENV", None)
    program = tmp_path / "venv/bin/wasmfit"
    ended = subprocess.run(
        [program, "compare", "-r", "wasm3", "--rerun", "--format", "json"],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert {cell["status"] for cell in json.loads(ended.stdout)["cells"]} == {"ok"}
