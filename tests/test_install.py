"""docs/install.md names the packages that the table has, and says what works of what a test makes."""

import re

import pytest

from wasmfit.toolchain.packages import PackageTable

from .commands import ROOT

PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
UNTRIED = ("Ubuntu 24.04 or newer", "Fedora", "Arch", "macOS", "Windows")


def packages(section: str, install: str) -> set[str]:
    """What the section's commands install."""
    commands = re.findall(
        rf"^{re.escape(install)}((?: --cask)?(?: [\w.+-]+)+)$", SECTIONS[section], re.MULTILINE
    )
    assert commands
    return {name for words in commands for name in words.split() if not name.startswith("-")}


@pytest.mark.parametrize(("section", "system"), [("Fedora", "fedora"), ("Arch", "arch"), ("macOS", "macos")])
def test_the_packages_are_those_of_the_table(section: str, system: str) -> None:
    table = PackageTable.load()
    needs = [table.needs[name].on[system] for name in table.groups["run"]]
    manager = table.managers[table.systems[system]]
    # A checkout is had by Git, which wasmfit itself does not need.
    named = packages(section, manager.install) - {"git"}
    assert named == {name for need in needs for name in need.names}
    for need in needs:
        assert need.then in SECTIONS[section]


@pytest.mark.parametrize("section", UNTRIED)
def test_what_nobody_has_tried_is_said_to_be_so(section: str) -> None:
    assert SECTIONS[section].lstrip().startswith("Nobody has tried this")


def test_the_rest_works() -> None:
    rows = re.findall(r"^\| (\w.*?) \| (.*?) \|$", PAGE, re.MULTILINE)[1:]
    works = [system for system, known in rows if known.startswith("works")]
    assert works == ["Debian 12", "Debian 13", "a container"]
    assert len(rows) == len(works) + len(UNTRIED)
    assert all(known.startswith("nobody has tried this") for _, known in rows[len(works) :])
