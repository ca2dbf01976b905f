"""``--help`` says of every option what it is, and the same of the same option in every command."""

from collections import defaultdict

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from wasmfit.cli.commands import application

DIFFERENT = {
    "--base": "one base, or several",
    "--board": "one board, or several",
    "--clock": "what time is predicted for, or the clock of a new board",
    "--flash": "room, or a memory of a new board",
    "--format": "profile has stacks as well",
    "--output": "a report is not text",
    "--ram": "room, or a memory of a new board",
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


def test_every_option_says_what_it_is() -> None:
    said = options()
    assert len(said) > 50
    assert {option: commands[""] for option, commands in said.items() if "" in commands} == {}


def test_the_same_option_says_the_same_in_every_command() -> None:
    several = {option for option, commands in options().items() if len(commands) > 1}
    assert several == set(DIFFERENT)
