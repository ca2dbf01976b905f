"""Feeds thousands of mutated files to everything that reads what users bring.

    make maint-fuzz                                    # 10,000 of each kind
    .venv/bin/python scripts/fuzz.py --count 500 module toml host

Kinds: module (all of the way to the blob that an image carries), elf, made-elf (whole files that a seed
decides: sections, symbols, debug information, claims), toml (catalogues), beside (settings of a module),
record and store (results), budget and side (of verdicts), new-board (its words), probe-rs, packets and
answers (what programs and chips say), library, image and partitions (what wasmfit size takes), host (modules
through the programs of host steps, built).
What is neither taken nor refused in words, within time and memory, is written to the folder ``fuzz-found``:
put it into ``tests/hostile/found`` as ``KIND.what-it-was``, and the tests replay it for ever.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.feed import Found
from tests.hostile.steps import command_of, host_step_builds, target
from tests.hostile.target import Target
from tests.hostile.targets import TARGETS
from tests.hostile.workers import AT_ONCE, Share, fed
from wasmfit.builder import Context, StepContext
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner, Versions, find

HOST = "host"


def _host_steps() -> list[tuple[str, Sequence[str]]]:
    """Runtime and command of every host step, whose programs are built if they are not."""
    home, runner = Home.find(), ProcessRunner()
    context = Context(Catalog.load(), home, find(Versions(home.tools, runner), {}, ()), runner)
    step = StepContext(home.logs / "fuzz.log")
    return [(one.runtime.name, command_of(context, step, one)) for one in host_step_builds(context)]


def _chosen(name: str, command: Sequence[str] | None) -> Target:
    return TARGETS[name] if command is None else target(name, command)


def _work(name: str, command: Sequence[str] | None, first: int, count: int) -> list[Found]:
    started = time.monotonic()
    shares = [
        Share(partial(_chosen, name, command), range(at, min(at + AT_ONCE, first + count)), command is None)
        for at in range(first, first + count, AT_ONCE)
    ]
    ended = list(fed(shares, multiprocessing.cpu_count()))
    found = [one for part in ended for one in part.found]
    most = max(part.kibibytes for part in ended) >> 10
    slowest = max((part.slowest for part in ended if part.slowest), key=lambda one: one.seconds, default=None)
    seconds = time.monotonic() - started
    slow = "" if slowest is None else f" slowest {slowest.seconds:6.2f} s (mutant {slowest.number})"
    print(
        f"{name:10} {count:7,} mutants {seconds:7.1f} s {most:5,} MiB {len(found):4} found{slow}", flush=True
    )
    return found


def main() -> int:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join((*TARGETS, HOST))}")
    parser.add_argument("--count", type=int, default=10_000, help="mutants of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first: others are other mutants")
    parser.add_argument("--into", type=Path, default=Path("fuzz-found"))
    given = parser.parse_args()
    kinds = given.kinds or [*TARGETS, HOST]
    if wrong := set(kinds) - {*TARGETS, HOST}:
        parser.error(f"there is no kind {', '.join(sorted(wrong))}")
    commands: list[tuple[str, Sequence[str] | None]] = [(name, None) for name in kinds if name != HOST]
    if HOST in kinds:
        commands += _host_steps()
    bad = 0
    for name, command in commands:
        for one in _work(name, command, given.first, given.count):
            given.into.mkdir(parents=True, exist_ok=True)
            path = given.into / f"{name}.{one.number}"
            path.write_bytes(one.data)
            print(f"{path}: {one.what.strip().splitlines()[-1]}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
