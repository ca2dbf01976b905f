"""Writes the tables of README.md from a comparison (``make readme``); ``--check`` only compares."""

import sys
from pathlib import Path

import wasmfit
from wasmfit.catalog import Catalog
from wasmfit.model import Status
from wasmfit.results import MEASURES, Comparison
from wasmfit.results.table import change

README = Path(__file__).parents[1] / "README.md"
REFERENCE_ROWS = {
    "text": ".text",
    "rodata": ".rodata",
    "bss": ".bss",
    "runtime_crates": "runtime and its crates",
    "flashed": "flashed",
}
OPTION_MEASURES = ("flash", "heap_peak", "stack_peak", "instructions_load", "instructions_call")
SHOWN = (
    "text",
    "rodata",
    "flash",
    "flashed",
    "ram_static",
    "heap_peak",
    "linear_memory",
    "stack_peak",
    "instructions_load",
    "instructions_instantiate",
    "instructions_first_call",
    "instructions_call",
)


def main() -> None:
    home = Path(sys.argv[sys.argv.index("--home") + 1]) if "--home" in sys.argv else None
    newest = wasmfit.compare(home=home)
    reproduced = wasmfit.compare(runtimes=["wasmi@0.51", "wasmtime@38"], home=home)
    everything = wasmfit.compare(runtimes=["all"], home=home)
    text = README.read_text(encoding="utf-8")
    tables = {
        "results": results(newest),
        "options": options(everything),
        "reference": reference(reproduced),
    }
    for name, made in tables.items():
        begin, end = f"<!-- {name}: written by make readme -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{made}\n{end}{after}"
    if "--check" in sys.argv:
        if text != README.read_text(encoding="utf-8"):
            sys.exit("README.md does not show what is measured now; `make readme` writes it anew.")
        return
    README.write_text(text, encoding="utf-8")


def results(comparison: Comparison) -> str:
    """The newest version of every runtime, one line each, smallest first."""
    measures = [measure for key in SHOWN for measure in MEASURES if measure.key == key]
    lines = [
        line(
            ["", *(f"{measure.label}{', B' if measure.unit else ''}" for measure in measures)],
        ),
        line(["---", *("---:" for _ in measures)]),
    ]
    measured = [one for one in comparison.measurements if one.status is Status.OK]
    for one in sorted(measured, key=lambda one: one.size.flash if one.size else 0):
        figures = [measure.get(one) for measure in measures]
        shown = (f"{figure:,}" if isinstance(figure, int) else "" for figure in figures)
        lines.append(line([f"{one.runtime} {one.version}", *shown]))
    lines += [
        line([f"{one.runtime} {one.version}", f"unavailable: {(one.reason or '').split('.')[0]}"])
        for one in comparison.measurements
        if one.status is Status.UNAVAILABLE
    ]
    return "\n".join(lines)


def options(comparison: Comparison) -> str:
    """What each variant of a runtime adds to the first, where that is of the same version."""
    by_label = {(one.runtime, one.version): one for one in comparison.measurements if one.status is Status.OK}
    measures = [measure for key in OPTION_MEASURES for measure in MEASURES if measure.key == key]
    head = ["", *(f"{measure.label}{', B' if measure.unit else ''}" for measure in measures), ""]
    lines = [line(head), line(["---", *("---:" for _ in measures), "---"])]
    for runtime in Catalog.load().runtimes.values():
        first, *others = runtime.variants
        for version in runtime.versions:
            base = by_label.get((first.name, version.version))
            for variant in others:
                one = by_label.get((variant.name, version.version))
                if base is not None and one is not None:
                    changes = [change(measure.get(base), measure.get(one)) for measure in measures]
                    lines.append(line([f"{variant.name} {version.version}", *changes, variant.summary]))
    return "\n".join(lines)


def reference(comparison: Comparison) -> str:
    """The reference's figures beside ours."""
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


if __name__ == "__main__":
    main()
