"""Measures the set that comes with wasmfit, and packs it into the package: ``make maint-measured``.

measured.py            measures what the set lacks and what has changed, step by step, and packs as it goes;
                       interrupted, it goes on where it stopped
measured.py --again    measures everything again
measured.py --before 2026-11-30T05
                       measures again what was measured before that time, where it is known that what wasmfit
                       says of the same image has changed since
measured.py check      what a release must not carry is an error: outdated cells, or a set that is too large
measured.py say        the same without an error, with how much of each step the set has
"""

import argparse
import re
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit import __version__
from wasmfit.api.comparison import compare
from wasmfit.api.features import features
from wasmfit.api.set_origins import set_origins
from wasmfit.builder import BuildError, Context, FirmwareSpec, StepContext, digest, image
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests, changed
from wasmfit.cli.output import message
from wasmfit.cli.progress import ProgressReporter
from wasmfit.defaults import BOARD, PROFILE
from wasmfit.home import Home
from wasmfit.model import Build, Cell, Measurement, Status
from wasmfit.plan import Plan, c_targets, cell_by_id, cells_by_id, plan, select_builds
from wasmfit.requests import Experiment, FeaturesExperiment, RunOptions
from wasmfit.run.measure import owned as owned_bytes
from wasmfit.run.measure import size as size_of
from wasmfit.store import MeasuredSet, Store
from wasmfit.store.measured_set import BUILT_IN, SetCell, SetFeatures, features_cell, write_set
from wasmfit.toolchain import ProcessRunner, Versions, find
from wasmfit.toolchain.packages.system import read
from wasmfit.words import counted

LARGEST_SET = 3_000_000
"""Bytes that the set may add to the wheel."""

PROFILES = (PROFILE, "fast", "small")
"""Profiles that the set has, the default first; others are measured by whoever wants them."""

_FAILED = frozenset({Status.BUILD_FAILED, Status.TIMEOUT})
"""Ends that may be the machine's fault."""

_OF_ANY_MACHINE = "reached the limit of [0-9,]+ instructions"
"""Why a run ended that would end so anywhere: instructions are counted, seconds are this machine's."""


PACKED_AT_ONCE = 80
"""Cells between two packings: what an interruption can lose of the set, about a quarter of an hour."""


@dataclass(frozen=True)
class Step:
    """Cells that are measured together; the more valuable steps come first."""

    title: str
    experiment: Experiment


@dataclass(frozen=True)
class FeatureStep:
    """Runtimes whose features are measured."""

    title: str
    experiment: FeaturesExperiment


def steps(catalog: Catalog) -> list[Step | FeatureStep]:
    """What the set is to have."""
    boards = tuple(sorted(catalog.boards))
    timed = sorted(board.name for board in catalog.boards.values() if board.timing is not None)
    workloads = tuple(sorted(catalog.workloads))
    return [
        Step("newest runtimes on every board", Experiment(boards=boards)),
        FeatureStep("features", FeaturesExperiment()),
        *(Step(f"profile {name}", Experiment(boards=boards, profiles=(name,))) for name in PROFILES[1:]),
        *(
            Step(f"workloads on {board}", Experiment(workloads=workloads, boards=(board,)))
            for board in sorted(timed, key=lambda name: name != BOARD)
        ),
        *_of_all("every variant", "*", boards),
        *_of_all("every version and variant", "all", boards),
    ]


def _of_all(title: str, runtimes: str, boards: tuple[str, ...]) -> Iterator[Step | FeatureStep]:
    for profile in PROFILES:
        experiment = Experiment(runtimes=(runtimes,), boards=boards, profiles=(profile,))
        yield Step(f"{title}, profile {profile}", experiment)
    yield FeatureStep(f"features of {title}", FeaturesExperiment(runtimes=(runtimes,)))


@dataclass
class NewSet:
    """The set that is being made: what is still current of the old one, and what is measured.

    What is outdated stays, and is outdated, until it is measured again.
    """

    catalog: Catalog
    digests: InputDigests
    outdated: dict[str, SetCell] = field(default_factory=dict)
    cells: dict[str, SetCell] = field(default_factory=dict)
    features: dict[str, SetFeatures] = field(default_factory=dict)

    def take(self, old: MeasuredSet, before: str | None = None) -> None:
        """Takes what is current.

        Args:
            old: The set as it is.
            before: A time; what was measured earlier is not current either.
        """
        known = cells_by_id(self.catalog, old.cells)
        for name, entry in old.cells.items():
            cell, one = known.get(name), old.measurement(name)
            if cell is None or one is None:
                continue
            is_old = before is not None and entry.measured_at < before
            is_current = not is_old and entry.inputs == self.digests.of_cell(cell)
            (self.cells if is_current else self.outdated)[name] = SetCell(one, entry.system, entry.inputs)
        settings = self.feature_inputs()
        for name, entry in old.features.items():
            found = old.features_of(_setting(name))
            if found is not None and name in settings and entry.inputs == settings[name]:
                self.features[name] = SetFeatures(found, entry.wasmfit, entry.system, entry.inputs)

    def feature_inputs(self) -> dict[str, dict[str, str]]:
        """Every id of features, and what they would be measured from."""
        return {
            features_cell(build.name, build.number, board.name, profile.name): self.digests.of_features(
                build, board, profile
            )
            for build in select_builds(self.catalog, ("all",))
            for board in self.catalog.boards.values()
            for profile in map(self.catalog.profile, PROFILES)
        }

    def write(self, path: Path) -> None:
        """Packs it."""
        said = tuple(coverage(self.catalog, self.cells, self.features))
        cells = {**self.outdated, **self.cells}
        write_set(path, list(cells.values()), list(self.features.values()), said)


