"""``wasmfit tune``: what a user can get wrong ends as a sentence, before anything is built."""

import importlib.util
import sys
from pathlib import Path

import pytest

from wasmfit.cli import main


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wasmii"], "There is no runtime named 'wasmii'. Did you mean wasmi?"),
        (["wamr"], "wamr is not one runtime but wamr-classic@"),
        (["native"], "native@0.1.0 is not a runtime"),
        (["wasm-interpreter"], "is not built"),
        (["wasmi", "--board", "nrf52"], "There is no board named 'nrf52'"),
        (["wasmi", "--objective", "size"], "There is no objective named 'size'. Known are: flash"),
        (["wasmi", "--budget", "1"], "A budget of 1 build leaves none to try"),
        (["wasmi", "--budget", "-3"], "A budget of -3 builds leaves none to try"),
        (["wasmi", "--minutes", "0"], "0 minutes is not a time to search in"),
        (["wasmi", "--minutes", "nan"], "nan minutes is not a time to search in"),
        (["wasmi", "--workload", "crc"], "There is no workload named 'crc'"),
        (["wasmi", "--allow", "everything"], "There is no value that needs leave named 'everything'"),
        (["wasmi", "--set", "opt=fast"], "There is no value of opt named 'fast'"),
        (["wasmi", "--only"], "--only measures what --set says, and there is none"),
    ],
)
def test_wrong_usage(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path))
    assert _ended(arguments, monkeypatch) == 2
    told = capsys.readouterr()
    assert words in " ".join(told.err.split())
    assert not told.out


def test_without_optuna(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert _ended(["wasmi"], monkeypatch) == 2
    assert "pip install 'wasmfit[tune]'" in capsys.readouterr().err


def _ended(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(sys, "argv", ["wasmfit", "tune", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code
