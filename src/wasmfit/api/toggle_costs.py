"""What switches of runtimes cost."""

from typing import Unpack

from wasmfit import defaults
from wasmfit.analysis.toggle_costs import Pair, Priced, prices
from wasmfit.catalog import Catalog
from wasmfit.plan import BASELINE
from wasmfit.plan.select import switches
from wasmfit.requests import Experiment, RunOptions, ToggleCostExperiment
from wasmfit.requests.keywords import Keywords, ToggleCostKeywords

from .comparison import measure

_SIZED_BY = defaults.WORKLOAD


def priced(
    experiment: ToggleCostExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[ToggleCostKeywords],
) -> Priced:
    """What switches of runtimes cost: bytes of flash, and the slow-down of those that may slow down.

    Args:
        experiment: Whose switches.
        options: How.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or nothing that is named has a switch.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("priced", fields)
    experiment = keywords.record(ToggleCostExperiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.priced()")
    keywords.end()
    catalog = Catalog.load(*options.catalogs)
    pairs = [Pair(*switch) for switch in switches(catalog, experiment.runtimes)]
    builds = dict.fromkeys(build.label for pair in pairs for build in (pair.off, pair.on))
    # Those that slow nothing down run no workload.
    cells = {
        f"{build.label}/{workload}/*"
        for pair in pairs
        for build in (pair.off, pair.on)
        for workload in ((_SIZED_BY, *experiment.workloads) if pair.switch.slows else (_SIZED_BY,))
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
    costs = tuple(prices(pairs, measurements, _SIZED_BY))
    return Priced(costs, measurements, _SIZED_BY, comparison.seconds, comparison.reused)
