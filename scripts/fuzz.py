"""Feeds thousands of mutated files to everything that reads what users bring.

    make maint-fuzz                                    # 10,000 of each kind
    .venv/bin/python scripts/fuzz.py --count 500 module toml host

Kinds: module (all of the way to the blob that an image carries), elf, made-elf (whole files that a seed
decides: sections, symbols, debug information, claims), toml (catalogues), beside (settings of a module),
record and store (results), budget and side (of verdicts), new-board (its words), probe-rs, packets and
answers (what programs and chips say), library, image, other-file and partitions (what wasmfit size is given),
host (modules through the programs of host steps, built).
What is neither taken nor refused in words, within time and memory, is written to the folder ``fuzz-found``:
put it into ``tests/hostile/found`` as ``KIND.what-it-was``, and the tests replay it for ever.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.feed import Found, Slowest
from tests.hostile.steps import command_of, host_step_builds, target
from tests.hostile.target import Target
from tests.hostile.targets import TARGETS
from tests.hostile.workers import AT_ONCE, Fed, Share, fed
from wasmfit.builder import Context, StepContext
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner, Versions, find

HOST = "host"

SHARES_PER_LINE = 4
"""Shares after which it says how far it is."""


def _host_steps() -> list[tuple[str, Sequence[str]]]:
    """Runtime and command of every host step, whose programs are built if they are not."""
    home, runner = Home.find(), ProcessRunner()
    context = Context(Catalog.load(), home, find(Versions(home.tools, runner), {}, ()), runner)
    step = StepContext(home.logs / "fuzz.log")
    return [(one.runtime.name, command_of(context, step, one)) for one in host_step_builds(context)]


def _chosen(name: str, command: Sequence[str] | None) -> Target:
    return TARGETS[name] if command is None else target(name, command)


@dataclass
class Tally:
    """What has become of a target's mutants so far.

    Attributes:
        name: The target's.
        started: When, of the monotonic clock.
        mutants: How many were fed.
        found: How many of them are not handled as they should.
        kibibytes: The most memory of a process.
        slowest: The one that took longest.
    """

    name: str
    started: float
    mutants: int = 0
    found: int = 0
    kibibytes: int = 0
    slowest: Slowest | None = None

    def take(self, part: Fed) -> None:
        """Adds what became of a share."""
        self.mutants += part.mutants
        self.found += len(part.found)
        self.kibibytes = max(self.kibibytes, part.kibibytes)
        ended = [one for one in (self.slowest, part.slowest) if one is not None]
        self.slowest = max(ended, key=lambda one: one.seconds, default=None)

    def __str__(self) -> str:
        seconds, mebibytes = time.monotonic() - self.started, self.kibibytes >> 10
        slow = (
            "" if self.slowest is None else f", slowest {self.slowest.seconds:.2f} s ({self.slowest.number})"
        )
        return (
            f"{self.name:10} {self.mutants:7,} mutants {seconds:7.1f} s {mebibytes:5,} MiB "
            f"{self.found:4} found{slow}"
        )


def _work(name: str, command: Sequence[str] | None, first: int, count: int) -> Iterator[Found]:
    shares = [
        Share(partial(_chosen, name, command), range(at, min(at + AT_ONCE, first + count)), command is None)
        for at in range(first, first + count, AT_ONCE)
    ]
    tally = Tally(name, time.monotonic())
    for number, part in enumerate(fed(shares, multiprocessing.cpu_count()), 1):
        tally.take(part)
        yield from part.found
        if number % SHARES_PER_LINE == 0 and number < len(shares):
            print(tally, flush=True)
    print(tally, flush=True)


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
