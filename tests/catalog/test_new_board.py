"""A new board's file: it loads as it is, nothing of the user's is overwritten, nothing wrong is written."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.catalog import Catalog
from wasmfit.catalog.new_board import Draft, new_board, region, size
from wasmfit.errors import UsageError
from wasmfit.model import Region

CATALOG = Catalog.load()
DRAFT = Draft(
    name="mine",
    chip="nRF52832",
    target="thumbv7em-none-eabihf",
    flash=Region(origin=0, size=512 * 1024),
    ram=Region(origin=0x2000_0000, size=64 * 1024),
    erase_unit=4096,
    clock_hz=64_000_000,
)


def test_it_loads_as_it_is_written(tmp_path: Path) -> None:
    path = new_board(CATALOG, DRAFT, tmp_path)
    assert path == tmp_path / "boards" / "mine.toml"
    board = Catalog.load(tmp_path).board("mine")
    assert (board.flash, board.ram, board.clock_hz) == (DRAFT.flash, DRAFT.ram, DRAFT.clock_hz)
    assert (board.title, board.probe_rs_chip, board.core) == ("nRF52832", "nRF52832", "")
    assert board.emulator.machine == "mps2-an386"
    assert not board.needs_relinking
    assert board.timing is None
    assert board.flash_path is None


@pytest.mark.parametrize("target", sorted(CATALOG.targets))
def test_every_target_has_a_machine(tmp_path: Path, target: str) -> None:
    draft = replace(DRAFT, target=target, flash=Region(origin=0x0802_0000, size=0x2_0000))
    new_board(CATALOG, draft, tmp_path)
    board = Catalog.load(tmp_path).board("mine")
    assert board.needs_relinking
    assert (board.emulator.isa == "thumb") == target.startswith("thumb")


def test_flash_behind_a_boot_loader_is_moved_with_it(tmp_path: Path) -> None:
    draft = replace(DRAFT, flash=region("0x27000:356K"), ram=region("0x20002800:54K"))
    new_board(CATALOG, draft, tmp_path)
    emulator = Catalog.load(tmp_path).board("mine").emulator
    assert (emulator.flash, emulator.ram, emulator.vectors) == (0x7000, 0x2000_2800, "armv7m.init-nsvtor")


def test_texts_are_escaped(tmp_path: Path) -> None:
    new_board(CATALOG, replace(DRAFT, title='a "board"\n[flash]\norigin = 1', source="\\"), tmp_path)
    board = Catalog.load(tmp_path).board("mine")
    assert (board.title, board.source) == ('a "board"\n[flash]\norigin = 1', "\\")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Mine"}, "cannot be a board's name"),
        ({"name": "../mine"}, "cannot be a board's name"),
        ({"name": "pico2"}, "There is a board named pico2 already"),
        ({"target": "thumbv7em-none-eabi"}, "Did you mean thumbv7em-none-eabihf"),
        ({"emulator": "mps2-an385"}, "There is no machine for thumbv7em-none-eabihf named 'mps2-an385'"),
        ({"erase_unit": 0}, "erase_unit: Input should be greater than 0"),
        ({"erase_unit": 4000}, "flash must end at a multiple of erase_unit"),
        ({"flash": Region(origin=0x40, size=0xFC0)}, "vector table, at a multiple of 128"),
        ({"ram": Region(origin=0x1000, size=0x1000)}, "flash and ram overlap"),
        (
            {"flash": Region(origin=0x8000_0000, size=0x6000_0000)},  # no answer or option gets so far
            "emulator.memory does not hold all of flash",
        ),
        (
            {
                "target": "thumbv8m.main-none-eabihf",
                "flash": Region(origin=0xC000, size=0x4000),
            },
            "The machine mps2-an505 starts at 0x10000000 and nowhere else",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        new_board(CATALOG, replace(DRAFT, **changes), tmp_path)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = new_board(CATALOG, DRAFT, tmp_path)
    before = path.read_text("utf-8")
    with pytest.raises(UsageError, match="is there already"):
        new_board(CATALOG, replace(DRAFT, chip="another"), tmp_path)
    assert path.read_text("utf-8") == before


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        new_board(CATALOG, DRAFT, tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("4096", 4096),
        ("0x1000", 4096),
        ("512K", 524_288),
        ("1M", 1_048_576),
        ("4 KiB", 4096),
        ("1_024b", 1024),
    ],
)
def test_sizes(text: str, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize("text", ["", "K", "-1", "1.5K", "0x", "ten", "1G", "1:2"])
def test_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        size(text)


@pytest.mark.parametrize(
    "text", ["", "0x0", "0x0:", ":4K", "0x100000000:4K", "0:0", "0:1M:2", "64K:0x20000000"]
)
def test_no_memory(text: str) -> None:
    with pytest.raises(UsageError):
        region(text)


@given(st.text() | st.from_regex(r"(0x)?[0-9a-f_]{0,20} ?[kKmM]?(i?[bB])?(:[0-9]{0,12}[kK]?)?"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (size, region):
        with suppress(UsageError):
            read(text)


@pytest.mark.parametrize("text", ["0x_", "9" * 5000, "1" * 400 + "M", "0x" + "f" * 5000])
def test_numbers_that_python_cannot_read_are_refused_too(text: str) -> None:
    with pytest.raises(UsageError):
        size(text)
