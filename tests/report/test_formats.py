"""The output formats: the contract in JSON, raw numbers in CSV, the reference's table for people."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from tests.samples import checked_out, failed, measurement
from tests.user_modules import ran
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.model import Logged, Status
from wasmfit.report import to_csv, to_json, to_markdown, to_text
from wasmfit.report.comparison_tables import comparison_tables


def comparison() -> Comparison:
    old = measurement(
        "wasmi", "0.51.5", published={"text": 80_000, "rodata": 20_000}, published_source="the reference"
    )
    unavailable = failed(Status.UNAVAILABLE, "it is in no registry")
    return Comparison((measurement(), old, failed(), unavailable), 1.0, 0)


def test_json_is_the_contract() -> None:
    document = json.loads(to_json(comparison()))
    assert document["schema"] == 1
    cell = document["cells"][0]
    assert cell["id"] == "wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference"
    identity = {"id", "runtime", "version", "module", "board", "base", "profile", "status", "reason"}
    assert identity | {"size", "baseline", "run", "provenance"} <= cell.keys()
    measured = {"text", "rodata", "data", "bss", "flash", "pages", "page_size", "flashed", "ram_static"}
    assert measured | {"runtime_crates", "owners"} <= cell["size"].keys() == cell["baseline"].keys()
    executed = {"result", "expected", "heap_peak", "linear_memory", "stack_peak", "instructions", "cycles"}
    assert executed | {"time_s"} <= cell["run"].keys()
    assert cell["run"]["instructions"].keys() == {
        "load",
        "instantiate",
        "first_call",
        "call",
        "region",
    }
    assert {"elf", "elf_sha256"} <= cell["provenance"].keys()


@pytest.mark.parametrize("make", [lambda found: found, Benchmark], ids=["compare", "bench"])
def test_json_is_the_librarys_record_with_a_cell_on_each_line(
    make: Callable[[Comparison], Comparison | Benchmark],
) -> None:
    record = make(comparison())
    text = to_json(record)
    assert json.loads(text) == json.loads(json.dumps(record.to_dict()))
    assert sum(line.startswith('    {"id":') for line in text.splitlines()) == len(record.measurements)


def test_what_is_not_known_is_null() -> None:
    cells = json.loads(to_json(comparison()))["cells"]
    assert cells[0]["run"]["cycles"] is None
    assert cells[2]["size"] is None
    assert cells[2]["run"] is None


def test_csv_has_one_line_a_cell() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(comparison()))))
    assert [row["status"] for row in rows] == ["ok", "ok", "faulted", "unavailable"]
    assert rows[0]["text"] == "100000"
    assert rows[1]["published_text"] == "80000"
    assert rows[2]["text"] == ""


def test_least_ram_is_a_number_with_its_parts_or_says_why_it_is_none() -> None:
    def formatted(**changes: object) -> tuple[str, dict[str, str]]:
        one = measurement()
        assert one.run is not None
        assert one.run.least_ram is not None
        least = one.run.least_ram.model_copy(update=changes)
        of_one = Comparison(
            (one.model_copy(update={"run": one.run.model_copy(update={"least_ram": least})}),), 1, 0
        )
        (line,) = (line for line in to_text(of_one).splitlines() if "minimum RAM, B" in line)
        (row,) = csv.DictReader(io.StringIO(to_csv(of_one)))
        return line.replace("minimum RAM, B", "").strip(), row

    shown, row = formatted()
    assert shown == "82,320"
    parts = ("", "_static", "_stack", "_heap", "_resolution", "_trials", "_reason")
    assert [row[f"least_ram{part}"] for part in parts] == ["82320", "4304", "1216", "76800", "256", "7", ""]
    shown, row = formatted(reason="ended early")
    assert (shown, row["least_ram"], row["least_ram_reason"]) == ("at most 82,320", "82320", "ended early")
    shown, row = formatted(bytes=None, static=None, stack=None, heap=None, resolution=None, reason="too long")
    assert (shown, row["least_ram"], row["least_ram_reason"]) == ("not searched", "", "too long")


def test_the_table_has_published_and_difference_columns() -> None:
    text = to_text(comparison())
    lines = {line.strip().split("  ")[0]: line for line in text.splitlines()}
    assert "100,000" in lines[".text, B"]
    assert "80,000" in lines[".text, B"]
    assert "+25.0%" in lines[".text, B"]
    assert "published" in text
    assert "broken@1.0.0: faulted: stack overflow" in text
    assert "broken@1.0.0: unavailable: it is in no registry" in text


def test_a_table_of_the_baseline_alone_is_not_printed() -> None:
    (alone,) = (measurement("baseline", "0.1.0"),)
    nothing = failed(Status.DOES_NOT_FIT, "the module declares 17 pages").model_copy(
        update={"size": None, "run": None}
    )
    for shown in (to_text, to_markdown):
        text = str(shown(Comparison((alone, nothing), 1.0, 0)))
        assert ".rodata" not in text
        assert "does-not-fit: the module declares 17 pages" in text
        # Who asks for it alone sees it, and so does who has something to compare with it.
        for cells in ((alone,), (alone, nothing, measurement())):
            assert ".rodata" in str(shown(Comparison(cells, 1.0, 0)))


def test_a_failed_cell_has_no_number() -> None:
    lines = to_text(Comparison((failed(),), 0, 0)).splitlines()
    (row,) = [line.strip() for line in lines if ".text" in line]
    assert row == ".text, B"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_terminal_gets_blocks(width: int) -> None:
    text = to_text(comparison(), width)
    figures = text.split("broken@")[0]
    assert all(len(line) <= width for line in figures.splitlines())
    assert "100,000" in figures
    assert "80,000" in figures


def test_hostile_names_stay_text() -> None:
    hostile = failed(reason="[bold]x[/bold] | <script>alert(1)</script>\n# head \x1b[31m")
    markdown = to_markdown(Comparison((hostile,), 0, 0))
    assert "<script>" not in markdown
    assert "\n# head" not in markdown
    text = to_text(Comparison((hostile,), 0, 0))
    assert "[bold]x[/bold]" in text
    assert "\x1b" not in text


def test_nothing_measured() -> None:
    empty = Comparison((), 0, 0)
    assert json.loads(to_json(empty)) == {"schema": 1, "cells": [], "features": [], "notes": []}
    assert to_csv(empty) == "id"
    assert to_text(empty) == to_markdown(empty) == ""


def test_a_frame_has_a_row_a_cell() -> None:
    frame = comparison().to_frame()
    assert list(frame["runtime"]) == ["wasmi", "wasmi", "broken", "broken"]
    assert frame["text"][0] == 100_000


def test_a_checkout_stands_beside_its_release_with_the_difference() -> None:
    others = (measurement("wasm3", "0.5.0"), measurement("wasmi", "1.1.0"))
    mine = checked_out("2.0.1+g012345678.dirty", 101_000)
    (table,) = comparison_tables([measurement(), *others, mine])
    columns = {column.heading: column.texts for column in table.columns}
    change = dict(zip(table.labels, columns["wasmi", "relative to 2.0.0"], strict=True))
    assert change[".text, B"] == "+1,000 (+1.0%)"
    assert change[".rodata, B"] == "0"
    assert change["status"] == ""
    said = " ".join(table.notes)
    assert "built like 2.0.0 from /home/me/wasmi, commit 0123456789abcdef" in said
    assert "with uncommitted changes" in said


def test_a_checkout_without_its_release_has_no_difference() -> None:
    (table,) = comparison_tables([checked_out("2.0.1+g012345678", 101_000), measurement("wasm3", "0.5.0")])
    assert not any("relative to" in line for column in table.columns for line in column.heading)


def test_a_checkout_of_another_line_is_held_against_what_is_there() -> None:
    (table,) = comparison_tables([measurement("wasmi", "1.1.0"), checked_out("2.0.1+g012345678", 101_000)])
    assert ("wasmi", "relative to 1.1.0") in [column.heading for column in table.columns]


def test_a_users_module_shows_results_and_what_was_called() -> None:
    log = Logged(length=5, digest=0xABC, text="hello")
    one = ran("wasm3", 41, 42, 43, logged=log)
    provenance = one.provenance.model_copy(
        update={"stubs": {"env.log": "log"}, "module_bytes": 1234, "module_sha256": "ab" * 32}
    )
    one = one.model_copy(update={"provenance": provenance, "facts": {"glue": "takes any module"}})
    text = to_text(Comparison((one,), 1.0, 0), 10_000)
    lines = [line.split() for line in text.splitlines()]
    assert ["result:", "cold", "call", "41"] in lines
    assert ["result:", "warm", "call", "43"] in lines
    assert ["correct", "results", "unchecked"] in lines
    assert f"module: mine.wasm, 1,234 B, SHA-256 {'ab' * 32}" in text
    assert "embedding: takes any module" in text
    assert "stubs: env.log = log" in text
    assert "calls: run(), 3 times, so that there is a cold and a warm one" in text
    assert "logged: 5 B, digest 00000abc: hello" in text


def test_a_workload_has_no_such_rows() -> None:
    text = to_text(Comparison((measurement(),), 1.0, 0), 10_000)
    assert "result: cold call" not in text
    assert "module:" not in text
