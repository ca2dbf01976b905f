"""The first screen of a comparison: it fits, it is sorted, and what it leaves out it says."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from tests.report.recorded import WIDTHS, recorded, screen
from tests.samples import checked_out, failed, measurement, renamed, size, with_prediction, with_ram_bound
from tests.user_modules import ran
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.summary import RowGroup, SummaryChoice, summary_tables
from wasmfit.analysis.summary_columns import COLUMNS, DEFAULT_COLUMNS, summary_columns
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.report import Format
from wasmfit.report.summary import summary_formatted, to_summary

DEFAULT = SummaryChoice()


def text_of(*cells: Measurement, width: int = 200, **choice: Any) -> str:
    bounds = frozenset({"native"})
    return to_summary(Comparison(cells, 0, 0, bounds=bounds), SummaryChoice(**choice), width)


def rows_of(text: str) -> list[str]:
    """The lines below the rule, up to the first that is not a row."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if "───" in line) + 1
    return [line for line in lines[start:] if line.startswith(" ")]


def of_flash(runtime: str, text: int) -> Measurement:
    return measurement(runtime, "1.0.0", size=size(text))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_recorded_comparison_is_this_screen(width: int) -> None:
    text = to_summary(recorded(), DEFAULT, width)
    assert f"{text}\n" == screen(width).read_text(encoding="utf-8")
    assert all(len(line) <= width for line in text.splitlines())


@pytest.mark.parametrize("width", [80, 100])
def test_sixteen_runtimes_take_no_more_lines_than_a_terminal_has(width: int) -> None:
    comparison = recorded()
    baseline, *others = comparison.measurements
    ran, left_out = others[:-2], others[-2:]
    assert not any(one.status is Status.OK for one in left_out)
    more = (renamed(ran[-1], ran[-1].id.replace("@", f"@{number}.")) for number in range(14 - len(ran)))
    sixteen = [*ran[:14], *more, *left_out]
    assert len(sixteen) == 16
    text = to_summary(replace(comparison, measurements=(baseline, *sixteen)), DEFAULT, width)
    # One more line says how many cells there were, or what they rest on.
    assert len(text.splitlines()) + 1 <= 24


def test_the_legend_says_what_error_bars_include_if_there_are_any() -> None:
    comparison = recorded()
    said = "≈ predicted; error bars include code layout (--layouts 5 measures it)"
    assert said in " ".join(to_summary(comparison, DEFAULT, 200).split())
    assert "code layout" not in to_summary(comparison, SummaryChoice(columns=("flash",)), 200)
    markdown = summary_formatted(comparison, SummaryChoice(columns=("time_call",)), Format.MARKDOWN)
    assert isinstance(markdown, str)
    assert markdown.count("error bar") == 1
    plain = text_of(with_prediction(measurement(), 2e-6))
    assert "≈ predicted" in plain
    assert "error bar" not in plain


def test_a_narrower_terminal_has_fewer_columns_and_says_which() -> None:
    wide, narrow = (to_summary(recorded(), DEFAULT, width) for width in (160, 80))
    assert "not shown" not in wide
    (said,) = (part for part in " ".join(narrow.split()).split("; ") if part.startswith("not shown"))
    assert said == "not shown: over baseline, stack, load and instantiate (--columns all)"
    assert "stack" not in narrow.split("* best")[0]


def test_columns_are_dropped_in_the_stated_order() -> None:
    order = sorted(
        (column for column in summary_columns((), ()) if column.priority), key=lambda one: -one.priority
    )
    assert [column.key for column in order] == [
        "flash_over_baseline",
        "stack_peak",
        "instructions_start",
        "instructions_call",
        "slowdown",
        "time_call",
        "least_ram",
    ]


def test_the_smallest_is_first_and_the_best_is_marked() -> None:
    rows = rows_of(text_of(of_flash("big", 90_000), of_flash("small", 50_000), of_flash("native", 5_000)))
    assert [row.split()[0] for row in rows] == ["native", "small", "big"]
    assert "71,000*" in rows[1]
    assert "*" not in rows[0]


def test_what_is_equal_everywhere_is_not_the_best() -> None:
    assert "*" not in text_of(of_flash("one", 5_000), of_flash("other", 5_000))


def test_a_minimum_that_is_an_upper_bound_is_marked() -> None:
    bound = with_ram_bound(of_flash("bound", 70_000))
    text = text_of(of_flash("exact", 60_000), bound)
    assert "≤ 82,320" in next(row for row in rows_of(text) if "bound" in row)
    assert "≤" not in next(row for row in rows_of(text) if "exact" in row)
    assert "≤ at most: the search for the minimum RAM ended early" in " ".join(text.split())
    chosen = text_of(bound, columns=("ram_needed",))
    assert "≤ 82,320" in chosen
    assert "≤ at most" in chosen
    assert "≤" not in text_of(of_flash("exact", 60_000))
    assert "≤" not in text_of(bound, columns=("flash",))


def test_rows_are_sorted_by_any_metric() -> None:
    slow = measurement("slow", "1.0.0", size=size(1_000))
    assert slow.run is not None
    counts = slow.run.instructions.model_copy(update={"call": 9_000})
    slow = slow.model_copy(update={"run": slow.run.model_copy(update={"instructions": counts})})
    fast = of_flash("fast", 90_000)
    for name in ("instructions_call", "run.instructions.call"):
        assert [row.split()[0] for row in rows_of(text_of(slow, fast, sort=name))] == ["fast", "slow"]
    assert rows_of(text_of(slow, fast))[0].split()[0] == "slow"


