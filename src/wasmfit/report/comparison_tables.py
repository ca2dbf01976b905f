"""Comparisons as tables: a row per metric, a column per runtime."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from wasmfit.analysis.basis import marked, outdated_notes
from wasmfit.analysis.benchmark import BASELINE
from wasmfit.analysis.c_libraries import library_note
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS, RESULT_METRICS, ComparisonMetric
from wasmfit.analysis.hardware import HARDWARE_METRICS, hardware_measurement
from wasmfit.analysis.module_metrics import module_metrics
from wasmfit.analysis.numbers import change, grouped
from wasmfit.analysis.summary import release_of
from wasmfit.analysis.supply import supply_metrics
from wasmfit.analysis.unowned import unowned_notes
from wasmfit.model import Measurement, SourceTree, Status
from wasmfit.table import BuildFacts, Column, Table, text_column, value_column
from wasmfit.words import counted

from .base_tables import base_tables


def comparison_tables(measurements: Iterable[Measurement]) -> list[Table]:
    """One table for each module, board, base and profile, in order; then the effect of the base."""
    setting = attrgetter("module", "board", "base", "profile")
    groups: dict[tuple[str, str, str, str], list[Measurement]] = {}
    for measurement in measurements:
        groups.setdefault(setting(measurement), []).append(measurement)
    tables = [_table(" / ".join(key), group) for key, group in groups.items()]
    return [*tables, *base_tables([measurement for group in groups.values() for measurement in group])]


def _table(title: str, measurements: Sequence[Measurement]) -> Table:
    columns: list[Column] = []
    own = any(measurement.provenance.module is not None for measurement in measurements)
    ran = any(hardware_measurement(measurement) is not None for measurement in measurements)
    of_module = module_metrics(measurements)
    metrics = (
        *COMPARISON_METRICS,
        *supply_metrics(measurements),
        *of_module,
        *(HARDWARE_METRICS if ran else ()),
        *(RESULT_METRICS if own else ()),
    )
    for measurement in measurements:
        heading = (measurement.runtime, marked(measurement.version, measurement))
        values = (measurement.status.value, *(metric.get(measurement) for metric in metrics))
        columns.append(value_column(heading, values, grouped))
        if measurement.published:
            columns.append(
                text_column(
                    (measurement.runtime, "published"), ("", *(_published(m, measurement) for m in metrics))
                )
            )
        if measurement.published and measurement.status is Status.OK:
            columns.append(
                text_column(
                    (measurement.runtime, "difference"), ("", *(_difference(m, measurement) for m in metrics))
                )
            )
        if (release := release_of(measurement, measurements)) is not None:
            cells = [change(metric.get(release), metric.get(measurement)) for metric in metrics]
            columns.append(text_column((measurement.runtime, f"relative to {release.version}"), ("", *cells)))
    if _is_baseline_alone(measurements):
        # What a runtime would be compared with is not an answer where none ran.
        return Table(title, (), (), tuple(_notes(measurements)))
    labels = ("status", *(f"{metric.label}{', B' if metric.unit else ''}" for metric in metrics))
    return Table(title, labels, tuple(columns), tuple(_notes(measurements)), tuple(_facts(measurements)))


def _is_baseline_alone(measurements: Sequence[Measurement]) -> bool:
    """Whether there are runtimes next to it, and figures of none of them."""
    runtimes = [measurement for measurement in measurements if measurement.runtime != BASELINE]
    return 0 < len(runtimes) < len(measurements) and all(
        one.size is None and one.run is None for one in runtimes
    )


def _published(metric: ComparisonMetric, measurement: Measurement) -> str:
    return grouped(measurement.published.get(metric.key))


def _difference(metric: ComparisonMetric, measurement: Measurement) -> str:
    theirs, ours = measurement.published.get(metric.key), metric.get(measurement)
    if not theirs or not isinstance(ours, int):
        return ""
    return f"{(ours - theirs) / theirs:+.1%}"


def _notes(measurements: Sequence[Measurement]) -> Iterable[str]:
    yield from outdated_notes(measurements)
    yield from unowned_notes(measurements)
    yield from _module_notes(measurements)
    yield from _prepared_notes(measurements)
    if libraries := library_note(measurements):
        yield libraries
    for base in dict.fromkeys(
        measurement.facts["base"] for measurement in measurements if "base" in measurement.facts
    ):
        yield f"base: {base}"
    for measurement in measurements:
        if measurement.status is not Status.OK:
            yield f"{_label(measurement)}: {measurement.status.value}: {measurement.reason}"
    for measurement in measurements:
        if (tree := measurement.provenance.source) is not None:
            yield f"{_label(measurement)}: built like {tree.built_like} from {tree.path}, {_commit(tree)}"
    for sentence in dict.fromkeys(map(_hardware, measurements)):
        if sentence is not None:
            yield sentence
    for source in dict.fromkeys(
        measurement.published_source for measurement in measurements if measurement.published_source
    ):
        yield f"published: {source}"


def _hardware(measurement: Measurement) -> str | None:
    """How a cell was measured on a board, as a sentence."""
    board = hardware_measurement(measurement)
    if board is None:
        return None
    return (
        f"measured on the board: {board.chip} at {board.probe}, by {board.counter}, "
        f"mean of {counted(board.runs, 'run')} ({board.interval})"
    )


def _module_notes(measurements: Sequence[Measurement]) -> Iterable[str]:
    """What was called, and what answers the imports, of a user's module."""
    own = [measurement for measurement in measurements if measurement.provenance.module is not None]
    if not own:
        return
    built = next(
        (measurement.provenance for measurement in own if measurement.provenance.module_bytes is not None),
        None,
    )
    size = "" if built is None else f", {built.module_bytes:,} B, SHA-256 {built.module_sha256}"
    yield f"module: {own[0].provenance.module}{size}"
    if embedding := next(
        (measurement.facts["glue"] for measurement in own if "glue" in measurement.facts), None
    ):
        yield f"embedding: {embedding}"
    if stubs := own[0].provenance.stubs:
        yield f"stubs: {'; '.join(f'{name} = {text}' for name, text in stubs.items())}"
    calls = next(
        (
            measurement.run.calls
            for measurement in own
            if measurement.run is not None and measurement.run.calls
        ),
        (),
    )
    if len(calls) > 1 and len({call.text for call in calls}) == 1:
        yield f"calls: {calls[0].text}, {len(calls)} times, so that there is a cold and a warm one"
    elif len(calls) == 1:
        yield f"calls: {calls[0].text}, once, so that there is no warm one"
    elif calls:
        yield f"calls: {len(calls)}; {calls[0].text} is the cold call and {calls[-1].text} the warm one"
    logged = next(
        (
            measurement.run.logged
            for measurement in own
            if measurement.run is not None and measurement.run.logged is not None
        ),
        None,
    )
    if logged is not None:
        yield f"logged: {logged.length:,} B, digest {logged.digest:08x}: {logged.text}"


