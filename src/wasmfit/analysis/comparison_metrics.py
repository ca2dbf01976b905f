"""What a comparison shows of every cell."""

from collections.abc import Callable
from dataclasses import dataclass

from wasmfit.model import Measurement, Prediction

Value = int | float | str | None
"""What a cell of a table holds; ``None`` where it is not known."""


@dataclass(frozen=True)
class Measure:
    """A row of the comparison.

    Attributes:
        key: Column of the CSV output; where others published figures, the name of theirs.
        label: What it is called.
        unit: ``B`` for bytes, or nothing.
        get: Its value for a measurement, ``None`` where it is not known.
    """

    key: str
    label: str
    unit: str
    get: Callable[[Measurement], Value]


_UNITS = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def time_text(middle: float, low: float, high: float) -> str:
    """Seconds in the unit that suits them, with what they lie between."""
    scale, unit = next(
        (scale, unit) for scale, unit in _UNITS if middle < 1000 * scale or scale == _UNITS[-1][0]
    )
    numbers = [f"{number / scale:.3g}" for number in (middle, low, high)]
    return f"{numbers[0]} {unit} ({numbers[1]}–{numbers[2]})"


def _size(name: str) -> Callable[[Measurement], Value]:
    return lambda one: None if one.size is None else getattr(one.size, name)


def _run(name: str) -> Callable[[Measurement], Value]:
    return lambda one: None if one.run is None else getattr(one.run, name)


def _instructions(name: str) -> Callable[[Measurement], Value]:
    return lambda one: None if one.run is None else getattr(one.run.instructions, name)


def _heap(name: str) -> Callable[[Measurement], Value]:
    return lambda one: None if one.run is None or one.run.heap is None else getattr(one.run.heap, name)


def _overhead(one: Measurement) -> Value:
    heap = None if one.run is None else one.run.heap
    return None if heap is None else heap.held - heap.asked


def _requests(one: Measurement) -> Value:
    """Blocks asked for at load, at instantiation, in the first call and in a steady one."""
    if one.run is None or one.run.heap is None:
        return None
    asked = one.run.heap.requests
    return f"{asked.load} + {asked.instantiate} + {asked.first_call}, {asked.call}"


def _left(one: Measurement) -> Value:
    heap = None if one.run is None else one.run.heap
    return None if heap is None else heap.left + heap.linear_left


def _leak(one: Measurement) -> Value:
    leak = None if one.run is None else one.run.leak
    if leak is None:
        return None
    if leak.per_round is None:
        return leak.reason
    return int(leak.per_round) if leak.per_round.is_integer() else f"{leak.per_round:.2f}"


def least_ram(one: Measurement) -> Value:
    """The figure, or why there is none; a bound, where a smaller heap might do."""
    least = None if one.run is None else one.run.least_ram
    if least is None or least.bytes is None:
        return None if least is None else "not looked for"
    return least.bytes if least.reason is None else f"at most {least.bytes:,}"


def _stack(name: str) -> Callable[[Measurement], Value]:
    return lambda one: None if one.run is None else getattr(one.run.stack_peaks, name)


def _over_baseline(one: Measurement) -> Value:
    return None if one.size is None or one.baseline is None else one.size.flash - one.baseline.flash


def predicted_call(one: Measurement) -> Prediction | None:
    return None if one.run is None or one.run.predicted is None else one.run.predicted.call


def _predicted_cycles(one: Measurement) -> Value:
    """With its error bar, since a prediction is no measurement."""
    found = predicted_call(one)
    if found is None:
        return None
    # No more digits than a prediction is worth.
    shown = [
        f"{float(f'{number:.3g}'):,.0f}" for number in (found.cycles, found.cycles_low, found.cycles_high)
    ]
    return f"≈{shown[0]} ({shown[1]}–{shown[2]})"


def _predicted_time(one: Measurement) -> Value:
    found = predicted_call(one)
    if found is None:
        return None
    return f"≈{time_text(found.time_s, found.time_low_s, found.time_high_s)}"


