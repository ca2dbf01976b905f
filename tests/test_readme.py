"""What the README tells people to type exists."""

import re

from .commands import ROOT, lines

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = {line.words[1] for line in lines(ROOT / "README.md") if line.words[0] == "make"}
    assert {"compare", "test"} <= made <= targets


def test_the_tables_are_filled() -> None:
    figures = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    for name in ("options", "reference"):
        begin, end = f"<!-- {name}: written by make maint-readme -->", f"<!-- end of {name} -->"
        table = figures[figures.index(begin) : figures.index(end)]
        assert len(re.findall(r"^\|", table, re.MULTILINE)) > 5


def test_what_commands_print_is_shown() -> None:
    for name in ("results", "answer", "changed", "budget", "history", "features"):
        begin, end = f"<!-- {name}: written by make maint-readme -->", f"<!-- end of {name} -->"
        shown = README[README.index(begin) : README.index(end)]
        assert re.search(r"^\$ wasmfit ", shown, re.MULTILINE), name
        assert len(shown.splitlines()) > 8, name
