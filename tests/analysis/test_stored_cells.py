"""The cell that a user means: by its id or a part of it, with the defaults for what is left open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples import measurement, renamed
from wasmfit.analysis.stored_cells import find_stored
from wasmfit.errors import UsageError
from wasmfit.store import MeasuredSet, Store
from wasmfit.store.measured_set import SetCell, write_set
from wasmfit.store.measurements import Reader

CELLS = [
    f"{build}/{workload}/{board}/bare/{profile}"
    for build in ("wasm3@0.5.0", "wasmi@0.9.0", "wasmi@0.51.5", "wasmi@1.1.0", "wasmi-fuel@1.1.0")
    for workload in ("add-with-extra", "json")
    for board in ("nrf52840dk", "pico2", "pico2w")
    for profile in ("reference", "small")
] + ["wamr-fast@2.4.3/fft/pico2/bare/small"]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    path = tmp_path / "set.zip"
    write_set(path, [SetCell(renamed(measurement(), name), "Debian 12", {}) for name in CELLS], [])
    with Store(tmp_path / "results.sqlite").reading(MeasuredSet(path)) as reader:
        yield reader


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("wasm3", "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference"),
        ("wasmi", "wasmi@1.1.0/add-with-extra/nrf52840dk/bare/reference"),
        ("wasmi@0", "wasmi@0.51.5/add-with-extra/nrf52840dk/bare/reference"),
        ("wasm3@0.5.0/add-with-extra/pico2", "wasm3@0.5.0/add-with-extra/pico2/bare/reference"),
        ("wasm3@*/json/pico2w/*", "wasm3@0.5.0/json/pico2w/bare/reference"),
        ("wasm3@0.5.0/json/pico2/bare/small", "wasm3@0.5.0/json/pico2/bare/small"),
        ("wamr-fast", "wamr-fast@2.4.3/fft/pico2/bare/small"),
        ("fuel", "wasmi-fuel@1.1.0/add-with-extra/nrf52840dk/bare/reference"),
    ],
)
def test_a_part_of_an_id_is_enough(reader: Reader, text: str, cell: str) -> None:
    assert find_stored(reader, text).cell == cell


def test_several_runtimes_are_named(reader: Reader) -> None:
    with pytest.raises(UsageError, match=r"'pico2w' is 5 cells: wasm3@0\.5\.0/add-with-extra/pico2w/bare"):
        find_stored(reader, "pico2w")
    with pytest.raises(UsageError, match="No cell 'wasm4' was measured"):
        find_stored(reader, "wasm4")
