"""A difference between two C libraries is told, and not shown as one between runtimes."""

from typing import Any

import pytest

from tests.report.documents import document
from tests.samples import measurement, size
from wasmfit.analysis.c_libraries import library_note
from wasmfit.analysis.changes import compare_cell, compare_snapshots
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.analysis.snapshot import Snapshot, SnapshotKey
from wasmfit.catalog import Catalog
from wasmfit.model import CLibrary, Measurement
from wasmfit.report.changes import to_markdown, to_text
from wasmfit.report.comparison_tables import comparison_tables
from wasmfit.report.html.pack import packed
from wasmfit.report.overview import overview

CATALOG = Catalog.load()
PICOLIBC = CLibrary(name="picolibc", version="1.8", sha256="a" * 64)
NEWLIB = CLibrary(name="newlib-nano", version="4.3.0", sha256="b" * 64)
MOVE = "picolibc 1.8 → newlib-nano 4.3.0"


def linked(library: CLibrary | None, runtime: str = "wasm3", **fields: Any) -> Measurement:
    """A measurement of what is linked with a library."""
    board = fields.get("board", "nrf52840dk")
    one = measurement(runtime, "1.0", **{"id": f"{runtime}@1.0/m/{board}/bare/reference", **fields})
    return one.model_copy(update={"provenance": one.provenance.model_copy(update={"c_library": library})})


def test_a_change_may_be_due_to_the_library() -> None:
    before, after = linked(PICOLIBC), linked(NEWLIB, size=size(100_500))
    assert compare_cell("x", before, after).why == (f"the C library: {MOVE}",)


@pytest.mark.parametrize("before", [None, NEWLIB])
def test_an_unknown_library_or_the_same_one_changes_nothing(before: CLibrary | None) -> None:
    assert compare_cell("x", linked(before), linked(NEWLIB, size=size(100_500))).why == ()


def test_another_build_of_a_version_is_told_by_its_digest() -> None:
    other = PICOLIBC.model_copy(update={"sha256": "c" * 64})
    (why,) = compare_cell("x", linked(PICOLIBC), linked(other, size=size(100_500))).why
    assert why == f"the C library: picolibc 1.8 ({'a' * 12}) → picolibc 1.8 ({'c' * 12})"


def snapshot(title: str, *ones: Measurement) -> Snapshot:
    return Snapshot(title, SnapshotKey.CELL, {one.id: one for one in ones}, {}, None, lambda one: one)


def test_diff_says_it_once_for_all_cells() -> None:
    before = [linked(PICOLIBC, name) for name in ("wasm3", "wamr")]
    after = [linked(NEWLIB, name, size=size(100_500)) for name in ("wasm3", "wamr")]
    changes = compare_snapshots(snapshot("old", *before), snapshot("new", *after))
    said = f"another C library in the cells that changed ({MOVE}): their difference is in part the library's"
    assert changes.notes == (said,)
    assert to_text(changes).count(said) == 1
    assert "their difference is in part the library" in to_markdown(changes)


def test_diff_says_of_how_many_cells_that_holds() -> None:
    before = [linked(PICOLIBC), linked(None, "wasmi")]
    after = [linked(NEWLIB, size=size(100_500)), linked(None, "wasmi", size=size(100_500))]
    (note,) = compare_snapshots(snapshot("old", *before), snapshot("new", *after)).notes
    assert note.startswith(f"another C library in 1 of the 2 cells that changed ({MOVE})")


def test_diff_of_the_same_library_says_nothing() -> None:
    grown = linked(PICOLIBC, size=size(100_500))
    assert compare_snapshots(snapshot("old", linked(PICOLIBC)), snapshot("new", grown)).notes == ()


ON_BOARDS = (linked(NEWLIB), linked(None, "wasmi"), linked(PICOLIBC, board="esp32c3"))
SAID = (
    "not all are linked with the same C library (newlib-nano 4.3.0 on nrf52840dk, picolibc 1.8 on esp32c3): "
    "their difference is in part the library's"
)


def test_boards_with_different_libraries_are_not_compared_in_silence() -> None:
    (table,) = overview(ON_BOARDS)
    assert table.notes == (SAID,)
    # Each board's own table is of one library.
    assert not any(SAID in table.notes for table in comparison_tables(ON_BOARDS))


def test_runtimes_on_one_board_with_different_libraries_are_named() -> None:
    (table,) = comparison_tables([linked(NEWLIB), linked(PICOLIBC, "wamr"), linked(None, "wasmi")])
    assert (
        "not all are linked with the same C library "
        "(newlib-nano 4.3.0 in wasm3@1.0, picolibc 1.8 in wamr@1.0): "
        "their difference is in part the library's"
    ) in table.notes


def test_one_library_is_no_reason_for_a_note() -> None:
    assert (
        library_note([linked(PICOLIBC), linked(PICOLIBC, "wamr", board="picow"), linked(None, "wasmi")])
        is None
    )
    assert library_note([]) is None


def test_the_report_has_it_too() -> None:
    def page(*ones: Measurement) -> dict[str, Any]:
        boards = [CATALOG.board(name) for name in dict.fromkeys(one.board for one in ones)]
        return packed(document(ones, boards=boards, runtimes=()))

    assert page(*ON_BOARDS)["libraries"] == SAID
    assert page(linked(PICOLIBC))["libraries"] is None
    (made,) = page(linked(PICOLIBC))["builds"]
    assert made["tools"]["C library"] == "picolibc 1.8"


def test_json_and_rows_have_it() -> None:
    comparison = Comparison((linked(NEWLIB), linked(None, "wasmi")), 1.0, 0)
    of_c, of_rust = (cell["provenance"]["c_library"] for cell in comparison.to_dict()["cells"])
    assert of_c == {"name": "newlib-nano", "version": "4.3.0", "sha256": "b" * 64}
    assert of_rust is None
    assert [flat_row(one)["c_library"] for one in comparison.measurements] == ["newlib-nano 4.3.0", None]


def test_a_record_of_an_older_wasmfit_is_read() -> None:
    record = linked(PICOLIBC).model_dump(mode="json")
    del record["provenance"]["c_library"]
    assert Measurement.model_validate(record).provenance.c_library is None
