"""Pages of the site that are made from the measured set: an overview, every board, every runtime, the report.

They are made whenever the site is built, in memory, and nothing of them is kept in the repository.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage

import wasmfit
from wasmfit.analysis.basis import OUTDATED, is_outdated, mark_of, marked, outdated_notes
from wasmfit.analysis.benchmark import BASELINE, NATIVE
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.feature_tables import feature_tables
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.analysis.numbers import grouped
from wasmfit.catalog import Catalog
from wasmfit.defaults import BOARD, PROFILE
from wasmfit.errors import UsageError
from wasmfit.model import Board, Measurement, Runtime, Status, builds
from wasmfit.plan import BASELINE as WITHOUT_RUNTIME
from wasmfit.report.escape import escape
from wasmfit.report.fit import to_markdown as fit_to_markdown
from wasmfit.report.html import to_html
from wasmfit.report.markdown import tables_to_markdown
from wasmfit.store import MeasuredSet
from wasmfit.table import Table, text_column, value_column

FOLDER = "measured"

_SHOWN = (
    "flash",
    "flash_over_baseline",
    "least_ram",
    "stack_peak",
    "instructions_load",
    "instructions_instantiate",
    "instructions_call",
    "time_call",
)
"""Keys of the metrics that tables show; the report and `wasmfit compare --measured` have all."""

T = TypeVar("T")

_LINK = "[The measured set](measured.md)"
"""The link on the first page that links to the pages follow."""

_ELSEWHERE = "; not on this machine"

_NOTHING = "The set has no measurement of it yet. `wasmfit compare` measures.\n"


@dataclass(frozen=True)
class Page:
    """A page of the site, by its path without the folder."""

    path: str
    title: str
    text: str


@dataclass(frozen=True)
class Answers:
    """Answers from the set alone: ``home`` is a folder without measurements."""

    catalog: Catalog
    home: Path

    @cached_property
    def everywhere(self) -> Comparison | None:
        """The newest runtimes on every board, in every profile that the set has."""
        known = {cell.rpartition("/")[2] for cell in MeasuredSet().cells} & self.catalog.profiles.keys()
        profiles = sorted(known | {PROFILE}, key=lambda name: (name != PROFILE, name))
        return self.compared(boards=["all"], profiles=profiles)

    @cached_property
    def every_build(self) -> Comparison | None:
        """Every version and variant on every board."""
        return self.compared(runtimes=["all"], boards=["all"])

    @cached_property
    def features(self) -> FeaturesMeasured | None:
        """The features of every version and variant."""
        return _known(lambda: wasmfit.features(runtimes=["all"], measured=True, home=self.home))

    def compared(self, **fields: object) -> Comparison | None:
        """A comparison, if the set has anything of it."""
        return _known(lambda: wasmfit.compare(measured=True, home=self.home, **fields))  # type: ignore[arg-type]


def _known(answer: Callable[[], T]) -> T | None:
    """An answer; ``None`` where the set has nothing of it."""
    try:
        return answer()
    except UsageError:
        return None


def pages(answers: Answers) -> Iterator[Page]:
    """The pages, the overview first."""
    yield Page("index.md", "Overview", _overview(answers))
    for board in answers.catalog.boards.values():
        yield Page(f"boards/{board.name}.md", board.title, _board(answers, board))
    for runtime in answers.catalog.runtimes.values():
        if runtime.name != WITHOUT_RUNTIME:
            yield Page(f"runtimes/{runtime.name}.md", runtime.title, _runtime(answers, runtime))


def report(answers: Answers) -> str:
    """The report of the newest runtimes on the default board, with all workloads that the set has there."""
    document = wasmfit.make_report(
        measured=True, home=answers.home, workloads=["*"], profiles=[PROFILE], boards=[BOARD]
    )
    return to_html(document)


def _overview(answers: Answers) -> str:
    boards = "\n".join(
        f"- [{escape(board.title)}](boards/{board.name}.md): {escape(board.chip)}, {board.flash.size:,} B of "
        f"flash, {board.ram.size:,} B of RAM"
        for board in answers.catalog.boards.values()
    )
    runtimes = "\n".join(
        f"- [{escape(runtime.title)}](runtimes/{runtime.name}.md)"
        for runtime in answers.catalog.runtimes.values()
        if runtime.name != WITHOUT_RUNTIME
    )
    coverage = "\n".join(f"- {line}" for line in MeasuredSet().coverage)
    everywhere = answers.everywhere
    matrix = _NOTHING if everywhere is None else _matrix(answers, everywhere)
    return f"""# Measured

