"""What the documents tell people to type exists, and what they tell them to write is understood."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wasmfit.cli.commands import app
from wasmfit.results.budget import parse_budget

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("verdicts.md", "ci.md")}


def blocks(page: str, language: str) -> list[str]:
    """The page's blocks of that language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGES[page], re.DOTALL)


def commands(page: str) -> list[list[str]]:
    """Command lines of wasmfit in blocks, and in the text."""
    lines = [
        line.strip()
        for language in ("sh", "yaml")
        for block in blocks(page, language)
        for line in block.splitlines()
    ]
    lines += re.findall(r"`(wasmfit [^`]*)`", re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL))
    split = [shlex.split(line, comments=True) for line in lines if line.startswith("wasmfit ")]
    return [words[1:] for words in split]


@pytest.mark.parametrize(
    ("page", "words"),
    [(page, words) for page in PAGES for words in commands(page)],
    ids=lambda one: " ".join(one),
)
def test_commands_and_options_exist(page: str, words: list[str]) -> None:
    # --help is looked at before anything is done, and after the options before it were understood.
    ended = CliRunner().invoke(app, [*words, "--help"])
    assert ended.exit_code == 0, (page, ended.output)


def test_there_are_commands() -> None:
    assert {words[0] for words in commands("verdicts.md")} >= {"fit", "diff", "check", "history"}
    assert [words[0] for words in commands("ci.md")][:4] == ["compare", "diff", "check", "check"]


@pytest.mark.parametrize("page", PAGES)
def test_budgets_are_understood(page: str) -> None:
    (toml,) = blocks(page, "toml")
    assert len(parse_budget(toml, "budget.toml").limits) == 3
