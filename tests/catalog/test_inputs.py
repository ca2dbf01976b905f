"""What a measurement was made from: a part that changes is named, and nothing else is outdated."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests, changed
from wasmfit.catalog.load import BUILT_IN
from wasmfit.model import Cell
from wasmfit.plan import cell_by_id

CELL = "wasm3@0.5.0/crc32/nrf52840dk/bare/reference"


def cell(catalog: Catalog, name: str = CELL) -> Cell:
    found = cell_by_id(catalog, name)
    assert found is not None
    return found


@pytest.fixture
def editable(tmp_path: Path) -> Path:
    """A copy of the catalogue."""
    return Path(shutil.copytree(BUILT_IN, tmp_path / "catalog"))


def edited(folder: Path) -> Catalog:
    """The catalogue of that folder, its harness and suite included."""
    return replace(Catalog.load(folder), harness=folder / "harness", suite=folder / "suite")


def test_nothing_changes_by_itself(editable: Path) -> None:
    known = Catalog.load()
    then = InputDigests(known).of_cell(cell(known))
    copy = edited(editable)
    assert changed(then, InputDigests(copy).of_cell(cell(copy))) == ()
    assert set(then) == {"runtime", "harness", "profile", "board", "module"}


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("harness/src/heap.rs", None, "// another line\n", ("harness",)),
        ("harness/src/any/log.rs", None, "// another line\n", ()),
        ("harness/src/suite.rs", None, "// another line\n", ()),
        ("harness/link/riscv.x", None, "/* another line */\n", ()),
        ("targets/thumbv7em-none-eabihf.toml", 'title = "', 'title = "the ', ()),
        ("runtimes/wasm3/firmware/glue.c", None, "// another line\n", ("runtime",)),
        ("runtimes/wasm3/firmware/any.c", None, "// another line\n", ()),
        ("runtimes/wasm3/runtime.toml", "stack = 24576", "stack = 24584", ("runtime",)),
        ("runtimes/wasm3/runtime.toml", 'license = "MIT"', 'license = "0BSD"', ()),
        ("runtimes/wasmi/firmware/lib.rs", None, "// another line\n", ()),
        ("profiles/reference.toml", 'lto = "fat"', 'lto = "thin"', ("profile",)),
        ("profiles/reference.toml", 'summary = "', 'summary = "another ', ()),
        ("profiles/small.toml", 'lto = "fat"', 'lto = "thin"', ()),
        ("boards/nrf52840dk.toml", "size = 262_144", "size = 262_136", ("board",)),
        ("boards/nrf52840dk.toml", 'title = "', 'title = "another ', ()),
        ("boards/pico2.toml", 'title = "', 'title = "another ', ()),
        ("workloads/crc32/guest/lib.rs", None, "// another line\n", ("module",)),
        ("workloads/crc32/workload.toml", 'title = "', 'title = "another ', ()),
    ],
)
def test_a_part_that_changes_is_named(
    editable: Path, file: str, old: str | None, new: str, parts: tuple[str, ...]
) -> None:
    known = Catalog.load()
    then = InputDigests(known).of_cell(cell(known))
    path = editable / file
    text = path.read_text("utf-8")
    if old is not None:
        assert old in text
    path.write_text(f"{text}{new}" if old is None else text.replace(old, new, 1), encoding="utf-8")
    copy = edited(editable)
    assert changed(then, InputDigests(copy).of_cell(cell(copy))) == parts


def test_lines_may_end_in_either_way(editable: Path) -> None:
    known = Catalog.load()
    then = InputDigests(known).of_cell(cell(known))
    for path in (editable / "harness" / "src").rglob("*.rs"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    copy = edited(editable)
    assert changed(then, InputDigests(copy).of_cell(cell(copy))) == ()


def test_the_suite_is_a_part_of_features(editable: Path) -> None:
    known = Catalog.load()
    one = cell(known)
    then = InputDigests(known).of_features(one.build, one.board, one.profile)
    for file, parts in (
        ("runtimes/wasm3/firmware/suite.c", ("runtime",)),
        ("suite/features.toml", ("runtime", "module")),
    ):
        with (editable / file).open("a", encoding="utf-8") as stream:
            stream.write("\n" if file.endswith("toml") else "// another line\n")
        copy = edited(editable)
        now = cell(copy)
        assert changed(then, InputDigests(copy).of_features(now.build, now.board, now.profile)) == parts


def test_cells_differ_in_what_their_ids_differ_in() -> None:
    known = Catalog.load()
    digests = InputDigests(known)
    first = digests.of_cell(cell(known))
    for name, parts in (
        ("wasmi@2.0.0/crc32/nrf52840dk/bare/reference", ("runtime",)),
        ("wasm3@0.5.0/crc32/nrf52840dk/bare/small", ("profile",)),
        ("wasm3@0.5.0/crc32/microbit-v2/bare/reference", ("board",)),
        ("wasm3@0.5.0/crc32/pico2/bare/reference", ("harness", "board")),
        ("wasm3@0.5.0/sort/nrf52840dk/bare/reference", ("module",)),
    ):
        assert changed(first, digests.of_cell(cell(known, name))) == parts


@pytest.mark.parametrize(
    "name",
    [
        "wasm3",
        "wasm3@0.5.0/crc32/nrf52840dk/bare",
        "wasm3@9.9.9/crc32/nrf52840dk/bare/reference",
        "wasm3@0.5.0/crc32/no-board/bare/reference",
        "wasm3@0.5.0/no-module/nrf52840dk/bare/reference",
    ],
)
def test_what_the_catalogue_lacks_is_no_cell(name: str) -> None:
    assert cell_by_id(Catalog.load(), name) is None


def test_a_cell_is_found_by_its_id() -> None:
    known = Catalog.load()
    for name in (CELL, "baseline@0.1.0/sort/pico2/bare/small"):
        assert cell(known, name).id == name
