"""``diff``, ``check``, ``history`` and ``fit`` on the command line, on a store made up for it."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.samples import failed, measurement, renamed, size
from wasmfit.analysis.comparison import Comparison
from wasmfit.cli import main
from wasmfit.model import Measurement
from wasmfit.store import RunEntry, RunMetadata, Store

LIMIT = '[[limit]]\ncells = "wasmi@*"\nfigure = "size.flash"\nmax = {}\n'


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ended]


@pytest.fixture
def wasmfit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the program in this process: what it loads, it loads once."""

    def run(*arguments: str, home: Path) -> Ended:
        monkeypatch.setenv("WASMFIT_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["wasmfit", *arguments])
        capsys.readouterr()
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return Ended(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two runs, ``old`` and ``new``: one cell grew by 500 B, another is as it was."""
    folder = tmp_path / "home"
    folder.mkdir()
    store = Store(folder / "results.sqlite")
    same = renamed(measurement(), "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference")
    for label, cells in (("old", [measurement(), same]), ("new", [measurement(size=size(100_500)), same])):
        record(store, cells, label)
    return folder


def record(store: Store, cells: list[Measurement], label: str) -> None:
    for one in cells:
        store.save(one, label)
    store.record(
        RunMetadata(f"wasmfit compare --label {label}", label),
        [RunEntry(one, label, False) for one in cells],
        "0.1.0",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["diff", "odl"], "Perhaps you meant old"),
        (["diff", "old", "profile:reference"], "cannot be compared"),
        (["diff", "none.json"], "none.json cannot be read"),
        (["diff", "latest"], "Both sides are run 2"),
        (["diff", "latest~9"], "needs 10 recorded runs, and there are 2"),
        (["diff", sys.executable, "old"], "is an ELF file, and the other is none"),
        (["diff", "--select", "nothing*"], "No cell matches nothing*"),
        (["diff", "--format", "xml"], "xml"),
        (["check", "none.toml"], "none.toml cannot be read"),
        (["check"], "BUDGET.toml"),
        (["history"], "Give a metric, --runs or --metrics"),
        (["history", "size.flsh"], "Perhaps you meant size.flash"),
        (["history", "size.flash", "--runs"], "Give a metric, --runs or --metrics"),
        (["history", "size.flash", "--select", "wasmy@*"], "No cell that was measured matches wasmy@*"),
        (["fit", "--needs", "smid"], "Perhaps you meant simd"),
        (["fit", "--flash", "12Q"], "Invalid size '12Q'"),
        (["fit", "--weights", "flash"], "Invalid weight"),
        (["fit", "--board", "nrf52840dq"], "Did you mean nrf52840dk?"),
        (["fit", "--runtime", "wasmie"], "Did you mean wasmi?"),
        (["fit", "none.wasm"], "none.wasm cannot be read"),
        (["fit", "none.wasm", "--workload", "aes"], "instead of a workload: not both"),
        (["compare", "--label", "7"], "Invalid label '7'"),
        (["bench", "--label", "latest"], "Invalid label 'latest'"),
    ],
)
def test_a_mistake_is_told_and_exits_2(
    wasmfit: Command, home: Path, arguments: list[str], words: str
) -> None:
    ended = wasmfit(*arguments, home=home)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_without_any_run_the_way_to_one_is_told(wasmfit: Command, tmp_path: Path) -> None:
    ended = wasmfit("diff", home=tmp_path)
    assert ended.returncode == 2
    assert "and there is none" in ended.stderr
    assert "`wasmfit compare` and `wasmfit bench` record one each" in ended.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_the_last_two_runs_are_compared(wasmfit: Command, home: Path, form: str) -> None:
    ended = wasmfit("diff", "--format", form, home=home)
    assert ended.returncode == 0, ended.stderr
    assert "wasmi@2.0.0/" in ended.stdout.replace("&#64;", "@")
    assert "wasm3@" not in ended.stdout.replace("&#64;", "@")
    assert ended.stderr == ""


def test_two_elf_files_are_compared_by_who_owns_what(wasmfit: Command, home: Path) -> None:
    ended = wasmfit("diff", sys.executable, sys.executable, "--format", "json", home=home)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["difference"]["bytes"] == 0


def test_a_file_written_by_compare_can_be_compared(wasmfit: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "main.json").write_text(json.dumps(Comparison((measurement(),), 1.0, 0).to_dict()))
    ended = wasmfit("diff", str(tmp_path / "main.json"), "new", "-f", "csv", home=home)
    assert "size.flash,B,measured,changed,121000,121500,500" in ended.stdout


@pytest.mark.parametrize(("most", "code"), [('"1M"', 0), (121_499, 1), ('"+0.5%"', 0), ('"+499"', 1)])
def test_a_budget_decides_the_exit_code(
    wasmfit: Command, home: Path, tmp_path: Path, most: object, code: int
) -> None:
    (tmp_path / "budget.toml").write_text('baseline = "old"\n' + LIMIT.format(most))
    ended = wasmfit("check", str(tmp_path / "budget.toml"), home=home)
    assert ended.returncode == code, ended.stderr
    assert ("1 B too much" in ended.stdout) == bool(code)
    assert f"{code} broken" in ended.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "junit", "github"])
def test_a_budgets_formats(wasmfit: Command, home: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / "budget.toml").write_text(LIMIT.format(1))
    ended = wasmfit("check", str(tmp_path / "budget.toml"), "--of", "new", "--format", form, home=home)
    assert ended.returncode == 1
    assert "121,499 B too much" in ended.stdout


def test_a_budget_in_nobodys_words(wasmfit: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text(LIMIT.format('"1M"').replace("wasmi@*", "wasmy@*"))
    ended = wasmfit("check", str(tmp_path / "budget.toml"), home=home)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "budget.toml:1: the limit on size.flash is for wasmy@*" in ended.stderr
    (tmp_path / "budget.toml").write_text(LIMIT.format('"1M"'))
    ended = wasmfit("check", "--run", "--of", "new", str(tmp_path / "budget.toml"), home=home)
    assert ended.returncode == 2
    assert "--run checks what it measures" in ended.stderr


def test_a_broken_cell_breaks_its_budget(wasmfit: Command, home: Path, tmp_path: Path) -> None:
    record(Store(home / "results.sqlite"), [failed()], "broken")
    (tmp_path / "budget.toml").write_text(LIMIT.format('"1M"').replace("wasmi@*", "broken@*"))
    ended = wasmfit("check", str(tmp_path / "budget.toml"), home=home)
    assert ended.returncode == 1
    assert "size.flash is not known: the cell ended as faulted: stack overflow" in ended.stdout


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
@pytest.mark.parametrize(
    "what", [["size.flash"], ["--runs"], ["--metrics"], ["--figures"], ["size.flash", "--by-version"]]
)
def test_histories(wasmfit: Command, home: Path, what: list[str], form: str) -> None:
    ended = wasmfit("history", *what, "--format", form, home=home)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()
    if form == "json":
        json.loads(ended.stdout)


def test_the_library_does_the_same(home: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import wasmfit; print(len(wasmfit.diff('old', 'new').cells))"],
        env={"WASMFIT_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.strip() == "1", ended.stderr
