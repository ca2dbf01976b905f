"""What a new user meets: the program alone, pages of cells and boards, lists, and small courtesies."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.samples import measurement, renamed, with_prediction
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.cli import main
from wasmfit.cli.profile import _table
from wasmfit.emulation.profile import CallProfile
from wasmfit.home import Home
from wasmfit.model import Measurement
from wasmfit.report import BENCH_FORMATS, Format
from wasmfit.run import Profiled
from wasmfit.store import RunEntry, RunMetadata, Store

CELL = "wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference"


@dataclass(frozen=True)
class Ended:
    """How the program ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def wasmfit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program in this process, which takes a tenth of the time."""

    def run(*arguments: str, home: Path, **environment: str) -> Ended:
        with monkeypatch.context() as patch:
            patch.setenv("WASMFIT_HOME", str(home))
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["wasmfit", *arguments])
            patch.setattr(sys.modules["__main__"], "__package__", None)  # it is told by `python -m pytest`
            code = 0
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        streams = capsys.readouterr()
        return Ended(code, streams.out, streams.err)

    return run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one cell that was measured on two boards; its image exists on the first."""
    own = Home.at(tmp_path / "home")
    store = Store(own.results)
    image = own.artefacts / "images" / "0123" / "firmware.elf"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"no ELF file")
    one = measurement()
    first = one.model_copy(
        update={"provenance": one.provenance.model_copy(update={"elf": str(image), "elf_sha256": "ab" * 32})}
    )
    second = renamed(measurement(), CELL.replace("nrf52840dk", "pico2"))
    for number, cell in enumerate((first, second)):
        store.save(cell, f"print{number}")
    for number in range(25):
        entries = [RunEntry(first, "print0", True)]
        store.record(RunMetadata(f"wasmfit compare --run {number}"), entries, "0.1.0")
    return own


def moved(home: Home, to: Path) -> Home:
    home.root.rename(to)
    return Home.at(to)


def stored(home: Home) -> Measurement:
    with Store(home.results).reading() as reader:
        found = reader.measurement(reader.newest()[0])
    assert found is not None
    return found


def test_alone_it_says_what_it_can_answer_with_three_commands(wasmfit: Run, tmp_path: Path) -> None:
    ended = wasmfit(home=tmp_path)
    assert ended.returncode == 0
    lines = ended.stdout.strip().splitlines()
    assert len(lines) <= 8
    assert sum(line.startswith("  wasmfit ") for line in lines) == 3
    assert all(len(line) <= 90 for line in lines)


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", [[], ["compare"], ["size"], ["show"]])
def test_help_has_a_short_option(wasmfit: Run, tmp_path: Path, flag: str, command: list[str]) -> None:
    ended = wasmfit(*command, flag, home=tmp_path)
    assert ended.returncode == 0
    assert "usage" in ended.stdout.lower()


def test_summaries_of_commands_are_whole(wasmfit: Run, tmp_path: Path) -> None:
    text = " ".join(wasmfit("-h", home=tmp_path).stdout.split())
    assert "Say what changed between two runs, versions, profiles, JSON files or ELF files." in text
    assert "..." not in text.partition("Commands:")[2]


