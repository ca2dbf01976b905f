"""What rests on an outdated measurement says so: in every table and format, and in the report."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import wasmfit
from tests.samples import measurement, renamed, size
from wasmfit.analysis.basis import OUTDATED_CLAUSE
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.summary import SummaryChoice
from wasmfit.api.cells import show
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.model import FeatureMeasured, FeatureVerdict, RuntimeFeatures, Status
from wasmfit.plan import cell_by_id
from wasmfit.report import BENCH_FORMATS, FEATURE_FORMATS, FORMATS, Format, cell_page, changes, fit, history
from wasmfit.report.escape import code
from wasmfit.report.html import to_html
from wasmfit.report.html.pack import packed
from wasmfit.report.summary import summary_formatted, to_summary
from wasmfit.store import MeasuredSet, OutcomeStore, Store, measured_set
from wasmfit.store.measured_set import SetCell, SetFeatures, write_set

ROOT = Path(__file__).parents[2]
SETTING = "add-with-extra/nrf52840dk/bare"
OLD, NEW = f"wasmi@2.0.0/{SETTING}/reference", f"wasm3@0.5.0/{SETTING}/reference"
SMALL = f"wasmi@2.0.0/{SETTING}/small"


@pytest.fixture(autouse=True)
def _set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set that comes with wasmfit: of wasmi, the harness has changed since, and of others nothing has."""
    catalog = Catalog.load()
    digests = InputDigests(catalog)
    cells = []
    for name in (OLD, NEW, SMALL, f"baseline@0.1.0/{SETTING}/reference"):
        cell = cell_by_id(catalog, name)
        assert cell is not None
        inputs = digests.of_cell(cell)
        if name == OLD:
            inputs = {**inputs, "harness": "0" * 16}
        one = measurement(size=size(90_000)) if name == SMALL else measurement()
        cells.append(SetCell(renamed(one, name), "Debian 12", inputs))
    path = tmp_path / "set.zip"
    write_set(path, cells, [_features(catalog, digests)])
    defaults = MeasuredSet.__init__.__defaults__
    assert defaults is not None
    monkeypatch.setattr(MeasuredSet.__init__, "__defaults__", (path, *defaults[1:]))
    monkeypatch.setattr(measured_set, "BUILT_IN", path)
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path / "home"))


def _features(catalog: Catalog, digests: InputDigests) -> SetFeatures:
    """Verdicts on wasmi, since which its own recipe has changed."""
    cell = cell_by_id(catalog, OLD)
    assert cell is not None
    verdict = FeatureMeasured(feature="simd", verdict=FeatureVerdict.YES, passed=1, total=1)
    features = RuntimeFeatures(
        runtime="wasmi",
        version="2.0.0",
        board="nrf52840dk",
        profile="reference",
        features=(verdict,),
        measured_at="2026-11-23T20:00:00+00:00",
    )
    inputs = digests.of_features(cell.build, cell.board, cell.profile)
    return SetFeatures(features, "0.1.0", "Debian 12", {**inputs, "runtime": "0" * 16})


def marked(text: str, name: str) -> bool:
    """Whether a text has that name with the mark, and says what the mark means."""
    assert name in text
    return f"{name} †" in text and OUTDATED_CLAUSE in " ".join(text.split())


def compared(**fields: Any) -> wasmfit.Comparison:
    return wasmfit.compare(measured=True, runtimes=["wasmi", "wasm3"], **fields)


@pytest.mark.parametrize("form", [Format.TABLE, Format.MARKDOWN])
def test_the_first_screen_and_all_details(form: Format) -> None:
    comparison = compared()
    for text in (summary_formatted(comparison, SummaryChoice(), form), FORMATS[form](comparison)):
        assert isinstance(text, str)
        assert OUTDATED_CLAUSE in text
        assert "not on this machine" in text
        assert "verdicts on features: outdated, since runtime has changed" in text
        assert "2.0.0 †" in text
        assert "0.5.0 †" not in text


def test_a_row_that_did_not_run() -> None:
    comparison = compared()
    measurements = tuple(
        one.model_copy(update={"status": Status.UNSUPPORTED, "reason": "no atomics"})
        if one.id == OLD
        else one
        for one in comparison.measurements
    )
    text = to_summary(replace(comparison, measurements=measurements), SummaryChoice(), 100)
    assert marked(text, "wasmi 2.0.0")


def test_the_overview_of_boards() -> None:
    comparison = compared()
    elsewhere = replace(
        comparison,
        measurements=(
            *comparison.measurements,
            renamed(measurement("wasm3", "0.5.0"), NEW.replace("nrf52840dk", "pico2")),
        ),
    )
    text = FORMATS[Format.TABLE](elsewhere)
    assert isinstance(text, str)
    assert marked(text.partition("\n\n\n")[0], "121,000")


