"""The library: what the commands do, returning typed records."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from .build import BuildError, Context, checkout, laze
from .build.locks import HARNESS, locks, write
from .catalog import Catalog
from .catalog.load import unknown
from .errors import MissingToolError, UsageError
from .home import Home
from .model import Cell, CTarget
from .module import given
from .plan import Experiment, plan
from .probe import Bench, Probe, ProbeRs
from .results import Benchmark, Comparison, Store
from .results.benchmark import NATIVE
from .run import Listener, Pipeline, Profiled, nobody, profiled
from .toolchain import Check, Gateway, Versions, checks, find


def compare(
    *,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("add-with-extra",),
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    boards: Sequence[str] = ("nrf52840dk",),
    bases: Sequence[str] = ("bare",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Comparison:
    """Builds, checks, runs and compares runtimes; measurements that are in the store already are reused.

    Args:
        runtimes: As ``--runtime``: names, ``NAME@VERSION``, patterns; none takes the newest of each.
        module: A wasm module of the user's, in the place of workloads; a TOML file beside it is read too.
        calls: What to call, as ``run(1, -2, 3.5)``; the first is the first call, the last the steady one.
        expect: What each call must return, in the same order.
        imports: ``module.name`` → what answers that import.
        stub_all: Whether imports that nobody names do nothing.
        workloads, boards, bases, profiles: Names of the catalogue.
        select: Globs over cell ids.
        sources: Runtimes with the folders of working trees of theirs, measured beside the releases; for an
            operating system among the bases, the checkout to build from.
        on: ``probe``, or ``probe:SELECTOR``: a board that images run on as well, reached through probe-rs.
        rerun: Measure again what is in the store.
        home: wasmfit's folder; ``WASMFIT_HOME`` or the user's cache folder if it is not given.
        catalogs: Folders laid out as the built-in catalogue, whose entries are added to it.
        listener: Told what happens.
        echo: Called with the command line of every child process.

    Raises:
        UsageError: A name is unknown, a file is broken, or a folder of ``sources`` is not what it should be.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    gateway = Gateway(echo=echo)
    bench = None if on is None else Bench.find(gateway, _selector(on))
    folder = Home.find() if home is None else Home.at(home)
    catalog = _with_systems(catalog, gateway, folder, bases, dict(sources))
    checkouts = [
        checkout.inspect(catalog, gateway, name, path) for name, path in sources if name not in catalog.bases
    ]
    own = None
    if module is not None:
        hoped = (expect,) if isinstance(expect, str) else expect
        own = given(Path(module), calls_of=calls, expect=hoped, imports=imports, stub_all=stub_all)
    elif calls or expect or imports or stub_all:
        raise UsageError(
            "Calls, expectations and imports are of a module, and none is named.",
            "For example: wasmfit compare my.wasm --call 'run(1, 2)'",
        )
    planned = plan(
        catalog, Experiment(runtimes, workloads, boards, bases, profiles, select, tuple(checkouts), own)
    )
    versions = Versions(folder.tools, gateway)
    cells = planned.measured
    toolchain = find(versions, _c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    context = Context(catalog, folder, toolchain, gateway)
    return Pipeline(context, Store(folder.results), listener, rerun, bench).run(planned)


def _with_systems(
    catalog: Catalog, gateway: Gateway, home: Home, bases: Sequence[str], sources: Mapping[str, Path]
) -> Catalog:
    """The catalogue with the checkouts of the operating systems among the bases, or why there are none.

    Raises:
        UsageError: A folder is no checkout.
        MissingToolError: What builds them is not installed.
    """
    found = dict(catalog.bases)
    for name in sources.keys() & found.keys() - set(bases):
        raise UsageError(f"{name} is a base, and the comparison is not on it.", f"Add --base {name}.")
    for name in bases:
        base = catalog.base(name)
        if base.start != "laze":
            if name in sources:
                raise UsageError(f"The base {name} is not built from a checkout.", "Leave out its --source.")
            continue
        if shutil.which(laze.PROGRAM) is None:
            raise MissingToolError(f"laze is not installed, and {name} is built with it.", laze.REMEDY)
        place = sources.get(name, home.work / "checkouts" / name)
        why = None if name in sources else laze.clone(gateway, base.repository, place, home.logs / "git.log")
        found[name] = base.model_copy(
            update={"checkout": laze.inspect(gateway, name, place)}
            if why is None
            else {
                "missing": f"no checkout of {base.title.partition(',')[0]} could be had ({why}). "
                f"Name one with --source {name}=PATH"
            }
        )
    return replace(catalog, bases=found)


def _selector(on: str) -> str | None:
    """The probe that an ``--on`` argument names, if it names one."""
    kind, separator, selector = on.partition(":")
    if kind != "probe" or (separator and not selector):
        raise UsageError(
            f"--on takes probe or probe:SELECTOR, and {on!r} is neither.", "`wasmfit probes` lists them."
        )
    return selector or None


def probes() -> list[Probe]:
    """The debug probes that are attached.

    Raises:
        MissingToolError: probe-rs is not installed.
    """
    return ProbeRs.find(Gateway()).probes()


def profile(
    runtime: str,
    *,
    workload: str = "add-with-extra",
    board: str = "nrf52840dk",
    profile: str = "reference",
    phases: Sequence[str] = ("call",),
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> Profiled:
    """Follows the calls of one firmware: where are its instructions spent?

    Args:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        workload, board, profile: Names of the catalogue.
        phases: Of ``load``, ``instantiate`` and ``call``: those to look at.
        home, catalogs: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
    """
    catalog = Catalog.load(*catalogs)
    cells = plan(catalog, Experiment([runtime], [workload], [board], profiles=[profile])).cells
    if len(cells) != 1:
        names = ", ".join(cell.build.label for cell in cells) or "none that can be built"
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    folder = Home.find() if home is None else Home.at(home)
    gateway = Gateway()
    toolchain = find(Versions(folder.tools, gateway), _c_targets(catalog, cells), [cells[0].board.emulator])
    return profiled(Context(catalog, folder, toolchain, gateway), cells[0], phases)


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
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Benchmark:
    """Runs workloads on runtimes and holds each against native code; what is in the store is reused.

    Args:
        workloads: Names or patterns; none takes all of the catalogue.
        runtimes, boards, profiles, select, sources, on, rerun, home, catalogs, listener, echo: As for
            :func:`compare`. Native code is always measured beside the runtimes that are named.

    Raises:
        UsageError: As for :func:`compare`.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    chosen = dict.fromkeys(name for pattern in workloads or ("*",) for name in _workloads(catalog, pattern))
    return Benchmark(
        compare(
            runtimes=[NATIVE, *runtimes] if runtimes else (),
            workloads=tuple(chosen),
            boards=boards,
            profiles=profiles,
            select=[*select, f"{NATIVE}@*"] if select else (),
            sources=sources,
            on=on,
            rerun=rerun,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        )
    )


def _workloads(catalog: Catalog, pattern: str) -> list[str]:
    found = [name for name in sorted(catalog.workloads) if fnmatchcase(name, pattern)]
    return found or [catalog.workload(pattern).name]


def lock(names: Sequence[str], *, home: Path | None = None, catalogs: Sequence[Path] = ()) -> Iterator[Path]:
    """Writes the lockfiles of runtimes, workloads and bases anew, in the catalogue's folders.

    Args:
        names: Runtimes, workloads, bases, or patterns of them; ``harness`` is what all share.
        home: wasmfit's folder.
        catalogs: Catalogues beside the built-in one.

    Returns:
        The lockfiles, each as soon as it is written.

    Raises:
        UsageError: A name is unknown, or Cargo cannot resolve what one depends on.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    known = {*catalog.runtimes, *catalog.workloads, *catalog.bases, HARNESS}
    for name in names:
        if not any(fnmatchcase(one, name) for one in known):
            raise unknown("runtime, workload or base", name, known)
    folder, gateway = Home.find() if home is None else Home.at(home), Gateway()
    context = Context(catalog, folder, find(Versions(folder.tools, gateway), {}, ()), gateway)
    for one in locks(catalog):
        if any(fnmatchcase(one.owner, name) for name in names):
            try:
                write(context, one)
            except BuildError as error:
                raise UsageError(
                    f"{one.owner} cannot be locked: {error.reason}.", "Check crates, versions and features."
                ) from error
            yield one.path


def doctor(*, home: Path | None = None) -> list[Check]:
    """Looks for every tool that the catalogue could need."""
    catalog = Catalog.load()
    folder = Home.find() if home is None else Home.at(home)
    versions = Versions(folder.tools, Gateway())
    return checks(
        versions,
        [target.c for target in catalog.targets.values()],
        [board.emulator for board in catalog.boards.values()],
    )


def _c_targets(catalog: Catalog, cells: Sequence[Cell]) -> dict[str, CTarget]:
    return {
        cell.board.target: catalog.target(cell.board).c
        for cell in cells
        if cell.build.runtime.language == "c"
    }
