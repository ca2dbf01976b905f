"""What the README tells people to type exists, and its figures are those that a reader gets."""

import re

from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.numbers import grouped
from wasmfit.api.set_origins import set_origins
from wasmfit.catalog import Catalog
from wasmfit.store import MeasuredSet

from .commands import ROOT, lines

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = {line.words[1] for line in lines(ROOT / "README.md") if line.words[0] == "make"}
    assert {"compare", "test"} <= made <= targets


def test_the_tables_are_filled() -> None:
    figures = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    for name in ("options", "reference"):
        begin, end = f"<!-- {name}: written by make maint-readme -->", f"<!-- end of {name} -->"
        table = figures[figures.index(begin) : figures.index(end)]
        assert len(re.findall(r"^\|", table, re.MULTILINE)) > 5


def test_what_commands_print_is_shown() -> None:
    for name in ("results", "answer", "changed", "budget", "history", "features"):
        shown = _shown(name)
        assert re.search(r"^\$ wasmfit ", shown, re.MULTILINE), name
        assert len(shown.splitlines()) > 8, name


def test_figures_are_those_of_the_measured_set() -> None:
    """Of cells that both have, as far as nothing has changed since they were measured."""
    catalog, measured_set = Catalog.load(), MeasuredSet()
    rows = re.findall(r"^ ([\w-]+) (\d[\w.]*) +(\d.*)$", _shown("results"), re.MULTILINE)
    cells = {
        f"{runtime}@{version}/add-with-extra/nrf52840dk/bare/reference": row for runtime, version, row in rows
    }
    known = [cell for cell in cells if cell in measured_set.cells]
    origins = set_origins(catalog, measured_set, known)
    current = [cell for cell in known if not origins[cell].changed]
    metrics = {metric.key: metric for metric in COMPARISON_METRICS}
    for cell in current:
        measurement = measured_set.measurement(cell)
        assert measurement is not None
        figures = cells[cell].replace("*", " ").split()
        for key in ("flash", "least_ram", "stack_peak", "instructions_call"):
            assert grouped(metrics[key].get(measurement)) in figures, f"{cell}: {key}: make maint-readme"
    assert current


def _shown(name: str) -> str:
    begin, end = f"<!-- {name}: written by make maint-readme -->", f"<!-- end of {name} -->"
    return README[README.index(begin) : README.index(end)]
