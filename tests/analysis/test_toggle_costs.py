"""What switches cost, from measurements made up."""

import json
import tomllib
from typing import Any

import pytest

from tests.samples import measurement, run, size
from wasmfit.analysis.toggle_costs import ToggleCosts, TogglePair, costs_of
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import InstructionCounts, Measurement, Runtime, Status
from wasmfit.plan.select import feature_toggles
from wasmfit.report import TOGGLE_COST_FORMATS, Format


def _pairs(runtime: str) -> dict[str, TogglePair]:
    return {
        switch.name: TogglePair(switch, off, on)
        for switch, off, on in feature_toggles(Catalog.load(), [runtime])
    }


def _call(instructions: int, **changes: Any) -> Measurement:
    ran = run().model_copy(update={"instructions": InstructionCounts(call=instructions)})
    return measurement(run=ran, **changes)


def _measured() -> list[Measurement]:
    return [
        _call(100, runtime="wasmi", size=size(100_000)),
        _call(150, runtime="wasmi-fuel", size=size(103_000)),
        _call(1_000, runtime="wasmi", module="crc32"),
        _call(1_250, runtime="wasmi-fuel", module="crc32"),
        _call(1_000, runtime="wasmi", module="fir"),
        measurement(runtime="wasmi-fuel", module="fir", status=Status.TIMEOUT, run=None, size=None),
    ]


def test_a_switch_costs_the_difference() -> None:
    (price,) = costs_of([_pairs("wasmi")["fuel"]], _measured(), "add-with-extra")
    assert price.flash == 3_000
    assert price.slow_down == {"add-with-extra": 1.5, "crc32": 1.25}


def test_what_was_not_measured_has_no_price() -> None:
    (price,) = costs_of([_pairs("wasmi")["validation"]], _measured(), "add-with-extra")
    assert (price.flash, price.slow_down) == (None, {})


def test_a_variant_stands_for_its_runtime_and_others_have_no_switch() -> None:
    assert _pairs("wamr-mini").keys() == _pairs("wamr").keys() >= {"fuel", "tail calls"}
    for pair in _pairs("wasmtime").values():
        assert pair.off.number == pair.on.number
    with pytest.raises(UsageError, match="has a feature toggle"):
        feature_toggles(Catalog.load(), ["wasm3"])


@pytest.mark.parametrize("name", Format)
def test_every_format(name: Format) -> None:
    found = tuple(costs_of(list(_pairs("wasmi").values()), _measured(), "add-with-extra"))
    text = TOGGLE_COST_FORMATS[name](ToggleCosts(found, tuple(_measured()), "add-with-extra", 1.0, 0))
    assert "fuel" in text
    if name is Format.CSV:
        assert "slow_down_crc32" in text.splitlines()[0]
    if name is Format.JSON:
        (fuel,) = [one for one in json.loads(text)["switches"] if one["switch"] == "fuel"]
        assert fuel["flash"] == 3_000
        assert fuel["slow_down"]["crc32"] == 1.25


def test_the_former_name_is_read_and_told() -> None:
    catalog = Catalog.load()
    runtime = catalog.runtimes["wasmi"]
    text = (catalog.folder(runtime) / "runtime.toml").read_text(encoding="utf-8")
    former = tomllib.loads(text.replace("[[feature_toggles]]", "[[priced]]"))
    with pytest.warns(
        FutureWarning, match=r"\[\[priced\]\] of wasmi is the old name of \[\[feature_toggles\]\]"
    ):
        assert Runtime.model_validate(former) == runtime
    assert len(runtime.feature_toggles) > 1
