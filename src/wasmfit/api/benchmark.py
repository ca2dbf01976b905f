"""Workloads on runtimes, each compared with native code."""

from typing import TypeVar, Unpack

from wasmfit.analysis.benchmark import NATIVE, Benchmark
from wasmfit.errors import UsageError
from wasmfit.requests import BenchmarkExperiment, Experiment, Matrix, RunOptions
from wasmfit.requests.keywords import BenchKeywords, Keywords

from .comparison import catalog_of, measure
from .recorded import telling_of_the_set

M = TypeVar("M", bound=Matrix)


def bench(
    experiment: BenchmarkExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[BenchKeywords],
) -> Benchmark:
    """Runs workloads on runtimes and compares each with native code; what is in the store is reused.

    Args:
        experiment: What is run. Native code is always measured next to the runtimes that are named, unless
            modules alone are run, of which there is none.
        options: How.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: As for :func:`compare`.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("bench", fields)
    experiment = keywords.record(BenchmarkExperiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.bench()")
    keywords.end()
    cells, modules = benchmark_cells(experiment), experiment.module_requests
    catalog = catalog_of(cells, options)
    if modules and options.measured:
        raise UsageError(
            "Modules of your own are in no measured set.", "Leave out --measured, or the modules."
        )
    if modules:
        return Benchmark(measure(catalog, cells, options, modules).comparison)
    return Benchmark(telling_of_the_set(lambda: measure(catalog, cells, options)).comparison)


def benchmark_cells(experiment: BenchmarkExperiment) -> Experiment:
    """The workloads of a benchmark, with native code if there are any."""
    axes = {name: getattr(experiment, name) for name in Matrix.model_fields}
    cells = Experiment(**axes)
    if experiment.with_workloads:
        return with_native(cells)
    return cells.model_copy(update={"workloads": ()})


def with_native(matrix: M) -> M:
    """The same with native code, which slow-downs are relative to; no runtimes, or no patterns, stay none."""
    return matrix.model_copy(
        update={
            "runtimes": (NATIVE, *matrix.runtimes) if matrix.runtimes else (),
            "select": (*matrix.select, f"{NATIVE}@*") if matrix.select else (),
        }
    )
