"""The blocks of the heap at its peak: what plugin and emulator write, and that it adds up to the peak."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation import HEAP_PLUGIN, HeapTraceError, QemuRunner, compiled, trace
from wasmfit.emulation.heap_blocks import (
    LINEAR_BYTES,
    Asked,
    GivenBack,
    LoggedRegisters,
    live_at_peaks,
    matched,
    parse_log,
    parse_record,
)
from wasmfit.toolchain import ProcessRunner

from .runner import ADAPT, ALLOCATE, LEAK, OK, Runner

TAKE, GIVE, BACK = 0x100, 0x200, 0x300
RECORD = """\
heap 1
take 30 20
mark 1
take 30 20 10
give
mark 3
take
end
"""
ARM = """\
R00=00000078 R01=00000070 R02=0001300d R03=20001e34
R04=00000070 R05=00000070 R06=20001e34 R07=20001d98
R08=2000201c R09=00001098 R10=20001e10 R11=000010a0
R12=20001e58 R13=20001d90 R14=0000e1d7 R15=0000d8a0
XPSR=81000000 N--- T priv-thread
"""
RISCV = """\
 pc       80000020
 mhartid  00000000
 mepc     00000000
 x0/zero  00000000 x1/ra    80001235 x2/sp    00000000 x3/gp    00000000
 x4/tp    00000000 x5/t0    00000000 x6/t1    00000000 x7/t2    00000000
 x8/s0    00000000 x9/s1    00000000 x10/a0   00000001 x11/a1   00000002
 x12/a2   00000003 x13/a3   00000004 x14/a4   00000000 x15/a5   00000000
"""


def test_a_record() -> None:
    read = parse_record(RECORD)
    assert read.started
    assert read.ended == "end"
    assert read.events == (
        Asked("start", (0x30, 0x20)),
        Asked("load", (0x30, 0x20, 0x10)),
        GivenBack(),
        Asked("call", ()),
    )


@pytest.mark.parametrize("line", ["take x", "mark 9", "mark", "give 1", "takes"])
def test_what_is_no_event_ends_it(line: str) -> None:
    cut = parse_record(RECORD.replace("end\n", f"{line}\nend\n"))
    assert cut.events == parse_record(RECORD).events
    assert cut.ended is None


def test_a_fence_that_stopped_the_run_is_told() -> None:
    assert parse_record("heap 1\nfenced SYS_OPEN\n").ended == "fenced SYS_OPEN"
    assert not parse_record("guard 1\n").started


def test_registers_of_both_instruction_sets() -> None:
    assert (
        list(parse_log(ARM + ARM)) == [LoggedRegisters(0xD8A0, 0xE1D6, (0x78, 0x70, 0x1300D, 0x20001E34))] * 2
    )
    assert list(parse_log(RISCV + RISCV)) == [LoggedRegisters(0x80000020, 0x80001234, (1, 2, 3, 4))] * 2


@given(st.text() | st.from_regex(r"heap 1\n((take( [0-9a-f]{1,4}){0,3}|give|mark \d)\n){0,8}"))
def test_nothing_is_too_strange(text: str) -> None:
    parse_record(text)
    list(parse_log(text))


SIZES = st.integers(1, 500) | st.integers(LINEAR_BYTES, LINEAR_BYTES + 9)


@given(
    st.lists(st.tuples(st.just("take"), SIZES) | st.tuples(st.just("give"), st.integers(0, 5)), max_size=30),
    st.permutations(range(4)),
)
def test_the_blocks_at_the_peaks_add_up_to_them(work: list[tuple[str, int]], places: list[int]) -> None:
    """Whichever registers hold size and address: a model that counts as the harness does says so."""
    events: list[Asked | GivenBack] = []
    log: list[LoggedRegisters] = []
    live: dict[int, int] = {}
    used, peaks, address = [0, 0], [0, 0], 0x2000

    def arguments(word: int, place: int) -> tuple[int, ...]:
        # What else is in registers is not an address and no size.
        return tuple(word if at == places[place] else 0xFFFF_0000 + at for at in range(4))

    for what, value in work:
        if what == "take":
            address += 0x1_0000
            events.append(Asked("load", (BACK, address)))
            log += [
                LoggedRegisters(TAKE, BACK, arguments(value, 0)),
                LoggedRegisters(BACK, 0, (address, 0, 0, 0)),
            ]
            live[address] = value
            kind = value >= LINEAR_BYTES
            used[kind] += value
            peaks[kind] = max(peaks[kind], used[kind])
        elif value < len(live):
            at = list(live)[value]
            events.append(GivenBack())
            log.append(LoggedRegisters(GIVE, BACK, arguments(at, 1)))
            size = live.pop(at)
            used[size >= LINEAR_BYTES] -= size
    changes = matched(events, iter(log), TAKE, GIVE)
    ordinary, linear = live_at_peaks(changes, *peaks)
    assert [sum(size for size, _ in blocks) for blocks in (ordinary, linear)] == peaks
    assert all(size < LINEAR_BYTES for size, _ in ordinary)
    # A peak that no registers come to is refused, and not made up.
    with pytest.raises(HeapTraceError, match="do not come to the peak"):
        live_at_peaks(changes, peaks[0] + 1, peaks[1])


def test_a_log_of_another_run_is_refused() -> None:
    asked = Asked("load", (BACK,))
    taken = [LoggedRegisters(TAKE, BACK, (8, 0, 0, 0)), LoggedRegisters(BACK, 0, (0x2000, 0, 0, 0))]
    for events, log in (
        ([asked], []),
        ([], taken),
        ([GivenBack()], taken),
        ([asked], taken[:1]),
        ([asked, asked], taken),
    ):
        with pytest.raises(HeapTraceError, match="not one of this run"):
            matched(events, iter(log), TAKE, GIVE)


@pytest.mark.real
def test_a_firmware_comes_to_the_peak_that_it_counts(anywhere: Runner) -> None:
    calls = (OK, 1), (ALLOCATE, 5_000), (LEAK, 96), (ADAPT, 200), (ALLOCATE, 3_000)
    run = anywhere(*calls).run
    library = compiled(
        anywhere.plugin.parent, ProcessRunner(), anywhere.board.emulator.qemu, plugin=HEAP_PLUGIN
    )
    runner = QemuRunner(anywhere.board, library, ProcessRunner())
    seen = trace(anywhere.firmware.image(calls), runner, instructions=10**8, seconds=120)
    assert sum(block.size for block in seen.ordinary) == run.heap_peak
    assert sum(block.size for block in seen.linear) == run.linear_memory
    largest = max(seen.ordinary, key=lambda block: block.size)
    assert largest.phase == "call"
    assert "wasmfit_firmware" in largest.callers


@pytest.mark.real
def test_an_image_without_the_allocator_is_refused(anywhere: Runner, tmp_path: Path) -> None:
    from wasmfit.emulation import ten

    elf = tmp_path / "ten.elf"
    elf.write_bytes(ten.image(anywhere.board))
    runner = QemuRunner(anywhere.board, anywhere.plugin, ProcessRunner())
    with pytest.raises(HeapTraceError, match="no allocator of the harness's"):
        trace(elf, runner, instructions=1_000, seconds=30)
