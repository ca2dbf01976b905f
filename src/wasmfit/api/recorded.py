"""Answers from what was measured before, here or for the set that comes with wasmfit: no tool is needed."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from wasmfit.analysis.basis import Origin, basis_notes, named, with_origin
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.model import Measurement, RuntimeFeatures
from wasmfit.plan import Plan, plan
from wasmfit.requests import Experiment, RunOptions
from wasmfit.run import record
from wasmfit.run.completion import completed
from wasmfit.store import MeasuredSet, OutcomeStore, Store

from .found_cells import FoundCells
from .measured_experiment import MeasuredExperiment
from .set_origins import features_notes

R = TypeVar("R")

_WITHOUT_TOOLS = "found and not measured now, since a tool is missing here: `wasmfit doctor` says which"

_LISTED = "`wasmfit list measured` has what there is; without --measured, what is missing is measured."


def recorded(catalog: Catalog, experiment: Experiment, options: RunOptions) -> MeasuredExperiment:
    """An experiment with what was measured of it before. Own measurements come before those of the set.

    Args:
        catalog: The catalogue.
        experiment: What is compared: workloads on releases.
        options: Where wasmfit's folder is.

    Raises:
        UsageError: Nothing of it was ever measured, or it is of a module or a working tree of the user's.
    """
    started = time.monotonic()
    refuse_measuring(options)
    if experiment.module is not None:
        raise UsageError(
            "A module of your own is in no measured set.",
            "Leave out --measured, or the module. Runtimes are named by -r wasm3, workloads by -w json.",
        )
    if experiment.sources:
        raise UsageError("A working tree is in no measured set.", "Leave out --measured, or --source.")
    home = Home.to_read(options.home)
    planned = plan(catalog, experiment)
    measured_set = MeasuredSet()
    with Store(home.results).reading() as reader:
        cells = FoundCells(reader, measured_set, InputDigests(catalog))
        found = {cell.id: one for cell in planned.measured if (one := cells.find(cell)) is not None}
    known = {cell: measurement for cell, (measurement, _) in found.items()}
    origins = {cell: origin for cell, (_, origin) in found.items()}
    missing = [cell.id for cell in planned.cells if cell.id not in known]
    if planned.cells and len(missing) == len(planned.cells):
        raise UsageError(
            f"No measurement of {named(missing)} is here or in the set that comes with wasmfit.", _LISTED
        )
    shown = _only(planned, known)
    settings = ((one.runtime, one.version, one.board, one.profile) for one in known.values())
    features = recorded_features(home, measured_set, settings)
    comparison = Comparison(
        _completed(catalog, shown, known, origins),
        time.monotonic() - started,
        len(known),
        features=tuple(one for one, _ in features),
        notes=(*basis_notes(origins), *_missing(missing)),
    )
    return MeasuredExperiment(
        catalog,
        home,
        shown,
        comparison,
        measured_set=measured_set,
        features_notes=features_notes(catalog, measured_set, features),
    )


def refuse_measuring(options: RunOptions) -> None:
    """Refuses options that say how something is measured, where nothing is.

    Raises:
        UsageError: One of them is given.
    """
    given = {
        "--rerun": options.rerun,
        "--on": options.on,
        "--cluster": options.cluster,
        "--label": options.label,
    }
    for option, value in given.items():
        if value:
            raise UsageError(
                f"{option} says how something is measured, and --measured measures nothing.",
                f"Leave out {option}, or --measured.",
            )


def or_recorded(options: RunOptions, measured: Callable[[RunOptions], R], note: Callable[[R, str], R]) -> R:
    """What is measured, or found where a tool that measures is missing.

    Args:
        options: How.
        measured: Measures, or finds what was measured before, as the options say.
        note: Adds to a result why it was not measured.

    Raises:
        MissingToolError: A tool is missing, and nothing was measured before.
    """
    try:
        return measured(options)
    except MissingToolError as error:
        if options.measured:
            raise
        try:
            found = measured(options.answered())
        except UsageError:
            raise error from None
        return note(found, _WITHOUT_TOOLS)


def telling_of_the_set(measured: Callable[[], R]) -> R:
    """What is measured; where a tool is missing, the error says that the set would answer.

    Raises:
        MissingToolError: A tool is missing.
    """
    try:
        return measured()
    except MissingToolError as error:
        raise MissingToolError(
            error.message, f"--measured answers from the measurements that come with wasmfit. {error.remedy}"
        ) from error


def with_note(one: MeasuredExperiment, note: str) -> MeasuredExperiment:
    """The same experiment with a note before all others."""
    comparison = one.comparison
    return replace(one, comparison=replace(comparison, notes=(note, *comparison.notes)))


def _completed(
    catalog: Catalog, shown: Plan, known: Mapping[str, Measurement], origins: Mapping[str, Origin]
) -> tuple[Measurement, ...]:
    """The measurements with what they are shown with, their origin among the facts."""
    skipped = {one.cell.id: record.skipped(one) for one in shown.skipped}
    return tuple(
        with_origin(one, origins[one.id]) if one.id in origins else one
        for one in completed(catalog, shown, {**known, **skipped})
    )


def recorded_features(
    home: Home, measured_set: MeasuredSet, settings: Iterable[tuple[str, str, str, str]]
) -> list[tuple[RuntimeFeatures, bool]]:
    """The verdicts on runtimes, and whether they are of this machine; one without any is left out.

    Args:
        home: wasmfit's folder.
        measured_set: The set.
        settings: Runtime, version, board and profile of each.
    """
    wanted = list(dict.fromkeys(settings))
    own = {
        (one.runtime, one.version, one.board, one.profile): one
        for one in OutcomeStore(home.results).find_features(wanted)
    }
    found = ((own.get(setting) or measured_set.features_of(setting), setting in own) for setting in wanted)
    return [(one, here) for one, here in found if one is not None]


def _only(planned: Plan, known: Iterable[str]) -> Plan:
    """The plan without the cells of which nothing is known."""
    chosen = set(known)
    return replace(
        planned,
        cells=tuple(cell for cell in planned.cells if cell.id in chosen),
        baselines=tuple(cell for cell in planned.baselines if cell.id in chosen),
    )


def _missing(cells: Sequence[str]) -> Iterable[str]:
    if cells:
        yield f"never measured, here or for the set: {named(cells)}; without --measured they are measured"
