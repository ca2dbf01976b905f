"""A checked budget in each format: for people, for programs, and for what continuous integration shows."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from xml.etree import ElementTree

from wasmfit.analysis.amounts import Amount, shown
from wasmfit.analysis.check import Checked, Outcome, Verdict
from wasmfit.analysis.comparison import SCHEMA
from wasmfit.json_text import dumped
from wasmfit.words import printable

from .change_tables import amount_to_dict
from .changes import LONGEST_COMMENT
from .csv import rows_to_csv
from .escape import code, escape, quiet
from .table import Column, Table
from .terminal import tables_to_text

_ROOM = 500
_LONGEST_LINE = 4000
_ROWS = 200


class CheckFormat(StrEnum):
    """What ``check --format`` takes."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    GITHUB = "github"


def to_text(checked: Checked) -> str:
    """What is broken, what is worth a word, and how near the rest is."""
    outcomes = ranked(checked)
    listed = outcomes[:_ROWS]
    columns = (
        Column(("figure",), tuple(one.limit.figure.name for one in listed)),
        Column(("is",), tuple(shown(one.have, one.limit.figure.unit) for one in listed)),
        Column(("limit",), tuple(_allowed(one) for one in listed)),
        Column(("",), tuple(word(one) for one in listed)),
    )
    notes = [f"{one.cell}: {said(one)}" for one in (*checked.failed, *checked.warned)][:_ROWS]
    if len(outcomes) > len(listed):
        notes.append(f"{len(outcomes) - len(listed):,} more limits: --format json")
    notes += [checked.summary, _checked_what(checked)]
    labels = tuple(one.cell for one in listed)
    return tables_to_text([Table(checked.path, labels, columns, tuple(notes), ())])


def ranked(checked: Checked) -> list[Outcome]:
    """Broken limits first, then those worth a word, then the others."""
    return sorted(checked.outcomes, key=lambda one: (not one.fails, not one.warns))


def word(outcome: Outcome) -> str:
    """What became of it, in a word; a soft limit that is broken is said to be one."""
    if outcome.verdict in (Verdict.BROKEN, Verdict.UNKNOWN) and not outcome.fails:
        return f"{outcome.verdict.value} (soft)"
    return outcome.verdict.value


def said(outcome: Outcome) -> str:
    """The sentence, and why the limit is there."""
    reason = outcome.limit.table.reason
    return f"{outcome.sentence}{f' ({reason})' if reason else ''}"


def _allowed(outcome: Outcome) -> str:
    if outcome.allowed is None:
        return "?"
    sign = "≤" if outcome.side == "max" else "≥"
    return f"{sign} {shown(Amount(outcome.allowed), outcome.limit.figure.unit)}"


def _checked_what(checked: Checked) -> str:
    when = f", measured {checked.oldest[:16]} to {checked.newest[:16]} UTC" if checked.oldest else ""
    return f"checked: {checked.title}{when}"


def to_json(checked: Checked) -> str:
    """``{"schema": 1, "ok", "outcomes": [...]}``."""
    return dumped(
        {
            "schema": SCHEMA,
            "budget": checked.path,
            "checked": checked.title,
            "measured_from": checked.oldest or None,
            "measured_to": checked.newest or None,
            "ok": not checked.failed,
            "outcomes": [_row(one) for one in checked.outcomes],
        }
    )


def _row(one: Outcome) -> dict[str, object]:
    return {
        "id": one.id,
        "figure": one.limit.figure.name,
        "unit": one.limit.figure.unit,
        "kind": one.limit.figure.kind.value,
        "side": one.side,
        "level": one.limit.table.level,
        "verdict": one.verdict.value,
        "fails": one.fails,
        "have": amount_to_dict(one.have),
        "allowed": one.allowed,
        "over": one.over,
        "baseline": amount_to_dict(one.baseline),
        "message": said(one),
        "line": one.limit.line,
    }


def to_csv(checked: Checked) -> str:
    """One line a limit."""
    return rows_to_csv(
        [
            {
                **_row(one),
                "have": one.have.value if one.have else None,
                "baseline": one.baseline.value if one.baseline else None,
            }
            for one in checked.outcomes
        ]
    )


