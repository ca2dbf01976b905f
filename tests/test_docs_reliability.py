"""What docs/reliability.md names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_files_that_are_named_exist() -> None:
    named = set(re.findall(r"`((?:tests|scripts)/[\w./]+)`", PAGE))
    assert len(named) > 6
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_pages_that_are_linked_exist() -> None:
    linked = re.findall(r"\]\(([\w./-]+\.md)\)", PAGE)
    assert linked
    assert [one for one in linked if not (ROOT / "docs" / one).is_file()] == []


def test_make_has_what_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"`make ([\w-]+)`", PAGE)
    assert targets
    assert [one for one in targets if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []
