"""Maintainers: how long verdicts take with ten thousand recorded cells, each measured in two runs.

The stores are made up of records that were measured here, under other ids. A part of them differs between
the two runs. Printed are seconds of the wall clock and of the processor, and the most memory, of whole
processes, beside what is promised. In the first report the images are not in the cache, where measuring has
left them otherwise: it looks into them, as after `wasmfit cache --clean`.

    .venv/bin/python scripts/bench_store.py [CELLS] [PART THAT CHANGED]
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.scale import recorded
from wasmfit.home import Home
from wasmfit.store import Store

BUDGET = (
    '[[limit]]\ncells = "*@0.*"\nfigure = "size.flash"\nmax = "+1%"\nbaseline = "bench-1"\nlevel = "soft"\n'
)
COMMANDS = {
    "diff": ["diff", "bench-1", "bench-2"],
    "diff, JSON": ["diff", "bench-1", "bench-2", "--format", "json"],
    "check": ["check", "budget.toml", "--of", "bench-2", "--format", "json"],
    "history": ["history", "size.flash", "--select", "*@0.1??.*"],
}


def told(name: str, arguments: list[str], home: Path) -> None:
    """Runs a command and prints what it took, beside the promise."""
    took = recorded.spent(arguments, home)
    if took.code not in (0, 1):
        sys.exit(f"{name} ended with {took.code}: wasmfit {' '.join(arguments)}")
    print(
        f"{name:18} {took.seconds:6.2f} s, {took.processor:6.2f} s of a processor, {took.memory:5.0f} MiB"
        f"   (promise: {recorded.SECONDS} s, {recorded.MEMORY} MiB)",
        flush=True,
    )


def main() -> None:
    """Fills stores and prints a line for each command."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    parts = [float(sys.argv[2])] if len(sys.argv) > 2 else [0.1, 1.0]
    own = Home.find().results
    known = recorded.measured_here(own) if own.is_file() else []
    if not known:
        sys.exit("Nothing was measured yet: wasmfit compare")
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            recorded.fill_twice(Store(home / "results.sqlite"), known, cells, part)
            (home / "budget.toml").write_text(BUDGET)
            print(f"{cells:,} cells in two runs, {part:.0%} of them changed")
            for name, arguments in COMMANDS.items():
                told(name, arguments, home)
    with tempfile.TemporaryDirectory() as folder:
        large = recorded.experiment(cells)
        number = recorded.fill(Home.at(Path(folder)), large, known)
        words = recorded.arguments(large)
        report = ["report", *words, "--output", "report.html"]
        print(f"{number:,} cells of the catalogue, all in the store")
        told("compare, CSV", ["compare", *words, "--format", "csv"], Path(folder))
        told("compare, JSON", ["compare", *words, "--format", "json"], Path(folder))
        told("compare, tables", ["compare", *words], Path(folder))
        told("fit", ["fit"], Path(folder))
        told("report, looking", report, Path(folder))
        told("report", report, Path(folder))
        print(f"the report is {(Path(folder) / 'report.html').stat().st_size:,} B (promise: 3,000,000)")


if __name__ == "__main__":
    main()
