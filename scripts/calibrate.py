"""Holds the timing models against what was published for real boards (``make calibrate``).

Prints cycles an instruction, predicted with its bar and published, for the runtimes and boards that figures
were published for, over the calibration workloads, or those of a catalogue that is named (``--catalog DIR
WORKLOAD...``). The published figures are means over 17 Embench programs, and these are other programs: what
is left over is not all the model's.
"""

import sys
from pathlib import Path
from statistics import mean

import wasmfit
from wasmfit.model import Status

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.calibration.reference import OURS, PUBLISHED, per_instruction


def main() -> None:
    catalogue, *named = sys.argv[2:] if sys.argv[1:2] == ["--catalog"] else [str(OURS)]
    names = named or sorted(path.parent.name for path in Path(catalogue).glob("workloads/*/workload.toml"))
    boards = sorted({board for _, board in PUBLISHED})
    runtimes = sorted({runtime for runtime, _ in PUBLISHED})
    comparison = wasmfit.compare(
        runtimes=runtimes, workloads=names, boards=boards, catalogs=[Path(catalogue)], echo=None
    )
    ok = [one for one in comparison.measurements if one.status is Status.OK]
    print(
        f"{'runtime':16} {'board':11} {'programs':>8}  {'predicted (bar)':22} {'published':>9} {'off by':>7}"
    )
    for (runtime, board), published in PUBLISHED.items():
        cells = [one for one in ok if (f"{one.runtime}@{one.version}", one.board) == (runtime, board)]
        low, typical, high = (mean(each) for each in zip(*map(per_instruction, cells), strict=True))
        bar = f"{typical:.2f} ({low:.2f}–{high:.2f})"
        off = f"{typical / published - 1:+.1%}"
        print(f"{runtime:16} {board:11} {len(cells):8}  {bar:22} {published:9.2f} {off:>7}")
        spread = ", ".join(f"{one.module} {per_instruction(one)[1]:.2f}" for one in cells)
        print(f"{'':28} {spread}")


if __name__ == "__main__":
    main()
