"""Answers with Python alone: an empty PATH, no compiler, no emulator, and nothing that only POSIX has."""

import json
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wasmfit.catalog import Catalog
from wasmfit.globs import NamePatterns
from wasmfit.model import Status
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.store import MeasuredSet, RunEntry, RunMetadata, Store

WINDOWS = Path(__file__).with_name("windows.py")

SECONDS = 2
"""Processor time that an answer may take; on an idle machine it is the time that passes."""

THERE = "not on this machine"
WASM3 = "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference"


def _installed(name: str, known: set[str]) -> set[str]:
    """A distribution with all that it requires, without extras."""
    if name in known:
        return known
    known.add(name)
    for line in requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            _installed(canonicalize_name(requirement.name), known)
    return known


@cache
def not_with_wasmfit() -> str:
    """Modules that an environment with wasmfit alone does not have, and numpy, which takes 0.1 s to load."""
    installed = _installed("wasmfit", set())
    others = (
        module
        for module, owners in packages_distributions().items()
        if not installed & set(map(canonicalize_name, owners))
    )
    return " ".join((*others, "numpy"))


def answered(home: Path, *words: str, code: int = 0, **environment: str) -> str:
    """What ``wasmfit WORDS`` prints on such a machine, in time."""
    before = os.times()
    ended = subprocess.run(
        [sys.executable, WINDOWS, *words],
        env={
            "PATH": "",
            "HOME": str(home),
            "WASMFIT_HOME": str(home),
            "REFUSED": not_with_wasmfit(),
            **environment,
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    after = os.times()
    assert ended.returncode == code, ended.stderr
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < SECONDS
    return f"{ended.stdout}{ended.stderr}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new user's folder; the first start compiles Python's own code."""
    folder = tmp_path_factory.mktemp("home")
    for module in ("api.report", "api.features", "cli.report", "cli.features", "cli.diff", "cli.history"):
        subprocess.run([sys.executable, "-c", f"import wasmfit.{module}"], check=True)
    return folder


def test_what_only_developers_have_is_refused() -> None:
    refused = set(not_with_wasmfit().split())
    assert {"pytest", "pandas", "matplotlib", "numpy"} <= refused
    assert not {"pydantic", "typer", "rich", "wasmfit"} & refused


def test_the_set_has_what_these_tests_ask_for() -> None:
    known = MeasuredSet()
    assert WASM3 in known.cells
    assert {"nrf52840dk", "esp32c3", "pico2"} <= {cell.split("/")[2] for cell in known.cells}
    assert known.path.stat().st_size <= 3_000_000


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("fit",), ("ranks first of", "`wasmfit doctor` says which")),
        (("fit", "--measured", "--flash", "80K", "-b", "pico2"), ("wasm3 0.5.0",)),
        (
            ("fit", "--measured", "--needs", "simd", "-b", "esp32c6"),
            ("wasmtime 49.0.4 has simd with exceptions", "are those on nrf52840dk, profile reference"),
        ),
        (("compare", "--measured"), ("wasm3", "74,404")),
        (("compare", "--measured", "-b", "all"), ("on esp32c3", "on microbit-v2")),
        (("bench", "--measured", "-w", "add-with-extra"), ("slowdown", "wasm3@0.5.0")),
        (("report", "-w", "add-with-extra", "-o", "new.html"), ("new.html: ",)),
        (("show", WASM3), (f"{WASM3}: ok", "bytes by owner", "74,404", "measure it again:")),
        (("show", "wasm3@0.5.0/add-with-extra/pico2/"), ("Raspberry Pi Pico 2: ", "without a")),
        (("compare", WASM3, "--measured"), ("wasm3 0.5.0",)),
        (("fit", WASM3), ("wasm3 0.5.0", "the only one that fits")),
        (("report", WASM3, "-o", "new.html"), ("new.html: ",)),
        (("history", "size.flash", "--select", WASM3), ("74,404 B",)),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else None,
)
def test_an_answer_says_that_it_is_found(home: Path, words: tuple[str, ...], shown: tuple[str, ...]) -> None:
    said = answered(home, *words)
    if words[0] == "report":
        said += (home / "new.html").read_text("utf-8")
    for text in (*shown, THERE):
        assert text in said


