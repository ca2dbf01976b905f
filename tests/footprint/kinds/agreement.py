"""What other tools say of a file, to compare with."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import wasmfit
from wasmfit.elf import Elf, SymbolType, read_elf
from wasmfit.footprint import ByteKind, attribute_bytes, with_literals
from wasmfit.footprint.attribution.source_lines import files_by_line_tables

from ...tools import tool

_READELF, _NM = ("llvm-readelf-19", "llvm-readelf", "readelf"), ("llvm-nm-19", "llvm-nm", "nm")
_OBJDUMP = ("llvm-objdump-19", "llvm-objdump")
_SYMBOLIZER = ("llvm-symbolizer-19", "llvm-symbolizer")
_SAMPLES = 40
# Data has its bytes before it, whatever is asked for.
_SHOWN_AS_DATA = re.compile(
    r"^ +([0-9a-f]+):[ \t]+(?:[0-9a-f]{2,8} )*[ \t]*\.(?:word|short|byte|long|xword)\b", re.M
)
MOST_UNLIKE = 0.03
"""Share of sampled bytes of code whose file may differ: tools read an end of a sequence differently."""


def printed(*command: str, given: str | None = None) -> str:
    """What a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, input=given)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Extent(NamedTuple):
    """A segment as readelf has it: physical address, bytes in the file, bytes in memory."""

    address: int
    in_file: int
    in_memory: int


def segments_agree(path: Path) -> None:
    """All bytes that ``readelf -l`` has are counted, and none twice."""
    rows = re.findall(
        r"^  LOAD +0x\w+ 0x\w+ 0x(\w+) 0x(\w+) 0x(\w+) ", printed(tool(*_READELF), "-lW", str(path)), re.M
    )
    theirs = [Extent(*(int(number, 16) for number in row)) for row in rows]
    ours = [Extent(s.paddr, s.filesz, s.memsz) for s in read_elf(path).segments]
    assert ours == theirs
    assert ours
    analysis = wasmfit.size(path, by=("region", "section", "symbol"))
    assert {row.name: row.bytes for row in analysis.view.rows} == {
        use.name: use.bytes for use in analysis.uses if use.bytes
    }


def symbols_agree(path: Path) -> None:
    """Every sized symbol that is alone at its address and overlaps no other has nm's address and size."""
    listed = re.findall(
        r"^(\w+) (\w+) \w (.*)$", printed(tool(*_NM), "-S", "--defined-only", str(path)), re.M
    )
    elf = read_elf(path)
    sections = {section.index for section in elf.allocated()}
    # nm has the offset of a thread-local symbol, not its address.
    places = [
        (s.address, s.size, s.name)
        for s in elf.symbols
        if s.size and s.section in sections and s.type != SymbolType.TLS
    ]
    alone = _alone(places)
    theirs = {(int(at, 16) & ~1, int(size, 16), name) for at, size, name in listed}
    assert all((address & ~1, size, name) in theirs for address, size, name in alone if name)
    found = {
        (r.symbol.address, r.symbol.name): 0 for r in attribute_bytes(elf).ranges if r.symbol is not None
    }
    for r in attribute_bytes(elf).ranges:
        if r.symbol is not None and r.start < r.symbol.address + r.symbol.size:
            found[r.symbol.address, r.symbol.name] += r.size
    for address, size, name in alone:
        assert found.get((address, name)) == size, (hex(address), size, name)
    assert alone


def _alone(places: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The places that overlap no other."""
    ordered = sorted(places)
    counts = Counter(address for address, _, _ in ordered)
    alone = []
    reached = 0
    for number, (address, size, name) in enumerate(ordered):
        following = ordered[number + 1][0] if number + 1 < len(ordered) else 1 << 64
        if counts[address] == 1 and address >= reached and address + size <= following:
            alone.append((address, size, name))
        reached = max(reached, address + size)
    return alone


def files_agree(path: Path) -> None:
    """Sampled bytes of code come from the files that ``addr2line`` names."""
    elf = read_elf(path)
    divided, _ = files_by_line_tables(attribute_bytes(elf))
    code = [
        r for r in divided.ranges if r.kind is ByteKind.CODE and r.file is not None and r.symbol is not None
    ]
    assert code
    step = max(len(code) // _SAMPLES, 1)
    samples = [(r.start + r.size // 4 * 2 // 2, Path(r.file or "").name) for r in code[::step]]
    asked = "\n".join(hex(address) for address, _ in samples) + "\n"
    command = (tool(*_SYMBOLIZER), "--no-demangle", "--inlines", "--functions=none", f"--obj={path}")
    answers = printed(*command, given=asked).split("\n\n")
    unlike = []
    for (address, ours), answer in zip(samples, answers, strict=False):
        innermost = answer.strip().splitlines()[0].rsplit(":", 2)[0]
        if Path(innermost).name != ours:
            unlike.append((hex(address), ours, innermost))
    assert len(unlike) <= MOST_UNLIKE * len(samples) + 1, unlike


def literals_agree(path: Path) -> None:
    """Words among code are those that objdump shows as data, on machines with mapping symbols."""
    elf = read_elf(path)
    dumped = printed(tool(*_OBJDUMP), "-dz", "--no-show-raw-insn", str(path))
    data = {int(address, 16) for address in _SHOWN_AS_DATA.findall(dumped)}
    literals = _ranges_of(elf, ByteKind.LITERALS)
    if _has_marks(elf):
        for address in data:
            assert not any(r.start <= address < r.end for r in _ranges_of(elf, ByteKind.CODE)), hex(address)
        assert bool(literals) <= bool(data)
    else:
        assert not literals


def _ranges_of(elf: Elf, kind: ByteKind) -> list["wasmfit.footprint.ByteRange"]:
    return [r for r in with_literals(attribute_bytes(elf)).ranges if r.kind is kind]


def _has_marks(elf: Elf) -> bool:
    return any(symbol.name in ("$d", "$t", "$a", "$x") for symbol in elf.symbols)
