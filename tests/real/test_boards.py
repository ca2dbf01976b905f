"""Every runtime on boards with other cores, whose images have twins in the emulator."""

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import digest
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module", params=["esp32c6", pytest.param("pico2", marks=pytest.mark.slow)])
def on_boards(warm_home: Home, request: pytest.FixtureRequest) -> Comparison:
    """Every runtime on a board; each target is minutes of builds, and RISC-V is built every time."""
    return wasmfit.compare(runtimes=["newest", "native"], boards=[request.param], home=warm_home.root)


def test_every_runtime_gives_the_right_results(on_boards: Comparison) -> None:
    ends = {one.id: (one.status, one.reason) for one in on_boards.measurements}
    built = {name: end for name, end in ends.items() if end[0] is not Status.UNAVAILABLE}
    assert len(built) >= 14
    assert built == dict.fromkeys(built, (Status.OK, None))


def test_the_image_is_at_the_boards_addresses_and_its_twin_is_named(on_boards: Comparison) -> None:
    catalog = Catalog.load()
    for one in on_boards.measurements:
        if one.status is Status.UNAVAILABLE:
            continue
        board, twin = catalog.board(one.board), one.provenance.twin
        assert one.provenance.elf is not None
        assert twin is not None
        assert twin.elf_sha256 == digest.file(Path(twin.elf)) != one.provenance.elf_sha256
        assert twin.differs.startswith("in addresses alone: ")
        for path, memory_map in ((one.provenance.elf, board.own), (twin.elf, board.emulated)):
            with Path(path).open("rb") as file:
                text = ELFFile(file).get_section_by_name(".text")
                assert text is not None
                assert memory_map.flash.holds(text["sh_addr"])


def test_time_is_predicted_with_its_bar(on_boards: Comparison) -> None:
    for one in on_boards.measurements:
        if one.status is not Status.OK:
            continue
        assert one.run is not None
        assert one.run.predicted is not None
        for phase in ("load", "instantiate", "first_call", "call"):
            found, activity = getattr(one.run.predicted, phase), getattr(one.run.activity, phase)
            assert 0 < found.cycles_low < found.cycles < found.cycles_high
            assert activity.instructions == getattr(one.run.instructions, phase)
        assert one.run.predicted.call is not None
        assert (one.run.cycles, one.run.time_s) == (
            one.run.predicted.call.cycles,
            one.run.predicted.call.time_s,
        )


def test_owners_add_up(on_boards: Comparison) -> None:
    for one in on_boards.measurements:
        if one.size is None:
            continue
        text = one.size.owners[".text"]
        assert sum(text.values()) == one.size.text
        assert text.get("[unknown]", 0) < 0.002 * one.size.text + 400