@pytest.mark.parametrize("width", [80, 100])
def test_sixteen_runtimes_are_one_screen(home: Path, width: int) -> None:
    known = MeasuredSet().cells
    newest = plan(Catalog.load(), Experiment(boards=("nrf52840dk",))).measured
    # Those that were measured take more lines below the table than those that cannot be built.
    builds = sorted(
        (cell for cell in newest if cell.build.label.partition("@")[0] != "baseline"),
        key=lambda cell: cell.id not in known,
    )[:16]
    chosen = [word for cell in builds for word in ("-r", cell.build.label)]
    said = answered(home, "compare", "--measured", *chosen, COLUMNS=str(width)).splitlines()
    for cell in builds:
        assert sum(line.startswith(f" {cell.build.label.replace('@', ' ')} ") for line in said) == 1
    assert len(said) <= 24
    assert max(map(len, said)) <= width


def test_versions_are_followed(home: Path) -> None:
    said = answered(home, "history", "size.flash", "--by-version", "--select", "wasm3@*/add-with-extra/*")
    assert "wasm3/add-with-extra/nrf52840dk/bare/reference" in said
    assert THERE in said


def test_a_history_says_how_much_of_it_is_from_here(tmp_path: Path, home: Path) -> None:
    name = "wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference"
    own = MeasuredSet().measurement(name)
    assert own is not None
    Store(tmp_path / "results.sqlite").save(own, "print")
    glob = "wasmi@*/add-with-extra/nrf52840dk/bare/reference"
    number = len(list(filter(NamePatterns([glob]).match, MeasuredSet().cells)))
    assert number > 1
    for words in (
        ("history", "size.flash", "--by-version", "--select", glob),
        ("diff", "wasmi@1.1.0", "wasmi@2.0.0", "--select", "add-with-extra/nrf52840dk/bare/reference"),
    ):
        said = answered(home, *words, WASMFIT_HOME=str(tmp_path))
        count = number if words[0] == "history" else 2
        assert f"1 of {count} cells: measured with wasmfit 0.1.0 on this machine" in said
        assert f"{count - 1} of {count} cells: measured with wasmfit" in said


def test_versions_and_profiles_are_compared(home: Path) -> None:
    known = MeasuredSet().cells
    assert WASM3.replace("reference", "small") in known
    said = answered(home, "diff", "profile:reference", "profile:small", "--select", "wasm3@*")
    assert "size.flash" in said
    assert THERE in said


BUDGET = """
[[limit]]
cells = "wasm3@*/add-with-extra/nrf52840dk/bare/small"
metric = "size.flash"
max = "72K"
"""


def test_a_budget_is_checked_if_that_is_asked_for(home: Path) -> None:
    (home / "budget.toml").write_text(BUDGET, "utf-8")
    said = answered(home, "check", "budget.toml", "--measured")
    assert THERE in said
    assert "1 limit on 1 cell: 1 held" in said
    assert THERE in answered(
        home, "check", "budget.toml", "--measured", "--of", "profile:small", "-f", "json"
    )
    for form in ("markdown", "junit", "github"):
        assert THERE in answered(home, "check", "budget.toml", "--measured", "-f", form)
    (home / "budget.toml").write_text(BUDGET.replace("72K", "64K"), "utf-8")
    assert "4,772 B too much" in answered(home, "check", "budget.toml", "--measured", code=1)


def test_a_budget_is_never_held_by_another_machines_cells_unasked(home: Path) -> None:
    (home / "budget.toml").write_text(BUDGET, "utf-8")
    said = answered(home, "check", "budget.toml", code=2)
    assert "--measured takes the measurements that come with wasmfit" in said
    said = answered(home, "check", "budget.toml", "--run", code=3)
    assert "--measured answers from the measurements that come with wasmfit" in said
    for option in ("--run", "--rerun", "--label=mine"):
        assert "--measured measures nothing" in answered(
            home, "check", "budget.toml", "--measured", option, code=2
        )


