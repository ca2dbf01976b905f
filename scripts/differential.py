"""Runs generated modules on interpreters in the emulator and in Node, and compares what comes of calls.

    .venv/bin/python scripts/differential.py                          # 2,000 modules on all
    .venv/bin/python scripts/differential.py --plain -r spacewasm     # without floats, and of WebAssembly 1.0
    .venv/bin/python scripts/differential.py --check-stores --count 100 -r wasm3 -b esp32c6

Modules come from wasm-smith (``tests/hostile/generate``); a module's number decides it and its calls, one of
each function that it exports. Runtimes read them one after the other, in the image that runs the W3C suite.
With --check-stores, one call of each is an image of its own, and every store of the runtime is looked at.
An end is Node's value, or its trap; or the device lacks something (refused, out of memory, stack used up),
for a reason that is counted. What is neither is a disagreement. Modules that disagree, or make a runtime
store astray, are kept in ``differential-found``; docs/disagreements.md has those that are understood.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.differential import (
    Case,
    Device,
    End,
    Verdict,
    case_of,
    cases_of,
    context_of,
    generated,
    generator,
    in_node,
    verdict,
)
from tests.hostile.suite_calls import Interpreter
from wasmfit.conformance import unsupported_reason
from wasmfit.home import Home
from wasmfit.model import Status, StoreCheck
from wasmfit.plan import select_boards, select_builds

EACH = 50
"""Modules after which --check-stores says how far it is."""

AT_ONCE = 250
"""Modules that an interpreter is given in one go; a run of the emulator that ends early is begun again."""

REASONS = 40
"""Reasons that are printed of each device."""

_WITH_WORDS = frozenset({Verdict.REFUSED, Verdict.MEMORY, Verdict.STACK})
_NUMBER = re.compile(r"\d+")


@dataclass
class Tally:
    """What a device made of all calls.

    Attributes:
        ends: Verdict → how many.
        explained: Reason, with # for numbers → how many, of what the device lacks.
        stores: Modules whose stores were looked at.
        strays: Those of them with one astray.
    """

    ends: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    stores: int = 0
    strays: int = 0

    def take(self, node: End, end: End, stores: StoreCheck | None = None) -> Iterator[str]:
        """Counts an end; what was found is told."""
        found = verdict(node, end)
        self.ends[found.value] += 1
        if found in _WITH_WORDS:
            self.explained[f"{found.value}: {_NUMBER.sub('#', end.reason)}"] += 1
        if found is Verdict.DISAGREES:
            yield f"{end}, Node: {node}"
        if stores is not None and stores.stray is not None:
            self.strays += 1
            yield f"stored astray: {stores.stray}"
        if stores is not None and stores.reason is None:
            self.stores += 1

    def told(self, name: str) -> Iterator[str]:
        """The tally, as lines."""
        counts = ", ".join(f"{count:,} {what}" for what, count in self.ends.most_common())
        yield f"{name}: {self.ends.total():,} calls: {counts}"
        if self.stores:
            yield f"    {self.strays} of {self.stores} with a store astray"
        for reason, times in self.explained.most_common(REASONS):
            yield f"    {times:,} {reason}"
        if len(self.explained) > REASONS:
            yield f"    and {len(self.explained) - REASONS} other reasons"


@dataclass(frozen=True)
class Findings:
    """Where modules go that something was found with.

    Attributes:
        into: The folder.
        ends: A file that has every end, if wanted.
    """

    into: Path
    ends: Path | None = None

    def write(self, device: str, told: Iterable[tuple[Case, End, End]]) -> None:
        """Appends calls with Node's end and the device's."""
        if self.ends is None:
            return
        with self.ends.open("a", encoding="utf-8") as lines:
            for case, node, end in told:
                line = {"on": device, "module": case.path.stem, "call": case.call}
                lines.write(json.dumps({**line, "node": asdict(node), "end": asdict(end)}) + "\n")

    def keep(self, case: Case, device: str, line: str) -> None:
        """Tells what was found, and keeps the module."""
        print(f"{case.path.stem} {case.call} on {device}: {line}", flush=True)
        self.into.mkdir(parents=True, exist_ok=True)
        shutil.copy(case.path, self.into)


def interpreters(runtimes: Sequence[str], boards: Sequence[str]) -> list[Interpreter]:
    """Every runtime that takes any module, on every board."""
    context = context_of(Home.find(), runtimes, boards)
    catalog = context.catalog
    builds = [
        build
        for build in select_builds(catalog, runtimes)
        if build.runtime.guest == "module" and unsupported_reason(catalog, build) is None
    ]
    return [
        Interpreter(context, build, board) for build, board in product(builds, select_boards(catalog, boards))
    ]


def all_calls(paths: Sequence[Path], all_of: Sequence[Interpreter], findings: Findings) -> int:
    """Calls every function of the modules on every interpreter; returns how much was found."""
    bad, started = 0, time.monotonic()
    tallies = {one.name: Tally() for one in all_of}
    node: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        for begin in range(0, len(paths), AT_ONCE):
            cases = [case for path in paths[begin : begin + AT_ONCE] for case in cases_of(path)]
            expected = in_node(cases)
            node.update(end.status.value for end in expected)

            def run(
                one: Interpreter, cases: Sequence[Case] = cases, begin: int = begin
            ) -> tuple[str, list[End]]:
                log = Path(folder) / f"{one.build.label}-{one.board.name}-{begin}"
                try:
                    return one.name, one.ends(cases, log)
                except Exception:  # noqa: BLE001 - whatever it is, it is a finding, and the others go on
                    broken = End(status=Status.BUILD_FAILED, reason=traceback.format_exc())
                    return one.name, [broken] * len(cases)

            for name, ends in pool.map(run, all_of):
                findings.write(name, zip(cases, expected, ends, strict=True))
                for case, wanted, end in zip(cases, expected, ends, strict=True):
                    for line in tallies[name].take(wanted, end):
                        bad += 1
                        findings.keep(case, name, line)
            done, seconds = min(begin + AT_ONCE, len(paths)), time.monotonic() - started
            print(f"{done:,} modules, {seconds:,.0f} s", flush=True)
    print(f"Node: {dict(node)}")
    for name, tally in tallies.items():
        print("\n".join(tally.told(name)))
    return bad


def with_stores(paths: Sequence[Path], all_of: Sequence[Device], findings: Findings) -> int:
    """One call of each module in an image of its own, all of whose stores are looked at; as above."""
    bad, started = 0, time.monotonic()
    cases = [case_of(path) for path in paths]
    node = dict(zip(cases, in_node(cases), strict=True))
    tallies = {device.name: Tally() for device in all_of}

    def run(job: tuple[Case, Device]) -> tuple[Case, Device, End, StoreCheck | None]:
        case, device = job
        try:
            cell = device.cell(case)
            if isinstance(cell, End):
                return case, device, cell, None
            return case, device, device.end(cell), device.stores(cell)
        except Exception:  # noqa: BLE001 - as above
            return case, device, End(status=Status.BUILD_FAILED, reason=traceback.format_exc()), None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (case, device, end, stores) in enumerate(pool.map(run, product(cases, all_of)), 1):
            for line in tallies[device.name].take(node[case], end, stores):
                bad += 1
                findings.keep(case, device.name, line)
            if number % (EACH * len(all_of)) == 0:
                seconds = time.monotonic() - started
                print(f"{number // len(all_of):,} modules, {seconds:,.0f} s", flush=True)
    for name, tally in tallies.items():
        print("\n".join(tally.told(name)))
    return bad


def main() -> int:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000, help="modules")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--plain", action="store_true", help="no floats, nothing after WebAssembly 1.0")
    parser.add_argument("-r", "--runtime", action="append", default=[], help="runtimes")
    parser.add_argument("-b", "--board", action="append", default=[], help="boards")
    parser.add_argument("--check-stores", action="store_true", help="an image each, and look at every store")
    parser.add_argument("--ends", type=Path, help="every end is appended to this file, as a line of JSON")
    parser.add_argument("--into", type=Path, default=Path("differential-found"))
    given = parser.parse_args()
    started = time.monotonic()
    boards, findings = given.board or ["nrf52840dk"], Findings(given.into, given.ends)
    with tempfile.TemporaryDirectory() as name:
        program = generator(Home.find().work / "generate")
        paths = generated(program, Path(name), given.first, given.count, plain=given.plain)
        print(f"{len(paths):,} modules", flush=True)
        if given.check_stores:
            runtimes = given.runtime or ["wasm3", "wamr", "wasefire", "wasmi", "tinywasm"]
            context = context_of(Home.find(), runtimes, boards)
            devices = [Device(context, *one) for one in product(runtimes, boards)]
            bad = with_stores(paths, devices, findings)
        else:
            bad = all_calls(paths, interpreters(given.runtime, boards), findings)
    print(f"{bad:,} found, {time.monotonic() - started:,.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
