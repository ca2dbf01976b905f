"""A module that asks for less than a page, on device images: what each form saves, and who refuses one."""

import json

import pytest

import wasmfit
from wasmfit.analysis.economy import Economy, EconomyRow, GuestForm
from wasmfit.home import Home
from wasmfit.model import Status

from ..project import shell

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

PAGE, STACK = 65_536, 16_384
STEP = 2_048
"""More than the search's step and what the allocator rounds."""


@pytest.fixture(scope="module")
def measured(warm_home: Home) -> Economy:
    return wasmfit.economy(runtimes=["wasm3", "wamr-classic", "spacewasm"], home=warm_home.root)


def rows(economy: Economy) -> dict[str, EconomyRow]:
    return {row.runtime: row for row in economy.document.rows}


def test_forms_are_the_module_with_less_and_less_memory(measured: Economy) -> None:
    assert measured.failed == ()
    plain, heap_base, small, byte_pages = measured.document.forms
    assert [form.memory for form in (plain, heap_base, small)] == [PAGE] * 3
    # 4 KiB of bytes lie on the stack, and a table of 1 KiB follows.
    assert (measured.document.stack, measured.document.small_stack) == (STACK, 5_120)
    assert 5_120 + 1_024 < byte_pages.memory < 5_120 + 1_024 + 64
    assert "--export=__heap_base" in heap_base.linker
    assert small.linker[-2:] == ("-z", "stack-size=5120")


def test_a_build_that_ends_memory_at_the_heap_base_saves_what_lies_after_it(measured: Economy) -> None:
    byte_pages = measured.document.forms[-1].memory
    for name in ("wasm3-shrunk", "wamr-classic-shrunk"):
        row = rows(measured)[name]
        assert row.how is not None
        heap_base, small = (row.figure(form) for form in (GuestForm.HEAP_BASE, GuestForm.SMALL_STACK))
        assert row.figure(GuestForm.PLAIN).difference == 0
        assert heap_base.difference == pytest.approx(-(PAGE - byte_pages - STACK + 5_120), abs=STEP)
        assert small.difference == pytest.approx(-(PAGE - byte_pages), abs=STEP)


def test_the_catalogues_builds_give_a_module_its_page_whatever_it_exports(measured: Economy) -> None:
    for name in ("wasm3", "wamr-classic", "spacewasm"):
        figures = [rows(measured)[name].figure(form).difference for form in (*GuestForm,)[:3]]
        assert figures == pytest.approx([0, 0, 0], abs=STEP)


def test_pages_of_a_byte_are_taken_or_refused_with_a_reason(measured: Economy) -> None:
    taken = rows(measured)["spacewasm"].figure(GuestForm.BYTE_PAGES)
    assert taken.difference == pytest.approx(measured.document.forms[-1].memory - PAGE, abs=STEP)
    refused = rows(measured)["wamr-classic"].figure(GuestForm.BYTE_PAGES)
    assert (refused.status, refused.ram) == (Status.UNSUPPORTED, None)
    assert "invalid limits flags" in (refused.reason or "")


def test_the_command_finds_it_all_and_fit_has_the_number(measured: Economy, warm_home: Home) -> None:
    said = shell(
        warm_home, warm_home.root, "wasmfit economy -r wamr-classic --stack 5120 --format json"
    ).stdout
    printed = {row["runtime"]: row["figures"] for row in json.loads(said)["rows"]}
    shrunk = rows(measured)["wamr-classic-shrunk"]
    assert [figure["ram"] for figure in printed["wamr-classic-shrunk"]] == [
        figure.ram for figure in shrunk.figures
    ]
    difference = shrunk.figure(GuestForm.HEAP_BASE).difference
    assert difference is not None
    fit = wasmfit.fit(runtimes=["wamr-classic"], workload="crc32", home=warm_home.root)
    assert any(f"RAM falls by {-difference:,} B on wamr-classic 2.4.3" in note for note in fit.notes)
