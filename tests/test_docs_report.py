"""What docs/report.md tells people to type exists."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wasmfit.cli.commands import app

TEXT = (Path(__file__).parents[1] / "docs" / "report.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("wasmfit ")
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_and_options_exist(words: list[str]) -> None:
    ended = CliRunner().invoke(app, [*words, "--help"])
    assert ended.exit_code == 0, ended.output


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 4
