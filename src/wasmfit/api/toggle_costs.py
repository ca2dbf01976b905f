"""What feature toggles of runtimes cost."""

import warnings
from typing import Unpack

from wasmfit import defaults
from wasmfit.analysis.toggle_costs import ToggleCosts, TogglePair, costs_of
from wasmfit.catalog import Catalog
from wasmfit.plan import BASELINE
from wasmfit.plan.select import feature_toggles
from wasmfit.requests import Experiment, RunOptions, ToggleCostExperiment
from wasmfit.requests.keywords import Keywords, ToggleCostKeywords

from .comparison import measure

_SIZED_BY = defaults.WORKLOAD


def toggle_costs(
    experiment: ToggleCostExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[ToggleCostKeywords],
) -> ToggleCosts:
    """What feature toggles of runtimes cost: bytes of flash, and the slowdown of those that may slow down.

    Args:
        experiment: Whose feature toggles.
        options: How.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or nothing that is named has a feature toggle.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("toggle_costs", fields)
    experiment = keywords.record(ToggleCostExperiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.toggle_costs()")
    keywords.end()
    catalog = Catalog.load(*options.catalogs)
    pairs = [TogglePair(*toggle) for toggle in feature_toggles(catalog, experiment.runtimes)]
    builds = dict.fromkeys(build.label for pair in pairs for build in (pair.off, pair.on))
    # Those that slow nothing down run no workload.
    cells = {
        f"{build.label}/{workload}/*"
        for pair in pairs
        for build in (pair.off, pair.on)
        for workload in ((_SIZED_BY, *experiment.workloads) if pair.toggle.slows else (_SIZED_BY,))
    }
    compared = Experiment(
        runtimes=tuple(builds),
        workloads=(_SIZED_BY, *experiment.workloads),
        boards=experiment.boards,
        profiles=experiment.profiles,
        select=tuple(sorted(cells)),
    )
    comparison = measure(catalog, compared, options).comparison
    measurements = tuple(cell for cell in comparison.measurements if cell.runtime != BASELINE)
    costs = tuple(costs_of(pairs, measurements, _SIZED_BY))
    return ToggleCosts(costs, measurements, _SIZED_BY, comparison.seconds, comparison.reused)


def priced(
    experiment: ToggleCostExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[ToggleCostKeywords],
) -> ToggleCosts:
    """The old name of :func:`toggle_costs`; it goes with the next version."""
    warnings.warn(
        "`wasmfit.priced` is the old name of `wasmfit.toggle_costs`, and goes with the next version.",
        FutureWarning,
        stacklevel=2,
    )
    return toggle_costs(experiment, options, **fields)
