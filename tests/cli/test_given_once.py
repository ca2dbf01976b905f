"""An option with one value is given once: the last of several is never taken in silence."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from wasmfit.cli.commands import CheckedCommand, application
from wasmfit.cli.size import run
from wasmfit.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (("fit", "-b", "pico2", "-b", "nrf52840dk"), "--board is given twice"),
        (("fit", "--board=pico2", "-b", "pico2", "-b", "pico2"), "--board is given 3 times"),
        (("fit", "-w", "json", "--workload", "crc32"), "--workload is given twice"),
        (("compare", "--sort", "flash", "--sort", "ram"), "--sort is given twice"),
        (("diff", "--symbols", "--no-symbols"), "--symbols is given twice"),
        (("check", "x.toml", "--of", "a", "--of", "b"), "--of is given twice"),
    ],
)
def test_what_has_one_value_is_given_once(
    arguments: tuple[str, ...], refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path))
    error = CliRunner().invoke(application(), [*arguments]).exception
    assert isinstance(error, UsageError)
    assert error.message == f"{refused}, and this command takes one."
    assert error.remedy


def test_what_has_several_values_and_words_without_one_may_be_repeated() -> None:
    arguments = ["compare", "-r", "wasm3", "-r", "wasmi", "-q", "-q", "--measured", "--measured", "-b", "?"]
    error = CliRunner().invoke(application(), arguments).exception
    assert "no board" in str(error).lower()


def test_every_command_is_asked_so() -> None:
    group: Any = typer.main.get_command(application())
    others = {name for name, command in group.commands.items() if not isinstance(command, CheckedCommand)}
    assert others == {"size"}


def test_size_which_parses_its_arguments_itself_does_as_well() -> None:
    for option in ("--sort", "--base", "--map", "--board", "-b", "--top", "--format", "-o"):
        with pytest.raises(UsageError, match="is given twice"):
            run(["x.elf", *(option, {"--sort": "size", "--format": "json"}.get(option, "1")) * 2])
