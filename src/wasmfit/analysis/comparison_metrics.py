"""The metrics that a comparison shows of every cell."""

from collections.abc import Callable
from dataclasses import dataclass

from wasmfit.model import Measurement, Prediction
from wasmfit.table import CellValue

from .metric_values import has_ram_bound


@dataclass(frozen=True)
class ComparisonMetric:
    """A metric that comparisons show: a row of their tables, a column of their CSV.

    Attributes:
        key: Column of the CSV output, and name of the same metric in published results.
        label: What it is called.
        unit: ``B`` for bytes, or empty.
        get: Its value for a measurement, ``None`` if it is not known.
    """

    key: str
    label: str
    unit: str
    get: Callable[[Measurement], CellValue]


_UNITS = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def time_text(middle: float, low: float, high: float) -> str:
    """Seconds in µs, ms or s, with the ends of their error bar."""
    scale, unit = next(
        (scale, unit) for scale, unit in _UNITS if middle < 1000 * scale or scale == _UNITS[-1][0]
    )
    numbers = [f"{number / scale:.3g}" for number in (middle, low, high)]
    return f"{numbers[0]} {unit} ({numbers[1]}–{numbers[2]})"


def _size(name: str) -> Callable[[Measurement], CellValue]:
    return lambda measurement: None if measurement.size is None else getattr(measurement.size, name)


def _run(name: str) -> Callable[[Measurement], CellValue]:
    return lambda measurement: None if measurement.run is None else getattr(measurement.run, name)


def instructions_of(name: str) -> Callable[[Measurement], int | None]:
    """What reads the instructions of a phase, by the name that ``run.instructions`` has for it."""
    return lambda measurement: (
        None if measurement.run is None else getattr(measurement.run.instructions, name)
    )


def _heap(name: str) -> Callable[[Measurement], CellValue]:
    return lambda measurement: (
        None
        if measurement.run is None or measurement.run.heap is None
        else getattr(measurement.run.heap, name)
    )


def _overhead(measurement: Measurement) -> CellValue:
    heap = None if measurement.run is None else measurement.run.heap
    return None if heap is None else heap.held - heap.asked


def _requests(measurement: Measurement) -> CellValue:
    """Blocks requested at load, at instantiation, in the cold call and in a warm one."""
    if measurement.run is None or measurement.run.heap is None:
        return None
    requests = measurement.run.heap.requests
    return f"{requests.load} + {requests.instantiate} + {requests.first_call}, {requests.call}"


def _leaked(measurement: Measurement) -> CellValue:
    heap = None if measurement.run is None else measurement.run.heap
    return None if heap is None else heap.left + heap.linear_left


def _leak(measurement: Measurement) -> CellValue:
    leak = None if measurement.run is None else measurement.run.leak
    if leak is None:
        return None
    if leak.per_round is None:
        return leak.reason
    return int(leak.per_round) if leak.per_round.is_integer() else f"{leak.per_round:.2f}"


def minimum_ram(measurement: Measurement) -> CellValue:
    """The minimum RAM; an upper bound, if a smaller heap might suffice; or that it was not searched."""
    minimum = None if measurement.run is None else measurement.run.least_ram
    if minimum is None or minimum.bytes is None:
        return None if minimum is None else "not searched"
    return f"at most {minimum.bytes:,}" if has_ram_bound(measurement) else minimum.bytes


def _stack(name: str) -> Callable[[Measurement], CellValue]:
    return lambda measurement: None if measurement.run is None else getattr(measurement.run.stack_peaks, name)


def _over_baseline(measurement: Measurement) -> CellValue:
    return (
        None
        if measurement.size is None or measurement.baseline is None
        else measurement.size.flash - measurement.baseline.flash
    )


def prediction_of(name: str) -> Callable[[Measurement], Prediction | None]:
    """What reads the prediction of a phase, by the name that ``run.predicted`` has for it."""
    return lambda measurement: (
        None
        if measurement.run is None or measurement.run.predicted is None
        else getattr(measurement.run.predicted, name)
    )


predicted_call = prediction_of("call")

predicted_start = prediction_of("start")
"""The prediction of load and instantiation together."""


def _predicted_cycles(measurement: Measurement) -> CellValue:
    """With its error bar, since a prediction is not a measurement."""
    prediction = predicted_call(measurement)
    if prediction is None:
        return None
    # Three significant digits: a prediction has no more.
    texts = [
        f"{float(f'{number:.3g}'):,.0f}"
        for number in (prediction.cycles, prediction.cycles_low, prediction.cycles_high)
    ]
    return f"≈{texts[0]} ({texts[1]}–{texts[2]})"


def predicted_time(
    get: Callable[[Measurement], Prediction | None],
) -> Callable[[Measurement], CellValue]:
    """The time of the prediction that ``get`` reads, with its error bar: it is not a measurement."""

    def text(measurement: Measurement) -> CellValue:
        prediction = get(measurement)
        if prediction is None:
            return None
        return f"≈{time_text(prediction.time_s, prediction.time_low_s, prediction.time_high_s)}"

    return text


