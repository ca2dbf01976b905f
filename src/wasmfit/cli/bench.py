"""``wasmfit bench``."""

from wasmfit.api.benchmark import bench
from wasmfit.report import BENCH_FORMATS
from wasmfit.requests import BenchmarkExperiment, RunSettings

from .compare import print_end
from .from_requests import from_requests
from .options import OutputOptions
from .output import require_writable, write_result
from .progress import reported


def bench_workloads(experiment: BenchmarkExperiment, settings: RunSettings, output: OutputOptions) -> None:
    """Run workloads on runtimes: instructions, slowdown compared with native code, heap and stack.

    Native code is always measured in addition to the runtimes that are chosen.
    """
    require_writable(output.file)
    with reported(settings, verbose=output.verbose) as options:
        benchmark = bench(experiment, options)
    write_result(BENCH_FORMATS[output.format](benchmark), output.file)
    print_end(benchmark.comparison, benchmark.failed)


command = from_requests(bench_workloads)
