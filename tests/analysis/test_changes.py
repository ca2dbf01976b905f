"""What changed between two runs, versions, profiles and files."""

import json
import re
import sqlite3
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.samples import checked_out, failed, measurement, renamed, size, with_instructions, with_prediction
from wasmfit.analysis.changes import (
    CellChangeKind,
    ChangeEffect,
    Changes,
    SymbolChange,
    compare_cell,
    compare_snapshots,
)
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.snapshot import resolve
from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.report.changes import FORMATS, LONGEST_COMMENT, to_csv, to_json, to_markdown, to_text
from wasmfit.report.escape import code
from wasmfit.report.format import Format
from wasmfit.store import RunEntry, RunMetadata, Store

WASM3 = "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference"


def as_it_is(one: Measurement) -> Measurement:
    return one


def record(store: Store, cells: Sequence[Measurement], label: str, **origin: str) -> int:
    shown = []
    for one in cells:
        fingerprint = f"{label} {one.id}"
        store.save(one, fingerprint)
        shown.append(RunEntry(one, fingerprint, False))
    return store.record(RunMetadata("wasmfit compare", label, **origin), shown, "0.1.0")  # type: ignore[arg-type]


def between(store: Store, before: str, after: str, only: Sequence[str] = ()) -> Changes:
    with store.reading() as reader:
        return compare_snapshots(resolve(before, reader, as_it_is), resolve(after, reader, as_it_is), only)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three runs: one cell changes, one stays, one vanishes, one comes, one ends otherwise."""
    made = Store(tmp_path / "results.sqlite")
    same = renamed(measurement(), WASM3)
    broken = renamed(measurement(), "wamr@1.0/add-with-extra/nrf52840dk/bare/reference")
    grown = measurement(size=size(100_500))
    ended = renamed(failed(), broken.id)
    gone = renamed(measurement(), "gone@1.0/add-with-extra/nrf52840dk/bare/reference")
    new = renamed(measurement(), "new@1.0/add-with-extra/nrf52840dk/bare/reference")
    record(made, [measurement(), same, broken, gone], "old", branch="main", commit="a" * 40)
    record(made, [grown, same, ended, new], "new", branch="faster", commit="b" * 40)
    return made


def test_every_cell_and_figure_has_an_end(store: Store) -> None:
    found = between(store, "old", "new")
    ends = {cell.name.partition("@")[0]: cell.kind for cell in found.cells}
    assert ends == {
        "wasmi": CellChangeKind.CHANGED,
        "wamr": CellChangeKind.CHANGED,
        "gone": CellChangeKind.VANISHED,
        "new": CellChangeKind.NEW,
    }
    assert found.unchanged == 1
    (wasmi,) = [cell for cell in found.cells if cell.name.startswith("wasmi")]
    flash = wasmi.change("size.flash")
    assert flash is not None
    assert (flash.by, flash.effect, flash.kind) == (500, ChangeEffect.WORSE, CellChangeKind.CHANGED)
    assert flash.percent == pytest.approx(100 * 500 / 121_000)
    assert [(one.metric.name, one.by) for one in wasmi.owners] == [("size.owners/.text/wasmi", 500)]
    assert wasmi.change("run.heap_peak") is None
    (wamr,) = [cell for cell in found.cells if cell.name.startswith("wamr")]
    assert wamr.status_changed
    heap = wamr.change("run.heap_peak")
    assert heap is not None
    assert (heap.before is None, heap.after, heap.by) == (False, None, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1", "2"),
        ("old", "new"),
        ("latest~1", "latest"),
        ("main", "faster"),
        ("branch:main", "label:new"),
        ("aaaaaaa", "b" * 40),
        ("run:1", "commit:bbbbbbb"),
    ],
)
def test_a_run_has_many_names(store: Store, before: str, after: str) -> None:
    found = between(store, before, after)
    assert (len(found.cells), found.unchanged) == (4, 1)
    assert found.before.startswith("run 1 (old, main aaaaaaaaa, ")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("odl", "Perhaps you meant old"),
        ("7", "No measurements are named '7'"),
        ("latest~2", "needs 3 recorded runs, and there are 2"),
        ("run:x", "No measurements are named"),
        ("none.json", "none.json cannot be read: No such file"),
        ("wasmi@3", "Perhaps you meant wasmi@2.0.0"),
        ("profile:referenc", "Perhaps you meant profile:reference"),
        ("\x1b[31mred", "\\\\x1b"),
    ],
)
def test_a_name_of_nothing_is_refused(store: Store, spec: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        between(store, spec, "latest")
    assert words in str(error.value)
    assert all(c.isprintable() for c in str(error.value))


def test_a_run_against_itself_has_not_changed(store: Store) -> None:
    found = between(store, "new", "new")
    assert (found.cells, found.unchanged) == ((), 4)


def test_the_same_measured_again_is_told_without_reading(store: Store) -> None:
    record(store, [measurement(), renamed(measurement(), WASM3)], "again")
    with sqlite3.connect(store.path) as database:
        assert database.execute("SELECT count(DISTINCT measurement) FROM shown").fetchone() == (10,)
    found = between(store, "old", "again")
    assert (found.unchanged, [cell.kind for cell in found.cells]) == (
        2,
        [CellChangeKind.VANISHED, CellChangeKind.VANISHED],
    )


def test_another_module_of_the_same_effect_is_a_change(store: Store) -> None:
    one = renamed(measurement(), WASM3)
    for label, length in (("short", 100), ("long", 101)):
        provenance = one.provenance.model_copy(update={"module_bytes": length})
        record(store, [one.model_copy(update={"provenance": provenance})], label)
    (cell,) = between(store, "short", "long").cells
    assert [change.metric.name for change in cell.metrics] == ["provenance.module_bytes"]


def test_versions_and_profiles(store: Store) -> None:
    record(store, [renamed(measurement(), "wasmi@1.1.0/add-with-extra/nrf52840dk/bare/reference")], "older")
    found = between(store, "wasmi@1.1", "wasmi@2.0")
    assert (found.before, found.after) == ("wasmi@1.1.0", "wasmi@2.0.0")
    assert [cell.name for cell in found.cells] == ["add-with-extra/nrf52840dk/bare/reference"]
    record(store, [renamed(measurement(), "wasmi@2.0.0/add-with-extra/nrf52840dk/bare/small")], "small")
    found = between(store, "profile:small", "profile:reference", ["wasmi@2*"])
    assert [cell.name for cell in found.cells] == ["wasmi@2.0.0/add-with-extra/nrf52840dk/bare"]
    with pytest.raises(UsageError, match="cannot be compared"):
        between(store, "wasmi@1.1", "latest")


def test_what_one_profile_was_never_measured_in_has_not_vanished(store: Store) -> None:
    small = renamed(measurement(size=size(90_000)), measurement().id.replace("/reference", "/small"))
    only = renamed(measurement(), "only@1.0/add-with-extra/nrf52840dk/bare/small")
    record(store, [small, only], "small")
    found = between(store, "profile:reference", "profile:small")
    assert [(cell.name, cell.kind) for cell in found.cells] == [
        ("wasmi@2.0.0/add-with-extra/nrf52840dk/bare", CellChangeKind.CHANGED)
    ]
    lacking = "only@1.0/add-with-extra/nrf52840dk/bare/reference"
    gone = "gone@1.0/add-with-extra/nrf52840dk/bare/small"
    assert found.unmeasured[0] == lacking
    assert gone in found.unmeasured
    text = to_text(found)
    assert "vanished" not in text
    assert "1 changed, 0 unchanged, 5 not measured on one side" in text
    assert f"not measured in profile reference, and so not compared: {lacking}" in " ".join(text.split())
    assert f"the first with `wasmfit compare {lacking}`" in " ".join(text.split())
    assert "not measured in profile small, and so not compared: " in to_markdown(found)
    assert json.loads("".join(to_json(found)))["unmeasured"] == list(found.unmeasured)
    versions = between(store, "wasmi@2.0.0", "only@1.0")
    assert "wasmi@2.0.0/add-with-extra/nrf52840dk/bare/small" not in versions.unmeasured
    assert "only@1.0/add-with-extra/nrf52840dk/bare/reference" in versions.unmeasured


def test_a_version_that_could_be_several_is_refused(store: Store) -> None:
    record(store, [renamed(measurement(), "wasmi@2.0.1/add-with-extra/nrf52840dk/bare/reference")], "more")
    with pytest.raises(UsageError, match=r"wasmi@2 could be wasmi@2\.0\.0, wasmi@2\.0\.1"):
        between(store, "wasmi@2", "wasmi@2.0.1")


def test_two_commits_of_a_checkout_are_the_same_cell(store: Store) -> None:
    record(store, [measurement(), checked_out("2.0.0+g0123456ab.dirty", 90_000)], "one")
    record(store, [measurement(), checked_out("2.0.0+g1123456ab", 91_000)], "two")
    (cell,) = between(store, "one", "two").cells
    assert cell.kind is CellChangeKind.CHANGED
    assert cell.name == "wasmi@checkout/add-with-extra/nrf52840dk/bare/reference"
    assert cell.before is not None
    assert cell.before.id.startswith("wasmi@2.0.0+g0123456ab.dirty/")


def test_predictions_within_their_bars_are_unsure() -> None:
    base = measurement()
    near = compare_cell("x", with_prediction(base, 1e-5), with_prediction(base, 1.15e-5))
    far = compare_cell("x", with_prediction(base, 1e-5), with_prediction(base, 1.3e-5))
    assert (near.kind, far.kind) == (CellChangeKind.INCONCLUSIVE, CellChangeKind.CHANGED)
    assert {one.effect for one in near.metrics} == {ChangeEffect.NEITHER}
    verdicts = {one.metric.name: one.effect for one in far.metrics}
    assert verdicts["run.predicted.call.time_s"] is ChangeEffect.WORSE
    assert (
        compare_cell("x", near_copy := with_prediction(base, 1e-5), near_copy).kind
        is CellChangeKind.UNCHANGED
    )


def test_what_measures_and_what_is_measured_are_told_apart() -> None:
    one = measurement()
    same = one.provenance.model_copy(update={"elf_sha256": "1" * 64})
    before = one.model_copy(update={"provenance": same})
    tools = same.model_copy(update={"tools": {"qemu": "9"}})
    after = with_instructions(one, 501).model_copy(update={"provenance": tools})
    why = compare_cell("x", before, after).why
    assert why == (
        "qemu: none → 9",
        "the image is identical: the measurement has changed, not the firmware",
    )


def test_a_file_of_compare_is_a_side(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(Comparison((measurement(size=size(99_000)),), 1.0, 0).to_dict()))
    found = between(store, str(path), "old", ["wasmi@*"])
    (cell,) = found.cells
    flash = cell.change("size.flash")
    assert flash is not None
    assert flash.by == 1000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Expecting value"),
        ("[]", 'no list "cells"'),
        ('{"schema": 2, "cells": []}', "its schema is 2"),
        ('{"schema": 1, "cells": [{"id": 7}]}', "cells[0].id"),
        ('{"schema": 1, "cells": [7]}', "cells[0]."),
        ("[" * 100_000, "is not a result of"),
        ('{"a": ' + "9" * 10_000 + "}", "is not a result of"),
    ],
)
def test_another_file_is_refused_in_a_sentence(
    store: Store, tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(UsageError) as error:
        between(store, str(path), "latest")
    assert words in str(error.value)


def test_a_cell_that_a_file_has_twice(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(Comparison((measurement(), measurement()), 1.0, 0).to_dict()))
    with pytest.raises(UsageError, match="twice"):
        between(store, str(path), "latest")


def test_a_label_goes_before_a_file_of_that_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v1.0").write_text("no JSON")
    record(store, [measurement()], "v1.0")
    assert between(store, "old", "v1.0").after.startswith("run 3 (v1.0")
    with pytest.raises(UsageError, match=r"v1\.0 is not a result of"):
        between(store, "old", "file:v1.0")


def test_nothing_selected(store: Store) -> None:
    with pytest.raises(UsageError, match="No cell matches"):
        between(store, "old", "new", ["wasmtime*"])


HOSTILE = "x</summary><script>alert(1)</script>|`@everyone` #1\x1b[31m\n::error::"


def hostile() -> Changes:
    section = {".text": {HOSTILE: 5_000, "core": 10_000}}
    before = renamed(measurement(), f"{HOSTILE.replace('/', ':')}@1/m/b/bare/p")
    grown = size().model_copy(update={"owners": section, "text": 15_000})
    one = compare_cell(
        before.id,
        before,
        before.model_copy(update={"size": grown, "status": Status.TRAPPED, "reason": HOSTILE}),
    )
    symbols = {one.name: (SymbolChange(HOSTILE, 1, 2),)}
    return Changes("before", HOSTILE, (one,), 0, (HOSTILE,), symbols)


def test_hostile_names_stay_text() -> None:
    text = to_markdown(hostile())
    assert "<script" not in text.replace("\\<script", "")
    assert text.count("<details>") == text.count("</details>") == text.count("</summary>") == 1
    assert "\x1b" not in text
    outside = re.sub(r"<code>.*?</code>", "", text)
    assert not re.search(r"@\w|#\d", outside.replace("&#8203;", " ").replace("&#", ""))
    assert all(line.startswith(("#", "<", "|", "-", "differs")) or not line for line in text.splitlines())
    assert "\x1b" not in to_text(hostile())
    assert json.loads("".join(to_json(hostile())))["cells"][0]["symbols"][0]["symbol"] == HOSTILE


def test_a_name_in_code_type_is_made_of_harmless_letters() -> None:
    assert code("a_b|c@d") == "<code>a&#95;b&#124;c&#64;d</code>"
    assert code("*`[#1](x)<b>&amp;") == ("<code>&#42;&#96;&#91;&#35;1&#93;(x)&#60;b&#62;&#38;amp&#59;</code>")


def many(count: int) -> Changes:
    before = measurement()
    after = with_instructions(measurement(size=size(100_100)), 510)
    cells = tuple(
        compare_cell(f"wasmi@0.{number}.0/add-with-extra/nrf52840dk/bare/reference", before, after)
        for number in range(count)
    )
    return Changes("old", "new", cells, 3)


def test_a_comment_is_as_long_as_a_comment_may_be() -> None:
    text = to_markdown(many(2000))
    assert LONGEST_COMMENT * 0.9 < len(text) <= LONGEST_COMMENT
    assert "more cells changed and do not fit here; `--format json` has them all" in text
    assert text.count("<details>") == text.count("</details>")
    assert "2,000 of 2,003 cells" in text


def test_every_format_has_the_numbers(store: Store) -> None:
    found = between(store, "old", "new")
    assert set(FORMATS) == set(Format)
    assert "+500 (+0.4%)" in to_text(found)
    assert "+500 (+0.4%) worse" in to_markdown(found)
    rows = to_csv(found).splitlines()
    assert len({row.count(",") for row in rows if '"' not in row}) == 1
    assert any("size.flash,B,measured,changed,121000,121500,500" in row for row in rows)
    data = json.loads("".join(to_json(found)))
    assert (data["schema"], data["unchanged"], len(data["cells"])) == (1, 1, 4)
    unchanged = json.loads("".join(to_json(between(store, "new", "new"))))
    assert unchanged["cells"] == []
    assert to_csv(between(store, "new", "new")).startswith("cell,how,")
    assert "4 unchanged" in to_text(between(store, "new", "new"))


def test_thousands_of_cells_take_little_room(tmp_path: Path) -> None:
    """Ten thousand cells are told apart in seconds: what is not shown is not held."""
    store = Store(tmp_path / "results.sqlite")
    cells = [
        renamed(measurement(), f"wasmi@0.{number}.0/add-with-extra/nrf52840dk/bare/reference")
        for number in range(2000)
    ]
    with sqlite3.connect(store.path) as database:
        store.count()
        for run, text in ((1, 100_000), (2, 100_200)):
            database.execute(
                "INSERT INTO run (number, at, command, wasmfit) VALUES (?, '2026', 'x', '0.1.0')", (run,)
            )
            for number, one in enumerate(cells):
                changed = one.model_copy(update={"size": size(text if number % 10 == 0 else 100_000)})
                kept = database.execute(
                    "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
                    " VALUES (?, ?, 'ok', '2026', ?)",
                    (one.id, str(run), changed.model_dump_json()),
                ).lastrowid
                database.execute(
                    "INSERT INTO shown (run, position, cell, measurement, reused, status)"
                    " VALUES (?, ?, ?, ?, 0, 'ok')",
                    (run, number, one.id, kept),
                )
    tracemalloc.start()
    found = between(store, "1", "2")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(found.cells), found.unchanged) == (200, 1800)
    assert peak < 8_000_000