def test_programs_are_told_what_has_changed() -> None:
    old, new = (
        next(cell for cell in compared().to_dict()["cells"] if cell["id"] == name) for name in (OLD, NEW)
    )
    assert old["facts"]["outdated"] == "harness"
    assert "outdated" not in new["facts"]
    lines = FORMATS[Format.CSV](compared())
    assert isinstance(lines, str)
    assert lines.splitlines()[0].endswith(",measured,outdated")
    assert next(line for line in lines.splitlines() if line.startswith(OLD)).endswith(",harness")


def test_a_benchmark() -> None:
    text = BENCH_FORMATS[Format.TABLE](Benchmark(compared()))
    assert isinstance(text, str)
    assert marked(text, "wasmi@2.0.0")
    assert "wasm3@0.5.0 †" not in text


def test_an_answer_without_features_says_nothing_of_them() -> None:
    ranking = wasmfit.fit(measured=True, runtimes=["wasmi", "wasm3"])
    assert not any("verdicts on features" in note for note in ranking.notes)


def test_a_ranking() -> None:
    ranking = wasmfit.fit(measured=True, runtimes=["wasmi", "wasm3"])
    assert marked(fit.to_text(ranking), "wasmi 2.0.0")
    document = json.loads(fit.to_json(ranking))
    assert {one["id"]: one["outdated"] for one in document["ranked"]} == {OLD: ["harness"], NEW: []}
    nothing = wasmfit.fit(measured=True, runtimes=["wasmi", "wasm3"], flash="20K")
    assert nothing.ranked == ()
    assert "wasmi 2.0.0 †: " in fit.to_text(nothing)
    assert "not on this machine" in fit.to_text(nothing)
    assert json.loads(fit.to_json(nothing))["rejected"][0]["outdated"] in (["harness"], [])


def test_a_page_of_a_cell() -> None:
    page = show(OLD)
    text = cell_page.to_text(page, 100)
    assert text.startswith(f"{OLD}: ok, outdated\n")
    assert "outdated: harness has changed since" in " ".join(text.split())
    assert json.loads(cell_page.to_json(page))["cell"]["facts"]["outdated"] == "harness"
    assert "without a" in text
    assert "verdicts on features: outdated, since runtime has changed: wasmi@2.0.0/features/" in " ".join(
        text.split()
    )
    current = cell_page.to_text(show(NEW), 100)
    assert current.startswith(f"{NEW}: ok\n")
    assert "with wasmfit 0.1.0, Debian 12, 2026-11-23; not on this machine" in current


@pytest.mark.parametrize("by_version", [False, True])
def test_a_history(*, by_version: bool) -> None:
    followed = wasmfit.history("size.flash", select=[f"*/{SETTING}/reference"], by_version=by_version)
    name = OLD.replace("@2.0.0", "") if by_version else OLD
    assert marked(history.to_text(followed), name)
    points = {one["name"]: one["moments"] for one in json.loads(history.to_json(followed))["series"]}
    assert points[name][0]["outdated"] == ["harness"]
    assert [point["outdated"] for other in points if other != name for point in points[other]] == [[], []]


def test_a_difference() -> None:
    changed = wasmfit.diff("profile:reference", "profile:small")
    name = OLD.removesuffix("/reference")
    assert marked(changes.to_text(changed), name)
    assert f"{code(name)} †" in changes.to_markdown(changed)
    document = json.loads("".join(changes.to_json(changed)))
    sides = [cell["before"] for cell in document["cells"] if cell["name"] == name]
    assert [side["outdated"] for side in sides] == [["harness"]]
    assert any(note.startswith("outdated, since harness has changed") for note in document["notes"])


def test_the_report_and_its_answer() -> None:
    document = wasmfit.make_report(measured=True, runtimes=["wasmi", "wasm3"])
    data = packed(document)
    assert OUTDATED_CLAUSE in data["notes"]
    facts = {cell["id"]: data["facts"][cell["facts"]] for cell in data["cells"]}
    assert facts[OLD]["outdated"] == "harness"
    assert "outdated" not in facts[NEW]
    assert "outdatedBy" in to_html(document)


def test_pages_of_the_site() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "site_measured.py"))
    assert marked(script["_metrics"](compared().measurements), "wasmi 2.0.0")
    answers = script["Answers"](Catalog.load(), Path("home"))
    assert marked(script["_matrix"](answers, compared()), "121,000")