def test_version_completion_and_manual(wasmfit: Run, tmp_path: Path) -> None:
    assert wasmfit("-V", home=tmp_path).stdout == wasmfit("--version", home=tmp_path).stdout
    assert "--install-completion" in wasmfit("-h", home=tmp_path).stdout
    completed = wasmfit(
        home=tmp_path, _WASMFIT_COMPLETE="complete_bash", COMP_WORDS="wasmfit sh", COMP_CWORD="1"
    )
    assert completed.stdout.split() == ["show"]
    page = wasmfit("--man", home=tmp_path).stdout
    assert page.startswith(".TH WASMFIT 1")
    assert ".SS wasmfit show" in page
    assert "\\-\\-dry\\-run" in page


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_what_an_encoding_lacks_is_replaced(home: Home, encoding: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "wasmfit", "show", CELL],
        env={**os.environ, "WASMFIT_HOME": str(home.root), "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    # Of the characters of our own there is none that has nothing plain.
    assert b" ----" in ended.stdout
    assert b"?" not in ended.stdout


def test_characters_of_others_are_replaced_too(wasmfit: Run, tmp_path: Path) -> None:
    assert wasmfit("-V", home=tmp_path).returncode == 0  # Which makes the handler known.
    assert "≈1 µs → 2 ≤ 3 ▁█ 文".encode("latin-1", "wasmfit.plain") == b"~1 \xb5s -> 2 <= 3 _# ?"
    assert "≈1 µs".encode("ascii", "wasmfit.plain") == b"~1 us"
    # A sparkline of digits would be read as a figure.
    assert not any(map(str.isdigit, "▁▂▃▄▅▆▇█".encode("ascii", "wasmfit.plain").decode()))


def test_an_output_file_is_told_and_not_replaced_in_silence(wasmfit: Run, tmp_path: Path) -> None:
    place = tmp_path / "boards.json"
    arguments = ("list", "boards", "-f", "json", "-o", str(place))
    first = wasmfit(*arguments, home=tmp_path)
    assert f"{place}: {place.stat().st_size:,} B written." in first.stderr
    assert "written, in place of what was there." in wasmfit(*arguments, home=tmp_path).stderr


def test_a_page_of_a_cell(wasmfit: Run, home: Home) -> None:
    text = wasmfit("show", "wasmi@2.0.0/add-with-extra/nrf", home=home.root).stdout
    for words in (
        f"{CELL}: ok",
        "Nordic nRF52840 DK: 1,048,576 B of flash",
        "size and memory",
        "phases",
        "bytes by owner",
        "how it was made",
        "measure it again:\nwasmfit compare",
        "shown in",
    ):
        assert words in text
    assert json.loads(wasmfit("show", CELL, "-f", "json", home=home.root).stdout)["cell"]["id"] == CELL
    assert wasmfit("show", CELL, "-f", "csv", home=home.root).stdout.splitlines()[1].startswith(CELL)
    assert "| .text, B | 100,000 |" in wasmfit("show", CELL, "-f", "markdown", home=home.root).stdout


def test_a_cell_that_is_unclear_or_unknown(wasmfit: Run, home: Home) -> None:
    # The measured set has others, which are not meant where some were measured here.
    assert wasmfit("show", "wasmi", home=home.root).stdout.startswith(CELL)
    several = wasmfit("show", "nucleo-h743zi2", home=home.root)
    assert several.returncode == 2
    assert re.search(r"is \d+ cells: \S+/nucleo-h743zi2/bare/reference, ", several.stderr)
    unknown = wasmfit("show", CELL.replace("wasmi", "wasmy"), home=home.root)
    assert unknown.returncode == 2
    assert f"Did you mean {CELL}?" in unknown.stderr


def test_a_board_has_a_page_with_its_source(wasmfit: Run, tmp_path: Path) -> None:
    page = wasmfit("show", "board", "nrf52840", home=tmp_path)
    assert page.returncode == 0, page.stderr
    assert page.stdout.startswith("nrf52840dk: Nordic nRF52840 DK")
    assert "nRF52840 Product Specification" in page.stdout
    listed = wasmfit("list", "boards", home=tmp_path, COLUMNS="100").stdout
    assert "Product Specification" not in listed
    assert all(len(line) <= 100 for line in listed.splitlines())


def test_a_chip_that_several_boards_have_is_no_board(wasmfit: Run, tmp_path: Path) -> None:
    ended = wasmfit("show", "board", "RP2350", home=tmp_path)
    assert ended.returncode == 2
    assert "There is no board named 'RP2350'" in ended.stderr


def test_size_takes_a_cell(wasmfit: Run, home: Home) -> None:
    ended = wasmfit("size", CELL, home=home.root)
    # The image that was found is not an ELF file: that is said of its path.
    assert ended.returncode == 2
    assert str(home.artefacts / "images" / "0123" / "firmware.elf") in ended.stderr
    gone = wasmfit("size", CELL.replace("nrf52840dk", "pico2"), home=home.root)
    assert gone.returncode == 2
    assert "has no image" in gone.stderr


def test_a_store_that_was_moved_finds_its_files(home: Home, tmp_path: Path) -> None:
    assert stored(home).provenance.elf == str(home.artefacts / "images" / "0123" / "firmware.elf")
    elsewhere = moved(home, tmp_path / "elsewhere")
    assert stored(elsewhere).provenance.elf == str(elsewhere.artefacts / "images" / "0123" / "firmware.elf")


def test_an_old_record_of_a_store_that_was_moved_finds_its_files(home: Home, tmp_path: Path) -> None:
    with Store(home.results)._open() as database, database:
        record = database.execute("SELECT record FROM measurement WHERE number = 1").fetchone()[0]
        absolute = record.replace('"elf":"artefacts', f'"elf":"{home.root}/artefacts')
        assert absolute != record
        database.execute("UPDATE measurement SET record = ? WHERE number = 1", (absolute,))
    elsewhere = moved(home, tmp_path / "elsewhere")
    assert stored(elsewhere).provenance.elf == str(elsewhere.artefacts / "images" / "0123" / "firmware.elf")


def test_an_id_says_all_that_options_do(wasmfit: Run, home: Home) -> None:
    ended = wasmfit("compare", CELL, "--runtime", "wasm3", home=home.root)
    assert ended.returncode == 2
    assert "The cell's id says which runtime it is of" in ended.stderr
    nothing = wasmfit("profile", home=home.root)
    assert nothing.returncode == 2
    assert "give a cell's id" in nothing.stderr


def test_runs_are_a_line_each_and_the_newest_twenty(wasmfit: Run, home: Home) -> None:
    lines = wasmfit("history", "--runs", home=home.root, COLUMNS="100").stdout.strip().splitlines()
    rows = [line for line in lines if "wasmfit compare" in line]
    assert len(rows) == 20
    assert rows[0].split()[0] == "25"
    assert "5 older runs" in lines[-1]
    assert len(json.loads(wasmfit("history", "--runs", "-f", "json", home=home.root).stdout)["runs"]) == 25


def test_cells_can_be_selected(wasmfit: Run, tmp_path: Path) -> None:
    listed = wasmfit("list", "cells", "--select", "wasm3@*/fft/nrf52840dk/bare/*", home=tmp_path)
    assert len(listed.stdout.split()) == len(Catalog.load().profiles)
    nothing = wasmfit("list", "cells", "--select", "nothing*", home=tmp_path)
    assert nothing.returncode == 2
    assert "No cells match" in nothing.stderr


def test_the_nearest_name_differs_in_a_digit(wasmfit: Run, tmp_path: Path) -> None:
    assert "Did you mean wasm3?" in wasmfit("compare", "-r", "wasm4", home=tmp_path).stderr


def test_a_profile_that_was_not_measured_has_a_remedy(wasmfit: Run, home: Home) -> None:
    ended = wasmfit("diff", "profile:reference", "profile:tiny", home=home.root)
    assert ended.returncode == 2
    assert "To measure it: wasmfit compare --profile tiny" in ended.stderr


def test_pydantics_words_are_not_shown(wasmfit: Run, tmp_path: Path) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "mine.toml").write_text('name = "mine"\nerase_unit = 3\n')
    ended = wasmfit("list", "boards", "--catalog", str(tmp_path), home=tmp_path / "home")
    assert ended.returncode == 2
    assert "Value error" not in ended.stderr


