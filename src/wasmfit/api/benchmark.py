"""Workloads on runtimes, each held against native code."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from wasmfit.analysis.benchmark import NATIVE, Benchmark
from wasmfit.catalog import Catalog
from wasmfit.run import Listener, nobody

from .comparison import compare


def bench(
    *,
    workloads: Sequence[str] = (),
    runtimes: Sequence[str] = (),
    boards: Sequence[str] = ("nrf52840dk",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.bench()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    cluster: str | None = None,
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Benchmark:
    """Runs workloads on runtimes and holds each against native code; what is in the store is reused.

    Args:
        workloads: Names or patterns; none takes all of the catalogue.
        runtimes, boards, profiles, select, sources, on, rerun, label, command, home, catalogs, cluster, \
listener, echo: As for :func:`compare`. Native code is always measured beside the runtimes that are named.

    Raises:
        UsageError: As for :func:`compare`.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    beside, kept = with_native(runtimes, select)
    chosen = workloads_like(catalog, workloads or ("*",))
    return Benchmark(
        compare(
            runtimes=beside,
            workloads=chosen,
            boards=boards,
            profiles=profiles,
            select=kept,
            sources=sources,
            on=on,
            rerun=rerun,
            label=label,
            command=command,
            home=home,
            catalogs=catalogs,
            cluster=cluster,
            listener=listener,
            echo=echo,
        )
    )


def workloads_like(catalog: Catalog, patterns: Sequence[str]) -> tuple[str, ...]:
    """The names of the workloads that patterns name, each once.

    Raises:
        UsageError: One names none.
    """
    chosen: dict[str, None] = {}
    for pattern in patterns:
        found = [name for name in sorted(catalog.workloads) if fnmatchcase(name, pattern)]
        chosen |= dict.fromkeys(found or [catalog.workload(pattern).name])
    return tuple(chosen)


def with_native(runtimes: Sequence[str], select: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Runtimes and globs with native code among them, which slow-downs are held against; none stays none."""
    return ([NATIVE, *runtimes] if runtimes else (), [*select, f"{NATIVE}@*"] if select else ())
