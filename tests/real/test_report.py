"""The report of real builds: its figures are those of the JSON output, and every byte has its place."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

import wasmfit
from wasmfit.analysis.document import ByteNode
from wasmfit.analysis.layouts import link_notes
from wasmfit.elf import ElfError
from wasmfit.home import Home
from wasmfit.run import image_bytes

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"))
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def adds_up(node: ByteNode) -> bool:
    return not node.rows or (
        sum(row.bytes for row in node.rows) == node.bytes and all(map(adds_up, node.rows))
    )


def test_a_report_shows_what_was_measured(warm_home: Home, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    made = wasmfit.make_report(page, runtimes=["wasm3", "myrmic"], flames=True, home=warm_home.root)
    compared = wasmfit.compare(runtimes=["native", "wasm3", "myrmic"], home=warm_home.root)
    shown = data_of(page)

    assert page.stat().st_size < 3_000_000
    assert [one["id"] for one in shown["cells"]] == [one.id for one in compared.measurements]
    keys = [one["key"] for one in shown["metrics"]]
    for cell, one in zip(shown["cells"], compared.to_dict()["cells"], strict=True):
        assert cell["status"] == one["status"]
        values = dict(zip(keys, cell["values"], strict=True))
        assert values["flash"] == (one["size"] or {}).get("flash")
        assert values["heap_peak"] == (one["run"] or {}).get("heap_peak")

    (answer,) = made.rankings
    verdict = wasmfit.fit(runtimes=["wasm3", "myrmic"], home=warm_home.root)
    ranked = [one for one in answer.entries if one.score is not None]
    assert [(one.label, one.score) for one in ranked] == [(one.label, one.score) for one in verdict.ranked]
    # The report says once for all rankings what the error bars have in them.
    of_the_bars = link_notes([one.measurement for one in verdict.ranked])
    assert of_the_bars
    assert set(of_the_bars) <= set(shown["notes"])
    assert answer.why == verdict.sentence
    assert answer.caveats == tuple(one for one in verdict.caveats if one not in of_the_bars)
    assert answer.entries[0].runtime == "wasm3"
    assert {one.name for one in made.runtimes if one.bound} == {"native", "baseline"}
    wasm3 = next(one for one in compared.measurements if one.runtime == "wasm3")
    (image,) = [one for one in made.images if one.cell == wasm3.id]
    assert adds_up(image.root)
    assert wasm3.size is not None
    memories = {row.name: row for row in image.root.rows}
    assert memories["flash"].bytes == wasm3.size.flash
    assert memories["RAM"].bytes == wasm3.size.ram_static
    # The same owners as the measurement has.
    (text,) = [row for row in memories["flash"].rows if row.name == ".text"]
    assert {row.name: row.bytes for row in text.rows} == wasm3.size.owners[".text"]

    (flame,) = [one for one in made.flames if one.cell == wasm3.id]
    assert wasm3.run is not None
    calls = sum(call.instructions or 0 for call in wasm3.run.calls)
    # All calls of the phase, with what the harness does around them.
    assert calls <= flame.root.bytes < 3 * calls


def test_the_second_time_it_starts_at_once(warm_home: Home, tmp_path: Path) -> None:
    wasmfit.make_report(runtimes=["wasm3"], home=warm_home.root)
    started = time.monotonic()
    wasmfit.make_report(tmp_path / "again.html", runtimes=["wasm3"], home=warm_home.root)
    assert time.monotonic() - started < 10


def test_images_are_looked_into_once(warm_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = wasmfit.compare(runtimes=["wasm3"], home=warm_home.root)

    def refused(*_: object) -> None:
        raise ElfError("It was measured, and is not looked into again.")

    monkeypatch.setattr(image_bytes, "_make", refused)
    made = wasmfit.make_report(runtimes=["wasm3"], home=warm_home.root)
    assert {one.id for one in compared.measurements} <= {one.cell for one in made.images}
