"""The report's document of an experiment: its measurements, and what else is found out."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.document import (
    FlameGraph,
    ImageTree,
    OwnerClass,
    ReportDocument,
    RuntimeNote,
    Trend,
    TrendPoint,
)
from wasmfit.analysis.history import HistoryPoint, trends
from wasmfit.analysis.requirements import RuntimeRequirements
from wasmfit.analysis.setting_rankings import setting_rankings
from wasmfit.builder import Context, runtime_rule
from wasmfit.catalog import Catalog
from wasmfit.events import EventHandler, TaskEnded, TaskProgress, TaskStarted, null_handler
from wasmfit.home import Home
from wasmfit.model import Cell, Measurement, RuntimeFeatures, Status, UserModule
from wasmfit.plan import BASELINE, Plan
from wasmfit.store import MeasuredSet, Store
from wasmfit.timing import cost_model
from wasmfit.toolchain import known_libraries

from .flames import flame
from .image_bytes import image_bytes
from .profile import ProfileError, profiled
from .subject import subject_of

_PHASES = ("call",)

_NAMED = {
    "core": OwnerClass.STANDARD,
    "alloc": OwnerClass.STANDARD,
    "compiler_builtins": OwnerClass.STANDARD,
    "__rustc": OwnerClass.STANDARD,
    "libgcc": OwnerClass.C_LIBRARY,
    "firmware": OwnerClass.EMBEDDING,
    "module": OwnerClass.MODULE,
}


@dataclass(frozen=True)
class ReportSources:
    """What a report takes its contents from.

    Attributes:
        catalog: The catalogue.
        home: wasmfit's folder.
        context: What images are looked into with; ``None`` where none is here, since nothing was built.
        measured_set: Where other versions are looked up that were never measured here.
    """

    catalog: Catalog
    home: Home
    context: Context | None = None
    measured_set: MeasuredSet | None = None


def owner_classes(
    catalog: Catalog, cells: Mapping[str, Cell], measurements: Iterable[Measurement]
) -> dict[str, OwnerClass]:
    """Every owner that the measurements name → its class.

    A crate that is the base's in one image and the runtime's in another has the runtime's colour in all.
    """
    classes: dict[str, OwnerClass] = {}
    rules: dict[tuple[str, ...], Callable[[str], bool]] = {}
    told: dict[tuple[str, ...], set[str]] = {}
    for measurement in measurements:
        if measurement.size is None:
            continue
        cell = cells[measurement.id]
        # What a rule follows from, which most images have in common.
        decided_by = (
            cell.build.label,
            cell.embedding,
            cell.base.name,
            cell.base_crate.label if cell.base_crate else "",
        )
        if decided_by not in rules:
            rules[decided_by] = runtime_rule(catalog, cell, _lockfile(measurement))
            told[decided_by] = set()
        is_runtimes, known = rules[decided_by], told[decided_by]
        if all(map(known.issuperset, measurement.size.owners.values())):
            continue
        named = set[str]().union(*measurement.size.owners.values()) - known
        known |= named
        for name in named:
            if classes.get(name) is not OwnerClass.RUNTIME:
                classes[name] = _class(name, is_runtimes)
    return dict(sorted(classes.items()))


def _lockfile(measurement: Measurement) -> Path | None:
    """The lockfile that an operating system's build has left next to the image, if that is still there."""
    if measurement.provenance.elf is None:
        return None
    lock = Path(measurement.provenance.elf).with_name("Cargo.lock")
    return lock if lock.is_file() else None


def _class(owner: str, is_runtimes: Callable[[str], bool]) -> OwnerClass:
    if owner in _NAMED:
        return _NAMED[owner]
    if any(owner == library.name for library in known_libraries()):
        return OwnerClass.C_LIBRARY
    if owner.startswith("["):
        return OwnerClass.OTHER
    return OwnerClass.RUNTIME if is_runtimes(owner) else OwnerClass.HARNESS


def notes(catalog: Catalog, cells: Iterable[Cell]) -> tuple[RuntimeNote, ...]:
    """What a report should know of the cells' runtimes."""
    colours = [
        name
        for name, runtime in sorted(catalog.runtimes.items())
        if not runtime.is_bound and name != BASELINE
    ]
    runtimes = {}
    for cell in cells:
        runtime = cell.build.runtime
        bound = runtime.is_bound or runtime.name == BASELINE
        colour = None if bound else colours.index(runtime.name)
        runtimes[cell.build.name] = RuntimeNote(cell.build.name, runtime.name, runtime.title, bound, colour)
    return tuple(runtimes.values())


def _title(plan: Plan) -> str:
    """The question that the experiment answers."""
    boards = dict.fromkeys(cell.board.title for cell in plan.all_cells)
    modules = dict.fromkeys(cell.workload.name for cell in plan.all_cells)
    where = next(iter(boards)) if len(boards) == 1 else f"{len(boards)} boards"
    own = any(isinstance(cell.workload, UserModule) for cell in plan.all_cells)
    what = next(iter(modules)) if len(modules) == 1 else f"{len(modules)} {'modules' if own else 'workloads'}"
    return f"Which WebAssembly runtime fits the {where} and {what}?"


MOST_IMAGES = 64
"""Images of which a report has every byte, the first ones in its order: each has thousands of symbols. The
page says how many it has not, and how to see them."""