def test_what_did_not_run_is_last_in_one_line() -> None:
    reason = "its memory does not fit, which is said at such length that no terminal could show it " * 3
    text = text_of(failed(Status.DOES_NOT_FIT, reason), of_flash("small", 50_000), width=80)
    last = rows_of(text)[-1]
    assert last.startswith(" broken 1.0.0  does-not-fit: its memory")
    assert last.endswith("…")
    assert len(last) <= 80


def test_nothing_ran() -> None:
    text = text_of(failed(), width=80)
    assert "broken 1.0.0  faulted: stack overflow" in text
    assert to_summary(Comparison((), 0, 0), DEFAULT, 80) == ""


def test_the_title_has_the_boards_limits() -> None:
    board = Catalog.load().board("nrf52840dk")
    (table,) = summary_tables(Comparison((measurement(),), 0, 0, boards=(board,)))
    assert table.title == "add-with-extra on nrf52840dk (1024 KiB flash, 256 KiB RAM), bare, reference"


def test_several_boards_have_a_table_each_or_are_grouped() -> None:
    first = measurement()
    second = renamed(first, first.id.replace("nrf52840dk", "pico2"))
    titles = [table.title for table in summary_tables(Comparison((first, second), 0, 0))]
    assert titles == [
        "add-with-extra on nrf52840dk, bare, reference",
        "add-with-extra on pico2, bare, reference",
    ]
    (table,) = summary_tables(Comparison((first, second), 0, 0), SummaryChoice(group_by=RowGroup.RUNTIME))
    assert table.labels == ("2.0.0 nrf52840dk", "2.0.0 pico2")
    assert table.title == "wasmi add-with-extra, bare, reference"


def test_a_group_of_the_baseline_alone_has_no_heading() -> None:
    found = Comparison((measurement("baseline", "0.1.0"), measurement()), 0, 0)
    (table,) = summary_tables(found, SummaryChoice(group_by=RowGroup.RUNTIME))
    assert table.title == "wasmi add-with-extra on nrf52840dk, bare, reference"
    missing = Comparison((measurement("baseline", "0.1.0", status=Status.TIMEOUT), measurement()), 0, 0)
    assert len(summary_tables(missing, SummaryChoice(group_by=RowGroup.RUNTIME))) == 2


def test_columns_can_be_chosen_by_key_by_metric_and_all() -> None:
    chosen = summary_columns(("heap_peak", "minimum_ram", "size.owners/.text/wasmi"), ())
    assert [column.key for column in chosen] == ["heap_peak", "least_ram", "size.owners/.text/wasmi"]
    text = text_of(measurement(), columns=("heap_peak", "size.owners/.text/wasmi"))
    assert "9,000" in text
    assert "90,000" in text
    assert {column.key for column in summary_columns(("all",), ())} == set(COLUMNS)
    assert len(DEFAULT_COLUMNS) == 8


def test_a_column_that_was_asked_for_is_shown_without_figures_too() -> None:
    text = text_of(of_flash("small", 50_000), columns=("charge", "energy"))
    assert rows_of(text) == [" small 1.0.0"]
    assert "no figures: predicted charge, predicted energy" in text
    both = text_of(of_flash("small", 50_000), columns=("flash", "charge"))
    assert "71,000" in both
    assert "no figures: predicted charge" in both
    assert "no figures" not in text_of(of_flash("small", 50_000), columns=("all",))


@pytest.mark.parametrize(("name", "remedy"), [("heap_paek", "heap_peak"), ("flahs", "flash")])
def test_a_wrong_name_is_answered_with_the_nearest(name: str, remedy: str) -> None:
    for choice in (SummaryChoice(columns=(name,)), SummaryChoice(sort=name)):
        with pytest.raises(UsageError, match=f"Did you mean {remedy}") as error:
            choice.check()
        assert name in error.value.message


def test_chosen_columns_are_raw_numbers_in_csv_and_a_table_in_markdown() -> None:
    comparison = Comparison((of_flash("small", 50_000), failed()), 0, 0)
    choice = SummaryChoice(columns=("flash", "time_call"))
    text = summary_formatted(comparison, choice, Format.CSV)
    assert isinstance(text, str)
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"runtime": "small 1.0.0", "flash": "71000", "time_call": "", "reason": ""},
        {"runtime": "broken 1.0.0", "flash": "", "time_call": "", "reason": "faulted: stack overflow"},
    ]
    markdown = summary_formatted(comparison, choice, Format.MARKDOWN)
    assert isinstance(markdown, str)
    assert "| small 1.0.0 | 71,000 |" in markdown
    assert "| broken 1.0.0 | faulted: stack overflow |" in markdown


def test_a_checkout_is_compared_with_its_release() -> None:
    text = text_of(measurement(), checked_out("2.0.1+g012345678.dirty", 101_000))
    assert "wasmi 2.0.1+g012345678.dirty against 2.0.0: flash +1,000 (+0.8%)" in text


def test_a_module_of_ones_own_has_its_call_and_result_in_the_title() -> None:
    text = text_of(ran("wasm3", 41, 42, 43), ran("wasmi", 41, 42, 43))
    assert text.startswith("add-with-extra, run() = 43 on ")
    assert "results were compared between runtimes only: --expect says what is right" in text


def test_one_result_alone_was_compared_with_nothing() -> None:
    said = "the result was not checked: --expect says what is right"
    assert said in text_of(ran("wasm3", 41, 42, 43))
    alone = ran("wasm3", 41, 42, 43)
    assert said in text_of(alone, renamed(alone, alone.id.replace("nrf52840dk", "pico2")))


def test_hostile_names_stay_text() -> None:
    text = text_of(failed(Status.FAULTED, "[bold]x[/bold]\n\x1b[31m"), of_flash("small\x1b[31m", 5))
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text
