"""The same runtime on several bases, side by side."""

from tests.samples import measurement, size
from wasmfit.model import Measurement
from wasmfit.model.measurement import Size
from wasmfit.report.base_tables import base_tables


def glued(text: int) -> Size:
    """A size of which 1,000 B are the glue's."""
    owners = {".text": {"wasmi": text - 10_000, "core": 9_000, "firmware": 1_000}}
    return size(text).model_copy(update={"owners": owners})


def on(base: str, runtime: str, text: int, baseline: int) -> Measurement:
    return measurement(runtime, base=base, id=f"{runtime}/{base}", size=glued(text), baseline=glued(baseline))


def test_one_base_has_no_such_table() -> None:
    assert base_tables([on("bare", "wasmi", 100_000, 5_000), on("bare", "wasm3", 60_000, 5_000)]) == []


def test_cost_by_base_with_the_differences_and_the_bases_own() -> None:
    cells = [
        on("bare", "baseline", 5_000, 5_000),
        on("bare", "wasmi", 100_000, 5_000),
        on("embassy", "baseline", 8_000, 8_000),
        on("embassy", "wasmi", 102_500, 8_000),
    ]
    (table,) = base_tables(cells)
    assert table.title == "the runtime's own cost by base / add-with-extra / nrf52840dk / reference"
    columns = {column.heading: column.texts for column in table.columns}
    assert table.labels == ("baseline@2.0.0", "wasmi@2.0.0")
    assert columns["bare", "runtime and embedding, B"] == ("", "91,000")
    assert columns["embassy", "runtime and embedding, B"] == ("", "93,500")
    assert columns["bare", "over baseline, B"] == ("26,000", "95,000")
    assert columns["embassy", "over baseline, B"] == ("29,000", "94,500")
    differences = [
        column.texts for column in table.columns if column.heading == ("embassy", "relative to bare")
    ]
    assert differences == [("", "+2,500 (+2.7%)"), ("+3,000 (+11.5%)", "-500 (-0.5%)")]


def test_a_cell_without_an_image_leaves_its_place_empty() -> None:
    cells = [
        on("bare", "wasmi", 100_000, 5_000),
        on("bare", "wasm3", 60_000, 5_000),
        on("embassy", "wasmi", 100_000, 5_000),
        measurement("wasm3", base="embassy", size=None, run=None),
    ]
    (table,) = base_tables(cells)
    columns = {column.heading: column.texts for column in table.columns}
    assert columns["embassy", "runtime and embedding, B"] == ("91,000", "")
    assert columns["embassy", "relative to bare"][1] == ""
