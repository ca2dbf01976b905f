"""Fault registers in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.cortex_m import CortexMRegisters
from wasmfit.emulation.faults import explain
from wasmfit.model import Region

STACK = Region(origin=0x2000_0000, size=0x8000)
WORDS = st.integers(0, 2**32 - 1)
FRAME = (1, 2, 3, 4, 12, 0x6CB, 0x73E, 0x81000000)
FORCED = 1 << 30


def name_of(address: int) -> str | None:
    return "behave" if 0x600 <= address < 0x800 else None


def registers(
    cfsr: int, *, hfsr: int = FORCED, mmfar: int = 0, bfar: int = 0, sp: int = 0x2000_7F90, whole: bool = True
) -> CortexMRegisters:
    got = CortexMRegisters.of(
        (cfsr, hfsr, mmfar, bfar, sp, 0xFFFFFFF9, int(whole), 0, *(FRAME if whole else (0,) * 8))
    )
    assert got is not None
    return got


@pytest.mark.parametrize(
    ("cfsr", "words"),
    [
        (0x8200, "BusFault: precise data access at 0x30000000"),
        (0x0200, "BusFault: precise data access"),
        (0x0400, "BusFault: imprecise data access"),
        (0x0100, "BusFault: instruction fetch at 0x0000073e"),
        (0x0082, "MemManage: data access at 0x10000000"),
        (0x0001, "MemManage: instruction fetch at 0x0000073e"),
        (0x10000, "UsageFault: undefined instruction"),
        (0x20000, "UsageFault: jump out of Thumb state"),
        (0x80000, "UsageFault: coprocessor is off or missing"),
        (0x1000000, "UsageFault: unaligned access"),
        (0x2000000, "UsageFault: division by zero"),
        (
            0x9200,
            "BusFault: precise data access at 0x30000000; BusFault: saving registers for an exception",
        ),
    ],
)
def test_causes(cfsr: int, words: str) -> None:
    said = explain(registers(cfsr, mmfar=0x10000000, bfar=0x30000000), STACK, name_of)
    assert said.text == f"{words}, in behave (PC 0x0000073e)"
    assert not said.stack_overflow


def test_hard_faults() -> None:
    assert explain(registers(0, hfsr=2), STACK, name_of).text.startswith(
        "HardFault: reading the vector table, in"
    )
    assert explain(registers(0, hfsr=0), STACK, name_of).text.startswith("HardFault without a recorded cause")


def test_a_jump_to_nowhere_names_the_caller() -> None:
    words = (0x100, FORCED, 0, 0, 0x20007F90, 0xFFFFFFF9, 1, 0, 0, 0, 0, 0, 0, 0x71F, 0x30000000, 0)
    got = CortexMRegisters.of(words)
    assert got is not None
    said = explain(got, STACK, name_of)
    assert said.text == "BusFault: instruction fetch at 0x30000000, PC 0x30000000, called from behave"


@pytest.mark.parametrize(
    "got",
    [
        registers(0x9200, bfar=0x1FFFFFF8, sp=0x1FFFFFC0, whole=False),
        registers(0x8200, bfar=0x1FFFFFF8, sp=0x20000010),
        registers(0x1000, sp=0x1FFFFFD8, whole=False),
        registers(0x0082, mmfar=0x1FFFF000),
        registers(1 << 20, sp=0x20000000),
    ],
)
def test_a_stack_overflow_is_named(got: CortexMRegisters) -> None:
    said = explain(got, STACK, name_of)
    assert said.stack_overflow
    assert said.text.startswith("stack overflow (")


@pytest.mark.parametrize("address", [0x10000000, 0x20000000, 0x1FFE0000, 0x20040000])
def test_other_addresses_are_no_stack_overflow(address: int) -> None:
    assert not explain(registers(0x8200, bfar=address), STACK, name_of).stack_overflow


def test_stale_address_registers_do_not_count() -> None:
    assert not explain(registers(0x10000, bfar=0x1FFFFFF8, mmfar=0x1FFFFFF8), STACK, name_of).stack_overflow


@given(st.lists(WORDS, max_size=20))
def test_no_registers_are_too_strange(words: list[int]) -> None:
    got = CortexMRegisters.of(words)
    assert (got is None) == (len(words) < 7)
    if got is not None:
        assert explain(got, STACK, name_of).text.isprintable()


@given(WORDS, WORDS, WORDS, WORDS, WORDS, st.lists(WORDS, min_size=8, max_size=8))
def test_no_whole_frame_is_too_strange(
    cfsr: int, hfsr: int, mmfar: int, bfar: int, sp: int, frame: list[int]
) -> None:
    got = CortexMRegisters.of([cfsr, hfsr, mmfar, bfar, sp, 0xFFFFFFF9, 1, 0, *frame])
    assert got is not None
    assert explain(got, STACK, lambda _address: "evil\x1b\n").text.isprintable()
