"""Writes the index of docs/decisions/ from the records themselves: ``make maint-decisions``."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "decisions"

_RECORD = re.compile(
    r"# (?P<title>[^\n]+)\n\n- Status: (?P<status>[^\n]+)\n- Date: (?P<date>\d{4}-\d\d-\d\d)\n\n"
)
_STATUS = re.compile(r"(accepted|superseded by \[\d{4}\]\(\d{4}[\w.-]+\.md\))(; .+)?")
LINK = re.compile(r"\]\(([\w.-]+\.md)\)")
"""Names the other records in a status."""

_HEAD = """# Decisions

Why things are as they are, with what was measured. A record is named `NNNN-what.md`, with the next free
number. It begins with its decision as a title, its status (`accepted`, or `superseded by` another record) and
the date of its first version. A record that no longer holds is kept, and its status says what supersedes it.
`make maint-decisions` writes this page.

| | Decision | Status | Date |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Decision:
    """What the head of a record says."""

    path: Path
    title: str
    status: str
    date: str


class MalformedRecordError(ValueError):
    """A record that does not begin with title, status and date."""


def read(path: Path) -> Decision:
    """Reads the head of a record.

    Raises:
        MalformedRecordError: The record does not begin as the index says.
    """
    head = _RECORD.match(path.read_text(encoding="utf-8"))
    if head is None or not _STATUS.fullmatch(head["status"]):
        raise MalformedRecordError(
            f"{path.name} has no status and date below its title: see docs/decisions/README.md"
        )
    return Decision(path, head["title"], head["status"], head["date"])


def index(folder: Path) -> str:
    """The text of the index of a folder's records, by number."""
    decisions = [read(path) for path in sorted(folder.glob("[0-9]*.md"))]
    return _HEAD + "".join(_row(decision) for decision in decisions)


def _row(decision: Decision) -> str:
    link = f"[{decision.path.stem[:4]}]({decision.path.name})"
    return f"| {link} | {decision.title} | {decision.status} | {decision.date} |\n"


if __name__ == "__main__":
    try:
        (FOLDER / "README.md").write_text(index(FOLDER), encoding="utf-8")
    except MalformedRecordError as error:
        sys.exit(str(error))