def test_details_have_no_columns(wasmfit: Run, tmp_path: Path) -> None:
    ended = wasmfit("compare", "--details", "--sort", "stack_peak", home=tmp_path)
    assert ended.returncode == 2
    assert "Leave out --columns, --sort and --group-by" in ended.stderr
    wrong = wasmfit("compare", "--columns", "flahs", home=tmp_path)
    assert "Did you mean flash?" in wrong.stderr


def test_a_profile_says_how_many_calls_it_adds_up() -> None:
    several, single = (Profiled(CELL, ("call",), CallProfile(()), calls) for calls in (3, 1))
    assert _table(several, 5).startswith(f"{CELL}, 3 calls added up: ")
    assert _table(single, 5).startswith(f"{CELL}, call: ")


def test_a_benchmark_has_units_as_a_comparison_has() -> None:
    cells = []
    for runtime, seconds in (("wasmi", 0.0005), ("wasm3", 0.05), ("native", 5e-7)):
        cell = renamed(measurement(), f"{runtime}@1.0.0/sort/nrf52840dk/bare/reference")
        ran = with_prediction(cell, seconds).run
        assert ran is not None
        cells.append(cell.model_copy(update={"run": ran.model_copy(update={"time_s": seconds})}))
    text = BENCH_FORMATS[Format.TABLE](Benchmark(Comparison(tuple(cells), 0, 0)))
    assert isinstance(text, str)
    for time in ("≈500 µs (450–550)", "≈50 ms (45–55)", "≈0.5 µs (0.45–0.55)"):
        assert time in text


def test_a_cell_is_shown_as_the_firmware_sets_up_its_board(wasmfit: Run, home: Home) -> None:
    def predicted(*options: str) -> dict[str, object]:
        shown = wasmfit("show", CELL, "-f", "json", *options, home=home.root)
        assert shown.returncode == 0, shown.stderr
        made: dict[str, object] = json.loads(shown.stdout)["cell"]["run"]["predicted"]
        return made

    assert predicted()["assumed"] == {}
    assert predicted("--assume", "icache=off")["assumed"] == {"icache": "off"}
    text = wasmfit("show", CELL, "--assume", "icache=off", home=home.root).stdout
    assert "phases" in text


@pytest.mark.parametrize("command", [["compare"], ["bench"], ["fit"], ["report"], ["show", CELL]])
def test_what_a_board_does_not_know_is_refused_with_what_it_knows(
    wasmfit: Run, home: Home, command: list[str]
) -> None:
    ended = wasmfit(*command, "--assume", "icache=half", home=home.root)
    assert ended.returncode == 2
    assert "does not know icache=half" in ended.stderr
    assert "icache=on or off" in ended.stderr
    clock = wasmfit(*command, "--clock", "48MHz", home=home.root)
    assert clock.returncode == 2
    assert "It knows 64 MHz." in clock.stderr
