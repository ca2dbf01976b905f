"""docs/workloads.md is what the catalogue says."""

import runpy
from pathlib import Path

from wasmfit.catalog import Catalog

ROOT = Path(__file__).parents[2]


def test_the_table_is_current() -> None:
    page = (ROOT / "docs" / "workloads.md").read_text(encoding="utf-8")
    script = runpy.run_path(str(ROOT / "scripts" / "workloads.py"))
    assert script["filled"](page, Catalog.load()) == page, "run `make maint-workloads`"
