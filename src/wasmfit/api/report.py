"""Measuring, and one HTML file of everything."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wasmfit.analysis.document import ReportDocument
from wasmfit.analysis.evidence import features_of
from wasmfit.analysis.features import merged
from wasmfit.analysis.requirements import Wanted
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import RuntimeFeatures
from wasmfit.plan import Experiment
from wasmfit.run import Listener, nobody, portrait

from .benchmark import with_native, workloads_like
from .comparison import Circumstances, measured
from .own import own_module
from .suite import features_beside


def make_report(
    output: Path | str | None = None,
    *,
    title: str | None = None,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("add-with-extra",),
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    expect_log: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    boards: Sequence[str] = ("nrf52840dk",),
    bases: Sequence[str] = ("bare",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    flames: bool = False,
    features: bool = False,
    flash: str | int | None = None,
    ram: str | int | None = None,
    needs: str | Sequence[str] = (),
    weights: str | None = None,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.make_report()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    cluster: str | None = None,
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> ReportDocument:
    """Measures as :func:`compare` does, and makes one HTML file of everything.

    Args:
        output: The file; without one, nothing is written.
        title: Its heading.
        workloads: Names or patterns.
        flames: Whether each cell that ran is run once more with every call followed, for flame graphs.
        features: Whether the W3C suite is run on the runtimes; what is stored of it is shown in any case.
        flash, ram, needs, weights: What there is room for and what is wanted, as for \
:func:`wasmfit.fit`, on every board.
        runtimes, module, calls, expect, expect_log, imports, stub_all: As for :func:`compare`.
        boards, bases, profiles, select, sources, on, rerun, label, command: Likewise.
        home, catalogs, cluster, listener, echo: Likewise. Native code is always measured beside the \
runtimes that are named: slow-downs are held against it.

    Returns:
        What the report shows, as a record; ``wasmfit.report.html.to_html`` formats it.

    Raises:
        UsageError: As for :func:`compare`, or the file cannot be written.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    wanted = Wanted.of(flash, ram, needs, weights)
    own = own_module(module, calls, expect, expect_log, imports, stub_all)
    if flames and own is not None:
        raise UsageError("Flame graphs are of workloads, not of a module of your own.", "Leave out --flames.")
    chosen = workloads_like(catalog, workloads)
    beside, kept = with_native(runtimes, select) if own is None else (runtimes, select)
    how = Circumstances(sources, on, rerun, label, command, home, catalogs, cluster, listener, echo)
    done = measured(catalog, Experiment(beside, chosen, boards, bases, profiles, kept), own, how)
    known = {feature.name for feature in catalog.features.features}
    suite = sorted(known) if features else features_of(wanted.needs, known)
    cells = done.comparison.measurements
    found: Sequence[RuntimeFeatures] = done.comparison.features
    if suite:
        beside_them = features_beside(
            cells,
            suite,
            catalog.bounds,
            rerun=rerun,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        )
        found = [*beside_them, *found]
    made = portrait.portray(
        done.context,
        done.plan,
        done.comparison,
        title=title,
        flames=flames,
        features=merged(found),
        wanted=wanted,
        listener=listener,
    )
    if output is not None:
        _write(Path(output), made)
    return made


def _write(output: Path, made: ReportDocument) -> None:
    # Loaded here: nothing else needs it.
    from wasmfit.report.html import to_html

    try:
        output.write_text(to_html(made), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file.") from error