def _predicted_rate(measurement: Measurement) -> CellValue:
    prediction = predicted_call(measurement)
    if prediction is None or prediction.per_s is None:
        return None
    rates = (prediction.per_s, prediction.per_s_low, prediction.per_s_high)
    texts = [
        "" if rate is None else f"{rate:.3g}" if rate < 100 else f"{float(f'{rate:.3g}'):,.0f}"
        for rate in rates
    ]
    return f"≈{texts[0]} ({texts[1]}–{texts[2]})"


def _correct_calls(measurement: Measurement) -> CellValue:
    if measurement.run is None or not measurement.run.calls:
        return None
    if all(call.shown is None and call.result is None for call in measurement.run.calls):
        return None
    if all(call.expected is None and call.right is None for call in measurement.run.calls):
        return "unchecked"
    checked = [call for call in measurement.run.calls if call.expected is not None or call.right is not None]
    right = sum(call.result == call.expected if call.right is None else call.right for call in checked)
    return f"{right} of {len(checked)}"


def _first_result(measurement: Measurement) -> CellValue:
    return None if measurement.run is None or not measurement.run.calls else measurement.run.calls[0].shown


def _last_result(measurement: Measurement) -> CellValue:
    return None if measurement.run is None or not measurement.run.calls else measurement.run.calls[-1].shown


COMPARISON_METRICS = (
    ComparisonMetric("text", ".text", "B", _size("text")),
    ComparisonMetric("rodata", ".rodata", "B", _size("rodata")),
    ComparisonMetric("data", ".data", "B", _size("data")),
    ComparisonMetric("bss", ".bss", "B", _size("bss")),
    ComparisonMetric("runtime_crates", "runtime and its crates", "B", _size("runtime_crates")),
    ComparisonMetric("glue", "embedding, with inlined code", "B", _size("glue")),
    ComparisonMetric("flash", "flash", "B", _size("flash")),
    ComparisonMetric("flash_over_baseline", "flash over baseline", "B", _over_baseline),
    ComparisonMetric("pages", "flash pages", "", _size("pages")),
    ComparisonMetric("flashed", "flashed", "B", _size("flashed")),
    ComparisonMetric("ram_static", "static RAM", "B", _size("ram_static")),
    ComparisonMetric("heap_peak", "heap peak", "B", _run("heap_peak")),
    ComparisonMetric("linear_memory", "linear memory", "B", _run("linear_memory")),
    ComparisonMetric("heap_overhead", "allocator overhead", "B", _overhead),
    ComparisonMetric("largest_request", "largest request", "B", _heap("largest_request")),
    ComparisonMetric("largest_free", "largest free block", "B", _heap("largest_free")),
    ComparisonMetric("requests", "requests: load + inst. + cold, warm", "", _requests),
    ComparisonMetric("left", "leaked after drop", "B", _leaked),
    ComparisonMetric("leak_per_round", "leak per iteration", "B", _leak),
    ComparisonMetric("stack_peak", "stack peak", "B", _run("stack_peak")),
    ComparisonMetric("stack_peak_load", "stack peak: load", "B", _stack("load")),
    ComparisonMetric("stack_peak_instantiate", "stack peak: instantiate", "B", _stack("instantiate")),
    ComparisonMetric("stack_peak_call", "stack peak: calls", "B", _stack("call")),
    ComparisonMetric("stack_reserved", "stack reserved", "B", _run("stack_reserved")),
    ComparisonMetric("least_ram", "minimum RAM", "B", minimum_ram),
    ComparisonMetric("instructions_load", "instructions: load", "", instructions_of("load")),
    ComparisonMetric(
        "instructions_instantiate", "instructions: instantiate", "", instructions_of("instantiate")
    ),
    ComparisonMetric("instructions_first_call", "instructions: cold call", "", instructions_of("first_call")),
    ComparisonMetric("instructions_call", "instructions: warm call", "", instructions_of("call")),
    ComparisonMetric(
        "time_start", "predicted time: load and instantiate", "", predicted_time(predicted_start)
    ),
    ComparisonMetric("cycles_call", "predicted cycles: warm call", "", _predicted_cycles),
    ComparisonMetric("time_call", "predicted time: warm call", "", predicted_time(predicted_call)),
    ComparisonMetric("rate_call", "predicted calls per second", "", _predicted_rate),
    ComparisonMetric("right_calls", "correct results", "", _correct_calls),
)


RESULT_METRICS = (
    ComparisonMetric("first_result", "result: cold call", "", _first_result),
    ComparisonMetric("last_result", "result: warm call", "", _last_result),
)
"""Rows that only a user's module has: a workload's results are known in advance."""