def test_what_was_not_measured_for_want_of_a_tool_hides_nothing(tmp_path: Path, home: Path) -> None:
    """A cell whose compiler was missing here is the measured set's, in every command that reads that."""
    theirs = MeasuredSet().measurement(WASM3)
    assert theirs is not None
    absent = theirs.model_copy(
        update={"status": Status.UNAVAILABLE, "reason": "no compiler is here", "size": None, "run": None}
    )
    store = Store(tmp_path / "results.sqlite")
    store.save(absent, "print")
    store.record(RunMetadata("wasmfit fit"), [RunEntry(absent, "print", False)], "0.1.0")
    (tmp_path / "budget.toml").write_text(
        BUDGET.replace("/small", "/reference").replace("72K", "73K"), "utf-8"
    )
    for words in (
        ("compare", "--measured", "-r", "wasm3"),
        ("fit", "--measured", "-r", "wasm3"),
        ("bench", "--measured", "-r", "wasm3", "-w", "add-with-extra"),
        ("show", WASM3),
        ("check", str(tmp_path / "budget.toml"), "--measured"),
        ("diff", "wasm3@0.5.0", "wasmi@2.0.0", "--select", "add-with-extra/nrf52840dk/bare/reference"),
        ("history", "size.flash", "--select", WASM3),
        ("history", "size.flash", "--by-version", "--select", WASM3),
    ):
        said = answered(home, *words, WASMFIT_HOME=str(tmp_path))
        assert THERE in said, words
        assert "no compiler" not in said, words
    answered(
        home,
        "report",
        "--measured",
        "-r",
        "wasm3",
        "-o",
        str(tmp_path / "r.html"),
        WASMFIT_HOME=str(tmp_path),
    )
    page = (tmp_path / "r.html").read_text("utf-8")
    assert THERE in page
    assert "no compiler" not in page


def test_features_are_answered(home: Path) -> None:
    assert MeasuredSet().features
    said = answered(home, "features", "-r", next(iter(MeasuredSet().features)).partition("/")[0])
    assert THERE in said
    assert "SIMD" in said


@pytest.mark.parametrize(
    ("command", "code", "remedy"),
    [
        ("size", 2, "what comes with wasmfit has no images"),
        ("profile", 3, "The measurements that come with wasmfit have the instructions of each phase"),
    ],
)
def test_what_needs_an_image_says_what_would_answer(home: Path, command: str, code: int, remedy: str) -> None:
    said = answered(home, command, WASM3, code=code)
    assert remedy in said
    assert "`wasmfit show" in said


def test_a_cell_that_was_never_measured_is_told(home: Path) -> None:
    said = answered(home, "show", WASM3.replace("0.5.0", "0.4.0"), code=2)
    assert f"Did you mean {WASM3}?" in said


def test_ids_of_cells_are_listed(home: Path) -> None:
    assert answered(home, "list", "cells", "--select", WASM3).split() == [WASM3]


def test_what_there_is_is_listed(home: Path) -> None:
    listed = json.loads(answered(home, "list", "measured", "--format", "json"))["measured"]
    (row,) = (row for row in listed if row["id"] == WASM3)
    assert row["status"] == "ok"
    assert row["place"].startswith("wasmfit ")
    assert {row["id"] for row in listed} == set(MeasuredSet().cells)


def test_what_was_never_measured_is_told(home: Path) -> None:
    said = answered(home, "compare", "--measured", "--base", "embassy", "-r", "wasm3", code=2)
    assert "No measurement of wasm3@0.5.0/add-with-extra/nrf52840dk/embassy/reference" in said
    assert "wasmfit list measured" in said


@pytest.mark.parametrize("option", ["--rerun", "--label=mine", "--cluster=tcp://10.0.0.5:8786", "--on=probe"])
def test_what_says_how_to_measure_is_refused(home: Path, option: str) -> None:
    said = answered(home, "compare", "--measured", option, code=2)
    assert "--measured measures nothing" in said


@pytest.mark.parametrize("command", ["compare", "bench"])
def test_what_measures_says_what_would_answer(home: Path, command: str) -> None:
    said = answered(home, command, "-r", "wasm3", "-w", "crc32", code=3)
    assert "is missing" in said
    # A command to be pasted may end the remedy, so nothing follows it.
    assert "--measured answers from the measurements that come with wasmfit. `wasmfit doctor`" in said


def test_a_module_of_ones_own_needs_the_tools(home: Path) -> None:
    (home / "my.wasm").write_bytes(
        bytes.fromhex("0061736d0100000001070160027f7f017f030201000707010372756e00000a09010700200020016a0b")
    )
    said = answered(home, "compare", "my.wasm", "--call", "run(1, 2)", "--measured", code=2)
    assert "A module of your own is in no measured set" in said
    assert "is missing" in answered(home, "fit", "my.wasm", "--call", "run(1, 2)", code=3)


def test_the_set_is_of_this_catalogue() -> None:
    catalog = Catalog.load()
    unknown = {
        cell
        for cell in MeasuredSet().cells
        if cell.split("/")[1] not in catalog.workloads or cell.split("/")[2] not in catalog.boards
    }
    assert unknown == set()
