"""Targets: files and words of a verdict or a new board, and what programs and chips answer."""

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.samples import failed, measurement
from wasmfit.analysis.budget import parse_budget
from wasmfit.analysis.changes import compare_snapshots
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.snapshot import from_file
from wasmfit.catalog import Catalog
from wasmfit.catalog.new_board import Draft, check_name, new_board, region, size
from wasmfit.conformance.judge import answer, judge
from wasmfit.conformance.script import Command
from wasmfit.errors import UsageError
from wasmfit.frequency import parse_frequency
from wasmfit.probe.probe_rs import attached, flashed, reason
from wasmfit.probe.remote import Packets, RemoteError, framed
from wasmfit.report import FORMATS, Format
from wasmfit.toolchain import Finished

from .mutate import BINARY, TEXT
from .target import Target, fit_to_print

RECORDED = Path(__file__).parents[1] / "probe" / "recorded"


def _budgets() -> list[bytes]:
    return [
        b"""baseline = "label:main"

[[limit]]
cells = "wasm3@*/add-with-extra/nrf52840dk/bare/small"
figure = "size.flash"
max = "72K"
reason = "the bootloader has the rest"

[[limit]]
cells = ["wasm3@*/*/nrf52840dk/bare/small", "wasmi@*"]
except = "wasm3@*/json/*"
figure = "run.instructions.call"
max = "+2%"

[[limit]]
cells = "wasm3@*"
figure = "run.predicted.call.time_s"
max = "40us"
level = "soft"
"""
    ]


def _takes_budget(data: bytes) -> bool:
    try:
        parse_budget(data.decode(errors="replace"), "budget.toml")
    except UsageError as error:
        fit_to_print(error)
        return False
    return True


@cache
def _comparison() -> bytes:
    """What ``compare --format json`` writes."""
    one = Comparison((measurement(), measurement("wasm3", "0.5.0"), failed()), 1.0, 0)
    return "".join(FORMATS[Format.JSON](one)).encode()


def _takes_side(data: bytes) -> bool:
    """A file as one side of ``wasmfit diff``."""
    with tempfile.TemporaryDirectory() as folder:
        sound, mutant = Path(folder) / "sound.json", Path(folder) / "mutant.json"
        sound.write_bytes(_comparison())
        mutant.write_bytes(data)
        try:
            before, after = (from_file(path, lambda one: one) for path in (sound, mutant))
            compare_snapshots(before, after, everything=True)
        except UsageError as error:
            fit_to_print(error)
            return False
    return True


_BOARD = (
    b"mine\nnRF52832\nthumbv7em-none-eabihf\n0x0:512K\n0x20000000:64K\n4K\n64M\nMine\nM4\nnRF52832_xxAA\n"
)


def _takes_board(data: bytes) -> bool:
    """The words of ``wasmfit new-board``: what it writes is a board of a catalogue."""
    words = [*data.decode(errors="replace").split("\n"), *([""] * 10)]
    catalog = _catalog()
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_name(catalog, words[0], Path(folder))
            draft = Draft(
                name=words[0],
                chip=words[1],
                target=words[2],
                flash=region(words[3]),
                ram=region(words[4]),
                erase_unit=size(words[5]),
                clock_hz=parse_frequency(words[6]),
                title=words[7] or None,
                core=words[8] or None,
                probe_rs_chip=words[9] or None,
                emulator=None,
                source=None,
            )
            path = new_board(catalog, draft, Path(folder))
        except UsageError as error:
            fit_to_print(error)
            return False
        assert Path(folder) in path.parents, "written elsewhere"
        assert words[0] in Catalog.load(Path(folder)).boards
    return True


@cache
def _catalog() -> Catalog:
    return Catalog.load()


def _takes_probe_rs(data: bytes) -> bool:
    """What probe-rs prints and draws."""
    text = data.decode(errors="replace")
    for probe in attached(text):
        assert probe.name.isprintable()
        assert probe.selector.isprintable()
    said = reason(Finished(("probe-rs",), 1, text, 0.0))
    assert said.isprintable()
    assert len(said) <= 300
    return flashed(text) is not None or bool(attached(text))


def _takes_packets(data: bytes) -> bool:
    """What a GDB server sends, in two pieces."""
    packets = Packets()
    middle = len(data) // 2
    try:
        whole = [*packets.take(data[:middle]), *packets.take(data[middle:])]
    except RemoteError as error:
        said = str(error)
    else:
        return bool(whole)
    assert said.isprintable()
    return False


_ANSWERS = b"""1 got i32:0000002a
2 trap integer divide by zero
3 refused unknown import
4 tight f32:7fc00000 i64:0000000000000001
5 memory none
6 ok
"""

_EXPECTATIONS = ("return", "trap", "exhaustion", "exception", "invalid", "malformed", "unlinkable", "valid")


def _takes_answers(data: bytes) -> bool:
    """What a firmware answers in a conformance run, held against every kind of expectation."""
    lines = data.decode(errors="replace").split("\n")
    came = [found for found in map(answer, lines) if found is not None]
    for _, one in came:
        for expect in _EXPECTATIONS:
            results = ("i32:0000002a",) if expect == "return" else ()
            command = Command(1, "invoke", instance=0, expect=expect, results=results, message="overflow")
            assert judge(command, one).words.isprintable()
    return len(came) == _ANSWERS.count(b"\n")


def _seeds(*seeds: bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: seeds


READERS = (
    Target("budget", _budgets, TEXT, _takes_budget),
    Target("side", lambda: [_comparison()], TEXT, _takes_side),
    Target("new-board", _seeds(_BOARD), TEXT, _takes_board),
    Target(
        "probe-rs",
        lambda: [(RECORDED / one).read_bytes() for one in ("list.txt", "layout.svg")],
        TEXT,
        _takes_probe_rs,
    ),
    Target(
        "packets",
        _seeds(b"+".join(framed(one) for one in (b"OK", b"T05thread:1;", b"m0,4*\x20"))),
        BINARY,
        _takes_packets,
    ),
    Target("answers", _seeds(_ANSWERS), TEXT, _takes_answers),
)