def _predicted_rate(one: Measurement) -> Value:
    found = predicted_call(one)
    if found is None or found.per_s is None:
        return None
    rates = (found.per_s, found.per_s_low, found.per_s_high)
    shown = [
        "" if rate is None else f"{rate:.3g}" if rate < 100 else f"{float(f'{rate:.3g}'):,.0f}"
        for rate in rates
    ]
    return f"≈{shown[0]} ({shown[1]}–{shown[2]})"


def _right_calls(one: Measurement) -> Value:
    if one.run is None or not one.run.calls:
        return None
    if all(call.shown is None and call.result is None for call in one.run.calls):
        return None
    if all(call.expected is None and call.right is None for call in one.run.calls):
        return "unchecked"
    checked = [call for call in one.run.calls if call.expected is not None or call.right is not None]
    right = sum(call.result == call.expected if call.right is None else call.right for call in checked)
    return f"{right} of {len(checked)}"


def _first_result(one: Measurement) -> Value:
    return None if one.run is None or not one.run.calls else one.run.calls[0].shown


def _last_result(one: Measurement) -> Value:
    return None if one.run is None or not one.run.calls else one.run.calls[-1].shown


MEASURES = (
    Measure("text", ".text", "B", _size("text")),
    Measure("rodata", ".rodata", "B", _size("rodata")),
    Measure("data", ".data", "B", _size("data")),
    Measure("bss", ".bss", "B", _size("bss")),
    Measure("runtime_crates", "runtime and its crates", "B", _size("runtime_crates")),
    Measure("glue", "glue, with what is inlined into it", "B", _size("glue")),
    Measure("flash", "flash", "B", _size("flash")),
    Measure("flash_over_baseline", "flash over baseline", "B", _over_baseline),
    Measure("pages", "flash pages", "", _size("pages")),
    Measure("flashed", "flashed", "B", _size("flashed")),
    Measure("ram_static", "static RAM", "B", _size("ram_static")),
    Measure("heap_peak", "heap peak", "B", _run("heap_peak")),
    Measure("linear_memory", "linear memory", "B", _run("linear_memory")),
    Measure("heap_overhead", "allocator's overhead", "B", _overhead),
    Measure("largest_request", "largest request", "B", _heap("largest_request")),
    Measure("largest_free", "largest free block", "B", _heap("largest_free")),
    Measure("requests", "requests: load + inst. + first, steady", "", _requests),
    Measure("left", "left when dropped", "B", _left),
    Measure("leak_per_round", "leak a round", "B", _leak),
    Measure("stack_peak", "stack peak", "B", _run("stack_peak")),
    Measure("stack_peak_load", "stack peak: load", "B", _stack("load")),
    Measure("stack_peak_instantiate", "stack peak: instantiate", "B", _stack("instantiate")),
    Measure("stack_peak_call", "stack peak: calls", "B", _stack("call")),
    Measure("stack_reserved", "stack reserved", "B", _run("stack_reserved")),
    Measure("least_ram", "least RAM", "B", least_ram),
    Measure("instructions_load", "instructions: load", "", _instructions("load")),
    Measure("instructions_instantiate", "instructions: instantiate", "", _instructions("instantiate")),
    Measure("instructions_first_call", "instructions: first call", "", _instructions("first_call")),
    Measure("instructions_call", "instructions: steady call", "", _instructions("call")),
    Measure("cycles_call", "predicted cycles: steady call", "", _predicted_cycles),
    Measure("time_call", "predicted time: steady call", "", _predicted_time),
    Measure("rate_call", "predicted calls a second", "", _predicted_rate),
    Measure("right_calls", "right results", "", _right_calls),
)


RESULTS = (
    Measure("first_result", "result: first call", "", _first_result),
    Measure("last_result", "result: steady call", "", _last_result),
)
"""Rows that only a module of the user's has: a workload's results are known beforehand."""
