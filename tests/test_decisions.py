"""Decision records say their status and date, and the index in their folder lists every one."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "decisions"
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "decisions.py"))
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_status_and_date(record: Path) -> None:
    decision = SCRIPT["read"](record)
    for superseding in SCRIPT["LINK"].findall(decision.status):
        assert (FOLDER / superseding).is_file(), f"{record.name} names {superseding}, which does not exist"


def test_numbers_are_unique() -> None:
    numbers = [record.stem[:4] for record in RECORDS]
    assert len(numbers) > 80
    assert sorted(set(numbers)) == numbers


def test_the_index_is_current() -> None:
    assert SCRIPT["index"](FOLDER) == (FOLDER / "README.md").read_text("utf-8"), "run `make maint-decisions`"


@pytest.mark.parametrize(
    "head",
    [
        "# A title\n\nText.\n",
        "# A title\n\n- Status: accepted\n\nText.\n",
        "# A title\n\n- Status: perhaps\n- Date: 2026-11-23\n\nText.\n",
        "# A title\n\n- Status: superseded by 0122\n- Date: 2026-11-23\n\nText.\n",
        "# A title\n\n- Status: accepted\n- Date: yesterday\n\nText.\n",
    ],
)
def test_a_malformed_record_is_refused(tmp_path: Path, head: str) -> None:
    record = tmp_path / "0001-x.md"
    record.write_text(head)
    with pytest.raises(ValueError, match=r"0001-x\.md has no status and date below its title"):
        SCRIPT["read"](record)
