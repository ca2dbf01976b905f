"""Comparisons as tables: which measures there are, and what stands in which column."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields

from wasmfit.model import LeastRam, Measurement, Prediction, SourceTree, Status

from .base_table import base_tables
from .on_board import ON_BOARD, flat_measured, note, on_board
from .shapes import Column, Facts, Measure, Table, Value, change, time_text


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


def _prediction(one: Measurement) -> Prediction | None:
    return None if one.run is None or one.run.predicted is None else one.run.predicted.call


def _predicted_cycles(one: Measurement) -> Value:
    """With its error bar, since a prediction is no measurement."""
    found = _prediction(one)
    if found is None:
        return None
    # No more digits than a prediction is worth.
    shown = [
        f"{float(f'{number:.3g}'):,.0f}" for number in (found.cycles, found.cycles_low, found.cycles_high)
    ]
    return f"≈{shown[0]} ({shown[1]}–{shown[2]})"


def _predicted_time(one: Measurement) -> Value:
    found = _prediction(one)
    if found is None:
        return None
    return f"≈{time_text(found.time_s, found.time_low_s, found.time_high_s)}"


def _predicted_rate(one: Measurement) -> Value:
    found = _prediction(one)
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


def tables(measurements: Iterable[Measurement]) -> list[Table]:
    """One table for each module, board, base and profile, in order; then what the base makes of it."""

    def shared(one: Measurement) -> tuple[str, str, str, str]:
        return one.module, one.board, one.base, one.profile

    groups: dict[tuple[str, str, str, str], list[Measurement]] = {}
    for one in measurements:
        groups.setdefault(shared(one), []).append(one)
    shown = [_table(" / ".join(key), group) for key, group in groups.items()]
    return [*shown, *base_tables([one for group in groups.values() for one in group])]


def _table(title: str, measurements: Sequence[Measurement]) -> Table:
    columns: list[Column] = []
    own = any(one.provenance.module is not None for one in measurements)
    ran = any(on_board(one) is not None for one in measurements)
    measures = (*MEASURES, *(ON_BOARD if ran else ()), *(RESULTS if own else ()))
    for one in measurements:
        heading = (one.runtime, one.version)
        cells = [grouped(measure.get(one)) for measure in measures]
        columns.append(Column(heading, (one.status.value, *cells)))
        if one.published:
            columns.append(Column((one.runtime, "published"), ("", *(_published(m, one) for m in measures))))
        if one.published and one.status is Status.OK:
            columns.append(
                Column((one.runtime, "difference"), ("", *(_difference(m, one) for m in measures)))
            )
        if (release := _release_beside(one, measurements)) is not None:
            cells = [change(measure.get(release), measure.get(one)) for measure in measures]
            columns.append(Column((one.runtime, f"against {release.version}"), ("", *cells)))
    labels = ("status", *(f"{measure.label}{', B' if measure.unit else ''}" for measure in measures))
    return Table(title, labels, tuple(columns), tuple(_notes(measurements)), tuple(_facts(measurements)))


def grouped(value: Value) -> str:
    """A value as a reader wants it; nothing for one that is not known."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def _published(measure: Measure, one: Measurement) -> str:
    return grouped(one.published.get(measure.key))


def _difference(measure: Measure, one: Measurement) -> str:
    theirs, ours = one.published.get(measure.key), measure.get(one)
    if not theirs or not isinstance(ours, int):
        return ""
    return f"{(ours - theirs) / theirs:+.1%}"


def _release_beside(one: Measurement, measurements: Sequence[Measurement]) -> Measurement | None:
    """For what was built from a checkout, the release to hold it against: the version it was built like."""
    source = one.provenance.source
    if source is None:
        return None
    releases = [
        other for other in measurements if other.runtime == one.runtime and other.provenance.source is None
    ]
    alike = [release for release in releases if release.version == source.built_like]
    return next(iter(alike or releases), None)


