"""What the documents tell people to type exists, and what they tell them to write is understood.

``tests/real/test_every_command.py`` runs what can be run.
"""

import pytest

from wasmfit.analysis.budget import parse_budget

from .commands import PAGES, Line, blocks, inline, lines, understand, unknown

COMMANDS = [line for page in PAGES for line in lines(page) if line.words[0] == "wasmfit"]
MENTIONED = [line for page in PAGES for line in inline(page) if len(line.words) > 1]


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: f"{line.page}: {line.text}")
def test_commands_are_understood(line: Line) -> None:
    understand(line.words)


@pytest.mark.parametrize("line", MENTIONED, ids=lambda line: f"{line.page}: {line.text}")
def test_what_sentences_mention_exists(line: Line) -> None:
    assert unknown(line.words) == []


def test_a_command_that_does_not_exist_is_told() -> None:
    for text in (
        "wasmfit compare --no-such",
        "wasmfit no-such",
        "wasmfit diff a b c",
        "wasmfit list nothing",
    ):
        with pytest.raises((Exception, SystemExit)) as error:
            understand(tuple(text.split()))
        assert getattr(error.value, "exit_code", 2) == 2
    assert unknown(("wasmfit", "compare", "--no-such", "--run", "-r")) == ["--no-such", "--run"]


def test_every_page_of_the_command_line_is_looked_at() -> None:
    pages = {line.page for line in COMMANDS}
    assert pages >= {"README.md", "getting-started.md", "verdicts.md", "ci.md", "size.md", "report.md"}
    assert {line.words[1] for line in COMMANDS} >= {
        *("compare", "bench", "features", "report", "profile", "size", "fit", "diff", "check", "history"),
        *("list", "probes", "doctor", "new-board", "new-runtime", "versions", "lock", "cache", "worker"),
    }


@pytest.mark.parametrize("name", ["verdicts.md", "ci.md"])
def test_budgets_are_understood(name: str) -> None:
    (toml,) = blocks(name, "toml")
    assert len(parse_budget(toml, "budget.toml").limits) == 3
