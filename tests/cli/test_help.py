"""``--help`` says of every option what it is, and the same of the same option in every command."""

from collections import defaultdict

import pytest
import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from wasmfit.cli import size
from wasmfit.cli.commands import application

DIFFERENT = {
    "--base": "one base, or several",
    "--board": "one board, or several",
    "--clock": "what time is predicted for, or the clock of a new board",
    "--flash": "room, or a memory of a new board",
    "--format": "profile has stacks as well",
    "--output": "a report is not text",
    "--ram": "room, or a memory of a new board",
    "--profile": "one profile, or several",
    "--runtime": "one runtime, or several",
    "--select": "diff has names of cells as well, which lack a version or a profile",
    "--source": "a checkout, or the source of a new board's values",
    "--title": "of a report, or of a new board",
    "--workload": "one workload, or several, with defaults of their own",
}
"""Options of several commands that mean something else in some of them, and what."""


def options() -> dict[str, dict[str, list[str]]]:
    """Option → what help says of it → the commands that do; ``size`` parses its arguments itself."""
    group = typer.main.get_command(application())
    assert isinstance(group, TyperGroup)
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, command in group.commands.items():
        assert isinstance(command, TyperCommand)
        assert command.help, name
        for option in command.params:
            if isinstance(option, TyperOption) and not option.hidden and name != "size":
                said[max(option.opts, key=len)][option.help or ""].append(name)
    return said


def test_no_value_is_refused_in_pydantics_words() -> None:
    group = typer.main.get_command(application())
    assert isinstance(group, TyperGroup)
    refused = set()
    for name, command in group.commands.items():
        for option in command.params:
            if isinstance(option, TyperOption) and not option.is_flag and name != "size":
                flag = max(option.opts, key=len)
                try:
                    command.make_context(name, [flag, "no such"])
                except typer.BadParameter as error:  # also of an argument that is missing
                    refused.add(f"{flag}: {error.message}")
    assert len(refused) > 5
    assert {said for said in refused if "Value error" in said or "Input should" in said} == set()
    assert any(said.startswith("--jobs: 'no such' is not a") for said in refused)
    assert any(said.startswith("--format: 'no such' is not one of 'table', 'json'") for said in refused)


def test_size_has_the_help_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        size.run(["-h"])
    said = capsys.readouterr().out
    assert said.startswith("Usage: wasmfit size [OPTIONS] {FILE | CELL}\n\n  Say who owns")
    assert "\nArguments:\n" in said
    assert "\nOptions:\n" in said
    assert "\n  -f, --format <table|tree|json|csv|markdown|sarif|github>\n" in said
    for action in size._parser()._actions:
        assert action.help
        text = action.help.partition("  [")[0]
        assert text[0].isupper()
        assert text.endswith(".")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Error: Missing argument 'FILE | CELL'."),
        (["x.elf", "--colour"], "Error: No such option: --colour."),
        (
            ["x.elf", "-f", "xml"],
            "Error: Invalid value for '--format': invalid choice 'xml': expected table,",
        ),
        (["x.elf", "-f"], "Error: Option '--format' requires an argument."),
    ],
)
def test_size_says_what_is_wrong_as_the_others_do(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        size.run(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(
        "Usage: wasmfit size [OPTIONS] {FILE | CELL}\nTry 'wasmfit size -h' for help.\n\nError: "
    )
    assert words in said


def test_every_option_says_what_it_is() -> None:
    said = options()
    assert len(said) > 50
    assert {option: commands[""] for option, commands in said.items() if "" in commands} == {}


def test_the_same_option_says_the_same_in_every_command() -> None:
    several = {option for option, commands in options().items() if len(commands) > 1}
    assert several == set(DIFFERENT)
