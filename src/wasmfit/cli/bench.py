"""``wasmfit bench``."""

from wasmfit.api.benchmark import bench, benchmark_cells
from wasmfit.api.comparison import preview
from wasmfit.report import BENCH_FORMATS
from wasmfit.requests import BenchmarkExperiment, RunOptions, RunSettings

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

    Native code is always measured in addition to the runtimes that are chosen. Modules of your own, of which
    there is no native code, are compared with the runtime that is fastest over all of them.
    """
    if dry_run:
        planned = preview(
            benchmark_cells(experiment), RunOptions(**dict(settings)), modules=experiment.module_requests
        )
        write_result("\n".join(plan_lines(planned)), output.file)
        return
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        benchmark = bench(experiment, options)
    write_result(BENCH_FORMATS[output.format](benchmark), output.file)
    print_end(benchmark.comparison, benchmark.failed, quiet=output.quiet)


command = from_requests(bench_workloads)
