"""What was published for real boards."""

from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Activity

from .coverage import Loop, SetUp

PUBLISHED = {
    ("wasmi@0.51.5", "pico2"): 1.49,
    ("wasmi@0.51.5", "nrf52840dk"): 2.00,
    ("wasmtime@38.0.3", "pico2"): 1.48,
    ("wasmtime@38.0.3", "nrf52840dk"): 2.24,
}
"""Cycles per executed instruction: wasmi 0.51, and wasmtime 38.0.3 (Pulley with SIMD)."""

ORDERED = ("wasmi@0.51", "wasmi", "wasmtime@38", "wasmtime", "wasm3", "wamr")
"""Runtimes whose order on each program is looked at: those above, and the newest of four."""

ORDERED_BOARDS = ("esp32c6", "nrf52840dk", "pico2")
"""Where it is."""

FITTED = {"pico2": "reads"}
"""Board → the price that was fitted to what was published for it; of the others, none was."""

LOOPS = (
    Loop(
        "nrf52840dk",
        "SUBS, BNE",
        Activity(alu=1, conditional=1, conditional_taken=1, jumps=1),
        2345e-6 * 64e6 / 50_000,
        "RIOT pull request 17980: 50,000 rounds in 2,345 us on an nRF52840 DK (read again in November 2026)",
    ),
    Loop(
        "nrf52840dk",
        "NOP, SUBS, BNE",
        Activity(alu=2, conditional=1, conditional_taken=1, jumps=1, fetches=1),
        5,
        "rust-embedded/cortex-m issue 151: four to six cycles, by where it lies (read in November 2026)",
        {"icache": "off"},
    ),
)
"""Loops that others have measured on the boards; no cost was fitted to them."""

SETUPS = (
    SetUp(
        "nrf52840dk",
        {"icache": "off"},
        1574 / 1305,
        "ariel-os pull request 1163: a scheduler's benchmark, in ticks (read in November 2026)",
    ),
    SetUp(
        "nrf5340dk",
        {"cache": "off"},
        2300 / 1100,
        "ariel-os pull request 1163: the same, about (read in November 2026)",
    ),
)
"""How much longer code took without a cache. A cost is fitted to each, though ours is other code."""

OURS = Path(__file__).parent
"""A catalogue with the programs that the models are held against."""


@dataclass(frozen=True)
class Native:
    """CoreMark of a chip that runs it natively, as its vendor states it.

    Attributes:
        per_mhz: Iterations a second and MHz.
        source: Where that stands, and what compiled it where that is said.
    """

    per_mhz: float
    source: str


NATIVE = {
    "nrf52840dk": Native(
        212 / 64,
        "Nordic, nRF52840 Product Specification, CPU: 212 at 64 MHz, from flash with cache (remembered)",
    ),
    "stm32f4discovery": Native(
        566 / 168, "ST, STM32F407 data sheet: 566 at 168 MHz, from flash (read again in November 2026)"
    ),
    "nrf5340dk": Native(
        247 / 64,
        "Nordic, nRF5340 Product Specification, current consumption: 247 at 64 MHz, from flash with cache, "
        "armclang 6.16 -Omax (read again in November 2026)",
    ),
}
"""Board → what was published. No price was set by any of it.

Only chips with the same instruction set, whose scores are held against each other: what compiles CoreMark
moves a score by half, and our kernels are not CoreMark. For the ESP32-C6 (441.32 at 160 MHz) there is no
other RISC-V board to hold it against.
"""