def _setting(cell: str) -> tuple[str, str, str, str]:
    build, _, board, _, profile = cell.split("/")
    runtime, _, version = build.partition("@")
    return runtime, version, board, profile


def system() -> str:
    """This system in two words, such as ``Debian 12``."""
    said = read()
    return " ".join(filter(None, (said.get("ID", "unknown").capitalize(), said.get("VERSION_ID", ""))))


_IN_IMAGES = frozenset({"runtime", "harness", "profile"})
"""Parts that decide nothing but what the image is: if that is the same, so is all that was measured of it."""


def carry_over(step: Step, old: MeasuredSet, new: NewSet, options: RunOptions) -> None:
    """Takes outdated cells of a step whose images come out as they were: they are built, and not run.

    Who owns the bytes is found out again, since that changes with wasmfit.
    """
    cells = []
    for cell in plan(new.catalog, step.experiment).measured:
        entry = old.cells.get(cell.id)
        if entry is None or cell.id in new.cells or entry.system != system():
            continue
        if _IN_IMAGES.issuperset(changed(entry.inputs, new.digests.of_cell(cell))):
            cells.append(cell)
    if not cells:
        return
    context = _context(new.catalog, cells, options.home)
    carried = 0
    for cell in cells:
        one = old.measurement(cell.id)
        if one is not None and (accounted := _accounted(context, cell, one)) is not None:
            new.cells[cell.id] = SetCell(accounted, old.cells[cell.id].system, new.digests.of_cell(cell))
            carried += 1
    message(f"{step.title}: {carried:,} of {len(cells):,} outdated cells have the image that was measured.")


def _context(catalog: Catalog, cells: Sequence[Cell], home: Path | None) -> Context:
    found, runner = Home.find(home), ProcessRunner()
    emulators = [cell.board.emulator for cell in cells]
    toolchain = find(Versions(found.tools, runner), c_targets(catalog, cells), emulators)
    return Context(catalog, found, toolchain, runner)


def _accounted(context: Context, cell: Cell, one: Measurement) -> Measurement | None:
    """A measurement with the owners that bytes have today; ``None`` unless the image is the one measured."""
    try:
        built = image(context, StepContext(context.home.logs / "measured.log"), FirmwareSpec.of(cell))
    except (BuildError, OSError):
        return None
    if digest.file(built.elf) != one.provenance.elf_sha256:
        return None
    owned = owned_bytes(context, cell, built.elf, built.link_map)
    return one.model_copy(update={"size": size_of(context, cell, owned, built.cargo_lock)})


def measure(step: Step, new: NewSet, options: RunOptions) -> None:
    """Measures the cells of a step that the set lacks."""
    planned = plan(new.catalog, step.experiment)
    missing = [cell.id for cell in planned.measured if cell.id not in new.cells]
    message(f"{step.title}: {len(missing):,} of {len(planned.measured):,} cells to measure.")
    for first in range(0, len(missing), PACKED_AT_ONCE):
        _measure_some(step, tuple(missing[first : first + PACKED_AT_ONCE]), new, options)
        pack(new)


def _measure_some(step: Step, cells: tuple[str, ...], new: NewSet, options: RunOptions) -> None:
    chosen = step.experiment.model_copy(update={"select": cells})
    run = compare(chosen, options).run
    assert run is not None
    where = system()
    with Store(Home.find(options.home).results).reading() as reader:
        for stored in reader.shown(run):
            cell, one = cell_by_id(new.catalog, stored.cell), reader.measurement(stored)
            if cell is not None and one is not None and stored.number and not _may_be_the_machines_fault(one):
                new.cells[stored.cell] = SetCell(one, where, new.digests.of_cell(cell))


def _may_be_the_machines_fault(one: Measurement) -> bool:
    """Whether a cell may have ended so for this machine: then it is tried again, and not packed."""
    return one.status in _FAILED and not re.match(_OF_ANY_MACHINE, one.reason or "")