What wasmfit measured of every runtime on every board, as it comes with the package: `wasmfit fit` and
`wasmfit compare --measured` answer from the same measurements, without a compiler or an emulator.
{_basis(everywhere)}

[The whole report](report.html) has every byte's owner, slowdowns, stack and heap of the {BOARD}.

## Bytes of flash, or how it ended

{matrix}

## Boards

{boards}

## Runtimes

{runtimes}

## How much of it there is

{coverage}
"""


def _basis(comparison: Comparison | None) -> str:
    notes = () if comparison is None else comparison.notes
    return _for_readers("\n".join(f"\n{escape(_sentence(note))}" for note in notes))


def _for_readers(text: str) -> str:
    """An answer as it stands on a page: "this machine" is none of its reader's, and what is missing is listed
    in one place.
    """
    lines = (line for line in text.splitlines() if not re.match(r"(- )?never measured", line, re.IGNORECASE))
    return "\n".join(lines).replace(_ELSEWHERE, "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _matrix(answers: Answers, comparison: Comparison) -> str:
    """Boards as rows, runtimes as columns: the newest of each in the default profile."""
    chosen = [one for one in _runtimes(comparison.measurements) if one.profile == PROFILE]
    labels = tuple(dict.fromkeys((one.runtime, one.version) for one in chosen))
    known = {(one.board, one.runtime, one.version): one for one in chosen}
    boards = tuple(answers.catalog.boards)
    columns = tuple(
        text_column(label, (_outcome(known.get((board, *label))) for board in boards)) for label in labels
    )
    title = f"add-with-extra / all boards / bare / {PROFILE}"
    return tables_to_markdown([Table(title, boards, columns, outdated_notes(chosen))])


def _outcome(one: Measurement | None) -> str:
    if one is None:
        return ""
    size = one.size if one.status is Status.OK else None
    return marked(one.status.value if size is None else f"{size.flash:,}", one)


def _board(answers: Answers, board: Board) -> str:
    everywhere = answers.everywhere
    cells = [] if everywhere is None else [one for one in everywhere.measurements if one.board == board.name]
    core = board.core or answers.catalog.target(board).title
    parts = [
        f"# {escape(board.title)}",
        f"{escape(board.chip)}, {escape(core)} at {board.clock_hz / 1e6:g} MHz; {board.flash.size:,} B of "
        f"flash in erase units of {board.erase_unit:,} B, {board.ram.size:,} B of RAM for a firmware.",
    ]
    ranking = _known(lambda: wasmfit.fit(board=board.name, measured=True, home=answers.home))
    if ranking is None:
        return "\n\n".join((*parts, _NOTHING))
    parts += ["## Which runtime fits", _for_readers(fit_to_markdown(ranking))]
    parts += ["## Metrics", *(_metrics(group) for group in _by_profile(cells))]
    if board.timing is not None:
        benchmark = _known(lambda: wasmfit.bench(boards=[board.name], measured=True, home=answers.home))
        if benchmark is not None and len({one.module for one in benchmark.measurements}) > 1:
            tables = [
                table for table in benchmark_tables(benchmark) if table.title.startswith(("slow", "summ"))
            ]
            parts += ["## Workloads", tables_to_markdown(tables)]
            parts.append(_basis(benchmark.comparison))
    parts += ["## Sources", escape(board.source)]
    return "\n\n".join(parts) + "\n"


def _by_profile(measurements: Iterable[Measurement]) -> list[list[Measurement]]:
    groups: dict[str, list[Measurement]] = {}
    for one in measurements:
        groups.setdefault(one.profile, []).append(one)
    return [group for group in groups.values() if _runtimes(group)]


def _runtimes(measurements: Iterable[Measurement]) -> list[Measurement]:
    return [one for one in measurements if one.runtime != BASELINE]


def _metrics(measurements: Sequence[Measurement]) -> str:
    """Runtimes as rows, the smallest first; why others did not run follows, unless the ranking said it."""
    ran = [one for one in _runtimes(measurements) if one.status is Status.OK and one.size is not None]
    ran.sort(key=lambda one: (0 if one.size is None else one.size.flash, one.id))
    return _table(f"add-with-extra / profile {measurements[0].profile}", measurements, ran, _label)


def _table(
    title: str,
    measurements: Sequence[Measurement],
    ran: Sequence[Measurement],
    label: Callable[[Measurement], str],
) -> str:
    metrics = [metric for metric in COMPARISON_METRICS if metric.key in _SHOWN]
    columns = tuple(
        value_column(
            (f"{metric.label}{', B' if metric.unit else ''}",), (metric.get(one) for one in ran), grouped
        )
        for metric in metrics
    )
    notes = (
        *outdated_notes(_runtimes(measurements)),
        *(
            f"{marked(label(one), one)}: {one.status.value}: {one.reason}"
            for one in _runtimes(measurements)
            if one.status not in (Status.OK, Status.UNAVAILABLE)
        ),
    )
    return tables_to_markdown([Table(title, tuple(map(label, ran)), columns, notes, marks=_marks(ran))])


def _marks(ran: Sequence[Measurement]) -> tuple[str, ...]:
    return tuple(map(mark_of, ran)) if any(map(is_outdated, ran)) else ()


def _label(one: Measurement) -> str:
    return f"{one.runtime} {one.version}"


def _runtime(answers: Answers, runtime: Runtime) -> str:
    every = answers.every_build
    names = {build.name for build in builds(runtime)}
    cells = [] if every is None else [one for one in every.measurements if one.runtime in names]
    parts = [f"# {escape(runtime.title)}", f"Licence {escape(runtime.license)}; <{runtime.homepage}>."]
    if not runtime.homepage:
        parts[-1] = f"Licence {escape(runtime.license)}."
    variants = [
        f"- {escape(variant.name)}: {escape(variant.summary)}"
        for variant in runtime.variants
        if variant.summary
    ]
    parts.append("\n".join(variants))
    if runtime.unavailable is not None:
        return "\n\n".join((*parts, f"Not measured: {escape(runtime.unavailable.reason)}.")) + "\n"
    if not cells:
        return "\n\n".join((*parts, _NOTHING))
    facts = {name: fact for name, fact in cells[0].facts.items() if name != OUTDATED}
    parts += [
        "## Facts",
        "\n".join(f"- {escape(name)}: {_for_readers(escape(fact))}" for name, fact in facts.items()),
    ]
    parts.append("## Boards")
    for build in builds(runtime):
        group = [one for one in cells if (one.runtime, one.version) == (build.name, build.number)]
        if group:
            ran = [one for one in group if one.status is Status.OK]
            parts.append(_table(build.label, group, ran, lambda one: one.board))
    parts += _features(answers.features, names)
    return "\n\n".join(parts) + "\n"


def _features(measured: FeaturesMeasured | None, names: set[str]) -> Iterator[str]:
    runtimes = () if measured is None else tuple(one for one in measured.runtimes if one.runtime in names)
    if measured is None or not runtimes or names & {NATIVE}:
        return
    chosen = replace(measured, runtimes=runtimes)
    yield "## Features"
    yield _for_readers(tables_to_markdown(feature_tables(chosen)))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Puts the pages into the navigation, after the pages that say how to use wasmfit."""
    catalog = Catalog.load()
    boards = [{one.title: f"{FOLDER}/boards/{one.name}.md"} for one in catalog.boards.values()]
    runtimes = [
        {one.title: f"{FOLDER}/runtimes/{one.name}.md"}
        for one in catalog.runtimes.values()
        if one.name != WITHOUT_RUNTIME
    ]
    measured = {"Measured": [{"Overview": f"{FOLDER}/index.md"}, {"Boards": boards}, {"Runtimes": runtimes}]}
    nav = list(config.nav or ())
    config.nav = [*nav[:-2], measured, *nav[-2:]]
    return config


def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Links to the pages from the first one, which in the repository has no such links."""
    if page.file.src_uri != "index.md":
        return markdown
    if _LINK not in markdown:
        raise PluginError(f"docs/index.md has no {_LINK}, which links to tables and report follow.")
    tables, whole = f"[its tables]({FOLDER}/index.md)", f"[its report]({FOLDER}/report.html)"
    return markdown.replace(_LINK, f"{_LINK}, {tables}, {whole}")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Answers(Catalog.load(), Path(folder))
        for page in pages(answers):
            files.append(File.generated(config, f"{FOLDER}/{page.path}", content=page.text))
        files.append(File.generated(config, f"{FOLDER}/report.html", content=report(answers)))
    return files
