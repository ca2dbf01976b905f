"""What is said at the end of cells that failed: each reason once."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wasmfit.model import Measurement


def failed_lines(failed: Iterable[Measurement]) -> Iterator[str]:
    """A line for each way in which cells failed, with the cells and their logs."""
    ends: dict[tuple[str, str | None], list[Measurement]] = {}
    for cell in failed:
        ends.setdefault((cell.status.value, cell.reason), []).append(cell)
    for (status, reason), cells in ends.items():
        logs = [cell.provenance.log for cell in cells if cell.provenance.log is not None]
        yield line_of([cell.id for cell in cells], f"{status}: {reason}{_where(logs)}")


def cells_by_reason(ends: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Reason → the cells that it is of, from cells with their reasons."""
    cells: dict[str, list[str]] = {}
    for cell, reason in ends:
        cells.setdefault(reason, []).append(cell)
    return cells


def line_of(cells: Sequence[str], reason: str) -> str:
    """A reason with the cells that it is of; runtimes are enough where they are in one setting."""
    if len(cells) == 1:
        return f"{cells[0]}: {reason}"
    runtimes = [cell.partition("/")[0] for cell in cells]
    is_one_setting = len({cell.partition("/")[2] for cell in cells}) == 1
    return f"{reason}: {', '.join(runtimes if is_one_setting else cells)}"


def _where(logs: Sequence[str]) -> str:
    """The log of cells, or the folder of their logs."""
    different = list(dict.fromkeys(logs))
    if len(different) > 1:
        return f" (logs in {Path(different[0]).parent})"
    return f" (log: {different[0]})" if different else ""