def _notes(measurements: Sequence[Measurement]) -> Iterable[str]:
    yield from _module_notes(measurements)
    for base in dict.fromkeys(one.facts["base"] for one in measurements if "base" in one.facts):
        yield f"base: {base}"
    for one in measurements:
        if one.status is not Status.OK:
            yield f"{_label(one)}: {one.status.value}: {one.reason}"
    for one in measurements:
        if (tree := one.provenance.source) is not None:
            yield f"{_label(one)}: built like {tree.built_like} from {tree.path}, {_commit(tree)}"
    for board in dict.fromkeys(map(note, measurements)):
        if board is not None:
            yield board
    for source in dict.fromkeys(one.published_source for one in measurements if one.published_source):
        yield f"published: {source}"


def _module_notes(measurements: Sequence[Measurement]) -> Iterable[str]:
    """What was called, and what answered, where the module is the user's."""
    own = [one for one in measurements if one.provenance.module is not None]
    if not own:
        return
    made = next((one.provenance for one in own if one.provenance.module_bytes is not None), None)
    size = "" if made is None else f", {made.module_bytes:,} B, SHA-256 {made.module_sha256}"
    yield f"module: {own[0].provenance.module}{size}"
    if glue := next((one.facts["glue"] for one in own if "glue" in one.facts), None):
        yield f"glue: {glue}"
    if stubs := own[0].provenance.stubs:
        yield f"stubs: {'; '.join(f'{name} = {text}' for name, text in stubs.items())}"
    calls = next((one.run.calls for one in own if one.run is not None and one.run.calls), ())
    if len(calls) > 1 and len({call.text for call in calls}) == 1:
        yield f"calls: {calls[0].text}, {len(calls)} times, so that there is a first and a steady one"
    elif calls:
        yield f"calls: {len(calls)}; {calls[0].text} is the first and {calls[-1].text} the steady one"
    logged = next((one.run.logged for one in own if one.run is not None and one.run.logged is not None), None)
    if logged is not None:
        yield f"logged: {logged.length:,} B, digest {logged.digest:08x}: {logged.text}"


def _commit(tree: SourceTree) -> str:
    if tree.commit is None:
        return "which is no Git checkout"
    return f"commit {tree.commit}{' with changes that are not committed' if tree.dirty else ''}"


def _facts(measurements: Sequence[Measurement]) -> Iterable[Facts]:
    """Facts, those of several builds that share them once."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for one in measurements:
        alike.setdefault(tuple(one.facts.items()), []).append(_label(one))
    return (Facts(tuple(names), dict(facts)) for facts, names in alike.items() if facts)


def _label(one: Measurement) -> str:
    return f"{one.runtime}@{one.version}"


_SEVERAL_NUMBERS = frozenset({"least_ram", "cycles_call", "time_call", "rate_call"})
"""Measures that have columns of their own for what a table puts into one cell."""


def _flat_least_ram(one: Measurement) -> dict[str, Value]:
    """The least RAM and its parts; with a reason, what there is of it is no more than a bound."""
    least = None if one.run is None else one.run.least_ram
    return {
        "least_ram" if field == "bytes" else f"least_ram_{field}": getattr(least, field, None)
        for field in LeastRam.model_fields
    }


_PREDICTED = tuple(field.name for field in fields(Prediction))


def _flat_prediction(one: Measurement) -> dict[str, Value]:
    """A steady call's prediction in columns of numbers, its error bar beside it."""
    found = _prediction(one)
    return {f"predicted_{name}": getattr(found, name, None) for name in _PREDICTED}


def flat(one: Measurement) -> dict[str, Value]:
    """A measurement as one flat row: identity, measures, published figures, provenance."""
    return {
        "id": one.id,
        "runtime": one.runtime,
        "version": one.version,
        "module": one.module,
        "board": one.board,
        "base": one.base,
        "profile": one.profile,
        "status": one.status.value,
        "reason": one.reason,
        **{measure.key: measure.get(one) for measure in MEASURES if measure.key not in _SEVERAL_NUMBERS},
        **_flat_least_ram(one),
        **_flat_prediction(one),
        **flat_measured(one),
        **{
            f"published_{measure.key}": one.published.get(measure.key)
            for measure in MEASURES
            if measure.key in ("text", "rodata", "data", "bss", "flashed", "runtime_crates")
        },
        "elf_sha256": one.provenance.elf_sha256,
        "measured_at": one.provenance.measured_at,
        "wasmfit": one.provenance.wasmfit,
    }
