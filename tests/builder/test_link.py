"""The memory map, and what the linker's complaints mean."""

import re

from wasmfit.builder import link
from wasmfit.catalog import Catalog
from wasmfit.model import Status


def test_stack_and_data_fill_the_boards_ram() -> None:
    board = Catalog.load().board("nrf52840dk")
    text = link.memory(board, board.own, 32_768)
    regions = {
        name: (int(origin, 16), int(size))
        for name, origin, size in re.findall(r"(\w+) *: ORIGIN = (0x\w+), LENGTH = (\d+)", text)
    }
    assert regions["FLASH"] == (board.flash.origin, board.flash.size)
    # The stack is at the bottom: what overflows it is not there.
    assert regions["STACK"] == (board.ram.origin, 32_768)
    assert regions["RAM"] == (board.ram.origin + 32_768, board.ram.size - 32_768)


def test_where_code_in_ram_is_fetched_elsewhere_the_linker_is_told_how_far() -> None:
    board = Catalog.load().board("esp32c3")
    assert board.ram.fetched is not None
    assert f"wasmfit_code_apart = {0x4038_0000 - 0x3FC8_0000:#x};" in link.memory(board, board.own, 32_768)
    # The machine has one memory at one address.
    assert board.emulated.ram.fetched is None
    assert "wasmfit_code_apart" not in link.memory(board, board.emulated, 32_768)


def test_an_overflow_is_named_with_its_bytes() -> None:
    said = (
        "ld.lld-19: error: section '.text' will not fit in region 'FLASH': overflowed by 300 bytes\n"
        "ld.lld-19: error: section '.rodata' will not fit in region 'FLASH': overflowed by 70300 bytes\n"
        "ld.lld-19: error: section '.bss' will not fit in region 'RAM': overflowed by 12 bytes\n"
    )
    failure = link._overflow(said)
    assert failure is not None
    assert failure.status is Status.DOES_NOT_FIT
    assert failure.reason == "the image overflows flash by 70,300 B and RAM by 12 B"


def test_any_other_complaint_is_no_overflow() -> None:
    assert link._overflow("ld.lld-19: error: undefined symbol: foo\n>>> referenced by x\n") is None


def test_a_layout_moves_the_module_and_shuffles_the_rest() -> None:
    board = Catalog.load().board("nrf52840dk")
    text = link.memory(board, board.own, 32_768)
    layouts = [link.LinkOrder(seed) for seed in range(1, 9)]
    for layout in layouts:
        moved = layout.memory(text)
        assert f"    . += {layout.padding};\n    wasmfit_job = .;\n" in moved
        # Nothing else of the map is another, and the module's bytes are as aligned as before.
        assert moved.replace(f"    . += {layout.padding};\n", "") == text
        assert layout.padding % 16 == 0
        assert layout.padding < 4096
        assert layout.flags == (
            f"--shuffle-sections=.text*={layout.seed}",
            f"--shuffle-sections=.rodata*={layout.seed}",
        )
    assert len({layout.padding for layout in layouts}) == len(layouts)
