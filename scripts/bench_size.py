"""Times ``wasmfit size`` next to ``nm``, ``readelf`` and what peers there are (``make maint-bench-size``).

    bench_size.py [ELF]     default: the largest image that wasmfit has built, best one with DWARF

Whole processes, in turn, so that all share the machine's moods. Printed are the median and the quickest run,
and the ratio of the medians to ours.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from wasmfit.home import Home

ROUNDS = 11
PROMISED_S = 0.4
REFERENCE = "nm -S --size-sort -C"
PROMISED_RATIO = 3  # of a large image, where starting Python is a part of it

LIST_WITH_PYELFTOOLS = """
import sys
from elftools.elf.elffile import ELFFile
with open(sys.argv[1], "rb") as stream:
    table = ELFFile(stream).get_section_by_name(".symtab")
    print(sum(symbol["st_size"] for symbol in table.iter_symbols()))
"""
LIST_WITH_LIEF = """
import sys
import lief
binary = lief.ELF.parse(sys.argv[1])
print(sum(symbol.size for symbol in binary.symtab_symbols))
"""


def main() -> None:
    elf = Path(sys.argv[1]) if len(sys.argv) > 1 else largest(Home.find().artefacts)
    print(
        f"{elf}: {elf.stat().st_size / 1e6:.1f} MB, median and quickest of {ROUNDS} whole processes in turn"
    )
    commands = {name: command for name, command in contestants(elf) if _works(name, command)}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - started)
    ours = sorted(times["wasmfit size"])
    for name, seconds in times.items():
        seconds.sort()
        median = seconds[ROUNDS // 2]
        ratio = median / ours[ROUNDS // 2]
        print(f"{name:44} {median:7.3f} s  quickest {seconds[0]:7.3f} s  {ratio:6.2f} × ours")
    theirs = sorted(times.get(REFERENCE, [float("inf")]))[ROUNDS // 2]
    ratio = ours[ROUNDS // 2] / theirs
    print(f"promised: {PROMISED_S} s, and {PROMISED_RATIO} times {REFERENCE}; it takes {ratio:.1f}")
    sys.exit(0 if ours[ROUNDS // 2] < min(PROMISED_S, PROMISED_RATIO * theirs) else 1)


def _works(name: str, command: list[str]) -> bool:
    """Whether a command can do its job on this file; ``--inlined`` needs debug information."""
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        print(f"{name}: left out: {(ended.stderr.splitlines() or ['no words'])[0]}")
    return ended.returncode == 0


def largest(artefacts: Path) -> Path:
    """The largest image that has been built."""
    images = sorted(artefacts.glob("images/*/firmware.elf"), key=lambda path: path.stat().st_size)
    if not images:
        sys.exit("There is no image yet: make compare builds some, or name an ELF file.")
    return images[-1]


def contestants(elf: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and command of each."""
    ours = [sys.executable, "-m", "wasmfit", "size", str(elf)]
    yield "wasmfit size", ours
    yield "wasmfit size --by section --by crate", [*ours, "--by", "section", "--by", "crate"]
    yield "wasmfit size --by symbol --all", [*ours, "--by", "symbol", "--all"]
    yield "wasmfit size -f json", [*ours, "-f", "json"]
    yield "wasmfit size --base itself", [*ours, "--base", str(elf)]
    for more in ("--by file", "--references", "--inlined", "--savings"):
        yield f"wasmfit size {more}", [*ours, *more.split()]
    yield "python -c pass", [sys.executable, "-c", "pass"]
    for name, arguments in (
        ("nm", ["-S", "--size-sort", "-C"]),
        ("nm", ["-S", "--size-sort"]),
        ("readelf", ["-sW"]),
        ("size", ["-A"]),
        ("bloaty", ["-d", "sections,symbols"]),
        ("bloaty", ["-d", "compileunits"]),
    ):
        path = shutil.which(name)
        if path is not None:
            yield " ".join((name, *arguments)), [path, *arguments, str(elf)]
    for name, code in (("pyelftools", LIST_WITH_PYELFTOOLS), ("lief", LIST_WITH_LIEF)):
        module = {"pyelftools": "elftools"}.get(name, name)
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0:
            yield f"{name}, symbols' sizes added up", [sys.executable, "-c", code, str(elf)]


if __name__ == "__main__":
    main()
