"""Measuring, and one HTML file of everything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from wasmfit.analysis.document import ReportDocument
from wasmfit.analysis.evidence import measurable_features
from wasmfit.analysis.features import merged
from wasmfit.errors import UsageError
from wasmfit.model import RuntimeFeatures
from wasmfit.requests import (
    Experiment,
    FitRequirements,
    ReportExperiment,
    ReportSettings,
    RunOptions,
)
from wasmfit.requests.keywords import Keywords, ReportKeywords
from wasmfit.run import report_builder

from .benchmark import with_native
from .comparison import catalog_of, measure
from .compilers import require_something_tried
from .features import features_of_measured
from .fit import requirements_of
from .recorded import or_recorded, with_note


def make_report(
    output: Path | str | None = None,
    *,
    experiment: Experiment | None = None,
    requirements: FitRequirements | None = None,
    settings: ReportSettings | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[ReportKeywords],
) -> ReportDocument:
    """Measures as :func:`compare` does, and makes one HTML file of everything.

    Args:
        output: The file; without one, nothing is written.
        experiment: What is measured: workloads, modules of your own, or both. Native code is always \
measured next to the runtimes that are named, where there are workloads: slow-downs are relative to it.
        requirements: What there is room for and what is wanted, on every board.
        settings: What the report shows.
        options: How cells are measured.
        fields: The fields of these records, as for :func:`compare`.

    Returns:
        What the report shows, as a record; ``wasmfit.report.html.to_html`` formats it.

    Raises:
        UsageError: As for :func:`compare`, or the file cannot be written.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("make_report", fields)
    experiment = keywords.record(ReportExperiment if experiment is None else Experiment, experiment)
    required = requirements_of(keywords.record(FitRequirements, requirements))
    settings = keywords.record(ReportSettings, settings)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.make_report()")
    keywords.end()
    if settings.flames and experiment.module is not None:
        raise UsageError("Flame graphs are of workloads, not of a module of your own.", "Leave out --flames.")
    if experiment.with_workloads:
        experiment = with_native(experiment)
    catalog = catalog_of(experiment, options)
    measured = or_recorded(
        options, lambda how: require_something_tried(measure(catalog, experiment, how)), with_note
    )
    comparison = measured.with_features
    if measured.context is None:
        if settings.flames:
            raise UsageError("Flame graphs are of cells that are run.", "Leave out --flames, or --measured.")
        options = options.answered()
    known = {feature.name for feature in catalog.features.features}
    suite = sorted(known) if settings.features else measurable_features(required.features, known)
    features: Sequence[RuntimeFeatures] = comparison.features
    if suite:
        suites = features_of_measured(comparison.measurements, suite, catalog.bounds, options)
        features = [*(one for measured_now in suites for one in measured_now.runtimes), *features]
    document = report_builder.build_document(
        report_builder.ReportSources(
            measured.catalog, measured.home, measured.context, measured.measured_set
        ),
        measured.plan,
        comparison,
        title=settings.title,
        flames=settings.flames,
        features=merged(features),
        requirements=required,
        emit=options.event_handler,
    )
    if output is not None:
        _write(Path(output), document)
    return document


def _write(output: Path, document: ReportDocument) -> None:
    # Loaded here: nothing else needs it.
    from wasmfit.report.html import to_html

    try:
        output.write_text(to_html(document), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file.") from error
