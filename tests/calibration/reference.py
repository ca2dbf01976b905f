"""What was published for real boards."""

from dataclasses import dataclass
from pathlib import Path

PUBLISHED = {
    ("wasmi@0.51.5", "pico2"): 1.49,
    ("wasmi@0.51.5", "nrf52840dk"): 2.00,
    ("wasmtime@38.0.3", "pico2"): 1.48,
    ("wasmtime@38.0.3", "nrf52840dk"): 2.24,
}
"""Cycles per executed instruction: wasmi 0.51, and wasmtime 38.0.3 (Pulley with SIMD)."""

FITTED = {"pico2": "reads"}
"""Board → the price that was fitted to what was published for it; of the others, none was."""

OURS = Path(__file__).parent
"""A catalogue with the programs that the models are held against."""


@dataclass(frozen=True)
class Native:
    """CoreMark of a chip that runs it natively, as its vendor states it.

    Attributes:
        per_mhz: Iterations a second and MHz.
        source: Where that stands, and what compiled it.
    """

    per_mhz: float
    source: str


NATIVE = {
    "nrf52840dk": Native(
        3.3, "Nordic, nRF52840 Product Specification, CPU, from flash with cache (remembered)"
    ),
    "nrf5340dk": Native(
        247 / 64,
        "Nordic, nRF5340 Product Specification, current consumption: 247 at 64 MHz, armclang 6.16 -Omax",
    ),
    "stm32f4discovery": Native(566 / 168, "ST, STM32F407 data sheet: 566 at 168 MHz"),
    "esp32c6": Native(
        441.32 / 160,
        "Espressif, ESP32-C6 data sheet: 441.32 at 160 MHz (as in jschwefel/esp32-feature-matrix)",
    ),
}
"""Board → what was published. No figure of these was used to set a price."""