def measure_features(step: FeatureStep, new: NewSet, options: RunOptions) -> None:
    """Measures the features of the runtimes of a step that the set lacks."""
    builds = {(build.name, build.number): build for build in _with_suite(new.catalog, step)}
    wanted = [build for build in builds.values() if _features_id(build) not in new.features]
    message(f"{step.title}: {len(wanted)} runtimes to measure.")
    board, profile = new.catalog.board(BOARD), new.catalog.profile(PROFILE)
    for build in wanted:
        if _features_id(build) in new.features:
            continue
        measured = features(step.experiment.model_copy(update={"runtimes": (build.label,)}), options)
        if measured.failures:
            continue
        # A name may stand for several builds, such as a runtime and its variants.
        for one in measured.runtimes:
            own = builds[one.runtime, one.version]
            inputs = new.digests.of_features(own, board, profile)
            new.features[_features_id(own)] = SetFeatures(one, __version__, system(), inputs)
        pack(new)


def pack(new: NewSet) -> None:
    """Writes the set of the package anew, and says how large it is."""
    new.write(BUILT_IN)
    message(f"{BUILT_IN}: {BUILT_IN.stat().st_size:,} B.")


def _with_suite(catalog: Catalog, step: FeatureStep) -> list[Build]:
    chosen = select_builds(catalog, step.experiment.runtimes)
    return [build for build in chosen if build.unavailable is None and catalog.takes_suite(build.runtime)]


def _features_id(build: Build) -> str:
    return features_cell(build.name, build.number, BOARD, PROFILE)


def coverage(catalog: Catalog, have_cells: Container[str], have_features: Container[str]) -> Iterator[str]:
    """How much of each step there is, in sentences.

    Args:
        catalog: The catalogue.
        have_cells: Ids of the cells that there are.
        have_features: Ids of features, likewise.
    """
    for step in steps(catalog):
        if isinstance(step, Step):
            planned: Plan = plan(catalog, step.experiment)
            cells = [cell.id for cell in planned.measured]
            known = sum(cell in have_cells for cell in cells)
        else:
            cells = [_features_id(build) for build in _with_suite(catalog, step)]
            known = sum(cell in have_features for cell in cells)
        yield f"{step.title}: {known:,} of {len(cells):,}"


def problems(catalog: Catalog, measured_set: MeasuredSet) -> Iterator[str]:
    """What a release must not carry, in sentences."""
    size = measured_set.path.stat().st_size if measured_set.path.is_file() else 0
    if not size:
        yield "there is no measured set"
    if size > LARGEST_SET:
        yield f"the measured set has {size:,} B, and {LARGEST_SET:,} B is the limit"
    outdated: dict[tuple[str, ...], list[str]] = {}
    for cell, origin in set_origins(catalog, measured_set, measured_set.cells).items():
        outdated.setdefault(origin.changed, []).append(cell)
    settings = NewSet(catalog, InputDigests(catalog)).feature_inputs()
    for cell, entry in measured_set.features.items():
        now = settings.get(cell, {})
        since = tuple(part for part in entry.inputs if now.get(part) != entry.inputs[part])
        outdated.setdefault(since, []).append(cell)
    for since, cells in outdated.items():
        if since:
            parts, number = ", ".join(since), counted(len(cells), "cell")
            yield f"outdated, since these have changed: {parts}: {number}, such as {cells[0]}"


def _measure_all(arguments: argparse.Namespace) -> None:
    catalog = Catalog.load()
    old, new = MeasuredSet(), NewSet(catalog, InputDigests(catalog))
    if not arguments.again:
        new.take(old, arguments.before)
    with ProgressReporter() as reporter:
        options = RunOptions(
            home=arguments.home,
            cluster=arguments.cluster,
            event_handler=reporter,
            command="make maint-measured",
        )
        for step in steps(catalog):
            if isinstance(step, Step):
                if not arguments.again:
                    carry_over(step, old, new, options)
                measure(step, new, options)
            else:
                measure_features(step, new, options)
        pack(new)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("measure", "check", "say"), default="measure")
    parser.add_argument("--again", action="store_true", help="measure what is in the set as well")
    parser.add_argument("--before", help="measure again what was measured before this time (UTC, ISO 8601)")
    parser.add_argument("--cluster", help="the scheduler of a Dask cluster whose workers measure")
    parser.add_argument("--home", type=Path, help="wasmfit's folder")
    arguments = parser.parse_args(words)
    if arguments.what == "measure":
        _measure_all(arguments)
        return 0
    catalog, measured_set = Catalog.load(), MeasuredSet()
    if arguments.what == "say":
        for line in coverage(catalog, measured_set.cells, measured_set.features):
            print(line)
    found = list(problems(catalog, measured_set))
    for problem in found:
        print(f"measured set: {problem}", file=sys.stderr)
    if found:
        print("`make maint-measured` measures what has changed.", file=sys.stderr)
    return int(bool(found) and arguments.what == "check")


if __name__ == "__main__":
    sys.exit(main())
