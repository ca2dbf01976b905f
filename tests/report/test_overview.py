"""Several boards at a glance."""

from tests.samples import measurement
from wasmfit.analysis.comparison import Comparison
from wasmfit.model import Status
from wasmfit.report.markdown import to_markdown
from wasmfit.report.overview import overview
from wasmfit.report.terminal import to_text

SEVERAL = (
    measurement(),
    measurement("wasm3", "0.5.0"),
    measurement(board="picow", status=Status.UNSUPPORTED, reason="needs more", size=None, run=None),
    measurement("wasm3", "0.5.0", board="picow"),
    measurement("wasmi", "1.1.0", board="picow", status=Status.DOES_NOT_FIT, size=None, run=None),
)


def test_rows_are_runtimes_and_columns_boards() -> None:
    (table,) = overview(SEVERAL)
    assert table.labels == ("wasmi@2.0.0", "wasm3@0.5.0", "wasmi@1.1.0")
    assert {column.heading: column.texts for column in table.columns} == {
        ("nrf52840dk",): ("121,000", "121,000", ""),
        ("picow",): ("unsupported", "121,000", "does-not-fit"),
    }


def test_one_board_needs_none() -> None:
    assert overview(SEVERAL[:2]) == []
    assert len(overview([*SEVERAL, measurement(profile="small")])) == 1


def test_a_failed_image_that_has_a_size_shows_its_end() -> None:
    (table,) = overview([*SEVERAL, measurement(board="toy", status=Status.OUT_OF_MEMORY)])
    assert table.columns[-1].texts[0] == "out-of-memory"


def test_it_comes_first_in_what_people_read() -> None:
    comparison = Comparison(SEVERAL, 1.0, 0)
    for text in (to_text(comparison), to_markdown(comparison)):
        assert text.index("all boards") < text.index("/ nrf52840dk /")
