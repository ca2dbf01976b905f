"""Work that others do: the workers of a Dask cluster, and working for one."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.requests import RunOptions
from wasmfit.run import Executor
from wasmfit.run.executor import LocalExecutor


def executor_of(
    options: RunOptions, *, systems: Sequence[str], sources: Sequence[tuple[str, Path]]
) -> Executor | None:
    """Who works, if it is not this process with as many threads as there are processors.

    Args:
        options: With the cluster, if there is one.
        systems: Operating systems among the bases.
        sources: Working trees that something is built from.

    Raises:
        UsageError: What is measured cannot be sent to a cluster, or Dask is not installed.
    """
    if options.cluster is None:
        return None if options.jobs is None else LocalExecutor(options.jobs)
    if options.jobs is not None:
        raise UsageError(
            "--jobs is of this machine, and the cluster's workers do the work.",
            "Leave it out; `wasmfit worker --resource` says how much a worker does at a time.",
        )
    _require_dask("--cluster")
    if sources:
        raise UsageError(
            "A working tree is on this machine, and cannot be sent to a cluster.",
            "Leave out --cluster, or --source.",
        )
    if systems:
        raise UsageError(
            f"{systems[0]} is built from a checkout on this machine, which cannot be sent to a cluster.",
            f"Leave out --cluster, or --base {systems[0]}.",
        )
    if options.on is not None:
        raise UsageError(
            "The board is at this machine, and the cells would be measured on others.",
            "Leave out --cluster, or --on.",
        )
    from wasmfit.run.cluster.executor import ClusterExecutor

    return ClusterExecutor(options.cluster, options.catalogs)


def _require_dask(what: str) -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(f"{what} needs Dask, which is not installed.", "pip install 'wasmfit[cluster]'")


def work(
    *,
    scheduler: str | None = None,
    scheduler_file: Path | None = None,
    resources: Sequence[str] = (),
    memory: str = "auto",
    name: str | None = None,
    listen: str = "127.0.0.1",
    home: Path | None = None,
    say: Callable[[str], None],
) -> None:
    """Works for a cluster until it is told to stop.

    Args:
        scheduler, scheduler_file: Its address, or the file that has it.
        resources: As ``--resource``: ``NAME=AMOUNT``, next to ``qemu`` and ``build`` or in their place.
        memory: Memory after which the worker is started again, as Dask takes it.
        name: Its name in messages and results.
        listen: Address of this machine at which others reach it.
        home: wasmfit's folder.
        say: Told what it has and whom it works for.

    Raises:
        UsageError: An argument makes no sense, or Dask is not installed.
        MissingToolError: There is no Rust, or no C compiler.
        WasmfitError: The scheduler cannot be reached, or has gone.
    """
    _require_dask("wasmfit worker")
    from wasmfit.run.cluster import serve
    from wasmfit.run.cluster.resources import given as amounts

    offer = serve.WorkerOptions(
        serve.chosen(scheduler, scheduler_file), name, listen, amounts(resources), memory
    )
    serve.serve(offer, Home.find(home), say)