def _prepared_notes(measurements: Sequence[Measurement]) -> Iterable[str]:
    """How long each module is, and what host steps make of it."""
    prepared: dict[tuple[str, int], dict[str, int]] = {}
    for one in measurements:
        length, made = one.provenance.module_bytes, one.provenance.prepared_bytes
        if length is not None and made is not None:
            prepared.setdefault((one.module, length), {})[_label(one)] = made
    for (module, length), lengths in prepared.items():
        made_of_it = ", ".join(f"{made:,} B for {label}" for label, made in lengths.items())
        yield f"sent and stored in place of {module}, {length:,} B of wasm: {made_of_it}"


def _commit(tree: SourceTree) -> str:
    if tree.commit is None:
        return "which is not a Git checkout"
    return f"commit {tree.commit}{' with uncommitted changes' if tree.dirty else ''}"


def _facts(measurements: Sequence[Measurement]) -> Iterable[BuildFacts]:
    """Facts, each once with all builds that share them."""
    builds: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for measurement in measurements:
        builds.setdefault(tuple(measurement.facts.items()), []).append(_label(measurement))
    return (BuildFacts(tuple(names), dict(facts)) for facts, names in builds.items() if facts)


def _label(measurement: Measurement) -> str:
    return f"{measurement.runtime}@{measurement.version}"
