"""Measurements of a real comparison, for tests of what people see: of every runtime on the nRF52840 DK.

``python -m tests.report.recorded FILE`` takes them from the JSON of a comparison, and writes the screens.
Only what screens show is kept.
"""

import json
import sys
from pathlib import Path
from typing import Any

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.summary import SummaryChoice
from wasmfit.catalog import Catalog
from wasmfit.model import Measurement
from wasmfit.report.summary import to_summary

FOLDER = Path(__file__).parent / "golden"
CELLS = FOLDER / "cells.json"
WIDTHS = (80, 100, 160)


def recorded() -> Comparison:
    """The comparison."""
    catalog = Catalog.load()
    cells = tuple(map(Measurement.model_validate, json.loads(CELLS.read_text(encoding="utf-8"))))
    return Comparison(cells, 0.0, 0, boards=(catalog.board("nrf52840dk"),), bounds=catalog.bounds)


def screen(width: int) -> Path:
    """The file of the screen of that width."""
    return FOLDER / f"compare-{width}.txt"


def _kept(cell: dict[str, Any]) -> dict[str, Any]:
    for name in ("size", "baseline"):
        if cell[name] is not None:
            cell[name]["owners"] = {}
    run = cell["run"]
    if run is not None:
        run |= {"activity": {}, "calls": [], "logged": None, "leak": None}
        predicted = run["predicted"]
        if predicted is not None:
            kept = {name: predicted[name] for name in ("call", "link")}
            run["predicted"] = {**kept, "calibrated": True, "source": ""}
    made = cell["provenance"]
    cell["provenance"] = {name: made[name] for name in ("wasmfit", "measured_at", "replay")}
    cell["facts"], cell["published"], cell["published_source"] = {}, {}, None
    return cell


def main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    cells = [_kept(cell) for cell in document["cells"]]
    lines = ",\n".join(json.dumps(cell, ensure_ascii=False, separators=(",", ":")) for cell in cells)
    CELLS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    for width in WIDTHS:
        screen(width).write_text(f"{to_summary(recorded(), SummaryChoice(), width)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
