"""Comparisons as tables: a row for each measure, a column for each runtime."""

from collections.abc import Iterable, Sequence

from wasmfit.analysis.c_libraries import caution
from wasmfit.analysis.comparison_metrics import MEASURES, RESULTS, Measure
from wasmfit.analysis.hardware import ON_BOARD, on_board
from wasmfit.model import Measurement, SourceTree, Status

from .base_tables import base_tables
from .numbers import change, grouped
from .table import Column, Facts, Table


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
    if libraries := caution(measurements):
        yield libraries
    for base in dict.fromkeys(one.facts["base"] for one in measurements if "base" in one.facts):
        yield f"base: {base}"
    for one in measurements:
        if one.status is not Status.OK:
            yield f"{_label(one)}: {one.status.value}: {one.reason}"
    for one in measurements:
        if (tree := one.provenance.source) is not None:
            yield f"{_label(one)}: built like {tree.built_like} from {tree.path}, {_commit(tree)}"
    for board in dict.fromkeys(map(_hardware, measurements)):
        if board is not None:
            yield board
    for source in dict.fromkeys(one.published_source for one in measurements if one.published_source):
        yield f"published: {source}"


def _hardware(one: Measurement) -> str | None:
    """How a cell was measured on a board, as a sentence."""
    board = on_board(one)
    if board is None:
        return None
    return (
        f"measured on the board: {board.chip} at {board.probe}, by {board.counter}, "
        f"mean of {board.runs} runs ({board.interval})"
    )


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
