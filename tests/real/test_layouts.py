"""Images linked in other orders: the same program from other addresses."""

import pytest

import wasmfit
from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("board", ["nrf52840dk", "pico2", "esp32c6"])
def test_a_layout_changes_nothing_but_time(warm_home: Home, board: str) -> None:
    """Rust and C, on an image that runs as it is and on two that are relinked."""
    asked = {"runtimes": ["native", "wasm3"], "boards": [board], "home": warm_home.root}
    plain = wasmfit.compare(**asked)  # type: ignore[arg-type]
    found = wasmfit.compare(**asked, layouts=4)  # type: ignore[arg-type]
    before = {one.id: one for one in plain.measurements}
    spreads = {}
    for one in found.measurements:
        assert one.run is not None
        spread = one.run.layouts
        # The image that is reported is the first, whatever others there are.
        assert one.provenance.elf_sha256 == before[one.id].provenance.elf_sha256
        alone = before[one.id].run
        assert alone is not None
        # The error bar alone knows of the others.
        apart = {"layouts": None, "predicted": None}
        assert one.run.model_copy(update=apart) == alone.model_copy(update=apart)
        assert one.run.time_s == alone.time_s
        if one.runtime == "baseline":
            assert spread is None
            continue
        assert spread is not None
        assert (spread.number, spread.reason) == (4, None)
        assert one.run.time_s is not None
        assert spread.least_s <= one.run.time_s <= spread.most_s
        spreads[one.runtime] = spread
    assert spreads["wasm3"].most_s > spreads["wasm3"].least_s or board == "esp32c6"
