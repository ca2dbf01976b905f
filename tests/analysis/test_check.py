"""Budgets: what they take, what they refuse, and what holds."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.junit import is_junit
from tests.samples import failed, measurement, renamed, size, with_prediction
from wasmfit.analysis.budget import parse_budget, read_budget
from wasmfit.analysis.check import BudgetCheck, LimitStatus, check_budget
from wasmfit.analysis.quantities import LimitValue, parse_limit
from wasmfit.analysis.quantities import parse_size as size_of
from wasmfit.analysis.snapshot import Snapshot, SnapshotKey
from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.report.check import FORMATS, CheckFormat, to_github, to_json, to_junit, to_markdown, to_text

ID = measurement().id


def snapshot(*cells: Measurement, title: str = "these") -> Snapshot:
    return Snapshot(title, SnapshotKey.CELL, {one.id: one for one in cells}, {}, None, lambda one: one)


def checked(toml: str, *cells: Measurement, **baselines: Snapshot) -> BudgetCheck:
    return check_budget(parse_budget(toml, "budget.toml"), snapshot(*(cells or (measurement(),))), baselines)


def limit(metric: str = "size.flash", **fields: object) -> str:
    lines = [f"{name} = {json.dumps(value)}" for name, value in ({"cells": "*"} | fields).items()]
    return "\n".join(["[[limit]]", f"metric = {json.dumps(metric)}", *lines, ""])


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("0", 0),
        ("524288", 524_288),
        ("512K", 524_288),
        ("512k", 524_288),
        ("128KiB", 131_072),
        ("128 KB", 131_072),
        ("1M", 1_048_576),
        ("1.5M", 1_572_864),
        ("1_000", 1000),
        ("1,000", 1000),
        ("2G", 2 << 30),
        ("12B", 12),
    ],
)
def test_sizes(text: str, bytes_: int) -> None:
    assert size_of(text) == bytes_


@pytest.mark.parametrize(
    "text", ["", "K", "-1", "+1", "1.5", "0.3K", "1T", "1e3", "0x10", "١٢", "9" * 30, "1K1"]
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        size_of(text)


@given(st.integers(0, 2**40), st.sampled_from(["", "K", "M", "k", "KiB"]))
def test_sizes_are_their_factor(number: int, unit: str) -> None:
    assert size_of(f"{number}{unit}") == number * {"": 1, "M": 1 << 20}.get(unit, 1024)


@given(st.text(max_size=20), st.sampled_from(["B", "s", "C", "J", "instructions", ""]))
def test_any_limit_is_taken_or_refused_in_a_sentence(text: str, unit: str) -> None:
    try:
        found = parse_limit(text, unit)
    except UsageError as error:
        shown = str(error)
    else:
        shown = ""
        assert found.relative == (text.strip()[:1] in ("+", "-"))
        assert found.allowed(100.0) is not None
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("given", "unit", "allowed"),
    [
        ("72K", "B", 73_728),
        (100, "B", 100),
        ("+2%", "B", 1020),
        ("-5%", "B", 950),
        ("+1K", "B", 2024),
        ("-24", "B", 976),
        ("20ms", "s", 0.02),
        ("250us", "s", 0.00025),
        ("+1ms", "s", 1000.001),
        ("5uC", "C", 5e-6),
        ("2.5 mC", "C", 0.0025),
        ("300nJ", "J", 3e-7),
        ("+10%", "J", 1100),
        ("1_500", "instructions", 1500),
        ("+0%", "instructions", 1000),
    ],
)
def test_limits(given: str | int, unit: str, allowed: float) -> None:
    assert parse_limit(given, unit).allowed(1000.0) == pytest.approx(allowed)


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ("2%", "B"),
        ("5uC", "J"),
        ("5us", "C"),
        ("5uC", "s"),
        ("1K", "instructions"),
        ("1ms", "B"),
        ("+", "B"),
        ("x", ""),
        (float("nan"), ""),
    ],
)
def test_what_is_no_limit(given: str | float, unit: str) -> None:
    with pytest.raises(UsageError):
        parse_limit(given, unit)


def test_a_relative_limit_without_a_baseline_allows_nothing() -> None:
    assert LimitValue(2, True, True, "+2%").allowed(None) is None


def test_within_and_over() -> None:
    found = checked(limit(max=121_000) + limit(max="118K") + limit(min=121_001))
    assert [one.status for one in found.results] == [LimitStatus.OK, LimitStatus.BROKEN, LimitStatus.BROKEN]
    assert [one.excess for one in found.results] == [None, 121_000 - 118 * 1024, 1]
    assert [one.fails for one in found.results] == [False, True, True]
    assert found.results[1].sentence == "size.flash is 121,000 B, 168 B too much: at most 120,832 B"
    assert found.results[2].sentence == "size.flash is 121,000 B, 1 B too little: at least 121,001 B"


def test_a_soft_limit_warns() -> None:
    found = checked(limit(max=1, level="soft"))
    assert (found.failed, len(found.warned)) == ((), 1)
    assert found.summary == "1 limit on 1 cell: 0 held, 1 warned, 0 broken"


def test_against_a_baseline() -> None:
    toml = 'baseline = "main"\n' + limit(max="+0.4%") + limit(max="+500") + limit(max="-1%", level="soft")
    base = snapshot(measurement(), title="run 1")
    found = checked(toml, measurement(size=size(100_500)), main=base)
    assert [one.status for one in found.results] == [LimitStatus.BROKEN, LimitStatus.OK, LimitStatus.BROKEN]
    assert [one.excess for one in found.results] == [pytest.approx(16), None, pytest.approx(1710)]
    assert "at most 121,484 B (+0.4% of 121,000 B)" in found.results[0].sentence


def test_a_limit_has_its_own_baseline_and_the_command_line_wins() -> None:
    toml = 'baseline = "main"\n' + limit(max="+0", baseline="other")
    assert parse_budget(toml, "b").baselines == ("other",)
    assert parse_budget(toml, "b", "latest~1").baselines == ("latest~1",)
    assert parse_budget(limit(max="+0"), "b", "latest~1").baselines == ("latest~1",)


def test_unknown_is_not_within_budget() -> None:
    broken = checked(limit(max="1G", cells="broken@*"), failed())
    assert [one.status for one in broken.results] == [LimitStatus.UNKNOWN]
    assert broken.results[0].fails
    assert "the cell ended as faulted: stack overflow" in broken.results[0].sentence
    assert broken.summary == "1 limit on 1 cell: 0 held, 0 warned, 0 broken, 1 not known"
    missing = checked(limit("run.heap.held", max="1G"))
    assert missing.results[0].sentence == "run.heap.held is not known: it was not measured for this cell"
    soft = checked(limit("run.heap.held", max="1G", level="soft"))
    assert (soft.failed, len(soft.warned)) == ((), 1)


def test_a_cell_that_the_baseline_lacks_is_unknown() -> None:
    toml = 'baseline = "main"\n' + limit(max="+2%")
    found = checked(toml, main=snapshot(title="run 1"))
    assert found.results[0].fails
    assert "run 1 does not have the cell" in found.results[0].sentence
    toml = 'baseline = "main"\n' + limit(max="+2%", cells="wasmi*")
    found = checked(toml, main=snapshot(renamed(failed(), ID), title="run 1"))
    assert "in run 1, the cell ended as faulted" in found.results[0].sentence


def test_an_error_bar_that_reaches_over_the_limit_is_worth_a_word() -> None:
    one = with_prediction(measurement(), 1e-5)
    metric = "run.time_s"
    found = checked(limit(metric, max="10.5us") + limit(metric, max="12us") + limit(metric, max="9us"), one)
    assert [outcome.status for outcome in found.results] == [
        LimitStatus.NEAR,
        LimitStatus.OK,
        LimitStatus.BROKEN,
    ]
    assert (len(found.failed), len(found.warned)) == (1, 1)
    assert "its error bar exceeds that" in found.results[0].sentence


def test_globs_and_exceptions() -> None:
    cells = [
        renamed(measurement(), ID.replace("wasmi@2.0.0", build))
        for build in ("wasm3@1", "wamr@1", "baseline@1")
    ]
    toml = limit(max="1G", cells=["wa*"], **{"except": "wamr*"})
    assert [one.id.partition("@")[0] for one in checked(toml, *cells).results] == ["wasm3"]


def test_an_owner_that_a_cell_lacks_has_no_byte_of_it() -> None:
    other = renamed(measurement(), ID.replace("wasmi", "other"))
    assert other.size is not None
    other = other.model_copy(
        update={"size": other.size.model_copy(update={"owners": {".text": {"core": 1}}})}
    )
    found = checked(limit("size.owners/.text/wasmi", max=10), measurement(), other)
    assert [one.actual.value if one.actual else None for one in found.results] == [90_000, 0]
    with pytest.raises(UsageError, match="none of its cells has a byte") as error:
        checked(limit("size.owners/.text/wasmy", max=10), measurement(), other)
    assert error.value.remedy == "Perhaps you meant size.owners/.text/wasmi."


def test_the_old_name_of_a_metric_is_read() -> None:
    old = limit("size.text", max=1).replace("metric =", "figure =")
    assert "figure" in old
    assert parse_budget(old, "budget.toml").limits == parse_budget(limit("size.text", max=1), "").limits


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("", "budget.toml:1: limit: Field required"),
        ("limit = []", "limit"),
        ("[[limit]]\n", "budget.toml:1: limit.0.cells: Field required"),
        ("x = 1\n" + limit(max=1), "budget.toml:1: x: There is no such field. Known are: baseline, limit."),
        (limit(maxx=1, max=2), "Did you mean max?"),
        ("\n\n" + limit(), "budget.toml:3: limit.0: a limit needs max or min"),
        (
            "\n" + limit("size.flsh", max=1),
            "budget.toml:3: There is no metric named 'size.flsh'. Perhaps you meant size.flash",
        ),
        (
            "\n" + limit("size.flsh", max=1).replace("metric =", "figure ="),
            "budget.toml:3: There is no metric named 'size.flsh'",
        ),
        (limit(max=1) + 'figure = "size.text"\n', "budget.toml:5: limit.0.figure: There is no such field"),
        ('[[limit]]\ncells = "*"\nmax = 1\n', "budget.toml:1: limit.0.metric: Field required"),
        (limit(max="1T"), "budget.toml:4: Invalid size '1T'"),
        (limit(max=1, level="hardish"), "budget.toml:5: limit.0.level"),
        (limit(max="+2%"), "none is named"),
        (limit(max=1, cells=[]), "limit.0.cells"),
        (limit(max=1, cells=[""]), "limit.0.cells.0"),
        (limit(max=True), "limit.0.max"),
        ("a = [", "budget.toml is not valid TOML"),
        ("a = " + "9" * 10_000, "far too many digits"),
        ("[[limit]]\ncells = 0x" + "9" * 10_000, "more than 64 bits"),
        ("a = " + "[" * 10_000, "budget.toml is"),
        ('"\\u001b[31m" = 1\n' + limit(max=1), "budget.toml"),
    ],
)
def test_a_broken_budget_is_told_with_file_and_line(toml: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_budget(toml, "budget.toml")
    assert words in str(error.value)
    assert all(line.isprintable() for line in str(error.value).splitlines())


def test_a_limit_that_holds_for_no_cell_is_an_error() -> None:
    toml = "\n" + limit(max=1, cells="wasmi@2.0.0/add-with-extra/nrf52840dk/bare/smal")
    with pytest.raises(UsageError, match=r"budget\.toml:2: .* has no such cell") as error:
        checked(toml)
    assert f"Perhaps you meant {ID}" in error.value.remedy
    with pytest.raises(UsageError, match="has no such cell") as error:
        check_budget(parse_budget(limit(max=1), "b"), snapshot(), {})
    assert "--run" in error.value.remedy


@given(st.text())
def test_any_text_is_a_budget_or_refused_in_a_sentence(text: str) -> None:
    try:
        parse_budget(text, "budget.toml")
    except UsageError as error:
        lines = str(error).splitlines()
        told = all(line.isprintable() for line in lines) and bool(lines)
    else:
        told = True
    assert told


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "cells": st.one_of(st.text(), st.lists(st.text()), st.integers()),
        "except": st.one_of(st.text(), st.lists(st.text())),
        "metric": st.one_of(st.text(), st.sampled_from(["size.flash", "run.time_s"])),
        "max": st.one_of(st.integers(), st.text(), st.sampled_from(["1K", "+2%", "2ms"])),
        "min": st.one_of(st.integers(), st.booleans()),
        "level": st.sampled_from(["soft", "hard", "none"]),
        "baseline": st.text(),
        "reason": st.text(),
    },
)


@given(st.lists(FIELDS, max_size=3))
def test_any_limits_are_taken_or_refused(tables: list[dict[str, object]]) -> None:
    import tomli_w

    try:
        budget = parse_budget(tomli_w.dumps({"limit": tables}), "budget.toml")
    except UsageError as error:
        assert str(error)  # noqa: PT017 - one of both happens, for hypothesis to choose
        return
    assert len(budget.limits) == len(tables) > 0


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        read_budget(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_budget(tmp_path / "latin.toml")
    (tmp_path / "big.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(UsageError, match="larger than"):
        read_budget(tmp_path / "big.toml")


HOSTILE = "x]]><script>&\"'\x00\x1b[31m\n::error file=a::b %0A @me #1"


def hostile() -> BudgetCheck:
    one = failed(reason=HOSTILE).model_copy(update={"id": f"a@1/{HOSTILE.replace('/', ':')}/b/c/d"})
    toml = limit(max=1, reason=HOSTILE.replace("\x00", "")) + limit(max=2, level="soft")
    return check_budget(
        parse_budget(toml, HOSTILE), snapshot(one, measurement(size=size(10_000)), title=HOSTILE), {}
    )


def test_junit_is_valid_whatever_the_names_are() -> None:
    for found in (hostile(), checked(limit(max=1) + limit(max="1G") + limit("run.heap.held", max=1))):
        text = to_junit(found)
        is_junit(text)
        root = ElementTree.fromstring(text)  # noqa: S314 - our own
        cases = root.findall("testsuite/testcase")
        assert len(cases) == len(found.results)
        assert len(root.findall(".//failure")) + len(root.findall(".//error")) == len(found.failed)
        assert len(root.findall(".//system-out")) == len(found.warned)


def test_annotations_are_one_line_each() -> None:
    lines = to_github(hostile()).splitlines()
    assert len(lines) == len(hostile().failed) + len(hostile().warned) + 1
    for line in lines[:-1]:
        assert re.fullmatch(r"::(error|warning|notice) file=[^:,]*,line=\d+,title=[^:,]*::.*", line), line
    assert not lines[-1].startswith("::")
    (plain,) = [line for line in to_github(checked(limit(max=1))).splitlines() if line.startswith("::")]
    assert plain == (
        "::error file=budget.toml,line=1,title=wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference::"
        "size.flash is 121,000 B, 120,999 B too much: at most 1 B"
    )


def test_other_formats() -> None:
    found = hostile()
    assert set(FORMATS) == set(CheckFormat)
    for form, make in FORMATS.items():
        # CSV and JSON are for programs, which want names as they are.
        assert form is CheckFormat.CSV or "\x1b" not in make(found)
    markdown = to_markdown(found)
    assert "<script" not in markdown.replace("\\<script", "")
    assert len(to_markdown(checked(limit(max=1)))) < 65_536
    assert "the budget fails" in markdown
    assert "the budget holds" in to_markdown(checked(limit(max="1G")))
    assert "broken" in to_text(checked(limit(max=1)))
    assert "- **broken**: " in to_markdown(checked(limit(max=1)))
    assert "- **not known**: " in to_markdown(checked(limit("run.heap.held", max="1G")))
    data = json.loads(to_json(checked(limit(max=1))))
    assert (data["ok"], data["outcomes"][0]["over"]) == (False, 120_999)


def test_a_comment_of_many_broken_limits_fits() -> None:
    cells = [renamed(measurement(), ID.replace("2.0.0", f"0.{number}.0")) for number in range(2000)]
    text = to_markdown(checked(limit(max=1) + limit(max="1G"), *cells))
    assert len(text) <= 65_536
    assert "more: `--format json` has them all" in text
