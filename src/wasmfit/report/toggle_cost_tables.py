"""What feature toggles of runtimes cost, as tables."""

from collections.abc import Sequence

from wasmfit.analysis.toggle_costs import ToggleCost, ToggleCosts
from wasmfit.table import Table, text_column


def toggle_cost_tables(measured: ToggleCosts) -> list[Table]:
    """The tables, board by board and profile by profile: a row per toggle."""
    settings: dict[tuple[str, str], list[ToggleCost]] = {}
    for cost in measured.costs:
        settings.setdefault((cost.board, cost.profile), []).append(cost)
    return [_table(measured, setting, costs) for setting, costs in settings.items()]


def _table(measured: ToggleCosts, setting: tuple[str, str], costs: Sequence[ToggleCost]) -> Table:
    workloads = dict.fromkeys(name for cost in costs for name in cost.slow_down)
    columns = [
        text_column(("flash", "without"), (_bytes(cost.flash_off) for cost in costs)),
        text_column(("flash", "with"), (_bytes(cost.flash_on) for cost in costs)),
        text_column(("flash", "difference"), (_signed(cost.flash) for cost in costs)),
        *(
            text_column(("instructions", name), (_times(cost.slow_down.get(name)) for cost in costs))
            for name in workloads
        ),
    ]
    labels = tuple(f"{cost.runtime}@{cost.version}: {cost.toggle.name}" for cost in costs)
    notes = (
        f"bytes written to flash with the module {measured.sized_by}, harness and module included: the "
        "images differ only in the toggle",
        "instructions of a warm call with the toggle, as a multiple of those without",
        *(f"{cost.runtime}, {cost.toggle.name}: {cost.toggle.how}" for cost in costs),
        *(f"{cost.runtime}, {cost.toggle.name}: {cost.reason}" for cost in costs if cost.reason),
    )
    return Table(f"what feature toggles cost / {' / '.join(setting)}", labels, tuple(columns), notes, ())


def _bytes(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _signed(number: int | None) -> str:
    return "-" if number is None else f"{number:+,}"


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f} x"
