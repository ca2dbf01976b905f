"""The Makefile's targets: every one that a document or a script names exists, and `make help` lists each."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.MULTILINE))
FORMER = {"bench", "bench-counting", "bench-size", "bench-store", "calibrate", "fuzz"}


def _make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_targets_that_are_named_exist() -> None:
    named: dict[str, Path] = {}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Containerfile", ROOT / ".ci" / "run"]
    sources = [path for folder in ("scripts", "tests") for path in (ROOT / folder).rglob("*.py")]
    for path in pages:
        text = path.read_text("utf-8")
        named |= dict.fromkeys(re.findall(r"`make ([a-z][\w-]*)", text), path)
        named |= dict.fromkeys(
            re.findall(r"^ *(?:- run: |RUN )?make ([a-z][\w-]*)", text, re.MULTILINE), path
        )
    for path in sources:
        named |= dict.fromkeys(re.findall(r"`make ([a-z][\w-]*)", path.read_text("utf-8")), path)
    assert {"compare", "test", "check", "site", "maint-readme", "maint-bench-store"} <= named.keys()
    assert {target: path for target, path in named.items() if target not in TARGETS | FORMER} == {}


def test_help_lists_every_target_users_first() -> None:
    listed = re.findall(r"^  ([\w-]+) +\S", _make("help"), re.MULTILINE)
    assert set(listed) == TARGETS
    maintainers = [name for name in listed if name.startswith("maint-")]
    assert len(maintainers) > 10
    assert listed[-len(maintainers) :] == maintainers
    assert listed[:2] == ["compare", "test"]


def test_make_alone_shows_help_and_installs_nothing() -> None:
    assert _make() == _make("help")


def test_former_names_do_what_they_did() -> None:
    for name in FORMER:
        assert _make("-n", name) == _make("-n", f"maint-{name}")