def _with_image(measured: Sequence[Measurement]) -> list[Measurement]:
    """One cell for every build and setting: images of other modules differ in the module."""
    first: dict[tuple[str, ...], Measurement] = {}
    for measurement in measured:
        if measurement.status is Status.OK:
            first.setdefault(
                (
                    measurement.runtime,
                    measurement.version,
                    measurement.board,
                    measurement.base,
                    measurement.profile,
                ),
                measurement,
            )
    return list(first.values())


def _images(
    context: Context, cells: Mapping[str, Cell], measured: Sequence[Measurement], emit: EventHandler
) -> Iterator[ImageTree]:
    for measurement in _told(measured, "bytes of images", emit):
        tree = image_bytes(context, cells[measurement.id], measurement)
        if tree is not None:
            yield tree


def _flames(
    context: Context, cells: Mapping[str, Cell], measured: Sequence[Measurement], emit: EventHandler
) -> Iterator[FlameGraph]:
    """Where the instructions of calls are spent, of every cell with a workload that ran."""
    ran = [
        measurement
        for measurement in measured
        if measurement.status is Status.OK
        and measurement.runtime != BASELINE
        and not subject_of(cells[measurement.id]).is_cross_checked
    ]
    for measurement in _told(ran, "flame graphs", emit):
        try:
            yield flame(profiled(context, cells[measurement.id], _PHASES))
        except ProfileError as error:
            emit(TaskProgress("flame graphs", str(error), 0, 0))


def _told(ones: Sequence[Measurement], title: str, emit: EventHandler) -> Iterator[Measurement]:
    """The measurements one by one, with the event handler told how far it is."""
    started = time.monotonic()
    emit(TaskStarted(title))
    for number, measurement in enumerate(ones):
        emit(TaskProgress(title, measurement.id, number, len(ones)))
        yield measurement
    emit(TaskEnded(title, time.monotonic() - started, None))


_FOLLOWED = ("size.flash", "run.least_ram.bytes", "run.instructions.call")
"""What the report follows over time and versions: one metric of each of the things that it is about."""

_CAUSES = 3
"""Differences that are told of a change; they come with the likeliest first."""


def _history(sources: ReportSources, measured: Sequence[Measurement]) -> Iterator[Trend]:
    """The metrics of the runtimes that were measured more than once; no prediction is among them."""
    cells = {measurement.id: measurement for measurement in measured if measurement.runtime != BASELINE}
    with Store(sources.home.results).reading(sources.measured_set) as reader:
        for metric, over, history, count in trends(reader, lambda measurement: measurement, _FOLLOWED, cells):
            points = tuple(
                TrendPoint(_at(point, over), point.amount.value, _change(point))
                for point in history.points
                if point.amount is not None
            )
            yield Trend(history.name, metric.name, metric.unit, over, points, count)


def _at(point: HistoryPoint, over: str) -> str:
    return point.version if over == "version" else point.at[:16].replace("T", " ")


def _change(point: HistoryPoint) -> str | None:
    """By how much the metric changed, and what differs in the provenance: the likeliest causes."""
    if point.other_work is not None:
        return point.other_work
    change = point.change
    if change is None or change.before is None or change.after is None:
        return None
    was, now = change.before.value, change.after.value
    unit = " B" if change.metric.unit == "B" else ""
    part = f" ({(now - was) / was:+.1%})" if was else ""
    why = list(point.why[:_CAUSES])
    if len(point.why) > _CAUSES:
        why.append(f"and {len(point.why) - _CAUSES} more")
    return f"{now - was:+,}{unit}{part}{': ' if why else ''}{'; '.join(why)}"


def build_document(
    sources: ReportSources,
    plan: Plan,
    comparison: Comparison,
    *,
    title: str | None = None,
    flames: bool = False,
    features: Sequence[RuntimeFeatures] = (),
    requirements: RuntimeRequirements | None = None,
    emit: EventHandler = null_handler,
) -> ReportDocument:
    """The report's document of an experiment that was run.

    Args:
        sources: What else is looked up in.
        plan: Its cells.
        comparison: Its measurements.
        title: The report's heading; by default the question with board and module in it.
        flames: Whether cells are run once more with every call followed.
        features: What the W3C suite found of their runtimes.
        requirements: What is required of a runtime.
        emit: Told how far it is.
    """
    measured = comparison.measurements
    cells = {cell.id: cell for cell in plan.all_cells}
    catalog, context = sources.catalog, sources.context
    with_image = [] if context is None else _with_image(measured)
    boards = {cell.board.name: cell.board for cell in plan.all_cells}.values()
    runtimes = notes(catalog, plan.all_cells)
    models = {board.name: cost_model(board, catalog.core(board)) for board in boards}
    bounds = frozenset(runtime.name for runtime in runtimes if runtime.bound)
    return ReportDocument(
        measurements=measured,
        title=title or _title(plan),
        boards=tuple(boards),
        runtimes=runtimes,
        rankings=setting_rankings(measured, boards, bounds, requirements, features, models),
        owner_classes=owner_classes(catalog, cells, measured),
        images=() if context is None else tuple(_images(context, cells, with_image[:MOST_IMAGES], emit)),
        images_omitted=len(with_image[MOST_IMAGES:]),
        flames=tuple(_flames(context, cells, measured, emit)) if flames and context is not None else (),
        features=tuple(features) or None,
        feature_titles={feature.name: feature.title for feature in catalog.features.features},
        history=tuple(_history(sources, measured)),
        notes=comparison.notes,
    )
