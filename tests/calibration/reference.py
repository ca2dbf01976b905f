"""What was published for real boards, and how it is held against predictions."""

from pathlib import Path

from wasmfit.model import Measurement

PUBLISHED = {
    ("wasmi@0.51.5", "pico2"): 1.49,
    ("wasmi@0.51.5", "nrf52840dk"): 2.00,
    ("wasmtime@38.0.3", "pico2"): 1.48,
    ("wasmtime@38.0.3", "nrf52840dk"): 2.24,
}
"""Cycles per executed instruction: wasmi 0.51, and wasmtime 38.0.3 (Pulley with SIMD)."""

OURS = Path(__file__).parent
"""A catalogue with the programs that the models are held against."""


def per_instruction(one: Measurement) -> tuple[float, float, float]:
    """Cycles an instruction of a steady call: low, typical, high."""
    assert one.run is not None
    assert one.run.predicted is not None
    call, count = one.run.predicted.call, one.run.instructions.call
    assert call is not None
    assert count is not None
    return call.cycles_low / count, call.cycles / count, call.cycles_high / count
