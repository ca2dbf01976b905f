"""Writes the tables of README.md and docs/figures.md (``make maint-readme``), from what it measures.

With nothing built yet that takes an hour.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.numbers import change
from wasmfit.analysis.summary import SummaryChoice
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.report.summary import to_summary

README = Path(__file__).parents[1] / "README.md"
FIGURES = README.parent / "docs" / "figures.md"
IN_FIGURES = ("options", "reference")
"""Parts that stand in docs/figures.md; the others stand in README.md."""

REFERENCE_ROWS = {
    "text": ".text",
    "rodata": ".rodata",
    "bss": ".bss",
    "runtime_crates": "runtime and its crates",
    "flashed": "flashed",
}
OPTION_METRICS = ("flash", "heap_peak", "stack_peak", "instructions_load", "instructions_call")
COMMANDS = {
    "answer": ("wasmfit fit --flash 80K --ram 128K -r wasm3 -r wamr -r wasefire",),
    "changed": ("wasmfit diff profile:reference profile:small --select 'wasm3@*/nrf52840dk/*'",),
    "budget": ("wasmfit check budget.toml",),
    "history": (
        "wasmfit history size.flash --by-version --select 'wasmi@*/add-with-extra/nrf52840dk/bare/reference'",
    ),
    "features": ("wasmfit features -r wasm3 -r wamr-fast",),
}
"""Part of README.md → the commands whose output it shows, as a terminal does."""

COLUMNS = 112
"""Width of that terminal."""

SCREEN = 100
"""Width of the first screen."""

LONGEST = 480
"""Characters of a line that are shown: the sentence of ``fit`` is one."""

LINES = {"changed": 7, "history": 15, "features": 13}
"""Lines of an output that are shown, where not all are; a line says how many more there are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, and end with 1 where they differ")
    parser.add_argument("--home", type=Path, help="wasmfit's folder")
    names = (*COMPARED, *COMMANDS)
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="write these parts alone")
    arguments = parser.parse_args()
    texts = {page: page.read_text(encoding="utf-8") for page in (README, FIGURES)}
    for name, made in parts(arguments.home, arguments.only).items():
        page = FIGURES if name in IN_FIGURES else README
        begin, end = f"<!-- {name}: written by make maint-readme -->", f"<!-- end of {name} -->"
        before, _, rest = texts[page].partition(begin)
        _, _, after = rest.partition(end)
        texts[page] = f"{before}{begin}\n{made}\n{end}{after}"
    for page, text in texts.items():
        if not arguments.check:
            page.write_text(text, encoding="utf-8")
        elif undated(text) != undated(page.read_text(encoding="utf-8")):
            sys.exit(f"{page.name} does not show what is measured now; `make maint-readme` writes it again.")


def shortened(line: str) -> str:
    """A line that a page can show."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def undated(text: str) -> str:
    """The same without the days and times of measurements."""
    return re.sub(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", "DATE", text)


def parts(home: Path | None, only: Sequence[str]) -> dict[str, str]:
    """What stands between the marks of these parts."""
    made = {
        name: table(wasmfit.compare(runtimes=runtimes, home=home))
        for name, (table, runtimes) in COMPARED.items()
        if name in only
    }
    if shown := [name for name in COMMANDS if name in only]:
        with tempfile.TemporaryDirectory() as folder:
            made |= outputs(Path(folder), home, shown)
    return made


def outputs(folder: Path, home: Path | None, shown: Sequence[str]) -> dict[str, str]:
    """What the commands print, with results of their own, so that nothing else measured here is in it."""
    warm = Home.find() if home is None else Home.at(home)
    own = Home.at(folder / "home")
    warm.artefacts.mkdir(parents=True, exist_ok=True)
    own.artefacts.symlink_to(warm.artefacts)
    if {"changed", "budget"} & {*shown}:
        wasmfit.compare(runtimes=["wasm3"], profiles=["reference", "small"], home=own.root)
    budget = re.search(r"```toml budget.toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert budget is not None
    (folder / "budget.toml").write_text(budget[1], encoding="utf-8")
    # The versions of one cell, which the tables have measured: nothing else that was can be in it.
    homes = {"history": warm}
    return {
        name: "\n\n".join(
            printed(folder, homes.get(name, own), line, LINES.get(name)) for line in COMMANDS[name]
        )
        for name in shown
    }


def printed(folder: Path, home: Home, line: str, most: int | None) -> str:
    """A command with what it prints."""
    program, *words = shlex.split(line)
    assert program == "wasmfit"
    ended = subprocess.run(
        [sys.executable, "-m", "wasmfit", *words],
        cwd=folder,
        env={**os.environ, "WASMFIT_HOME": str(home.root), "COLUMNS": str(COLUMNS), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode > 1:
        sys.exit(ended.stderr)
    lines = [shortened(text.rstrip()) for text in ended.stdout.strip().splitlines()]
    if most is not None and len(lines) > most:
        lines = [*lines[:most], f"[and {len(lines) - most} more lines]"]
    return "\n".join(["```console", f"$ {line}", *lines, "```"])


def results(comparison: Comparison) -> str:
    """The first screen: the newest version of every runtime, as a terminal shows it."""
    return "\n".join(
        ["```console", "$ wasmfit compare", to_summary(comparison, SummaryChoice(), SCREEN), "```"]
    )


def options(comparison: Comparison) -> str:
    """What each variant of a runtime adds to the first, where that is of the same version."""
    by_label = {(one.runtime, one.version): one for one in comparison.measurements if one.status is Status.OK}
    metrics = [metric for key in OPTION_METRICS for metric in COMPARISON_METRICS if metric.key == key]
    head = ["", *(f"{metric.label}{', B' if metric.unit else ''}" for metric in metrics), ""]
    lines = [line(head), line(["---", *("---:" for _ in metrics), "---"])]
    for runtime in Catalog.load().runtimes.values():
        first, *others = runtime.variants
        for version in runtime.versions:
            base = by_label.get((first.name, version.version))
            for variant in others:
                one = by_label.get((variant.name, version.version))
                if base is not None and one is not None:
                    changes = [change(metric.get(base), metric.get(one)) for metric in metrics]
                    lines.append(line([f"{variant.name} {version.version}", *changes, variant.summary]))
    return "\n".join(lines)


def reference(comparison: Comparison) -> str:
    """The reference's values next to ours."""
    chosen = [one for one in comparison.measurements if one.published and one.size]
    head = ["bytes"]
    for one in chosen:
        head += [f"{one.runtime} {one.version}: published", "measured", "difference"]
    lines = [line(head), line(["---", *("---:" for _ in head[1:])])]
    for key, label in REFERENCE_ROWS.items():
        cells = [label]
        for one in chosen:
            theirs, ours = one.published[key], getattr(one.size, key)
            cells += [f"{theirs:,}", f"{ours:,}", f"{(ours - theirs) / theirs:+.1%}"]
        lines.append(line(cells))
    return "\n".join(lines)


def line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


COMPARED: dict[str, tuple[Callable[[Comparison], str], list[str]]] = {
    "results": (results, []),
    "options": (options, ["all"]),
    "reference": (reference, ["wasmi@0.51", "wasmtime@38"]),
}
"""Part → what makes it of a comparison, and of which runtimes that is."""


if __name__ == "__main__":
    main()
