"""The command lines that the documents tell people to type."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from wasmfit.cli import size
from wasmfit.cli.commands import application

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(r"^\$ (.*)$", re.MULTILINE)
_STEP = re.compile(r"^( +)run: \|\n((?:\1  .*\n)+)", re.MULTILINE)
_INLINE = re.compile(r"`(wasmfit [^`]*)`")


@dataclass(frozen=True)
class Line:
    """A command line.

    Attributes:
        page: Name of the page.
        text: The line, without its comment.
        words: The same as the shell splits it.
    """

    page: str
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block of code: its language, the file that it is the content of, and its text."""

    language: str
    file: str | None
    text: str


def all_blocks(name: str) -> list[Block]:
    """The blocks of code of a page in ``docs/``."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return [Block(language, file or None, body) for language, file, body in _CODE.findall(text)]


def blocks(name: str, language: str) -> list[str]:
    """Those in a language that are not a file's content."""
    return [one.text for one in all_blocks(name) if one.language == language and one.file is None]


def blocks_of_shell(page: Path) -> list[str]:
    """The page's blocks of shell, what the steps of a workflow run, and what is typed on a terminal."""
    text = page.read_text(encoding="utf-8")
    typed = ["\n".join(_TYPED.findall(block)) for block in _CONSOLE.findall(text)]
    return _SHELL.findall(text) + [body for _, body in _STEP.findall(text)] + typed


def lines(page: Path) -> list[Line]:
    """The command lines of a page's blocks, in order; one may go on behind a backslash."""
    found = []
    for block in blocks_of_shell(page):
        for line in block.replace("\\\n", " ").splitlines():
            text = re.sub(r"\s+", " ", re.sub(r"\s+#.*", "", line)).strip()
            if text:
                found.append(Line(page.name, text, tuple(shlex.split(text))))
    return found


def inline(page: Path) -> list[Line]:
    """The command lines of wasmfit in a page's sentences."""
    prose = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    texts = dict.fromkeys(re.sub(r"\s+", " ", text) for text in _INLINE.findall(prose))
    return [Line(page.name, text, tuple(shlex.split(text))) for text in texts]


def understand(words: Sequence[str]) -> None:
    """Reads a command line of wasmfit as wasmfit does, and does nothing.

    Raises:
        click.ClickException, SystemExit: It is none.
    """
    program, name, *arguments = [word for word in words if word != "&"]
    assert program == "wasmfit"
    if name == "size":
        size._parser().parse_args(arguments)
    else:
        context, command, rest = _command(name, arguments)
        command.make_context(name, rest, parent=context)


def unknown(words: Sequence[str]) -> list[str]:
    """The options of a command line that its command does not have; sentences may leave arguments out."""
    program, name, *arguments = words
    assert program == "wasmfit"
    if name == "size":
        known = set(size._parser()._option_string_actions)
    else:
        _, command, _ = _command(name, arguments)
        known = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    return [word for word in arguments if word.startswith("-") and word not in known]


def _command(name: str, arguments: Sequence[str]) -> tuple[Any, Any, list[str]]:
    """The command of that name, in its program's context. Types are typer's own copy of click's."""
    group: Any = typer.main.get_command(application())
    context = group.make_context("wasmfit", [name, *arguments])
    _, command, rest = group.resolve_command(context, [name, *arguments])
    return context, command, rest
