"""Which runtime fits a board."""

from typing import Unpack

from wasmfit.analysis.basis import basis_notes
from wasmfit.analysis.evidence import EvidenceSource, declared_source, measurable_features, suite_source
from wasmfit.analysis.fit import Fit
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import RuntimeRequirements
from wasmfit.catalog import Catalog
from wasmfit.requests import Experiment, FitExperiment, FitRequirements, RunOptions
from wasmfit.requests.keywords import FitKeywords, Keywords
from wasmfit.timing import cost_model

from .board_setup import with_setup
from .comparison import measure
from .compilers import require_something_tried
from .features import features_of_measured
from .memory_notes import memory_notes
from .recorded import or_recorded, with_note


def fit(
    experiment: FitExperiment | None = None,
    requirements: FitRequirements | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[FitKeywords],
) -> Fit:
    """Ranks the runtimes that fit a board, and says what the others would take. What is missing is measured.

    Where a tool is missing that measures, the answer rests on what was measured before, here or for the set
    that comes with wasmfit, and says so.

    Args:
        experiment: The runtimes, and what they are measured on.
        requirements: What there is room for, and what is wanted.
        options: How cells are measured.
        fields: The fields of these records, as for :func:`compare`.

    Raises:
        UsageError: A name or amount is not understood.
        MissingToolError: As for :func:`compare`.
    """
    keywords = Keywords("fit", fields)
    experiment = keywords.record(FitExperiment, experiment)
    required = requirements_of(keywords.record(FitRequirements, requirements))
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.fit()")
    keywords.end()
    catalog = with_setup(
        Catalog.load(*options.catalogs), (experiment.board,), experiment.clock, experiment.assume
    )
    board = catalog.board(experiment.board)
    limits = required.on(board)
    cells = _cells(catalog, experiment)
    measured = or_recorded(
        options, lambda how: require_something_tried(measure(catalog, cells, how)), with_note
    )
    comparison = measured.comparison
    sources: tuple[EvidenceSource, ...] = (declared_source,)
    notes: list[str] = []
    if needed := measurable_features(
        limits.features, {feature.name for feature in catalog.features.features}
    ):
        how = options.answered() if measured.context is None else options
        suites = list(features_of_measured(comparison.measurements, needed, catalog.bounds, how))
        sources = (suite_source([one for suite in suites for one in suite.runtimes]), declared_source)
        notes = [f"verdicts on features: {note}" for suite in suites for note in basis_notes(suite.origins)]
        elsewhere = {
            f"{one.board}, profile {one.profile}"
            for suite in suites
            for one in suite.runtimes
            if (one.board, one.profile) != (board.name, experiment.profile)
        }
        notes += [f"verdicts on features are those on {where}: none is known here" for where in elsewhere]
    return rank(
        comparison.measurements,
        limits,
        board_title=board.title,
        sources=sources,
        bounds=catalog.bounds,
        run=comparison.run,
        notes=(*comparison.all_notes, *notes, *required.notes(board), *memory_notes(measured)),
        cost_model=cost_model(board, catalog.core(board)),
    )


def requirements_of(request: FitRequirements) -> RuntimeRequirements:
    """The requirements of a request, parsed.

    Raises:
        UsageError: A size, a feature or a weight is invalid.
    """
    return RuntimeRequirements.of(request.flash, request.ram, request.needs, request.weights)


def _cells(catalog: Catalog, experiment: FitExperiment) -> Experiment:
    """The same as cells: one name on each axis but the runtimes'."""
    request = Experiment(
        runtimes=experiment.runtimes,
        boards=(experiment.board,),
        bases=(experiment.base,),
        profiles=(experiment.profile,),
        sources=experiment.sources,
        module=experiment.module,
        more_modules=experiment.more_modules,
    )
    if experiment.module is not None:
        return request
    return request.model_copy(update={"workloads": (catalog.workload(experiment.workload).name,)})
