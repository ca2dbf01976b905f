"""The manual page, made from the commands."""

import inspect
from collections.abc import Iterator
from typing import Any

from wasmfit import __version__


def summary_of(command: Any) -> str:
    """The first sentence of a command's help."""
    text = inspect.cleandoc(command.help or "").partition("\n\n")[0]
    return " ".join(text.split())


def manual_page(context: Any) -> str:
    """The page in roff, with every command and option.

    Args:
        context: Of the program's own command.
    """
    return "\n".join(_lines(context))


def _lines(context: Any) -> Iterator[str]:
    group = context.command
    yield f'.TH WASMFIT 1 "" "wasmfit {__version__}"'
    yield ".SH NAME"
    yield f"wasmfit \\- {_escaped(summary_of(group))}"
    yield ".SH SYNOPSIS"
    yield ".B wasmfit\n.I COMMAND\n[\\fIOPTIONS\\fR]"
    yield ".SH COMMANDS"
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f".SS wasmfit {name}"
        yield _escaped(" ".join(inspect.cleandoc(command.help or "").split()))
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None:
                yield f".TP\n.B {_escaped(record[0])}\n{_escaped(record[1])}"
    yield ".SH EXIT STATUS"
    yield _escaped("0 done; 1 a cell failed; 2 wrong usage or a broken file; 3 a tool is missing;")
    yield _escaped("70 a mistake of wasmfit itself.")


def _escaped(text: str) -> str:
    """Text as roff takes it: no control line, and dashes that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
