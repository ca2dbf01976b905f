"""How the time of many cells falls with workers, and what bounds it: a simulation on recorded times.

    .venv/bin/python scripts/simulate_cluster.py --record HOME     writes docs/cluster/recorded.json from HOME
    .venv/bin/python scripts/simulate_cluster.py                   prints the table
    uv run --with matplotlib scripts/simulate_cluster.py --plot    draws docs/cluster/simulation.svg too

Recorded are, from the logs of local runs, the seconds of shared steps and of cells' processes, and how large
the artefacts are once packed. Simulated is a scheduler that gives each task that is ready to a worker with
room for it, as Dask does; nothing here is a measurement of a cluster.
"""

import argparse
import heapq
import itertools
import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.builder import packed
from wasmfit.catalog import Catalog
from wasmfit.model import Cell, builds
from wasmfit.plan import plan
from wasmfit.requests import Experiment

DOCS = Path(__file__).parents[1] / "docs" / "cluster"
RECORDED = DOCS / "recorded.json"
PLOT = DOCS / "simulation.svg"

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CELLS = (1_000, 10_000)

OVERHEAD_S = 0.001
"""What Dask's scheduler spends on a task, by its own documentation."""

BYTES_PER_S = 125e6
"""A gigabit a second, which every transfer has to itself."""

RUNS_AT_ONCE = 2
"""Cells at a time on a worker, as on the machine with two cores that the times are from; builds: one."""


def record(home: Path) -> None:
    """Writes what the logs in wasmfit's folder ``home`` say of what the catalogue has."""
    labels = {build.label for runtime in Catalog.load().runtimes.values() for build in builds(runtime)}
    steps: dict[str, list[float]] = defaultdict(list)
    cells: dict[str, list[float]] = defaultdict(list)
    for log in sorted((home / "logs").glob("*.log")):
        text = log.read_text(encoding="utf-8", errors="replace")
        for kind, pattern, build in (
            ("firmware", r"firmware_(.+?)__(?:thumb|riscv)", r"--message-format=json"),
            ("c", r"C_sources_(.+?)__(?:thumb|riscv)", r" -c "),
            ("host", r"host_step_(.+)\.log", r"--message-format=json"),
            ("guest", r"module_(.+)\.log", r"--message-format=json"),
        ):
            if (found := re.match(pattern, log.name)) and (
                "@" not in found[1] or found[1].partition("_")[0] in labels or kind == "host"
            ):
                steps[f"{kind} {found[1]}"] += _builds(text, build)
        if found := re.match(r"([^_]+@[^_]+)_.+_bare_(?:reference|small|fast)\.log", log.name):
            if found[1] not in labels:
                continue
            cells[found[1]] += _runs(text)
    sizes = {kind: _sizes(home / "artefacts" / kind) for kind in ("guest", "firmware", "c", "host", "images")}
    data = {
        "about": "Median seconds of each shared step and of each runtime's cells, from the logs of "
        "local runs on two cores that other work shared; median bytes of packed artefacts.",
        "steps": {
            name: round(statistics.median(seconds), 2) for name, seconds in sorted(steps.items()) if seconds
        },
        "cells": {
            name: round(statistics.median(seconds), 2) for name, seconds in sorted(cells.items()) if seconds
        },
        "bytes": sizes,
    }
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"{len(data['steps'])} steps, {len(data['cells'])} runtimes: {RECORDED}")


_COMMAND = re.compile(r"^\$ (.*)\n(?:(?!\$ ).*\n)*?\[exit code 0 after ([\d.]+) s\]", re.M)


