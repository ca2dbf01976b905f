"""Files of every kind that people build: small sources, and a few images that rare compilers made.

The tests build the sources. In ``images``, each image stands next to its source:

- ``avr/a.elf``: ``avr-gcc -mmcu=atmega328p -Os -g -o a.elf a.c``
- ``esp-like/x.elf``: ``xtensa-lx106-elf-gcc -Os -g -mlongcalls -nostdlib -Wl,-T,esp32.ld -o x.elf a.c``
- ``riscv-pcrel-labels/z.elf``: ``zig cc -target riscv32-freestanding-none -mcpu=generic_rv32+m+a+c -Os -g
  -nostdlib -Wl,-T,a.ld -o z.elf start.S m.c``
"""

import shutil
import subprocess
from pathlib import Path

import wasmfit
from wasmfit.elf import SectionType, read_elf
from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.tree import ViewRow

from ...tools import tool

HERE = Path(__file__).parent
IMAGES = HERE / "images"
ARM = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb")
RISCV = ("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32")


def run(folder: Path, *command: str) -> None:
    """Runs a program of the toolchain in a folder."""
    done = subprocess.run(
        [tool(command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def sources(kind: str, folder: Path) -> Path:
    """A copy of a kind's sources to build in."""
    place = HERE / kind if (HERE / kind).is_dir() else IMAGES / kind
    return Path(shutil.copytree(place, folder / kind, dirs_exist_ok=True))


def build(kind: str, folder: Path, *command: str, output: str = "a.elf") -> Path:
    """Builds a kind's image."""
    place = sources(kind, folder)
    run(place, *command, "-o", output)
    return place / output


def rows(analysis: SizeAnalysis) -> dict[tuple[str, ...], int]:
    """Names of nested rows → bytes."""
    return {tuple(row.name for row in path): path[-1].bytes for path in analysis.view.walk()}


def by(path: Path, *groupings: str, **options: object) -> dict[tuple[str, ...], int]:
    """The rows of a view of a file."""
    return rows(wasmfit.size(path, by=groupings, **options))  # type: ignore[arg-type]


def uses(analysis: SizeAnalysis) -> dict[str, int]:
    """Memory → bytes."""
    return {use.name: use.bytes for use in analysis.uses}


def holds_together(path: Path, **options: object) -> None:
    """Totals of memories are the sums of their rows, and everything that is written is counted."""
    analysis = wasmfit.size(path, by=("region", "section", "symbol"), **options)  # type: ignore[arg-type]
    assert {row.name: row.bytes for row in analysis.view.rows} == {
        n: b for n, b in uses(analysis).items() if b
    }
    _adds_up(analysis.view)
    totals = {row.name: row.bytes for row in wasmfit.size(path, by=("section",)).view.rows}
    sizes: dict[str, int] = {}
    for section in read_elf(path).allocated():
        sizes[section.name] = sizes.get(section.name, 0) + section.size
    assert totals == sizes


def _adds_up(row: ViewRow) -> None:
    assert not row.rows or sum(inner.bytes for inner in row.rows) == row.bytes
    for inner in row.rows:
        _adds_up(inner)


def is_nobits(path: Path, name: str) -> bool:
    """Whether a section has no bytes in the file."""
    return next(s for s in read_elf(path).sections if s.name == name).type == SectionType.NOBITS
