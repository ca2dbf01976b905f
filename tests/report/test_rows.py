"""Tables whose rows stay in one piece, and the same tables as CSV, Markdown and HTML."""

import csv
import io

from tests.report.recorded import recorded
from wasmfit.notebook import html
from wasmfit.report.csv import tables_to_csv
from wasmfit.report.markdown import tables_to_markdown
from wasmfit.report.rows import cut, rows_to_text
from wasmfit.table import (
    Alignment,
    Column,
    LegendClause,
    Table,
    TableCell,
    table_of_rows,
    text_column,
    value_column,
)

WORDS = "a text that is longer than any column of a narrow terminal could be"


def table() -> Table:
    best = Column(
        ("size,", "B"),
        (TableCell("1,000", 1_000, "*"), TableCell("20,000", 20_000)),
        "size",
        "B",
    )
    dropped = Column(("other",), (TableCell("7", 7), TableCell()), "other", priority=1)
    return Table(
        "title",
        ("one", "two"),
        (best, dropped, text_column(("words",), (WORDS, "few"), Alignment.LEFT)),
        notes=("a note",),
        label_name="row",
        remainder=(("three", "it did not run"),),
        legend=(LegendClause("* best"), LegendClause("other: of others", ("other",))),
    )


def test_digits_stay_under_each_other() -> None:
    lines = rows_to_text(table(), 200).splitlines()
    one, two = (next(line for line in lines if line.startswith(f" {name}")) for name in ("one", "two"))
    assert one.index("1,000") + len("1,000") == two.index("20,000") + len("20,000")
    assert one[one.index("1,000") + 5] == "*"


def test_a_mark_of_the_last_column_is_within_the_width() -> None:
    marked = Column(("size",), (TableCell("1,000", 1_000, "*"), TableCell("20,000", 20_000)), "size")
    dropped = Column(("other",), (TableCell("7", 7), TableCell("8", 8)), "other", priority=1)
    whole = Table("", ("one", "two"), (dropped, marked))
    width = max(map(len, rows_to_text(whole, 200).splitlines()))
    assert "not shown" not in rows_to_text(whole, width)
    narrow = rows_to_text(whole, width - 1)
    assert "not shown: other" in narrow
    assert max(map(len, narrow.splitlines())) <= width - 1


def test_columns_are_dropped_before_words_are_cut_too_short() -> None:
    text = rows_to_text(table(), 44)
    assert "not shown: other" in text
    assert "of others" not in text
    assert "…" in text
    assert all(len(line) <= 44 for line in text.splitlines())
    assert "other: of others" in rows_to_text(table(), 200)


def test_a_column_without_any_text_is_dropped_in_silence() -> None:
    empty = table_of_rows("", [{"name": "a", "label": "", "size": 5}], {"label": 1})
    assert "label" not in rows_to_text(empty, 20)
    assert "not shown" not in rows_to_text(empty, 20)


def test_words_that_wrap_are_whole() -> None:
    wrapped = Table("", ("one",), (text_column((), (WORDS,), Alignment.LEFT, wraps=True),))
    lines = rows_to_text(wrapped, 40).splitlines()
    assert " ".join(" ".join(lines).split()).endswith(WORDS)
    assert max(map(len, lines)) <= 40


def test_wide_characters_are_cut_by_their_width() -> None:
    assert cut("日本語日本語", 7) == "日本語…"
    assert cut("short", 7) == "short"


def test_values_are_typed() -> None:
    column = value_column(("a",), (None, 5, 2.5), "{:,}".format, metric="size.a", unknown="?")
    assert column.texts == ("?", "5", "2.5")
    assert [cell.value for cell in column.cells] == [None, 5, 2.5]
    assert column.name == "size.a"


def test_csv_has_raw_values_and_reasons() -> None:
    rows = list(csv.DictReader(io.StringIO(tables_to_csv([table()]))))
    assert [(row["row"], row["size"], row["reason"]) for row in rows] == [
        ("one", "1000", ""),
        ("two", "20000", ""),
        ("three", "", "it did not run"),
    ]
    assert [row["table"] for row in csv.DictReader(io.StringIO(tables_to_csv([table(), table()])))] == [
        "title"
    ] * 6


def test_markdown_has_the_same() -> None:
    text = tables_to_markdown([table()])
    assert "| one | 1,000\\* | 7 |" in text
    assert "| --- | ---: | ---: | --- |" in text
    assert "| three | it did not run |" in text
    assert "- \\* best; other: of others" in text


def test_html_escapes_and_says_what_is_best() -> None:
    hostile = Table("<b>", ("<script>",), (text_column(("x",), ("<i>\x1b",)),))
    text = html([hostile, table()])
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "<b>1,000*</b>" in text


def test_a_comparison_shows_itself() -> None:
    comparison = recorded()
    assert repr(comparison).startswith(f"<Comparison: {len(comparison.measurements)} cells (")
    assert "wasm3 0.5.0" in comparison._repr_html_()


def test_a_comparison_is_plotted() -> None:
    from matplotlib import pyplot

    axes = recorded().plot("flash", "instructions_call")
    assert axes.get_xlabel() == "flash, B"
    assert {text.get_text() for text in axes.texts} >= {"wasm3 0.5.0", "native 0.1.0"}
    pyplot.close("all")
