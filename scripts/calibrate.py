"""Holds the timing models against what was published for real boards (``make maint-calibrate``).

Prints cycles an instruction, predicted with its bar and published, for the runtimes and boards that figures
were published for, over the calibration workloads, or those of a catalogue that is named (``--catalog DIR
WORKLOAD...``; ``-`` for wasmfit's own). The published figures are means over 17 Embench programs, and these
are other programs: what is left over is not all the model's. Then what each board's fitted price predicts if
a mean is left out of the fit, what each uncertain price does to the means, how many orders of two runtimes on
a calibration program the bars settle, CoreMark of the chips themselves, and which share of all these figures
is inside the error bar, board by board.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

import wasmfit
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.calibration.checks import (
    Model,
    Ran,
    left_out,
    natively,
    pairs,
    sensitivities,
)
from tests.calibration.coverage import (
    Held,
    coverage,
    held_loops,
    held_means,
    held_natively,
    held_setups,
)
from tests.calibration.reference import (
    FITTED,
    LOOPS,
    NATIVE,
    ORDERED,
    ORDERED_BOARDS,
    OURS,
    PUBLISHED,
    SETUPS,
)

_SHOWN = 8
"""Cycle costs that are shown of a mean, those that change it most."""


def _names(catalogue: Path) -> list[str]:
    return sorted(path.parent.name for path in catalogue.glob("workloads/*/workload.toml"))


def _wanted() -> argparse.Namespace:
    """What is asked for: catalogues, the workloads of them, and whether only what is recorded counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--catalog", default=str(OURS), help="a catalogue's folder; -: wasmfit's own")
    parser.add_argument("workload", nargs="*", help="all of the catalogue's, where none is named")
    parser.add_argument(
        "--measured",
        action="store_true",
        help="build nothing: print the coverage of figures whose programs were measured before",
    )
    asked = parser.parse_args()
    if asked.catalog == "-":
        asked.catalogs = []
        if not asked.workload and not asked.measured:
            parser.error("name workloads of wasmfit's own catalogue")
        return asked
    asked.catalogs = [Path(asked.catalog)]
    found = _names(asked.catalogs[0])
    if not found:
        parser.error(
            f"{asked.catalog} has no workloads: name a folder that has workloads/NAME/workload.toml in it"
        )
    asked.workload = asked.workload or found
    return asked


def main() -> None:
    asked = _wanted()
    if asked.measured:
        _print_recorded()
        return
    catalogs, names = asked.catalogs, asked.workload
    boards = sorted({board for _, board in PUBLISHED})
    runtimes = sorted({runtime for runtime, _ in PUBLISHED})
    measured = wasmfit.compare(runtimes=runtimes, workloads=names, boards=boards, catalogs=catalogs)
    # Six runtimes with their variants on three boards: over the small programs only, whatever is asked for.
    ordered = wasmfit.compare(
        runtimes=ORDERED, workloads=_names(OURS), boards=ORDERED_BOARDS, catalogs=[OURS]
    )
    native = wasmfit.compare(
        runtimes=["native"], workloads=["coremark-kernels"], boards=sorted(NATIVE), profiles=["fast"]
    )
    models = _models()
    cells = list(_ran(measured.measurements))
    of = {key: [one for one in cells if (one.runtime, one.board) == key] for key in PUBLISHED}
    missing = [" on ".join(key) for key, found in of.items() if not found]
    if missing:
        sys.exit(f"calibrate: nothing ran of {', '.join(missing)}: see the reasons above")
    _print_means(of, models)
    _print_left_out(of, models)
    _print_sensitivities(of, models)
    _print_orders(list(_ran(ordered.measurements)), models)
    kernels = list(_ran(native.measurements))
    _print_native(kernels, models)
    _print_coverage(
        [
            *held_means(models, PUBLISHED, of, FITTED),
            *held_loops(models, LOOPS),
            *held_natively(natively(kernels, models, _per_mhz())),
            *held_setups(models, SETUPS, kernels),
        ]
    )


def _models() -> dict[str, Model]:
    catalog = Catalog.load()
    models = {}
    for name, board in catalog.boards.items():
        core = catalog.core(board)
        if core is not None and board.timing is not None:
            models[name] = Model(core, board.timing)
    return models


def _print_recorded() -> None:
    """The coverage, as far as programs were measured before, here or for the measured set."""
    models = _models()
    kernels: list[Ran] = []
    for board in sorted({*NATIVE, *(figure.board for figure in SETUPS)}):
        try:
            found = wasmfit.compare(
                runtimes=["native"], workloads=["coremark-kernels"], boards=[board], measured=True
            )
        except UsageError:
            print(f"coremark-kernels was not measured on {board}: left out")
        else:
            kernels += _ran(found.measurements)
    _print_coverage([*held_loops(models, LOOPS), *held_setups(models, SETUPS, kernels)])


