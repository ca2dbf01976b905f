"""A checked budget in each format: for people, for programs, and for continuous integration."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from xml.etree import ElementTree

from wasmfit.analysis.amounts import Amount, amount_text
from wasmfit.analysis.check import BudgetCheck, LimitResult, LimitStatus
from wasmfit.json_text import dumped
from wasmfit.table import Table, text_column
from wasmfit.words import agreeing, counted, escape_unprintable

from .changes import LONGEST_COMMENT
from .csv import rows_to_csv
from .documents.check import check_document, limit_record
from .escape import code, escape, quiet
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


def to_text(checked: BudgetCheck) -> str:
    """Broken limits, warnings, and how close the others are."""
    results = ranked(checked)
    listed = results[:_ROWS]
    columns = (
        text_column(("metric",), (result.limit.metric.name for result in listed)),
        text_column(("actual",), (amount_text(result.actual, result.limit.metric.unit) for result in listed)),
        text_column(("limit",), (_allowed(result) for result in listed)),
        text_column(("",), (word(result) for result in listed)),
    )
    notes = [f"{result.cell}: {result.message}" for result in (*checked.failed, *checked.warned)][:_ROWS]
    if len(results) > len(listed):
        notes.append(f"{len(results) - len(listed):,} more limits: --format json")
    notes += [checked.summary, _what(checked), *checked.notes]
    labels = tuple(result.cell for result in listed)
    return tables_to_text([Table(checked.path, labels, columns, tuple(notes), ())])


def ranked(checked: BudgetCheck) -> list[LimitResult]:
    """Broken limits first, then warnings, then the others."""
    return sorted(checked.results, key=lambda result: (not result.fails, not result.warns))


def word(result: LimitResult) -> str:
    """The status in a word; a broken soft limit is marked as one."""
    if result.status in (LimitStatus.BROKEN, LimitStatus.UNKNOWN) and not result.fails:
        return f"{result.status.value} (soft)"
    return result.status.value


def _allowed(result: LimitResult) -> str:
    if result.allowed is None:
        return "?"
    sign = "≤" if result.side == "max" else "≥"
    return f"{sign} {amount_text(Amount(result.allowed), result.limit.metric.unit)}"


def _what(checked: BudgetCheck) -> str:
    when = f", measured {checked.oldest[:16]} to {checked.newest[:16]} UTC" if checked.oldest else ""
    return f"checked: {checked.title}{when}"


def to_json(checked: BudgetCheck) -> str:
    """``{"schema": 1, "ok", "outcomes": [...]}``."""
    return dumped(check_document(checked))


def to_csv(checked: BudgetCheck) -> str:
    """One line per limit."""
    return rows_to_csv(
        [
            {
                **limit_record(result).model_dump(mode="json"),
                "have": result.actual.value if result.actual else None,
                "baseline": result.baseline.value if result.baseline else None,
            }
            for result in checked.results
        ]
    )


def to_markdown(checked: BudgetCheck) -> str:
    """Broken limits and warnings, the rest folded; as much as a comment holds."""
    mark = "fails" if checked.failed else "holds"
    lines = [f"### wasmfit: the budget {mark}", "", escape(checked.summary), ""]
    lines += _bullets([*checked.failed, *checked.warned])
    rest = [result for result in checked.results if result.status is LimitStatus.OK]
    room = LONGEST_COMMENT - _ROOM - sum(len(line) + 1 for line in lines)
    folded = [
        "",
        f"<details><summary>{counted(len(rest), 'limit')} {agreeing(len(rest), 'holds', 'hold')}</summary>",
        "",
    ]
    folded += ["| cell | metric | actual | limit |", "| --- | --- | ---: | ---: |"]
    for result in rest:
        row = (
            f"| {code(result.cell)} | {code(result.limit.metric.name)} "
            f"| {amount_text(result.actual, result.limit.metric.unit)} | {_allowed(result)} |"
        )
        if (room := room - len(row) - 1) < _ROOM:
            break
        folded.append(row)
    if rest:
        lines += [*folded, "", "</details>"]
    lines += ["", quiet("; ".join((_what(checked), *checked.notes)))]
    return "\n".join(lines)


def _bullets(results: Sequence[LimitResult]) -> Iterator[str]:
    """A line for each, as many as leave room for the rest."""
    room = LONGEST_COMMENT // 2
    for number, result in enumerate(results):
        how = "not known" if result.status is LimitStatus.UNKNOWN else "broken"
        level = f"**{how}**" if result.fails else "warning"
        line = f"- {level}: {code(result.cell)}: {quiet(result.message)}"
        if (room := room - len(line) - 1) < 0:
            yield f"- and {len(results) - number:,} more: `--format json` has them all"
            return
        yield line


def to_junit(checked: BudgetCheck) -> str:
    """JUnit's XML: a test case per limit; a warning passes, with its message as output."""
    failed = len(checked.failed)
    unknown = sum(result.status is LimitStatus.UNKNOWN for result in checked.failed)
    counts = {
        "tests": str(len(checked.results)),
        "failures": str(failed - unknown),
        "errors": str(unknown),
    }
    root = ElementTree.Element("testsuites", {"name": "wasmfit check", **counts})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": _xml(checked.path), "skipped": "0", "time": "0", **counts}
    )
    for result in checked.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": _xml(result.cell),
                "name": _xml(f"{result.limit.metric.name} {result.side} (line {result.limit.line})"),
                "time": "0",
            },
        )
        if result.fails:
            kind = "error" if result.status is LimitStatus.UNKNOWN else "failure"
            failure = ElementTree.SubElement(
                case, kind, {"message": _xml(result.sentence), "type": result.status.value}
            )
            failure.text = _xml(f"{result.id}: {result.message}")
        elif result.warns:
            ElementTree.SubElement(case, "system-out").text = _xml(f"{word(result)}: {result.message}")
    if checked.notes:
        ElementTree.SubElement(suite, "system-out").text = _xml("; ".join(checked.notes))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'


def _xml(text: str) -> str:
    """Text without characters that XML does not allow; markup is escaped by the writer."""
    return escape_unprintable(text, _LONGEST_LINE)


def to_github(checked: BudgetCheck) -> str:
    """Workflow commands, which GitHub shows as annotations at the budget's lines."""
    lines = [
        _command(
            "error" if result.fails else "notice" if result.status is LimitStatus.NEAR else "warning",
            checked.path,
            result.limit.line,
            result.cell,
            result.message,
        )
        for result in (*checked.failed, *checked.warned)
    ]
    said = "; ".join((checked.summary, *checked.notes))
    return "\n".join([*lines, _data(f"wasmfit check: {said}")])


def _command(kind: str, path: str, line: int, title: str, message: str) -> str:
    return f"::{kind} file={_property(path)},line={line},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return (
        escape_unprintable(text, _LONGEST_LINE).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    )


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[CheckFormat, Callable[[BudgetCheck], str]] = {
    CheckFormat.TABLE: to_text,
    CheckFormat.JSON: to_json,
    CheckFormat.CSV: to_csv,
    CheckFormat.MARKDOWN: to_markdown,
    CheckFormat.JUNIT: to_junit,
    CheckFormat.GITHUB: to_github,
}
"""Format → its formatter."""
