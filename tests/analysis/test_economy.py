"""What forms of a module cost in RAM, from measurements made up."""

import json
import runpy
from pathlib import Path

import pytest

from tests.samples import failed, measurement, run
from wasmfit.analysis.economy import Economy, EconomyDocument, EconomyForm, GuestForm, economy_rows
from wasmfit.model import LeastRam, Measurement, Status
from wasmfit.report import ECONOMY_FORMATS, Format

FORMS = tuple(
    EconomyForm(form=form, module=f"crc32-{form}", title=form.value, linker=(), size=1_700, memory=memory)
    for form, memory in zip(GuestForm, (65_536, 65_536, 65_536, 5_152), strict=True)
)


def cell(form: GuestForm, ram: int | None, runtime: str = "wasmi", heap: int = 9_000) -> Measurement:
    searched = LeastRam(bytes=ram, trials=3, reason=None if ram else "a run takes too many instructions")
    ran = run().model_copy(update={"least_ram": searched, "heap_peak": heap, "linear_memory": None})
    return measurement(runtime, module=f"crc32-{form}", run=ran)


def _refused(form: GuestForm, runtime: str = "wasmi") -> Measurement:
    cell = failed(Status.TRAPPED, "invalid limits flags")
    return cell.model_copy(update={"runtime": runtime, "version": "2.0.0", "module": f"crc32-{form}"})


def economy(*cells: Measurement) -> Economy:
    rows = tuple(economy_rows(FORMS, cells, {"wasmi-shrunk": "a switch"}))
    document = EconomyDocument(workload="crc32", stack=16_384, small_stack=4_096, forms=FORMS, rows=rows)
    return Economy(document, cells, 1.0, 2)


def measured() -> Economy:
    plain, heap_base, small, byte_pages = GuestForm
    return economy(
        cell(plain, 85_040),
        cell(plain, None, "wasefire", heap=70_000),
        cell(plain, 85_040, "wasmi-shrunk"),
        _refused(plain, "wasmtime"),
        cell(heap_base, 85_040),
        cell(heap_base, None, "wasefire", heap=21_000),
        cell(heap_base, 36_912, "wasmi-shrunk"),
        _refused(heap_base, "wasmtime"),
        *(cell(small, 24_624, name) for name in ("wasmi", "wasefire", "wasmi-shrunk")),
        _refused(small, "wasmtime"),
        *(_refused(byte_pages, name) for name in ("wasmi", "wasefire", "wasmi-shrunk", "wasmtime")),
    )


def test_each_form_is_compared_with_the_plain_one() -> None:
    wasmi, wasefire, shrunk, _ = measured().document.rows
    assert [figure.difference for figure in wasmi.figures] == [0, 0, 24_624 - 85_040, None]
    assert [figure.ram for figure in shrunk.figures] == [85_040, 36_912, 24_624, None]
    assert (wasmi.how, shrunk.how) == (None, "a switch")
    assert wasefire.figure(GuestForm.HEAP_BASE).difference == 21_000 - 70_000
    # A minimum is not compared with a heap.
    assert wasefire.figure(GuestForm.SMALL_STACK).difference == 9_000 - 70_000


def test_why_a_figure_is_missing_is_kept() -> None:
    wasmi, wasefire, *_ = measured().document.rows
    assert wasefire.figure(GuestForm.PLAIN).reason == "a run takes too many instructions"
    refused = wasmi.figure(GuestForm.BYTE_PAGES)
    assert (refused.status, refused.reason, refused.ram) == (Status.TRAPPED, "invalid limits flags", None)


def test_a_refused_form_is_no_failure_and_a_failed_build_is() -> None:
    assert measured().failed == ()
    broken = failed(Status.BUILD_FAILED, "it does not compile").model_copy(update={"module": "crc32-plain"})
    assert economy(broken).failed == (broken,)


def test_the_page_has_a_place_for_the_table_and_what_is_around_it_stays() -> None:
    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "scripts" / "economy.py"))
    page = script["PAGE"].read_text(encoding="utf-8")
    before, after = page.split(script["BEGIN"])[0], page.split(script["END"])[1]
    written = script["filled"](page, ECONOMY_FORMATS[Format.MARKDOWN](measured()))
    assert written.startswith(before)
    assert written.endswith(after)
    assert "| wasmi-shrunk 2.0.0 | 85,040 | 36,912 | -48,128 |" in written
    with pytest.raises(SystemExit, match="no place for the table"):
        script["filled"]("", "")


@pytest.mark.parametrize("name", Format)
def test_every_format(name: Format) -> None:
    text = ECONOMY_FORMATS[name](measured())
    assert "invalid limits flags" in text
    assert "36,912" in text if name in (Format.TABLE, Format.MARKDOWN) else "36912" in text
    if name is Format.TABLE:
        assert "70,000†" in text
        assert "wasmi-shrunk: built for this table with a switch" in text
        assert "-48,128" in text
    if name is Format.CSV:
        assert "heap-base_difference" in text.splitlines()[0]
    if name is Format.JSON:
        rows = json.loads(text)["rows"]
        assert rows[2]["figures"][1]["difference"] == -48_128
        assert rows[3]["figures"][0]["reason"] == "invalid limits flags"