def test_features() -> None:
    measured = wasmfit.features(runtimes=["wasmi@2.0.0"], features=["simd"], measured=True)
    assert marked(FEATURE_FORMATS[Format.TABLE](measured), "2.0.0")
    document = json.loads(FEATURE_FORMATS[Format.JSON](measured))
    assert document["outdated"] == {"wasmi@2.0.0/features/nrf52840dk/bare/reference": ["runtime"]}
    needed = wasmfit.fit(measured=True, runtimes=["wasmi"], needs=["simd"])
    assert "verdicts on features: outdated, since runtime has changed: wasmi@2.0.0/features" in " ".join(
        needed.caveats
    )


def test_a_difference_says_which_cells_it_is_of(tmp_path: Path) -> None:
    everywhere = wasmfit.diff("profile:reference", "profile:small", symbols=False)
    assert not any(note.startswith("compared: ") for note in everywhere.notes)
    assert everywhere.unmeasured == (f"baseline@0.1.0/{SETTING}/small", f"wasm3@0.5.0/{SETTING}/small")
    (tmp_path / "home").mkdir(exist_ok=True)
    Store(tmp_path / "home" / "results.sqlite").save(renamed(measurement(), NEW), "print")
    here = wasmfit.diff("profile:reference", "profile:small", symbols=False)
    assert here.notes[0] == (
        "compared: what was measured here; 2 cells more of the measured set: --select '*'"
    )
    assert here.unmeasured == (f"wasm3@0.5.0/{SETTING}/small",)
    history = wasmfit.history("size.flash")
    assert history.notes[0] == (
        "followed: what was measured here; 3 cells more of the measured set: --select '*'"
    )
    chosen = wasmfit.diff("profile:reference", "profile:small", select=["*"], symbols=False)
    assert not any(note.startswith("compared: ") for note in chosen.notes)
    assert len(chosen.cells) == 1


def test_verdicts_are_looked_up_once_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    find = OutcomeStore.find_features

    def counted(store: OutcomeStore, wanted: list[tuple[str, str, str, str]]) -> list[RuntimeFeatures]:
        asked.append(len(wanted))
        return find(store, wanted)

    monkeypatch.setattr(OutcomeStore, "find_features", counted)
    assert wasmfit.fit(measured=True, runtimes=["wasmi"], needs=["simd"]).ranked
    assert (
        len(asked) == 2
    )  # with the cells, which show what is known of their runtimes; and for what is needed


def test_results_are_a_line_at_a_prompt_and_tables_in_a_notebook() -> None:
    results = {
        "<Fit: wasm": wasmfit.fit(measured=True, runtimes=["wasmi", "wasm3"]),
        "<Benchmark: 3 cells with 1 workload>": Benchmark(compared()),
        "<FeaturesMeasured: 1 feature of 1 runtime>": wasmfit.features(
            runtimes=["wasmi@2.0.0"], features=["simd"], measured=True
        ),
        "<History: size.flash of 3 cells over time>": wasmfit.history("size.flash"),
        "<Changes: profile reference → profile small: ": wasmfit.diff("profile:reference", "profile:small"),
        f"<CellPage: {OLD}, ok>": show(OLD),
        "<Comparison: 3 cells (3 ok)>": compared(),
    }
    for beginning, result in results.items():
        assert repr(result).startswith(beginning)
        assert len(repr(result)) < 200
        page = result._repr_html_()  # type: ignore[attr-defined]
        assert page.startswith("<table>")
        assert "wasmi" in page


def test_the_library_lists_itself() -> None:
    listed = {name for name in dir(wasmfit) if not name.startswith("_")}
    assert listed == set(wasmfit.__all__)
    assert {"compare", "bench", "fit", "show", "diff", "history", "size"} <= listed


@pytest.mark.parametrize("width", [80, 100, 160])
def test_screens_fit_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ranking = wasmfit.fit(measured=True, runtimes=["wasmi", "wasm3"], flash="120K")
    page = show(OLD)
    on_one_line = {ranking.sentence, page.measurement.provenance.replay}  # To be pasted.
    features = wasmfit.features(runtimes=["wasmi@2.0.0"], features=["simd"], measured=True)
    screens = [
        to_summary(compared(), SummaryChoice()),
        FORMATS[Format.TABLE](compared()),
        BENCH_FORMATS[Format.TABLE](Benchmark(compared())),
        FEATURE_FORMATS[Format.TABLE](features),
        fit.to_text(ranking),
        history.to_text(wasmfit.history("size.flash")),
        changes.to_text(wasmfit.diff("profile:reference", "profile:small")),
        cell_page.to_text(page),
    ]
    for screen in screens:
        assert isinstance(screen, str)
        lines = [line for line in screen.splitlines() if line not in on_one_line]
        assert [line for line in lines if len(line) > width] == []
