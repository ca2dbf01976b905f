"""The command line: exit codes, one sentence for every mistake, results on stdout only."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.home import Home


def wasmfit(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wasmfit", *arguments],
        env={**os.environ, "WASMFIT_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


NEW_BOARD = [
    "new-board", "mine", "--chip", "nRF52832", "--target", "thumbv7em-none-eabihf", "--flash", "0x0:512K",
    "--ram", "0x20000000:64K", "--erase", "4K", "--clock", "64M",
]  # fmt: skip
"""A board of nobody's."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "--runtime", "wasmie"], "Did you mean wasmi?"),
        (["compare", "--runtime", "wasmi@7"], "no version 7 of wasmi"),
        (["compare", "--board", "nrf52841"], "Did you mean nrf52840dk?"),
        (["compare", "--profile", "smal"], "Did you mean small?"),
        (["compare", "--workload", "add"], "Did you mean add-with-extra?"),
        (["compare", "--base", "bear"], "Did you mean bare?"),
        (["bench", "--workload", "sha255"], "Did you mean sha256?"),
        (["bench", "--runtime", "wasmie"], "Did you mean wasmi?"),
        (["bench", "--select", "nothing*", "--runtime", "wasm3@7"], "no version 7 of wasm3"),
        (["features", "--feature", "smid"], "Did you mean simd?"),
        (["features", "--runtime", "wasmie"], "Did you mean wasmi?"),
        (["features", "--board", "esp32"], "Did you mean esp32c6?"),
        (["features", "--toggle-costs", "--feature", "simd"], "--toggle-costs is of runtimes"),
        (["features", "--priced", "--runtime", "wasm3"], "`--priced` is the old name of `--toggle-costs`"),
        (["features", "--toggle-costs", "--runtime", "wasm3"], "has a feature toggle"),
        (["economy", "--workload", "crc23"], "Did you mean crc32?"),
        (["economy", "--runtime", "native"], "Native code has no linear memory"),
        (["economy", "--stack", "1000"], "multiple of 16"),
        (["features", "--runtime", "native"], "Native code runs no WebAssembly"),
        (["lock", "sha255"], "Did you mean sha256?"),
        (["compare", "--select", "nothing*"], "No cell matches"),
        (["compare", "--catalog", "/nowhere"], "not a folder"),
        (["compare", "--format", "xml"], "xml"),
        (["compare", "none.wasm", "--call", "run()"], "none.wasm cannot be read: No such file"),
        (["compare", "none.wasm", "--workload", "add-with-extra"], "instead of a workload: not both"),
        (["compare", "--call", "run()"], "are of a module, and none is named"),
        (["compare", "none.wasm", "--import", "env.log"], "--import takes MODULE.NAME=RULE"),
        (["compare", "/dev/null", "--call", "run()"], "does not begin as a wasm module does"),
        (["compare", "--runtimes", "wasmi"], "No such option"),
        (["profile", "-r", "wasm3", "none.wasm", "-w", "sha256"], "instead of a workload: not both"),
        (
            ["profile", "-r", "wasm3", "none.wasm", "--call", "run()"],
            "none.wasm cannot be read: No such file",
        ),
        (["profile", "-r", "myrmic"], "is not measured: it is public, but in no package registry"),
        (["profile", "-r", "wamr"], "is not one runtime but wamr-classic"),
        (["compare", "--board", "nucleo-f4*6"], "There is no board named 'nucleo-f4*6'"),
        (["new-board", "mine"], "--chip, --target, --flash, --ram, --erase, --clock must be given"),
        (["new-board", "mine", "--chip", "x", "--flash", "0:4K"], "--target, --ram, --erase, --clock must"),
        ([*NEW_BOARD[:-2], "--clock", "fast"], "Invalid clock 'fast'"),
        (
            [word.replace("0x0:512K", "512K") for word in NEW_BOARD],
            "It is ORIGIN:SIZE, such as 0x20000000:64K",
        ),
        (
            [word.replace("thumbv7em-none-eabihf", "thumbv9") for word in NEW_BOARD],
            "There is no target named 'thumbv9'",
        ),
        ([*NEW_BOARD, "--into", "/dev/null"], "Choose another folder with --into"),
        (["new-board", "pico2"], "There is a board named pico2 already"),
        (["report", "none.wasm", "--workload", "sha256"], "none.wasm cannot be read: No such file"),
        (["report", "none.wasm", "-o", "/proc/nothing/report.html"], "cannot be written"),
        (["report", "report.html"], "To write the report there: wasmfit report -o report.html"),
        (["report", "--workload", "sha255", "--flames"], "Did you mean sha256?"),
        (["list", "bords"], "bords"),
        (["comapre"], "comapre"),
    ],
)
def test_a_mistake_is_told_and_exits_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    ended = wasmfit(*arguments, home=tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_broken_catalogue_names_file_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "mine" / "boards").mkdir(parents=True)
    (tmp_path / "mine" / "boards" / "toy.toml").write_text('name = "toy"\nclock_hz = "fast"\n')
    ended = wasmfit("compare", "--catalog", str(tmp_path / "mine"), home=tmp_path / "home")
    assert ended.returncode == 2
    assert "toy.toml:2: clock_hz: Input should be a valid integer" in ended.stderr


