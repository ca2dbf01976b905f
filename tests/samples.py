"""Measurements made up for tests of what is done with measurements."""

from typing import Any

from wasmfit.analysis.amounts import Amount
from wasmfit.analysis.metric_values import metric_values, to_amount
from wasmfit.model import (
    CheckedCall,
    InstructionCounts,
    LeastRam,
    Measurement,
    Prediction,
    Predictions,
    Provenance,
    Run,
    Size,
    SourceTree,
    Status,
)


def size(text: int = 100_000) -> Size:
    return Size(
        text=text,
        rodata=20_000,
        data=8,
        bss=4_280,
        flash=text + 21_000,
        pages=30,
        page_size=4096,
        flashed=30 * 4096,
        ram_static=4_288,
        runtime_crates=text - 10_000,
        owners={".text": {"wasmi": text - 10_000, "core": 10_000}},
    )


def run() -> Run:
    return Run(
        result=3,
        expected=3,
        calls=(CheckedCall(arguments=(1, 2), result=3, expected=3, instructions=500),),
        heap_peak=9_000,
        linear_memory=65_536,
        stack_peak=1_200,
        stack_reserved=16_384,
        least_ram=LeastRam(
            bytes=82_320, static=4_304, stack=1_216, heap=76_800, resolution=256, trials=7, reason=None
        ),
        instructions=InstructionCounts(load=1_000, instantiate=2_000, first_call=600, call=500),
    )


def measurement(runtime: str = "wasmi", version: str = "2.0.0", **changes: Any) -> Measurement:
    fields: dict[str, Any] = {
        "id": f"{runtime}@{version}/add-with-extra/nrf52840dk/bare/reference",
        "runtime": runtime,
        "version": version,
        "module": "add-with-extra",
        "board": "nrf52840dk",
        "base": "bare",
        "profile": "reference",
        "status": Status.OK,
        "reason": None,
        "size": size(),
        "baseline": size(5_000),
        "run": run(),
        "provenance": Provenance(
            wasmfit="0.1.0", measured_at="2026-11-23T20:00:00+00:00", replay="wasmfit compare"
        ),
    }
    return Measurement(**{**fields, **changes})


def checked_out(version: str, text: int, *, built_like: str = "2.0.0") -> Measurement:
    """What was built from a working tree of the user's."""
    source = SourceTree(
        path="/home/me/wasmi",
        version=version.partition("+")[0],
        commit="0123456789abcdef0123456789abcdef01234567",
        dirty=True,
        sha256="d" * 64,
        built_like=built_like,
    )
    plain = measurement("wasmi", version, size=size(text))
    return plain.model_copy(update={"provenance": plain.provenance.model_copy(update={"source": source})})


def failed(status: Status = Status.FAULTED, reason: str = "stack overflow") -> Measurement:
    return measurement("broken", "1.0.0", status=status, reason=reason, size=None, run=None)


def renamed(one: Measurement, name: str) -> Measurement:
    """The same measurement of another cell: ``runtime@version/module/board/base/profile``."""
    build, module, board, base, profile = name.split("/")
    runtime, _, version = build.partition("@")
    return one.model_copy(
        update={
            "id": name,
            "runtime": runtime,
            "version": version,
            "module": module,
            "board": board,
            "base": base,
            "profile": profile,
        }
    )


def unsearched(one: Measurement) -> Measurement:
    """The same without a search for the least RAM."""
    assert one.run is not None
    return one.model_copy(update={"run": one.run.model_copy(update={"least_ram": None})})


def with_ram_bound(one: Measurement) -> Measurement:
    """The same, of which the search for the minimum RAM ended early."""
    assert one.run is not None
    assert one.run.least_ram is not None
    least = one.run.least_ram.model_copy(update={"reason": "the search has used up its instructions"})
    return one.model_copy(update={"run": one.run.model_copy(update={"least_ram": least})})


def with_instructions(one: Measurement, call: int) -> Measurement:
    """The same with other instructions of a steady call."""
    assert one.run is not None
    counts = one.run.instructions.model_copy(update={"call": call})
    return one.model_copy(update={"run": one.run.model_copy(update={"instructions": counts})})


def prediction(time_s: float, bar: float = 0.1, *, supply: bool = False) -> Prediction:
    """A predicted time at 64 MHz, with an error bar of that part of it to both sides.

    Args:
        time_s: Seconds.
        bar: The part.
        supply: With the charge and energy of a chip that takes 10 mA, and up to 20, at 3 V.
    """
    low, high = time_s * (1 - bar), time_s * (1 + bar)
    charge = (time_s * 0.01, low * 0.01, high * 0.02) if supply else (None, None, None)
    cycles = [round(64_000_000 * seconds) for seconds in (time_s, low, high)]
    return Prediction(
        cycles=cycles[0],
        cycles_low=cycles[1],
        cycles_high=cycles[2],
        time_s=time_s,
        time_low_s=low,
        time_high_s=high,
        per_s=1 / time_s,
        per_s_low=1 / high,
        per_s_high=1 / low,
        charge_c=charge[0],
        charge_low_c=charge[1],
        charge_high_c=charge[2],
        energy_j=None if charge[0] is None else 3 * charge[0],
        energy_low_j=None if charge[1] is None else 3 * charge[1],
        energy_high_j=None if charge[2] is None else 3 * charge[2],
    )


def with_prediction(
    one: Measurement,
    time_s: float,
    bar: float = 0.1,
    *,
    calibrated: bool = True,
    start: Prediction | None = None,
    supply: bool = False,
) -> Measurement:
    """The same with a predicted time of a steady call, and of load and instantiation together."""
    assert one.run is not None
    predicted = prediction(time_s, bar, supply=supply)
    both = Predictions(call=predicted, start=start, calibrated=calibrated, source="made up")
    return one.model_copy(update={"run": one.run.model_copy(update={"predicted": both})})


def metric_amounts(measurement: Measurement) -> dict[str, Amount]:
    """Every known metric, with its error bar."""
    return {name: to_amount(value) for name, value in metric_values(measurement).items()}
