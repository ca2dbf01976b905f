"""Stores to what nobody has given to whoever stores."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.qemus import in_qemu
from wasmfit.catalog import Catalog
from wasmfit.emulation import STORES, QemuRunner, RunLimits, check_stores, compiled, place, symbols, worst
from wasmfit.emulation.stores import MAIN_MEMORY, StoresRecord, parse
from wasmfit.model import Board, MemoryMap, StoreCheck, StrayStore
from wasmfit.toolchain import ProcessRunner

from .firmware import Misbehave
from .runner import ALLOCATE, COUNT_DOWN, LEAK, OK, RECURSE, USE_STACK, WRITE

FirmwareFor = Callable[[str], tuple[Misbehave, Board]]
CATALOG = Catalog.load()
LIMITS = RunLimits(instructions=5_000_000, seconds=120)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("", StoresRecord()),
        ("counter 2\n", StoresRecord()),
        ("stores 1\n", StoresRecord(started=True)),
        ("stores 1\nend 12 3\n", StoresRecord(True, "end", 12, 3)),
        ("stores 1\nlimit 99 0\n", StoresRecord(True, "limit", 99, 0)),
        ("stores 1\nbroken 9 1 0x20000010\n", StoresRecord(True, "broken", 9, 1, ("0x20000010",))),
        ("stores 1\nfenced 9 1 SYS_OPEN\n", StoresRecord(True, "fenced", 9, 1, ("SYS_OPEN",))),
        (
            "stores 1\nstray 9 1 free 0x20 0x100 3 0x10 0x40\n",
            StoresRecord(True, "stray", 9, 1, ("free", "0x20", "0x100", "3", "0x10", "0x40")),
        ),
        ("stores 1\nstray 9 1 free 0x20 0x100 3 0x1", StoresRecord(started=True)),
        ("stores 1\nstray 9 1 free 0x20 0x100 3 0x10 many\n", StoresRecord(started=True)),
        ("stores 1\nend 1\u0662 3\n", StoresRecord(started=True)),
        ("stores 1\nfell over\n", StoresRecord(started=True)),
    ],
)
def test_a_record_is_read(text: str, record: StoresRecord) -> None:
    assert parse(text) == record


def test_every_board_of_the_catalogue_has_a_place() -> None:
    for board in CATALOG.boards.values():
        linked = place(board)
        assert isinstance(linked, MemoryMap), linked
        memory = MAIN_MEMORY[board.emulator.machine]
        assert memory.origin <= linked.ram.origin
        assert linked.ram.end <= memory.end
        assert linked.ram.size == board.ram.size


def test_a_machine_that_is_not_known_is_said() -> None:
    board = CATALOG.board("nrf52840dk")
    other = board.emulator.model_copy(update={"machine": "netduino2"})
    said = place(board.model_copy(update={"emulator": other}))
    assert said == "it is not known where QEMU's machine netduino2 has its main memory"


def test_several_runs_are_one() -> None:
    stray = StrayStore(address=1, pc=2, function="f", phase="call", what="flash")
    runs = [
        StoreCheck(stores=1, instructions=10),
        StoreCheck(stores=2, instructions=20, stray=stray),
        StoreCheck(reason="no"),
    ]
    assert worst(runs) == StoreCheck(stores=3, instructions=30, stray=stray, reason="no")


@pytest.fixture(params=["nrf52840dk", "esp32c6"])
def checked(
    request: pytest.FixtureRequest, firmware_for: FirmwareFor, plugins: Path, qemu_folder: Path | None
) -> Callable[..., StoreCheck]:
    """Looks at the stores of a job of the misbehaving firmware; an address is given from the image."""
    firmware, board = firmware_for(request.param)
    linked = place(board)
    assert isinstance(linked, MemoryMap)
    there = board.emulator.model_copy(update={"ram": linked.ram.origin})
    board = board.model_copy(update={"emulator": there})
    firmware = replace(firmware, board=board)
    here = in_qemu(board, qemu_folder)
    plugin = compiled(plugins, ProcessRunner(), here.emulator.qemu, plugin=STORES)

    def check(*calls: tuple[int, int | Callable[[symbols.Symbols, Board], int]]) -> StoreCheck:
        image = symbols.read(firmware.image([(OK, 0)]))
        made = [(what, value if isinstance(value, int) else value(image, board)) for what, value in calls]
        runner = QemuRunner(here, plugin, ProcessRunner())
        return check_stores(firmware.image(made), runner, LIMITS, static=False)

    return check


@pytest.mark.real
@pytest.mark.parametrize(
    "calls",
    [
        [(OK, 1)],
        [(COUNT_DOWN, 1000)],
        [(ALLOCATE, 3000), (LEAK, 100), (ALLOCATE, 70_000)],
        [(USE_STACK, 2000)],
    ],
)
def test_what_is_right_has_none_astray(
    checked: Callable[..., StoreCheck], calls: list[tuple[int, int]]
) -> None:
    check = checked(*calls)
    assert check.reason is None
    assert check.stray is None
    assert (check.instructions or 0) > 1000


@pytest.mark.real
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (lambda image, _: image.heap.start + image.heap.size - 256, "free memory of the heap"),
        (lambda image, _: -(-image.heap.start // 16) * 16, "the allocator's header of the block of"),
        (lambda image, _: image.heap.start + image.heap.size - 16, "the allocator's mark at the end"),
        (lambda _, board: board.emulated.flash.origin + 64, "flash"),
        (lambda _, board: board.emulated.ram.end + 64, "outside the memory of the board"),
        (lambda image, _: image.stack.origin - 64, "64 B below the stack of"),
    ],
    ids=["free", "header", "end of the heap", "flash", "outside", "below the stack"],
)
def test_a_stray_store_is_named(
    checked: Callable[..., StoreCheck], where: Callable[[symbols.Symbols, Board], int], what: str
) -> None:
    check = checked((OK, 1), (LEAK, 64), (WRITE, where))
    assert check.reason is None
    assert check.stray is not None
    assert check.stray.what.startswith(what)
    assert check.stray.phase == "call"
    assert check.stray.function is not None


@pytest.mark.real
def test_a_stack_that_overflows(checked: Callable[..., StoreCheck]) -> None:
    stray = checked((RECURSE, 0)).stray
    assert stray is not None
    assert "below the stack" in stray.what


@pytest.mark.real
def test_a_run_that_is_not_at_its_end_is_said(checked: Callable[..., StoreCheck]) -> None:
    check = checked((COUNT_DOWN, 10_000_000))
    assert check.stray is None
    assert check.reason == "not at its end after 5,000,000 instructions"


@pytest.mark.real
@pytest.mark.parametrize(
    "machine", sorted({board.emulator.machine for board in CATALOG.boards.values()}), ids=str
)
def test_the_main_memory_is_where_qemu_has_it(machine: str, qemu_folder: Path | None) -> None:
    named = (board for board in CATALOG.boards.values() if board.emulator.machine == machine)
    board, memory = in_qemu(next(named), qemu_folder), MAIN_MEMORY[machine]
    command = [
        *(board.emulator.qemu, "-M", f"{machine},memory-backend=shared", *board.emulator.options),
        *(
            "-object",
            f"memory-backend-ram,id=shared,size={memory.size}",
            "-nodefaults",
            "-display",
            "none",
            "-S",
        ),
        *("-monitor", "stdio"),
    ]
    ended = subprocess.run(
        command, input="info mtree -f\nquit\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert f"{memory.origin:016x}-{memory.end - 1:016x} (prio 0, ram): shared" in ended.stdout