def test_a_missing_tool_exits_3_with_the_command_that_installs_it(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    ended = wasmfit("compare", "--runtime", "wasm3", home=tmp_path / "home", PATH=str(tmp_path / "bin"))
    assert ended.returncode == 3
    assert "qemu-system-arm is missing" in ended.stderr
    assert "apt-get install -y qemu-system-arm" in ended.stderr
    assert "apt-get install -y gcc-arm-none-eabi picolibc-arm-none-eabi" in ended.stderr
    assert ended.stdout == ""


def test_doctor_says_the_same(tmp_path: Path, warm_home: Home) -> None:
    (tmp_path / "bin").mkdir()
    ended = wasmfit("doctor", home=warm_home.root, PATH=str(tmp_path / "bin"))
    assert ended.returncode == 3
    assert "missing  qemu-system-arm" in ended.stdout
    assert "Install it with: apt-get install -y qemu-system-arm" in ended.stdout


def test_an_unknown_rust_is_refused(tmp_path: Path) -> None:
    ended = wasmfit("compare", "--runtime", "wasmi", home=tmp_path, WASMFIT_RUST="nightly-1999")
    assert ended.returncode == 2
    assert "no such Rust is installed" in ended.stderr


@pytest.mark.parametrize("kind", ["runtimes", "boards", "workloads", "profiles", "cells"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_everything_can_be_listed(tmp_path: Path, kind: str, form: str) -> None:
    ended = wasmfit("list", kind, "--format", form, home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()
    if form == "json":
        assert json.loads(ended.stdout)[kind]


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "list.json"
    ended = wasmfit("list", "boards", "-f", "json", "-o", str(place), home=tmp_path)
    assert ended.returncode == 0
    assert ended.stdout == ""
    assert json.loads(place.read_text())["boards"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    ended = wasmfit("list", "boards", "-o", "/proc/nothing/here", home=tmp_path)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    ended = wasmfit("compare", "-o", str(tmp_path), home=tmp_path / "home")
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert not (tmp_path / "home").exists()


def test_a_report_that_was_not_made_leaves_no_file(tmp_path: Path) -> None:
    place, old = tmp_path / "new.html", tmp_path / "old.html"
    old.write_text("older")
    for output in (place, old):
        ended = wasmfit("report", "--runtime", "wasmie", "-o", str(output), home=tmp_path / "home")
        assert ended.returncode == 2
    assert not place.exists()
    assert old.read_text() == "older"


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = wasmfit("compare", home=tmp_path / "file")
    assert ended.returncode == 2
    assert "Set WASMFIT_HOME" in ended.stderr


def test_the_cache_is_shown_and_cleaned_but_not_the_results(tmp_path: Path) -> None:
    (tmp_path / "artefacts").mkdir()
    (tmp_path / "artefacts" / "big").write_bytes(bytes(3_000_000))
    assert "3.0 MB  artefacts" in wasmfit("cache", home=tmp_path).stdout
    cleaned = wasmfit("cache", "--clean", home=tmp_path)
    assert "Freed 3.0 MB" in cleaned.stderr
    assert not (tmp_path / "artefacts").exists()


def test_what_is_unavailable_needs_no_tool_but_keeps_its_row(tmp_path: Path) -> None:
    ended = wasmfit("list", "runtimes", home=tmp_path)
    assert "wasm-interpreter@0.2.0" in ended.stdout
    assert "unavailable: it is published in no package registry" in ended.stdout


def test_version(tmp_path: Path) -> None:
    assert wasmfit("--version", home=tmp_path).stdout.startswith("wasmfit 0.")


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m wasmfit list cells | head -n 1; exit ${{PIPESTATUS[0]}}"],
        env={**os.environ, "WASMFIT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 141  # as of any program that SIGPIPE ends; 1 is a cell that failed


def test_boards_are_listed_with_what_they_are(tmp_path: Path) -> None:
    rows = json.loads(wasmfit("list", "boards", "--format", "json", home=tmp_path).stdout)["boards"]
    assert len(rows) >= 15
    by_name = {row["name"]: row for row in rows}
    picow = by_name["picow"]
    assert (picow["core"], picow["target"]) == ("Cortex-M0+, one of two", "thumbv6m-none-eabi")
    assert (picow["flash"], picow["ram"], picow["erase_unit"]) == ("2096896 B", "270336 B", "4096 B")
    assert (picow["clock"], picow["emulator"], picow["probe_rs"]) == (
        "133 MHz",
        "mps2-an385 (twin)",
        "RP2040",
    )
    assert {row["timing"] for row in rows} == {"calibrated", "estimated", "no"}
    assert picow["timing"] == "estimated"
    heading = wasmfit("list", "boards", home=tmp_path).stdout.splitlines()[0].split()
    assert heading == [name for name in picow if name != "source"]


def test_a_new_board_is_a_board(tmp_path: Path) -> None:
    written = wasmfit(*NEW_BOARD, "--into", str(tmp_path / "own"), home=tmp_path)
    assert written.returncode == 0, written.stderr
    assert written.stdout.strip() == str(tmp_path / "own" / "boards" / "mine.toml")
    listed = wasmfit("list", "boards", "--catalog", str(tmp_path / "own"), "-f", "json", home=tmp_path)
    assert "mine" in {row["name"] for row in json.loads(listed.stdout)["boards"]}
    again = wasmfit(*NEW_BOARD, "--into", str(tmp_path / "own"), home=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_on_a_terminal_what_is_missing_is_asked_for_until_it_is_right(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "wasmfit",
        "new-board",
        "mine",
        "--chip",
        "nRF52832",
        "--into",
        str(tmp_path),
    ]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asking:
        os.close(theirs)
        os.write(ours, b"thumbv9\nthumbv7em-none-eabihf\n512K\n0x0:512K\n0x20000000:64K\n4K\n64M\n")
        answered, asked = asking.communicate(timeout=60)
    os.close(ours)
    assert asking.returncode == 0, asked
    assert answered.strip() == str(tmp_path / "boards" / "mine.toml")
    assert "There is no target named 'thumbv9'" in asked
    assert "Invalid memory '512K'" in asked
    assert "The microcontroller" not in asked
