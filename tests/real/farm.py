"""A scheduler and workers as processes on loopback, with a C compiler that tests can make deadly."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from wasmfit.home import Home

PROGRAMS = Path(sys.executable).parent

# In the place of the compiler: it does what the file MODE beside it says when it compiles for the runtime
# that the file names. Its parent is the worker, which dies a moment later, when what it has said is sent.
COMPILER = """\
#!/bin/sh
mode= runtime=
[ -f "{folder}/mode" ] && read mode runtime < "{folder}/mode"
case "$mode $* " in
kill*"=/$runtime "*) sleep 0.5; kill -9 $PPID ;;
once*"=/$runtime "*) mkdir "{folder}/killed" 2>/dev/null && sleep 0.5 && kill -9 $PPID ;;
wait*"=/$runtime "*) echo $$ >> "{folder}/waiting"; exec sleep 600 ;;
esac
exec {compiler} "$@"
"""


class Farm:
    """The processes.

    Args:
        folder: Where homes and logs go.
        workers: How many.
        allowed_failures: Workers that may die of a task before Dask gives it up.
    """

    def __init__(self, folder: Path, workers: int, allowed_failures: int = 1) -> None:
        self._folder = folder
        self.file = folder / "scheduler.json"
        self.homes = [Home.at(folder / f"w{number}") for number in range(workers)]
        self._bin = folder / "bin"
        self._bin.mkdir()
        real = shutil.which("arm-none-eabi-gcc")
        assert real is not None
        compiler = self._bin / "arm-none-eabi-gcc"
        compiler.write_text(COMPILER.format(folder=folder, compiler=real))
        compiler.chmod(0o755)
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self._open(allowed_failures)
        except BaseException:
            self.close()
            raise

    def _open(self, allowed_failures: int) -> None:
        dask = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        self.scheduler = self._start(
            "scheduler",
            f"dask scheduler --host 127.0.0.1 --port 0 --dashboard-address 127.0.0.1:0 "
            f"--scheduler-file {self.file}",
            dask,
        )
        self._wait(self.file.is_file, "the scheduler")
        path = f"{self._bin}{os.pathsep}{os.environ['PATH']}"
        self.workers = [
            self._start(
                home.root.name,
                f"wasmfit worker --scheduler-file {self.file} --name {home.root.name} --resource qemu=1",
                {"WASMFIT_HOME": str(home.root), "PATH": path},
            )
            for home in self.homes
        ]
        for home in self.homes:
            self._wait(lambda home=home: "Working for" in self.log(home.root.name), home.root.name)  # type: ignore[misc]

    def _start(self, name: str, command: str, more: dict[str, str]) -> "subprocess.Popen[bytes]":
        program, *arguments = command.split()
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAMS / program, *arguments], env={**os.environ, **more}, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self._folder / f"{name}.log").read_text()

    def _wait(self, there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 240
        while not there():
            if time.monotonic() > deadline or any(one.poll() is not None for one in self._processes):
                raise TimeoutError(f"{what} did not start")
            time.sleep(0.1)

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return str(json.loads(self.file.read_text())["address"])

    def compiler(self, mode: str, runtime: str = "") -> None:
        """Makes the workers' compiler ``kill`` its worker, kill ``once``, ``wait``, or work (``good``)."""
        (self._folder / "waiting").unlink(missing_ok=True)
        (self._folder / "mode").write_text(f"{mode} {runtime}\n")

    @property
    def killed(self) -> bool:
        """Whether mode ``once`` has killed a worker."""
        return (self._folder / "killed").is_dir()

    def waiting(self) -> list[int]:
        """Processes that mode ``wait`` has kept."""
        path = self._folder / "waiting"
        return [int(line) for line in path.read_text().split()] if path.is_file() else []

    def forget(self) -> None:
        """Leaves every worker what takes minutes to build, and nothing that takes seconds."""
        for home in self.homes:
            for kind in ("c", "images"):
                shutil.rmtree(home.artefacts / kind, ignore_errors=True)
            shutil.rmtree(home.logs, ignore_errors=True)
        for kind in ("guest", "firmware"):
            first, *others = (home.artefacts / kind for home in self.homes)
            for other in others:
                shutil.copytree(first, other, dirs_exist_ok=True)

    def close(self) -> None:
        """Ends all processes."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self._processes):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
