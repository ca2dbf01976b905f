"""What is said of where the linker places hot code."""

from tests.samples import measurement, with_prediction
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.layouts import link_notes, link_sentence
from wasmfit.model import LayoutSpread, LinkInBar, Measurement
from wasmfit.report import FORMATS, Format
from wasmfit.requests import BenchmarkExperiment

TYPICAL = LinkInBar(less=0.07, more=0.18)
OVER = LinkInBar(less=0.034, more=0.25, layouts=4)


def with_link(one: Measurement, link: LinkInBar | None, spread: LayoutSpread | None = None) -> Measurement:
    one = with_prediction(one, 2e-6)
    assert one.run is not None
    assert one.run.predicted is not None
    predicted = one.run.predicted.model_copy(update={"link": link})
    return one.model_copy(
        update={"run": one.run.model_copy(update={"predicted": predicted, "layouts": spread})}
    )


def spread(reason: str | None = None, number: int = 4) -> LayoutSpread:
    return LayoutSpread(
        number=number, median_s=2e-6, least_s=1.932e-6, most_s=2.5e-6, cache_share=0.9, reason=reason
    )


def test_a_board_says_what_of_its_bars_comes_from_the_link() -> None:
    typical = with_link(measurement(), TYPICAL)
    said = "predicted calls on nrf52840dk: the error bar includes where the linker places code"
    assert link_notes([with_link(measurement(), None), measurement()]) == ()
    assert link_notes([typical, typical]) == (f"{said} (--layouts 5 measures it)",)
    assert link_notes([with_link(measurement(), OVER, spread())]) == (f"{said} (measured over 4 layouts)",)
    (both,) = link_notes([with_link(measurement(), OVER, spread()), typical])
    assert both == f"{said} (measured over 4 layouts, elsewhere what is typical)"
    assert "−7% to +18%, by what misses of the cache take here" in link_sentence(TYPICAL)
    assert link_sentence(OVER).endswith("−3% to +25%, measured over 4 layouts")


def test_tables_and_json_say_it() -> None:
    comparison = Comparison((with_link(measurement(), TYPICAL),), 1.0, 0)
    for form in (Format.TABLE, Format.MARKDOWN, Format.JSON):
        text = " ".join("".join(FORMATS[form](comparison)).replace("\\", "").split())
        assert "where the linker places code" in text, form


def test_a_benchmark_has_a_table_of_the_spread() -> None:
    cells = (
        with_link(measurement("native", "0.1.0"), OVER, spread()),
        with_link(measurement("wasmi", "2.0.0"), OVER, spread()),
        with_link(measurement("wasm3", "0.5.0"), TYPICAL, spread("it does not link", 1)),
    )
    tables = {
        table.title.split(" / ")[0]: table for table in benchmark_tables(Benchmark(Comparison(cells, 1.0, 0)))
    }
    table = tables["spread of predicted time over layouts"]
    assert table.labels == ("add-with-extra",)
    assert [column.cells[0].text for column in table.columns] == [
        "−3% to +25%, 90% cache",
        "−3% to +25%, 90% cache",
        "it does not link",
    ]
    assert "4 layouts of the same objects" in table.notes[0]
    plain = [with_link(one, TYPICAL) for one in cells]
    titles = [table.title for table in benchmark_tables(Benchmark(Comparison(tuple(plain), 1.0, 0)))]
    assert not any("layouts" in title for title in titles)


def test_a_benchmark_takes_layouts() -> None:
    assert BenchmarkExperiment(layouts=3).layouts == 3
