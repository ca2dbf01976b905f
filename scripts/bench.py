"""Measures what the documents promise about speed (``make bench``).

Without arguments: a second ``compare`` with nothing changed. With ``--cold``: one from nothing but downloaded
packages, in a folder of its own, with the time of the first row and of all rows; it takes minutes.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import wasmfit
from wasmfit.home import Home
from wasmfit.run import CellEnded, Event

ROUNDS = 10
WARM_LIMIT_S = 1.5
FIRST_ROW_LIMIT_S = 120
ALL_ROWS_LIMIT_S = 720


def main() -> None:
    good = cold() if "--cold" in sys.argv else warm(Home.find())
    sys.exit(0 if good else 1)


def warm(home: Home) -> bool:
    """Times whole processes of a compare that finds everything in the store."""
    wasmfit.compare(home=home.root)
    command = [sys.executable, "-m", "wasmfit", "compare"]
    seconds = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.monotonic() - started)
    seconds.sort()
    median = seconds[ROUNDS // 2]
    print(f"second compare: {seconds[0]:.2f} to {seconds[-1]:.2f} s, median {median:.2f} s of {ROUNDS}")
    print(f"promised: {WARM_LIMIT_S} s")
    return median < WARM_LIMIT_S


def cold() -> bool:
    """Times one compare from nothing, row by row."""
    started = time.monotonic()
    rows: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, CellEnded) and event.measurement.size is not None:
            rows.append(time.monotonic() - started)
            print(f"{rows[-1]:7.1f} s  {event.measurement.id}", flush=True)

    with tempfile.TemporaryDirectory(prefix="wasmfit-bench-") as folder:
        comparison = wasmfit.compare(runtimes=sys.argv[2:], home=Path(folder), listener=listen)
    # The baseline is a row, but not the one that people wait for.
    print(
        f"first runtime after {rows[1]:.0f} s (promised: {FIRST_ROW_LIMIT_S} s), all {len(rows)} rows after "
        f"{rows[-1]:.0f} s (promised: {ALL_ROWS_LIMIT_S} s)"
    )
    return not comparison.failed and rows[1] < FIRST_ROW_LIMIT_S and rows[-1] < ALL_ROWS_LIMIT_S


if __name__ == "__main__":
    main()
