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
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.feed import Found, bound_memory, feed
from tests.hostile.steps import command_of, host_step_builds, target
from tests.hostile.targets import TARGETS
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


def _part(job: tuple[str, Sequence[str] | None, range]) -> tuple[list[Found], int]:
    """One process's share of a target's mutants; what was found, and the memory that it took, in KiB."""
    name, command, numbers = job
    if command is None:
        bound_memory()
        chosen = TARGETS[name]
    else:
        chosen = target(name, command)
    found = list(feed(chosen, numbers))
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _work(name: str, command: Sequence[str] | None, first: int, count: int) -> list[Found]:
    started = time.monotonic()
    workers = multiprocessing.cpu_count()
    jobs = [(name, command, range(first + worker, first + count, workers)) for worker in range(workers)]
    with multiprocessing.get_context("spawn").Pool(workers, maxtasksperchild=1) as pool:
        ended = pool.map(_part, jobs, chunksize=1)
    found = [one for part, _ in ended for one in part]
    most = max(kibibytes for _, kibibytes in ended) >> 10
    seconds = time.monotonic() - started
    print(f"{name:10} {count:7,} mutants {seconds:7.1f} s {most:5,} MiB {len(found):4} found", flush=True)
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
