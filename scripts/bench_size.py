"""Times ``wasmfit size`` next to ``nm``, ``readelf`` and what peers there are (``make maint-bench-size``).

    bench_size.py [ELF…]     default: the largest image that wasmfit has built, and programs that it builds:
                             all of Rust's and C++'s libraries in one, with and without debug information

Whole processes, in turn, so that all share the machine's moods. Printed are the median and the quickest run,
the ratio of the medians to ours, and the least time of the processor, which other processes disturb less.
Python is compiled first, as an installed package is: an environment with PYTHONDONTWRITEBYTECODE compiles all
that it loads in each process.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import wasmfit
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


RUST = '#[no_mangle] pub extern "C" fn entry() -> usize { std::env::args().count() }'
C = "extern unsigned long entry(void); int main(void) { return (int)entry(); }"


def main() -> None:
    compileall.compile_dir(Path(wasmfit.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory(prefix="wasmfit-bench-") as folder:
        given = [Path(argument) for argument in sys.argv[1:]]
        kept = [compare(elf) for elf in given or [*largest(Home.find().artefacts), *built(Path(folder))]]
    sys.exit(0 if all(kept) else 1)


def compare(elf: Path) -> bool:
    """Times all contestants on a file; whether the promise is kept."""
    print(
        f"{elf}: {elf.stat().st_size / 1e6:.1f} MB, median and quickest of {ROUNDS} whole processes in turn"
    )
    commands = {name: command for name, command in contestants(elf) if _works(name, command)}
    times: dict[str, list[float]] = {name: [] for name in commands}
    used: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            before = os.times()
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - started)
            after = os.times()
            seconds = after.children_user + after.children_system
            seconds -= before.children_user + before.children_system
            used[name] = min(used.get(name, seconds), seconds)
    ours = sorted(times["wasmfit size"])[ROUNDS // 2]
    for name, seconds_of in times.items():
        seconds_of.sort()
        median = seconds_of[ROUNDS // 2]
        print(
            f"{name:44} {median:7.3f} s  quickest {seconds_of[0]:7.3f} s  processor {used[name]:7.3f} s"
            f"  {median / ours:6.2f} × ours"
        )
    theirs = sorted(times.get(REFERENCE, [float("inf")]))[ROUNDS // 2]
    print(
        f"promised: {PROMISED_S} s, and {PROMISED_RATIO} times {REFERENCE}; it takes {ours / theirs:.1f}"
        f" ({used['wasmfit size'] / used.get(REFERENCE, float('inf')):.1f} by the processor's time)"
    )
    return ours < min(PROMISED_S, PROMISED_RATIO * theirs)


def built(folder: Path) -> Iterator[Path]:
    """A program with all of Rust's and C++'s libraries in it: some 9 MB, 14,000 symbols, and 5 MB without
    debug information."""
    (folder / "all.rs").write_text(RUST)
    (folder / "main.c").write_text(C)
    whole = folder / "all.elf"
    library = subprocess.run(
        ["gcc", "-print-file-name=libstdc++.a"], capture_output=True, text=True, check=True
    ).stdout.strip()
    link = ["gcc", "-static", "-O2", "main.c", "-Wl,--whole-archive", "liball.a", library]
    for command in (
        ["rustc", "-O", "-g", "--crate-type", "staticlib", "all.rs", "-o", "liball.a"],
        [*link, "-Wl,--no-whole-archive", "-lpthread", "-ldl", "-lm", "-o", str(whole)],
        ["objcopy", "-g", str(whole), str(folder / "without-debug.elf")],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{command[0]}: {(done.stderr.splitlines() or ['no words'])[0]}; this file is left out")
            return
    yield whole
    yield folder / "without-debug.elf"


def _works(name: str, command: list[str]) -> bool:
    """Whether a command can do its job on this file; ``--inlined`` needs debug information."""
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        print(f"{name}: left out: {(ended.stderr.splitlines() or ['no words'])[0]}")
    return ended.returncode == 0


def largest(artefacts: Path) -> list[Path]:
    """The largest image that has been built, if any has."""
    images = sorted(artefacts.glob("images/*/firmware.elf"), key=lambda path: path.stat().st_size)
    if not images:
        print("There is no image yet (make compare builds some); the programs built here alone are timed.")
    return images[-1:]


def contestants(elf: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and command of each."""
    # As users call it: -m loads more of Python first.
    ours = [str(Path(sys.executable).with_name("wasmfit")), "size", str(elf)]
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
