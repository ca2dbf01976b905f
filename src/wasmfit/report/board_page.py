"""Everything that the catalogue has of a board, as text."""

from wasmfit.model import Board
from wasmfit.table import Alignment, Table, text_column
from wasmfit.timing import current_text, setup_lines

from .rows import rows_to_text
from .terminal import terminal_width


def board_to_text(board: Board, core: str, width: int | None = None) -> str:
    """The page of a board.

    Args:
        board: The board.
        core: Its core, in words.
        width: The terminal's, if it is not that of stdout.
    """
    emulator = board.emulator
    relinked = "; the image is relinked for it" if board.needs_relinking else ""
    rows = {
        "chip": f"{board.chip} (probe-rs: {board.probe_rs_chip})",
        "core": f"{core} ({board.target})",
        "flash": f"{board.flash.size:,} B at {board.flash.origin:#010x}, erased by {board.erase_unit:,} B",
        "RAM": f"{board.ram.size:,} B at {board.ram.origin:#010x}",
        "clock": f"{board.clock_hz / 1e6:g} MHz",
        "emulated by": f"{emulator.qemu} -machine {emulator.machine}{relinked}",
        "time": _timing(board),
        **_currents(board),
        **dict(setup_lines(board)),
        "source": board.source,
    }
    table = Table(
        f"{board.name}: {board.title}",
        tuple(rows),
        (text_column((), rows.values(), Alignment.LEFT, wraps=True),),
    )
    return rows_to_text(table, width or terminal_width())


def _currents(board: Board) -> dict[str, str]:
    """What the chip takes from its supply, clock by clock; nothing where that is not known."""
    currents = () if board.timing is None else board.timing.currents
    return {
        f"current at {current.clock_hz / 1e6:g} MHz": f"{current_text(current)} ({current.source})"
        for current in currents
    }


def _timing(board: Board) -> str:
    if board.timing is None:
        return "not predicted"
    how = "calibrated with published values" if board.timing.calibrated else "estimated"
    return f"predicted by a model, {how}"
