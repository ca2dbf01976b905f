"""What users type wrong about bases and boards."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wasmfit.cli.commands import application
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.requests import Experiment


def test_names_come_with_commas_and_repeated_and_count_once() -> None:
    bases = Experiment(bases=["bare,embassy", "embassy", " ariel-os , "]).bases
    assert bases == ("bare", "embassy", "ariel-os")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--on", "jtag"], "--on takes probe or probe:SELECTOR"),
        (["--on", "probe:"], "--on takes probe or probe:SELECTOR"),
        (["--base", ","], "There is no base named ','"),
        (["--base", "embasy"], "Did you mean embassy"),
        (["--source", "ariel-os=/tmp"], "Add --base ariel-os"),
        (["--base", "embassy", "--source", "embassy=/tmp"], "not built from a checkout"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_built(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(application(), ["compare", *arguments])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


@pytest.mark.parametrize(
    "arguments", [["probes"], ["compare", "--on", "probe"], ["compare", "--base", "ariel-os"]]
)
def test_without_the_tool_one_sentence_and_exit_3(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(application(), arguments)
    assert isinstance(result.exception, MissingToolError)
    assert "is not installed" in str(result.exception)
    assert result.exception.exit_code == 3
