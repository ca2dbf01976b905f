"""``wasmfit bench``."""

from wasmfit.api.benchmark import bench, with_native
from wasmfit.api.comparison import preview
from wasmfit.report import BENCH_FORMATS
from wasmfit.requests import BenchmarkExperiment, Experiment, RunOptions, RunSettings

from .compare import DryRun, print_end
from .estimates import plan_lines
from .from_requests import from_requests
from .options import OutputOptions
from .output import require_writable, write_result
from .progress import reported


def bench_workloads(
    experiment: BenchmarkExperiment, settings: RunSettings, output: OutputOptions, dry_run: DryRun = False
) -> None:
    """Run workloads on runtimes: instructions, slowdown compared with native code, heap and stack.

    Native code is always measured in addition to the runtimes that are chosen.
    """
    if dry_run:
        cells = Experiment(**dict(with_native(experiment)))
        write_result("\n".join(plan_lines(preview(cells, RunOptions(**dict(settings))))), output.file)
        return
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        benchmark = bench(experiment, options)
    write_result(BENCH_FORMATS[output.format](benchmark), output.file)
    print_end(benchmark.comparison, benchmark.failed, quiet=output.quiet)


command = from_requests(bench_workloads)
