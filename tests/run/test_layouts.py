"""A cell in several layouts, without building any."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wasmfit
from tests.samples import failed, measurement
from wasmfit.analysis.comparison_metrics import ComparisonMetric
from wasmfit.analysis.layouts import LAYOUT_METRICS
from wasmfit.analysis.summary_columns import summary_columns
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Activities, Activity, LayoutSpread, Measurement
from wasmfit.run import layouts
from wasmfit.timing import CostModel, cost_model

CATALOG = Catalog.load()


def model() -> CostModel:
    board = CATALOG.board("pico2")
    found = cost_model(board, CATALOG.core(board))
    assert found is not None
    return found


def ran(*calls: Activity | str) -> Any:
    """In place of what links and runs: how the other layouts end."""

    def others(_context: object, _cell: object, number: int) -> Iterator[layouts._Ran]:
        for one in calls[: number - 1]:
            yield layouts._Ran(None, one) if isinstance(one, str) else layouts._Ran(one)

    return others


def spread(monkeypatch: pytest.MonkeyPatch, *others: Activity | str, number: int = 3) -> LayoutSpread | None:
    monkeypatch.setattr(layouts, "_ran", ran(*others))
    one = measurement()
    assert one.run is not None
    run = one.run.model_copy(update={"activity": Activities(call=Activity(alu=100))})
    given: Any = None
    found = layouts.with_layouts(given, given, one.model_copy(update={"run": run}), model(), number)
    assert found.run is not None
    # The rest of what was measured stays; nothing was predicted of it, and so nothing has a bar.
    assert found.model_copy(update={"run": run}) == one.model_copy(update={"run": run})
    assert found.run.model_copy(update={"layouts": None}) == run
    return found.run.layouts


def test_the_image_itself_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found = spread(monkeypatch, Activity(alu=100, fetch_misses=3), Activity(alu=100, fetch_misses=1))
    assert found is not None
    assert found.number == 3
    assert found.least_s == pytest.approx(100 / 150e6)
    assert found.median_s == pytest.approx((100 + 108) / 150e6)
    assert found.cache_share == 1


def test_other_instructions_are_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    found = spread(monkeypatch, Activity(alu=101), Activity(alu=100))
    assert found is not None
    assert found.number == 1
    assert found.reason == "another layout executes 101 instructions in a warm call, and not 100"


def test_a_layout_that_does_not_link_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = spread(monkeypatch, Activity(alu=100, fetch_misses=1), "the image overflows flash by 20 B")
    assert found is not None
    assert (found.number, found.reason) == (2, "the image overflows flash by 20 B")


def test_what_did_not_run_has_no_layouts() -> None:
    given: Any = None
    one = failed()
    assert layouts.with_layouts(given, given, one, model(), 3) is one


def test_columns_are_added_where_there_are_layouts() -> None:
    one = measurement()
    assert one.run is not None
    known = LayoutSpread(number=8, median_s=2e-6, least_s=1e-6, most_s=4e-6, cache_share=0.75)
    both: Measurement = one.model_copy(update={"run": one.run.model_copy(update={"layouts": known})})
    added = {"time_layouts", "cache_share"}
    assert added <= {column.key for column in summary_columns((), [both])}
    assert not added & {column.key for column in summary_columns((), [one])}
    (row,) = LAYOUT_METRICS
    assert isinstance(row, ComparisonMetric)
    assert row.get(both) == "≈2 µs (1–4) over 8, 75% of it by the cache"
    assert row.get(one) is None


def test_layouts_are_not_answered_from_the_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Layouts are linked and run"):
        wasmfit.compare(runtimes=["wasm3"], layouts=3, measured=True, home=tmp_path)
