"""Whatever a command raises ends as a sentence, and is kept for an issue; nothing prints a traceback."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.program import SECONDS, ended, in_sentences
from wasmfit.cli import main

SOURCES = Path(__file__).parents[2] / "src" / "wasmfit"

FAILING = """
import sys
import {module}
def failing(*_, **__):
    {raises}
{module}.{name} = failing
sys.argv = ["wasmfit", *{arguments!r}]
from wasmfit.__main__ import main
main()
"""

RAISED = {
    "a mistake": ("raise KeyError('flash')", 70, "wasmfit itself failed: KeyError: 'flash'"),
    "a recursion": ("failing()", 70, "wasmfit itself failed: RecursionError"),
    "text of control": (
        "raise ValueError('a\\x1b[2J\\nb')",
        70,
        "wasmfit itself failed: ValueError: a\\x1b[2J b",
    ),
    "no text": ("raise ValueError('\\udcff')", 70, "wasmfit itself failed: ValueError: \\udcff"),
    "no memory": ("raise MemoryError", 2, "There is not enough memory"),
    "no thread": ('raise RuntimeError("can\'t start new thread")', 2, "There is not enough memory"),
    "a full disk": ("raise OSError(28, 'No space left on device')", 2, "No space left on device"),
    "no rights": ("raise PermissionError(13, 'Permission denied', '/x')", 2, "/x cannot be read or written"),
    "an interrupt": ("raise KeyboardInterrupt", 130, ""),
    "a thread's": (
        "import threading; t = threading.Thread(target=lambda: {}['x']); t.start(); t.join(); sys.exit(0)",
        0,
        "wasmfit itself failed: KeyError: 'x'",
    ),
    "a destructor's": (
        "class A:\n        __del__ = lambda self: {}['x']\n    A(); sys.exit(0)",
        0,
        "wasmfit itself failed: KeyError: 'x'",
    ),
    "a warning": (
        "import warnings; warnings.warn('careful', stacklevel=1); sys.exit(0)",
        0,
        "wasmfit: careful",
    ),
}

COMMANDS = {
    "list": ("wasmfit.catalog.load", "Catalog.load", ["list", "boards"]),
    "size": ("wasmfit.api.sizing", "analyse", ["size", "x.elf"]),
}


def failing(command: str, raises: str, home: Path) -> subprocess.CompletedProcess[bytes]:
    module, name, arguments = COMMANDS[command]
    code = FAILING.format(module=module, name=name, raises=raises, arguments=arguments)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "WASMFIT_HOME": str(home), "HOME": str(home.parent)},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("raises", "code", "words"), RAISED.values(), ids=RAISED)
def test_it_is_a_sentence_and_an_exit_code(
    command: str, raises: str, code: int, words: str, tmp_path: Path
) -> None:
    result = failing(command, raises, tmp_path / "home")
    said = in_sentences(result)
    assert words in said
    assert result.returncode == code
    assert "\x1b" not in said


def test_a_mistake_is_kept_for_an_issue(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = in_sentences(failing("list", "raise KeyError('flash')", home))
    assert "`wasmfit doctor --report` prints what belongs into the issue" in said
    report = ended(["doctor", "--report"], home, HOME=str(tmp_path)).stdout.decode()
    assert "KeyError: 'flash'" in report
    assert "wasmfit list boards" in report
    assert "Traceback (most recent call last)" in report
    assert "### Tools" in report
    # Nobody's name is in it.
    assert str(tmp_path) not in report


def test_without_a_mistake_the_report_says_so(tmp_path: Path) -> None:
    result = ended(["doctor", "--report"], tmp_path)
    assert b"has kept no failure" in result.stdout
    assert result.returncode == 0


def test_where_the_home_cannot_be_written_the_report_is_kept_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = in_sentences(failing("list", "raise KeyError('flash')", tmp_path / "file" / "home"))
    kept = Path(said.strip().splitlines()[-1].rpartition(" in ")[2].rstrip("."))
    assert "KeyError: 'flash'" in kept.read_text()
    kept.unlink()


def test_in_this_process_it_is_an_exit_code_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["wasmfit", "list", "boards"])
    monkeypatch.setattr("wasmfit.cli.list_.Catalog", None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 70
    assert "wasmfit itself failed: AttributeError" in capsys.readouterr().err


@pytest.mark.parametrize("kibibytes", [700_000, 60_000])
@pytest.mark.parametrize(
    "command", [["list", "boards"], ["compare", "-r", "wasm3", "--measured"], ["size", "/bin/true"]], ids=str
)
def test_too_little_memory_is_told(command: list[str], kibibytes: int, tmp_path: Path) -> None:
    result = ended(command, tmp_path, before=f"ulimit -v {kibibytes};")
    said = in_sentences(result)
    assert result.returncode in (0, 2, 3)
    assert result.returncode == 0 or said.startswith("wasmfit: ")


def test_only_the_edge_formats_tracebacks() -> None:
    """What prints one would import what formats it, or ask the logging module to."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                {alias.name for alias in node.names}
                if isinstance(node, ast.Import)
                else {node.module}
                if isinstance(node, ast.ImportFrom)
                else {f"{node.value.id}.{node.attr}"}
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
                else set()
            )
            if names & {"traceback", "faulthandler", "cgitb", "logging.exception", "sys.excepthook"}:
                found.append(path.relative_to(SOURCES).as_posix())
    assert set(found) == {"cli/failure_report.py", "cli/process.py"}


@pytest.mark.skipif(sys.platform != "linux", reason="a file system that takes no files")
def test_a_folder_that_takes_no_files_is_told() -> None:
    result = ended(["cache", "--clean"], "/proc")
    assert result.returncode == 2
    # Root is told so when it tries; others have no right to.
    assert any(
        words in in_sentences(result)
        for words in ("No file can be made in wasmfit's folder /proc.", "/proc cannot be written to")
    )


def test_something_else_in_wasmfits_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "in-use").write_text("not a folder")
    result = ended(["cache", "--clean"], tmp_path)
    assert result.returncode == 2
    said = in_sentences(result)
    assert f"{tmp_path / 'in-use'}, in wasmfit's folder, cannot be read or written" in said
    assert "Move away what is there, or set WASMFIT_HOME to another folder." in said


def test_a_file_that_wasmfit_should_have_made_is_a_mistake(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    result = failing(
        "list", f"raise FileNotFoundError(2, 'No such file or directory', {str(missing)!r})", tmp_path
    )
    assert result.returncode == 70
    assert "wasmfit itself failed: FileNotFoundError" in in_sentences(result)
