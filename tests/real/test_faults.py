"""Faults of the machine in mid-run: what has been finished is kept, and a rerun completes."""

import os
import random
import shutil
import signal
import subprocess
import textwrap
import time
from pathlib import Path

import pytest

from wasmfit.home import Home

from .faults import CELLS, command, compared, environment, nothing_runs, seeded, sound, statuses

pytestmark = [pytest.mark.real, pytest.mark.timeout(2400)]

KILLS = 40
TROUBLED = ("crashes", "hangs", "forks", "garbage", pytest.param("gigabytes", marks=pytest.mark.slow))


@pytest.fixture(scope="module")
def warm(warm_home: Home) -> Home:
    """The home that has what all runs need."""
    ended = compared(warm_home.root)
    assert ended.returncode == 0, ended.stderr
    return warm_home


@pytest.fixture
def home(warm: Home, tmp_path: Path) -> Path:
    return seeded(warm, tmp_path / "home")


@pytest.mark.slow
def test_killed_forty_times_at_random_moments(home: Path) -> None:
    """``kill -9``: what was said to be finished is in the store, which is sound; nothing goes on running."""
    chance = random.Random(2026)  # noqa: S311
    started = time.monotonic()
    assert compared(home).returncode == 0
    whole = time.monotonic() - started
    kept, moments = sound(home), 0
    assert kept == CELLS
    for _ in range(KILLS):
        # Everything is measured again, and half of the time linked again too.
        if chance.random() < 0.5:
            shutil.rmtree(home / "artefacts" / "images", ignore_errors=True)
        with subprocess.Popen(
            command("--rerun"),
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stderr is not None
            time.sleep(chance.uniform(0, whole))
            moments += child.poll() is None
            child.send_signal(signal.SIGKILL)
            said = sum(": ok, " in line for line in child.stderr)
        assert nothing_runs(home) == []
        now = sound(home)
        assert now >= kept + said, f"{said} cells were said to be finished; {now - kept} are in the store"
        kept = now
    assert moments > KILLS / 2, "most runs had ended before they were killed"
    again = compared(home)
    assert again.returncode == 0, again.stderr
    assert set(statuses(again).values()) == {"ok"}


def shim(folder: Path, program: str, body: str) -> Path:
    """A program that answers for its version as the real one does, and otherwise misbehaves."""
    real = shutil.which(program)
    assert real is not None
    folder.mkdir(exist_ok=True)
    path = folder / program
    head = f'#!/bin/sh\ncase "$1" in --version|-v) exec {real} "$@";; esac\nREAL={real}\n'
    path.write_text(head + textwrap.dedent(body))
    path.chmod(0o755)
    return path


def first_in_path(folder: Path) -> str:
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


BODIES = {
    "crashes": "kill -SEGV $$\n",
    "hangs": "trap '' TERM\nwhile :; do sleep 1; done\n",
    "forks": "for n in 1 2 3 4 5 6 7 8; do (trap '' TERM; while :; do sleep 1; done) & done\nexit 3\n",
    "garbage": "head -c 200000 /dev/urandom\nexit 1\n",
    "gigabytes": "head -c 2000000000 /dev/zero | tr '\\0' 'x'\nexit 1\n",
}


@pytest.mark.parametrize("trouble", TROUBLED)
def test_an_emulator_that_misbehaves_ends_its_cells_in_words(
    home: Path, tmp_path: Path, trouble: str
) -> None:
    shim(tmp_path / "bin", "qemu-system-arm", BODIES[trouble])
    env = environment(home, PATH=first_in_path(tmp_path / "bin"))
    arguments = ("--select", "wasm3@*") if trouble == "hangs" else ()
    if trouble == "hangs":
        # The emulation's own limit is minutes: what is tested is the end by Ctrl-C, at once and complete.
        with subprocess.Popen(
            command(*arguments), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as child:
            deadline = time.monotonic() + 120
            while not _runs_shim(tmp_path / "bin") and time.monotonic() < deadline:
                time.sleep(0.1)
            signal_of_a_terminal(child)
            _, said = child.communicate(timeout=60)
        assert child.returncode == 130, said
    else:
        ended = compared(home, env=env)
        assert ended.returncode == 1, ended.stderr
        assert "Traceback" not in ended.stderr
        found = statuses(ended)
        assert len(found) == CELLS
        assert set(found.values()) <= {"faulted", "build-failed", "timeout"}, found
        assert all(line.isprintable() for line in ended.stderr.splitlines()), "garbage on the terminal"
        assert _megabytes(home / "logs") < 400
    assert nothing_runs(home) == []
    assert _runs_shim(tmp_path / "bin") == []
    sound(home)
    again = compared(home, "--rerun")
    assert again.returncode == 0, again.stderr
    assert set(statuses(again).values()) == {"ok"}


def signal_of_a_terminal(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)


def _runs_shim(folder: Path) -> list[str]:
    return nothing_runs(folder, seconds=0)


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20


def test_a_compiler_that_is_removed_in_mid_run(home: Path, tmp_path: Path) -> None:
    """It compiles two files, and is gone: the cells that needed it say so; the others are finished."""
    program = "arm-none-eabi-gcc"
    count = tmp_path / "count"
    shim(
        tmp_path / "bin",
        program,
        f"""
        case " $* " in *" -c "*) echo x >> {count};; esac
        [ -f {count} ] && [ $(wc -l < {count}) -ge 3 ] && rm -f "$0"
        exec $REAL "$@"
        """,
    )
    shutil.rmtree(home / "artefacts" / "c")
    ended = compared(home, env=environment(home, PATH=first_in_path(tmp_path / "bin")))
    assert ended.returncode in (1, 3), ended.stderr
    assert "Traceback" not in ended.stderr
    found = statuses(ended)
    assert found["baseline"] == "ok"
    assert "build-failed" in found.values()
    assert "not installed" in ended.stdout or "gone" in ended.stdout
    again = compared(home)
    assert again.returncode == 0, again.stderr
    assert set(statuses(again).values()) == {"ok"}


def test_a_full_disk_ends_cells_and_loses_none(home: Path, tmp_path: Path) -> None:
    """A small file system fills up while images are made; with room again, the rest is measured."""
    small = tmp_path / "small"
    small.mkdir()
    pages = sum(-(-path.stat().st_size // 4096) for path in (home / "artefacts" / "c").rglob("*.*"))
    script = textwrap.dedent(
        """
        set -e
        mount -t tmpfs -o size=$1 none "$2"
        cp -a "$3/." "$2"
        shift 3
        set +e
        "$@" > "$OUT/first.json" 2> "$OUT/first.txt"; echo $? > "$OUT/first.code"
        mount -o remount,size=2g "$WASMFIT_HOME"
        "$@" > "$OUT/second.json" 2> "$OUT/second.txt"; echo $? > "$OUT/second.code"
        cp "$WASMFIT_HOME"/results.sqlite* "$OUT"
        """
    )
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    env = environment(small, OUT=str(tmp_path))
    ended = subprocess.run(
        [
            *namespace,
            "sh",
            "-c",
            script,
            "sh",
            str(4096 * pages + (600 << 10)),
            str(small),
            str(home),
            *command(),
        ],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stderr
    first = (tmp_path / "first.txt").read_text()
    assert (tmp_path / "first.code").read_text() != "0\n", "the disk was large enough"
    assert "Traceback" not in first
    assert "No space left" in first or "disk is full" in first, first
    assert (tmp_path / "second.code").read_text() == "0\n", (tmp_path / "second.txt").read_text()
    sound(tmp_path)
