"""What could be saved, for what annotates changes: SARIF 2.1.0, and workflow commands of GitHub Actions."""

from pathlib import PurePath
from urllib.parse import quote

from wasmfit import __version__
from wasmfit.footprint.graph.explain import SavingCandidate, SavingsReport
from wasmfit.json_text import dumped
from wasmfit.words import counted, escape_unprintable

from .explained import amount

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 1000


def to_sarif(report: SavingsReport) -> str:
    """A SARIF log of one run: a rule and a result for each candidate, the largest first.

    A result's place is the file, whose lines it has none of, and the largest things by their names.
    """
    return dumped(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "wasmfit",
                            "version": __version__,
                            "rules": [_rule(candidate) for candidate in report.candidates],
                        }
                    },
                    "results": [_result(report, n) for n in range(len(report.candidates))],
                    "invocations": [
                        {
                            "executionSuccessful": True,
                            "toolExecutionNotifications": [
                                {"level": "note", "message": {"text": escape_unprintable(limit, _LONGEST)}}
                                for limit in report.limits
                            ],
                        }
                    ],
                }
            ],
        }
    )


def _rule(candidate: SavingCandidate) -> dict[str, object]:
    return {
        "id": candidate.key,
        "shortDescription": {"text": escape_unprintable(candidate.title, _LONGEST)},
        "help": {"text": escape_unprintable(candidate.remedy, _LONGEST)},
        "defaultConfiguration": {"level": "note"},
    }


def _result(report: SavingsReport, number: int) -> dict[str, object]:
    candidate = report.candidates[number]
    # GitHub takes no place without a line, and a binary has none.
    place = {"artifactLocation": {"uri": _uri(report.file)}, "region": {"startLine": 1}}
    named = [
        {"fullyQualifiedName": escape_unprintable(part.name, _LONGEST), "kind": "member"}
        for part in candidate.largest
    ]
    return {
        "ruleId": candidate.key,
        "ruleIndex": number,
        "level": "note",
        "message": {"text": _sentence(candidate)},
        "locations": [{"physicalLocation": place, "logicalLocations": named}],
        "partialFingerprints": {"saving/v1": candidate.key},
        "properties": {
            "count": candidate.count,
            "ownFlash": candidate.own.flash,
            "ownRam": candidate.own.ram,
            "retainedFlash": candidate.retained.flash,
            "retainedRam": candidate.retained.ram,
            "overlaps": list(candidate.overlaps),
        },
    }


def _sentence(candidate: SavingCandidate) -> str:
    things = counted(candidate.count, "thing")
    return (
        f"{escape_unprintable(candidate.title, _LONGEST)}: up to {amount(candidate.retained)} could be saved "
        f"({things}, {amount(candidate.own)} themselves; this overlaps with others). Remedy: "
        f"{escape_unprintable(candidate.remedy, _LONGEST)}."
    )


def _uri(path: str) -> str:
    """A relative reference, as a checkout has it; of an absolute path, a file's."""
    text = quote(PurePath(path).as_posix(), errors="surrogateescape")
    return f"file://{text}" if text.startswith("/") else text


def to_github(report: SavingsReport) -> str:
    """A notice for each candidate, the largest first."""
    lines = [
        f"::notice file={_property(report.file)},title={_property(candidate.title)}::"
        f"{_data(_sentence(candidate))}"
        for candidate in report.candidates
    ]
    lines += [f"::notice file={_property(report.file)}::{_data(limit)}" for limit in report.limits]
    return "\n".join(lines)


def _data(text: str) -> str:
    return escape_unprintable(text, 4 * _LONGEST).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
