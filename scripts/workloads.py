"""Writes the table of docs/workloads.md from the catalogue: `make maint-workloads`."""

import sys
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Workload
from wasmfit.report.markdown import escape

_PAGE = Path(__file__).parents[1] / "docs" / "workloads.md"
_BEGIN, _END = "<!-- workloads: written by make maint-workloads -->\n", "<!-- end of workloads -->\n"


def table(catalog: Catalog) -> str:
    """One line a workload."""
    lines = [
        "| workload | what it does | arguments | crates | expected results from |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in sorted(catalog.workloads):
        one = catalog.workloads[name]
        cells = (one.title, one.arguments, _crates(one), one.checked)
        lines.append(f"| `{name}` | {' | '.join(map(escape, cells))} |")
    return "\n".join(lines) + "\n"


def _crates(workload: Workload) -> str:
    pinned = workload.guest.dependencies.items()
    return ", ".join(f"{name} {one.version.removeprefix('=')}" for name, one in pinned)


def filled(page: str, catalog: Catalog) -> str:
    """The page with its table written anew."""
    before, _, rest = page.partition(_BEGIN)
    _, _, behind = rest.partition(_END)
    return f"{before}{_BEGIN}{table(catalog)}{_END}{behind}"


if __name__ == "__main__":
    page = _PAGE.read_text(encoding="utf-8")
    current = filled(page, Catalog.load())
    if "--check" in sys.argv[1:]:
        sys.exit(current != page)
    _PAGE.write_text(current, encoding="utf-8")
