"""Boards of every family: runtimes run on them, and what cannot is found by building and running."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import wasmfit
from wasmfit.catalog import Catalog
from wasmfit.events import Event, TaskStarted
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

EVERY_FAMILY = ("picow", "nucleo-h743zi2", "nrf9151dk", "pico2w-riscv", "esp32c3", "microbit-v2")

BOARD = """\
name = "{name}"
title = "A board of a test's"
chip = "none"
core = "{machine}"
target = "{target}"
erase_unit = 1
clock_hz = 1_000_000
probe_rs_chip = "none"
source = "a test"

[flash]
origin = 0
size = {flash}

[ram]
origin = 0x2000_0000
size = {ram}

[emulator]
qemu = "qemu-system-arm"
machine = "{machine}"
isa = "thumb"
aligned = {aligned}
flash = 0
ram = 0x2000_0000

[[emulator.memory]]
origin = 0
size = 0x4000_0000
"""

PLAIN = """\
name = "plain"
title = "A few calculations"
license = "MIT OR Apache-2.0"
language = "rust"
stack = 2048

[facts]
validation = "none"
module_bytes = "none"
execution = "none"
host_step = "none"
operand_stack = "none"
heap = "none"

[[versions]]
version = "0.1.0"

[[variants]]
name = "plain"
summary = "for tests"
"""


def board(
    catalog: Path,
    name: str,
    *,
    flash: int = 1 << 18,
    ram: int = 1 << 18,
    machine: str = "mps2-an386",
    target: str = "thumbv7em-none-eabihf",
    aligned: bool = False,
) -> None:
    """Adds a board to a catalogue of a test's."""
    (catalog / "boards").mkdir(parents=True, exist_ok=True)
    text = BOARD.format(
        name=name, flash=flash, ram=ram, machine=machine, target=target, aligned=str(aligned).lower()
    )
    (catalog / "boards" / f"{name}.toml").write_text(text)


def one(home: Home, runtime: str, name: str, catalog: Path | None = None, rerun: bool = False) -> Measurement:
    """The one cell of a runtime on a board."""
    (found,) = (
        measurement
        for measurement in wasmfit.compare(
            runtimes=[runtime],
            boards=[name],
            home=home.root,
            catalogs=[catalog] if catalog else [],
            rerun=rerun,
        ).measurements
        if measurement.runtime == runtime
    )
    return found


def test_runtimes_run_on_every_family(warm_home: Home) -> None:
    found = wasmfit.compare(runtimes=["native", "wasm3"], boards=EVERY_FAMILY, home=warm_home.root)
    ends = {one.id: (one.status, one.reason) for one in found.measurements}
    assert len(ends) == 3 * len(EVERY_FAMILY)
    assert ends == dict.fromkeys(ends, (Status.OK, None))
    for measured in found.measurements:
        assert measured.run is not None
        # Time is shown where a model predicts it, and nowhere else.
        has_model = Catalog.load().boards[measured.board].timing is not None
        shown = (measured.run.predicted, measured.run.cycles, measured.run.time_s)
        assert [value is not None for value in shown] == [has_model] * 3
        activity = measured.run.activity.call
        known = measured.board != "nrf9151dk"
        assert activity is not None
        assert (activity.fetch_misses is not None) == known
        assert activity.instructions == (measured.run.instructions.call)


def test_boards_of_one_target_share_what_is_compiled(warm_home: Home) -> None:
    started: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, TaskStarted):
            started.append(event.title)

    boards = ("microbit-v2", "nrf52840dk", "nucleo-h743zi2")
    wasmfit.compare(runtimes=["wasm3"], boards=boards, home=warm_home.root, rerun=True, event_handler=note)
    steps = sorted(title for title in started if title.startswith(("firmware", "C sources")))
    assert steps == [
        "C sources wasm3@0.5.0 (thumbv7em-none-eabihf, reference)",
        "firmware c (thumbv7em-none-eabihf, reference)",
        "firmware rust (thumbv7em-none-eabihf, reference)",
    ]
    cells = [title for title in started if title.startswith("wasm3@0.5.0/")]
    assert len(cells) == len(boards)


def test_what_a_target_lacks_is_found_by_building(warm_home: Home) -> None:
    found = one(warm_home, "wasmi", "picow", rerun=True)
    assert found.status is Status.UNSUPPORTED
    assert found.reason is not None
    assert re.fullmatch(
        r"needs atomic compare-and-swap, which thumbv6m-none-eabi lacks: "
        r"error\[E04\d\d\]: .*`alloc(::|`).* in \S+ \d+\.\d+\.\d+",
        found.reason,
    )
    assert "target_has_atomic" in Path(found.provenance.log or "").read_text("utf-8")