def to_markdown(checked: Checked) -> str:
    """What is broken, the rest folded up; as much as a comment holds."""
    mark = "fails" if checked.failed else "holds"
    lines = [f"### wasmfit: the budget {mark}", "", escape(checked.summary), ""]
    lines += _bullets([*checked.failed, *checked.warned])
    rest = [one for one in checked.outcomes if one.verdict is Verdict.OK]
    room = LONGEST_COMMENT - _ROOM - sum(len(line) + 1 for line in lines)
    folded = ["", f"<details><summary>{len(rest):,} limits hold</summary>", ""]
    folded += ["| cell | figure | is | limit |", "| --- | --- | ---: | ---: |"]
    for one in rest:
        row = (
            f"| {code(one.cell)} | {code(one.limit.figure.name)} "
            f"| {shown(one.have, one.limit.figure.unit)} | {_allowed(one)} |"
        )
        if (room := room - len(row) - 1) < _ROOM:
            break
        folded.append(row)
    if rest:
        lines += [*folded, "", "</details>"]
    lines += ["", quiet(_checked_what(checked))]
    return "\n".join(lines)


def _bullets(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each, as many as leave room for the others."""
    room = LONGEST_COMMENT // 2
    for number, one in enumerate(outcomes):
        level = "**broken**" if one.fails else "warning"
        line = f"- {level}: {code(one.cell)}: {quiet(said(one))}"
        if (room := room - len(line) - 1) < 0:
            yield f"- and {len(outcomes) - number:,} more: `--format json` has them all"
            return
        yield line


def to_junit(checked: Checked) -> str:
    """JUnit's XML: a test case a limit; what warns passes, with its words."""
    failed = len(checked.failed)
    unknown = sum(one.verdict is Verdict.UNKNOWN for one in checked.failed)
    counts = {
        "tests": str(len(checked.outcomes)),
        "failures": str(failed - unknown),
        "errors": str(unknown),
    }
    root = ElementTree.Element("testsuites", {"name": "wasmfit check", **counts})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": _xml(checked.path), "skipped": "0", "time": "0", **counts}
    )
    for one in checked.outcomes:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": _xml(one.cell),
                "name": _xml(f"{one.limit.figure.name} {one.side} (line {one.limit.line})"),
                "time": "0",
            },
        )
        if one.fails:
            kind = "error" if one.verdict is Verdict.UNKNOWN else "failure"
            failure = ElementTree.SubElement(
                case, kind, {"message": _xml(one.sentence), "type": one.verdict.value}
            )
            failure.text = _xml(f"{one.id}: {said(one)}")
        elif one.warns:
            ElementTree.SubElement(case, "system-out").text = _xml(f"{word(one)}: {said(one)}")
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'


def _xml(text: str) -> str:
    """Text without what XML cannot hold; the rest is escaped where it is written."""
    return printable(text, _LONGEST_LINE)


def to_github(checked: Checked) -> str:
    """Workflow commands, which GitHub shows as annotations at the budget's lines."""
    lines = [
        _command(
            "error" if one.fails else "notice" if one.verdict is Verdict.NEAR else "warning",
            checked.path,
            one.limit.line,
            one.cell,
            said(one),
        )
        for one in (*checked.failed, *checked.warned)
    ]
    return "\n".join([*lines, _data(f"wasmfit check: {checked.summary}")])


def _command(kind: str, path: str, line: int, title: str, message: str) -> str:
    return f"::{kind} file={_property(path)},line={line},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return printable(text, _LONGEST_LINE).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[CheckFormat, Callable[[Checked], str]] = {
    CheckFormat.TABLE: to_text,
    CheckFormat.JSON: to_json,
    CheckFormat.CSV: to_csv,
    CheckFormat.MARKDOWN: to_markdown,
    CheckFormat.JUNIT: to_junit,
    CheckFormat.GITHUB: to_github,
}
"""Format → what makes its text."""