def _per_mhz() -> dict[str, float]:
    return {board: native.per_mhz for board, native in NATIVE.items()}


def _ran(measurements: Iterable[Measurement]) -> Iterable[Ran]:
    for one in measurements:
        if one.status is not Status.OK:
            print(f"{one.id} is left out: {one.reason}")
        elif one.runtime != "baseline" and one.run is not None and one.run.activity.call is not None:
            yield Ran(f"{one.runtime}@{one.version}", one.board, one.module, one.run.activity.call)


def _print_means(of: dict[tuple[str, str], list[Ran]], models: dict[str, Model]) -> None:
    print(
        f"{'runtime':16} {'board':11} {'programs':>8}  {'predicted (bar)':22} {'published':>9} {'off by':>7}"
    )
    for (runtime, board), published in PUBLISHED.items():
        cells, model = of[runtime, board], models[board]
        low, typical, high = model.mean(cells)
        bar = f"{typical:.2f} ({low:.2f}–{high:.2f})"
        off = typical / published - 1
        print(f"{runtime:16} {board:11} {len(cells):8}  {bar:22} {published:9.2f} {off:+7.1%}")
        spread = ", ".join(f"{one.program} {model.per_instruction(one)[1]:.2f}" for one in cells)
        print(f"{'':28} {spread}")


def _print_left_out(of: dict[tuple[str, str], list[Ran]], models: dict[str, Model]) -> None:
    print("\nHeld apart: the mean that is predicted when the fitted price comes from the other means only")
    for board in sorted({board for _, board in PUBLISHED}):
        published = {runtime: mean for (runtime, other), mean in PUBLISHED.items() if other == board}
        cells = {runtime: of[runtime, board] for runtime in published}
        if board not in FITTED:
            print(f"  {board:11} no price was fitted: the table above is it")
            continue
        for runtime, (price, found) in left_out(models[board], FITTED[board], published, cells).items():
            off = found / published[runtime] - 1
            print(
                f"  {board:11} {runtime:16} {FITTED[board]} at {price:.2f}: {found:.2f}, "
                f"published {published[runtime]:.2f}, {off:+.1%}"
            )


def _print_sensitivities(of: dict[tuple[str, str], list[Ran]], models: dict[str, Model]) -> None:
    print("\nWhat moves the means: a price at its least and at its most")
    for (runtime, board), cells in of.items():
        most = sensitivities(models[board], cells)[:_SHOWN]
        text = ", ".join(f"{one.measure} {one.less:+.1%} to {one.more:+.1%}" for one in most)
        print(f"  {board:11} {runtime:16} {text}")


def _print_orders(cells: Sequence[Ran], models: dict[str, Model]) -> None:
    print("\nOrder of two runtimes on the same program, common cycle costs cancel")
    for board in sorted({one.board for one in cells}):
        found = list(pairs([one for one in cells if one.board == board], models))
        settled = sum(comparison.is_conclusive for *_, comparison in found)
        bars = [(one.high / one.low) ** 0.5 - 1 for *_, one in found]
        print(f"  {board:11} {settled} of {len(found)} pairs are settled; median bar ±{median(bars):.1%}")
        for one, other, comparison in found:
            if not comparison.is_conclusive:
                print(
                    f"  {'':11} not settled: {one.program}: {one.runtime} takes {comparison.typical:.2f} "
                    f"({comparison.low:.2f}–{comparison.high:.2f}) of {other.runtime}"
                )


def _print_native(cells: Sequence[Ran], models: dict[str, Model]) -> None:
    print(
        "\nCoreMark a MHz of two chips: our kernels compiled by rustc -O3, against what the vendors publish"
    )
    for one in natively(cells, models, _per_mhz()):
        print(
            f"  {one.faster:16} does {one.predicted:.3f} of {one.slower:16}, published {one.published:.3f}, "
            f"{one.predicted / one.published - 1:+.1%}"
        )


def _print_coverage(figures: Sequence[Held]) -> None:
    print("\nPublished figures inside the error bar")
    for figure in figures:
        bar = f"{figure.predicted:.2f} ({figure.low:.2f}–{figure.high:.2f})"
        where = "inside" if figure.is_inside else "OUTSIDE"
        fitted = ", fitted to it" if figure.fitted else ""
        print(f"  {figure.board}: {figure.what}: {bar}, published {figure.published:.2f}: {where}{fitted}")
    for board in coverage(figures):
        print(
            f"  {board.board:28} {board.inside} of {board.total} inside ({board.share:.0%}), "
            f"{board.fitted} of them fitted to; the middle bar is {board.width:.0%} from low to high"
        )


if __name__ == "__main__":
    try:
        main()
    except UsageError as error:
        sys.exit(f"calibrate: {error}")