def test_an_overflow_of_flash_is_exact(warm_home: Home, tmp_path: Path) -> None:
    board(tmp_path, "small", flash=8192)
    found = one(warm_home, "wasm3", "small", tmp_path)
    assert found.status is Status.DOES_NOT_FIT
    short = re.fullmatch(r"the image overflows flash by ([0-9,]+) B", found.reason or "")
    assert short is not None
    missing = int(short[1].replace(",", ""))
    board(tmp_path, "one-less", flash=8192 + missing - 1)
    assert one(warm_home, "wasm3", "one-less", tmp_path).reason == "the image overflows flash by 1 B"
    board(tmp_path, "enough", flash=8192 + missing)
    fits = one(warm_home, "wasm3", "enough", tmp_path)
    assert (fits.status, fits.reason) == (Status.OK, None)
    assert fits.size is not None
    # What is not counted lies between sections, to align them.
    assert 8192 + missing - 64 < fits.size.flash <= 8192 + missing


def test_too_little_ram_is_told_with_its_bytes(warm_home: Home, tmp_path: Path) -> None:
    board(tmp_path, "no-stack", ram=24_576)
    found = one(warm_home, "wasm3", "no-stack", tmp_path)
    assert (found.status, found.reason) == (
        Status.DOES_NOT_FIT,
        "the firmware's stack alone takes 24,576 B; the board has 24,576 B of RAM",
    )
    # Its data has a few bytes too many.
    board(tmp_path, "no-data", ram=24_576 + 8)
    found = one(warm_home, "wasm3", "no-data", tmp_path)
    assert found.status is Status.DOES_NOT_FIT
    assert re.fullmatch(r"the image overflows RAM by [0-9,]+ B", found.reason or "")
    # No page of linear memory.
    board(tmp_path, "no-page", ram=65_536 + 24_576)
    found = one(warm_home, "wasm3", "no-page", tmp_path)
    assert found.status is Status.OUT_OF_MEMORY
    assert re.search(
        r"no 65,5\d\d bytes in one piece left .* of [0-9,]+: at least [0-9,]+ B short", found.reason or ""
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with a firmware that fits into 16 KiB of RAM, and two boards of one memory map."""
    catalog = tmp_path_factory.mktemp("plain")
    folder = catalog / "runtimes" / "plain"
    shutil.copytree(Path(__file__).parents[1] / "firmware" / "plain", folder / "firmware")
    (folder / "runtime.toml").write_text(PLAIN)
    target = "thumbv6m-none-eabi"
    board(catalog, "m0", ram=16_384, machine="microbit", target=target)
    board(catalog, "m3", ram=16_384, machine="mps2-an385", target=target, aligned=True)
    return catalog


def test_a_cortex_m3_counts_what_a_cortex_m0_would(warm_home: Home, plain: Path) -> None:
    """The machine that stands in for Cortex-M0+ boards, beside QEMU's real Cortex-M0."""
    on_m0, on_m3 = (one(warm_home, "plain", name, plain) for name in ("m0", "m3"))
    assert (on_m0.status, on_m0.reason) == (on_m3.status, on_m3.reason) == (Status.OK, None)
    assert on_m0.provenance.elf_sha256 == on_m3.provenance.elf_sha256
    assert on_m0.run is not None
    assert on_m0.run.instructions.call is not None
    assert on_m0.run.instructions.call > 1000
    assert on_m0.run == on_m3.run


def disassembled(image: Path, program: str) -> list[str]:
    """The instructions of an image, one a line: encoding, mnemonic, operands."""
    found = shutil.which(program)
    assert found is not None
    ended = subprocess.run([found, "-d", str(image)], capture_output=True, text=True, check=True)
    lines = [line.split("\t", 1)[1] for line in ended.stdout.splitlines() if "\t" in line]
    assert len(lines) > 10_000
    return lines


def test_no_instruction_is_one_that_the_core_lacks(warm_home: Home) -> None:
    """Those of libraries too: the machines' cores have more than the boards'."""
    on_picow, on_c3 = (one(warm_home, "wasm3", name).provenance.elf for name in ("picow", "esp32c3"))
    wide = re.compile(r"[0-9a-f]{4} [0-9a-f]{4}\s")
    of_two_halves = {
        line.split("\t")[1].strip()
        for line in disassembled(Path(on_picow or ""), "arm-none-eabi-objdump")
        if wide.match(line)
    }
    assert of_two_halves <= {"bl", "dmb", "dsb", "isb", "mrs", "msr", "udf.w"}
    atomic = re.compile(r"(amo\w+|lr|sc)\.[wd]")
    mnemonics = [
        line.split("\t")[1].strip()
        for line in disassembled(Path(on_c3 or ""), "riscv64-unknown-elf-objdump")
        if line.count("\t") >= 1
    ]
    assert not [name for name in mnemonics if atomic.match(name)]