def _builds(text: str, marked: str) -> list[float]:
    """Seconds of cargo's builds; of C, where a command is a file and two run at a time, half their sum."""
    found = [float(seconds) for command, seconds in _COMMAND.findall(text) if re.search(marked, command)]
    return (
        found if marked != " -c " else [sum(found) / 2 / max(1, text.count(" -c ") // max(1, _sources(text)))]
    )


def _sources(text: str) -> int:
    """How many files one compilation of a runtime has."""
    return len(set(re.findall(r"/runtime/(\S+)\.o$", text, re.M)) or {""})


def _runs(text: str) -> list[float]:
    """Seconds from each link to the last run of the emulator before the next."""
    parts = re.split(r"(?m)^(?=\$ \S*(?:ld\.lld|rust-lld)\S* .*-o firmware\.elf)", text)[1:]
    return [sum(float(seconds) for _, seconds in _COMMAND.findall(part)) for part in parts]


def _sizes(folder: Path) -> int:
    places = [place for place in sorted(folder.iterdir()) if place.is_dir()][:40]
    return round(statistics.median(len(packed(place)) for place in places))


@dataclass(frozen=True)
class Job:
    """A step or a cell: seconds, the bytes of what it makes, whether it is a module, what a cell needs."""

    seconds: float
    size: int
    module: bool = False
    needs: tuple[int, ...] = ()


@dataclass
class Work:
    """Jobs; steps come first, so that a number names a job."""

    steps: list[Job] = field(default_factory=list)
    cells: list[Job] = field(default_factory=list)


def work(count: int, data: dict[str, dict[str, float]]) -> Work:
    """``count`` cells, evenly from the catalogue's runtimes, workloads, boards and profiles."""
    catalog = Catalog.load()
    planned = plan(
        catalog,
        Experiment(
            runtimes=["all"],
            workloads=sorted(catalog.workloads),
            boards=sorted(catalog.boards),
            profiles=["reference", "small", "fast"],
        ),
    ).cells
    stride = max(1, len(planned) // count)
    numbers: dict[tuple[str, ...], int] = {}
    made = Work()
    for cell in itertools.islice(itertools.cycle(planned[::stride]), count):
        needs = []
        for key, seconds, size in _steps(cell, data):
            if key not in numbers:
                numbers[key] = len(made.steps)
                made.steps.append(Job(seconds, size, key[0] == "guest"))
            needs.append(numbers[key])
        seconds = data["cells"].get(cell.build.label, statistics.median(data["cells"].values()))
        made.cells.append(Job(seconds, int(data["bytes"]["images"]), needs=tuple(needs)))
    return made


def _steps(cell: Cell, data: dict[str, dict[str, float]]) -> Iterator[tuple[tuple[str, ...], float, int]]:
    build, target, profile, sizes = cell.build, cell.board.target, cell.profile.name, data["bytes"]
    steps = data["steps"]

    def seconds(kind: str, *names: str) -> float:
        known = [steps[f"{kind} {name}"] for name in names if f"{kind} {name}" in steps]
        return (
            known[0] if known else statistics.median(v for k, v in steps.items() if k.startswith(f"{kind} "))
        )

    name = cell.workload.name
    yield ("guest", name, str(build.runtime.guest_cpu)), seconds("guest", name), int(sizes["guest"])
    what = build.label if build.dependencies else build.runtime.language
    what = f"{build.label}_{name}" if build.runtime.guest == "crate" else what
    yield ("firmware", what, target, profile), seconds("firmware", what, build.label), int(sizes["firmware"])
    if build.runtime.c is not None and build.runtime.c.translator is None:
        yield ("c", build.label, target, profile), seconds("c", build.label), int(sizes["c"])
    if build.version.host_dependencies or (build.runtime.c is not None and build.runtime.c.host is not None):
        host = f"{build.runtime.name}@{build.number}"
        yield ("host", host), seconds("host", host), int(sizes["host"])


def simulate(todo: Work, workers: int, *, slow_first: bool) -> float:
    """Seconds until the last cell has ended.

    Args:
        slow_first: Whether builds that take longest start first, or those that take least.
    """
    sign = -1 if slow_first else 1
    # Modules first, as the pipeline has it: each is needed by cells of every runtime.
    waiting = [(not step.module, sign * step.seconds, number) for number, step in enumerate(todo.steps)]
    heapq.heapify(waiting)
    left = [len(cell.needs) for cell in todo.cells]
    users: dict[int, list[int]] = defaultdict(list)
    for number, cell in enumerate(todo.cells):
        for need in cell.needs:
            users[need].append(number)
    ready: list[int] = []
    build_slots, run_slots = list(range(workers)), [w for w in range(workers) for _ in range(RUNS_AT_ONCE)]
    has: list[set[int]] = [set() for _ in range(workers)]
    events: list[tuple[float, int, bool, int, int]] = []
    now = scheduler = last = 0.0
    ticket = itertools.count()
    while waiting or ready or events:
        while (waiting and build_slots) or (ready and run_slots):
            scheduler = max(scheduler, now) + OVERHEAD_S
            if ready and run_slots:
                number = heapq.heappop(ready)
                cell = todo.cells[number]
                # Dask prefers a worker that has what the task needs.
                at = next((at for at, w in enumerate(run_slots) if has[w].issuperset(cell.needs)), 0)
                worker = run_slots.pop(at)
                moved = sum(todo.steps[need].size for need in cell.needs if need not in has[worker])
                has[worker] |= set(cell.needs)
                seconds = (moved + cell.size) / BYTES_PER_S + cell.seconds
                heapq.heappush(events, (scheduler + seconds, next(ticket), True, number, worker))
            else:
                number = heapq.heappop(waiting)[-1]
                worker = build_slots.pop()
                end = scheduler + todo.steps[number].seconds
                heapq.heappush(events, (end, next(ticket), False, number, worker))
        if not events:
            break
        now, _, is_cell, number, worker = heapq.heappop(events)
        if is_cell:
            last = max(last, now)
            run_slots.append(worker)
        else:
            build_slots.append(worker)
            has[worker].add(number)
            for user in users[number]:
                left[user] -= 1
                if not left[user]:
                    heapq.heappush(ready, user)
    return last


@dataclass(frozen=True)
class Bounds:
    """What no number of workers can be quicker than.

    Attributes:
        chain: The slowest build and the quickest cell that needs it.
        scheduler: All tasks, one after the other, through the scheduler.
        builds, runs: All seconds of builds and of cells, which the workers share.
    """

    chain: float
    scheduler: float
    builds: float
    runs: float


def bounds(todo: Work) -> Bounds:
    chain = max(max(todo.steps[need].seconds for need in cell.needs) + cell.seconds for cell in todo.cells)
    tasks = len(todo.steps) + len(todo.cells)
    return Bounds(
        chain,
        tasks * OVERHEAD_S,
        sum(step.seconds for step in todo.steps),
        sum(cell.seconds for cell in todo.cells),
    )


def table(rows: dict[int, list[tuple[int, float, float]]], all_bounds: dict[int, Bounds]) -> str:
    lines = []
    for count, measured in rows.items():
        bound = all_bounds[count]
        lines += [
            "",
            f"{count:,} cells: {bound.builds:,.0f} s of builds, {bound.runs:,.0f} s of runs; "
            f"the slowest build with a cell {bound.chain:,.0f} s, the scheduler {bound.scheduler:,.0f} s.",
            "",
            "| workers | slow builds first | quick builds first | speed-up |",
            "|---:|---:|---:|---:|",
        ]
        alone = measured[0][1]
        lines += [
            f"| {workers} | {slow:,.0f} s | {quick:,.0f} s | {alone / slow:.1f} |"
            for workers, slow, quick in measured
        ]
    return "\n".join(lines)


def draw(rows: dict[int, list[tuple[int, float, float]]], all_bounds: dict[int, Bounds]) -> None:
    import matplotlib as mpl  # type: ignore[import-not-found]

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "wasmfit", "svg.fonttype": "none"}
    from matplotlib import pyplot  # type: ignore[import-not-found]

    figure, axes = pyplot.subplots(figsize=(7, 4.2))
    for (count, measured), colour in zip(rows.items(), ("tab:blue", "tab:red"), strict=True):
        workers = [one[0] for one in measured]
        axes.loglog(workers, [one[1] for one in measured], "o-", color=colour, label=f"{count:,} cells")
        axes.loglog(workers, [measured[0][1] / one for one in workers], ":", color=colour, alpha=0.5)
        axes.axhline(all_bounds[count].chain, color=colour, linestyle="--", linewidth=0.8, alpha=0.7)
    axes.set_xlabel("workers (one build and two cells at a time)")
    axes.set_ylabel("seconds, simulated")
    axes.set_xticks(WORKERS, [str(one) for one in WORKERS])
    axes.set_title("Dotted: perfect speed-up. Dashed: the slowest build and a cell.", fontsize=9)
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend()
    figure.savefig(PLOT, metadata={"Date": None}, bbox_inches="tight")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, metavar="HOME")
    parser.add_argument("--plot", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.record is not None:
        record(chosen.record)
        return
    data = json.loads(RECORDED.read_text(encoding="utf-8"))
    rows, all_bounds = {}, {}
    for count in CELLS:
        todo = work(count, data)
        all_bounds[count] = bounds(todo)
        rows[count] = [
            (workers, simulate(todo, workers, slow_first=True), simulate(todo, workers, slow_first=False))
            for workers in WORKERS
        ]
    print(table(rows, all_bounds))
    if chosen.plot:
        draw(rows, all_bounds)


if __name__ == "__main__":
    main()
