"""Runs generated modules on interpreters in the emulator and in Node, and compares what comes of calls.

    .venv/bin/python scripts/differential.py --count 100 -r wasm3 -r wamr -b esp32c6

Modules come from wasm-smith (``tests/hostile/generate``); a module's number decides it and its call. An end
is the same value or a trap in both, or what the device lacks (unsupported, out of memory, does not fit); what
is neither is a disagreement. With --check-stores every store of the runtime is looked at as well. Modules
that disagree, or make a runtime store astray, are kept in ``differential-found``; docs/disagreements.md has
those that are understood.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.differential import Case, Device, End, Verdict, generated, generator, in_node, verdict
from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status, StoreCheck
from wasmfit.plan import c_targets, plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import ProcessRunner, Versions, find

EACH = 50
"""Modules after which it says how far it is."""


@dataclass
class Tally:
    """What a device made of all calls.

    Attributes:
        ends: Verdict and status → how many.
        explained: Reason → how many, of what the device lacks.
        stores: Modules whose stores were looked at.
        strays: Those of them with one astray.
    """

    ends: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    stores: int = 0
    strays: int = 0

    def take(self, node: End, end: End, stores: StoreCheck | None) -> Iterator[str]:
        """Counts an end; what was found is told."""
        found = verdict(node, end)
        self.ends[f"{found.value}: {end.status.value}"] += 1
        if found is Verdict.EXPLAINED:
            self.explained[f"{end.status.value}: {end.reason}"] += 1
        if found is Verdict.DISAGREES:
            yield f"{end}, Node: {node}"
        if stores is not None and stores.stray is not None:
            self.strays += 1
            yield f"stored astray: {stores.stray}"
        if stores is not None and stores.reason is None:
            self.stores += 1


def devices(runtimes: list[str], boards: list[str]) -> list[Device]:
    """Every interpreter on every board."""
    home, runner, catalog = Home.find(), ProcessRunner(), Catalog.load()
    cells = plan(catalog, Experiment(runtimes=tuple(runtimes), boards=tuple(boards))).cells
    emulators = [cell.board.emulator for cell in cells]
    toolchain = find(Versions(home.tools, runner), c_targets(catalog, cells), emulators)
    context = Context(catalog, home, toolchain, runner)
    return [Device(context, runtime, board) for runtime, board in product(runtimes, boards)]


def ended(device: Device, case: Case, *, with_stores: bool) -> tuple[End, StoreCheck | None]:
    """How a call ends on a device, and what came of looking at its stores."""
    cell = device.cell(case)
    if isinstance(cell, End):
        return cell, None
    return device.end(cell), device.stores(cell) if with_stores else None


def main() -> int:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000, help="modules")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("-r", "--runtime", action="append", help="interpreters")
    parser.add_argument("-b", "--board", action="append", help="boards")
    parser.add_argument("--check-stores", action="store_true", help="look at every store as well")
    parser.add_argument("--into", type=Path, default=Path("differential-found"))
    given = parser.parse_args()
    runtimes = given.runtime or ["wasm3", "wamr", "wasefire", "wasmi", "tinywasm"]
    boards = given.board or ["nrf52840dk", "esp32c6"]
    started, bad = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as name:
        program = generator(Home.find().work / "generate")
        cases = generated(program, Path(name), given.first, given.count)
        node = dict(zip(cases, in_node(cases), strict=True))
        print(
            f"{len(cases):,} modules; Node: {Counter(end.status.value for end in node.values())}", flush=True
        )
        all_of = devices(runtimes, boards)
        tallies = {device.name: Tally() for device in all_of}

        def run(job: tuple[Case, Device]) -> tuple[Case, Device, End, StoreCheck | None]:
            case, device = job
            try:
                return case, device, *ended(device, case, with_stores=given.check_stores)
            except Exception:  # noqa: BLE001 - whatever it is, it is a finding, and the others go on
                return case, device, End(status=Status.BUILD_FAILED, reason=traceback.format_exc()), None

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for number, (case, device, end, stores) in enumerate(pool.map(run, product(cases, all_of)), 1):
                for line in tallies[device.name].take(node[case], end, stores):
                    bad += 1
                    print(f"g{case.number:06} {case.call} on {device.name}: {line}", flush=True)
                    given.into.mkdir(parents=True, exist_ok=True)
                    shutil.copy(case.path, given.into)
                if number % (EACH * len(all_of)) == 0:
                    print(
                        f"{number // len(all_of):,} modules, {time.monotonic() - started:,.0f} s", flush=True
                    )
    for name, tally in tallies.items():
        print(f"{name}: {dict(tally.ends)}; {tally.strays} of {tally.stores} with a store astray")
        for reason, times in tally.explained.most_common(8):
            print(f"    {times:,} {reason}")
    print(f"{time.monotonic() - started:,.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
