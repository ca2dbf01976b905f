"""Signals that ask the program to end: no traceback at whatever moment, and nothing left of it.

No test waits for a moment by the clock: a program sends the signal to itself where it has got to a place.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.program import SECONDS, in_sentences

AT_IMPORT = """
import os, signal, sys
class Finder:
    count = 0
    def find_spec(self, name, path=None, target=None):
        Finder.count += 1
        if Finder.count == {number}:
            os.kill(os.getpid(), signal.{name})
        return None
from wasmfit import __main__
sys.meta_path.insert(0, Finder())
sys.argv = ["wasmfit", *{arguments!r}]
try:
    __main__.main()
finally:
    if {number} == 0:
        print(Finder.count, file=sys.stderr)
"""

COMMANDS = {
    "list": ["list", "boards"],
    "size": ["size", "/bin/true", "--inlined"],
    "fit": ["fit", "--measured"],
}
MOMENTS = 8

IN_COMMAND = """
import os, signal, sys, time
from pathlib import Path
import tempfile
import wasmfit.cli.{module}
def interrupted(*_, **__):
    with tempfile.TemporaryDirectory(prefix="wasmfit-"):
        os.kill(os.getpid(), signal.{name})
        time.sleep({seconds})
wasmfit.cli.{module}.{function} = interrupted
sys.argv = ["wasmfit", *{arguments!r}]
from wasmfit.__main__ import main
main()
"""

CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


def python(code: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs it with a home and a folder of temporary files of its own."""
    (folder / "tmp").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "WASMFIT_HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_interrupt_while_it_is_loaded_ends_it_without_a_word_of_python(
    command: str, tmp_path: Path
) -> None:
    arguments = COMMANDS[command]
    counted = python(AT_IMPORT.format(number=0, name="SIGINT", arguments=arguments), tmp_path)
    imports = int(counted.stderr.split()[-1])
    assert imports > MOMENTS
    for moment in range(MOMENTS):
        number = 1 + moment * (imports - 1) // MOMENTS
        result = python(AT_IMPORT.format(number=number, name="SIGINT", arguments=arguments), tmp_path)
        in_sentences(result)
        assert result.returncode in (-signal.SIGINT, 130), number


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        ("list_", "_listed", ["list", "boards", "-o", "out"]),
        ("compare", "compare", ["compare", "-r", "wasm3", "-o", "out"]),
        ("report", "make_report", ["report", "-r", "wasm3", "-o", "out"]),
        ("size", "size", ["size", "x.elf", "-o", "out"]),
    ],
)
def test_a_signal_cleans_up(
    name: str, module: str, function: str, arguments: list[str], tmp_path: Path
) -> None:
    code = IN_COMMAND.format(
        name=name, module=module, function=function, arguments=arguments, seconds=SECONDS
    )
    result = python(code, tmp_path)
    in_sentences(result)
    assert result.returncode == CODES[name]
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_a_file_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("older")
    code = IN_COMMAND.format(
        name="SIGTERM",
        module="compare",
        function="compare",
        arguments=["compare", "-r", "wasm3", "-o", "out"],
        seconds=SECONDS,
    )
    assert python(code, tmp_path).returncode == 143
    assert (tmp_path / "out").read_text() == "older"


def test_what_nohup_starts_does_not_end_with_its_terminal(tmp_path: Path) -> None:
    code = IN_COMMAND.format(
        name="SIGHUP", module="list_", function="_listed", arguments=["list", "boards"], seconds=0.01
    )
    ignoring = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{code}"
    # What stands in for the list makes none, which is a mistake of its own.
    assert python(ignoring, tmp_path).returncode == 70


def test_an_interrupt_that_python_passes_over_comes_again(tmp_path: Path) -> None:
    code = IN_COMMAND.format(
        name="SIGTERM", module="list_", function="_listed", arguments=["list", "boards"], seconds=SECONDS
    )
    passed_over = code.replace(
        "        os.kill(os.getpid(), signal.SIGTERM)\n",
        "        class A:\n            def __del__(self):\n"
        "                os.kill(os.getpid(), signal.SIGTERM)\n                time.sleep(60)\n        A()\n",
    )
    assert passed_over != code
    result = python(passed_over, tmp_path)
    in_sentences(result)
    assert result.returncode == 143


LISTED = """
import os, signal, sys, time
from pathlib import Path
import wasmfit.cli.list_
def interrupted(*_, **__):
{body}
wasmfit.cli.list_._listed = interrupted
sys.argv = ["wasmfit", "list", "boards"]
from wasmfit.__main__ import main
main()
"""


def test_an_interrupt_that_a_library_drops_comes_again(tmp_path: Path) -> None:
    body = f"""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    except BaseException:
        pass
    time.sleep({SECONDS})
"""
    result = python(LISTED.format(body=body), tmp_path)
    in_sentences(result)
    assert result.returncode == 143


@pytest.mark.parametrize(
    "nested",
    ["time.sleep(2.5)", "\n        ".join(("try:", "    {}[0]", "except KeyError:", "    time.sleep(2.5)"))],
)
def test_cleaning_up_that_takes_long_is_not_interrupted(nested: str, tmp_path: Path) -> None:
    body = f"""
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep({SECONDS})
    finally:
        {nested}
        Path("cleaned").touch()
"""
    result = python(LISTED.format(body=body), tmp_path)
    in_sentences(result)
    assert result.returncode == 130
    assert (tmp_path / "cleaned").exists()
