"""What switches of runtimes cost, as tables."""

from collections.abc import Sequence

from wasmfit.analysis.toggle_costs import Price, Priced

from .table import Column, Table


def price_tables(priced: Priced) -> list[Table]:
    """The tables, board by board and profile by profile: a row a switch."""
    places: dict[tuple[str, str], list[Price]] = {}
    for one in priced.prices:
        places.setdefault((one.board, one.profile), []).append(one)
    return [_table(priced, where, rows) for where, rows in places.items()]


def _table(priced: Priced, where: tuple[str, str], rows: Sequence[Price]) -> Table:
    workloads = dict.fromkeys(name for one in rows for name in one.slow_down)
    columns = [
        Column(("flash", "without"), tuple(_bytes(one.flash_off) for one in rows)),
        Column(("flash", "with"), tuple(_bytes(one.flash_on) for one in rows)),
        Column(("flash", "difference"), tuple(_signed(one.flash) for one in rows)),
        *(
            Column(("instructions", name), tuple(_times(one.slow_down.get(name)) for one in rows))
            for name in workloads
        ),
    ]
    labels = tuple(f"{one.runtime}@{one.version}: {one.switch.name}" for one in rows)
    notes = (
        f"bytes written to flash with the module {priced.sized_by}, harness and module included: the images "
        "differ in nothing but the switch",
        "instructions of a steady call with the switch, as a multiple of those without",
        *(f"{one.runtime}, {one.switch.name}: {one.switch.how}" for one in rows),
        *(f"{one.runtime}, {one.switch.name}: {one.reason}" for one in rows if one.reason),
    )
    return Table(f"what switches cost / {' / '.join(where)}", labels, tuple(columns), notes, ())


def _bytes(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _signed(number: int | None) -> str:
    return "-" if number is None else f"{number:+,}"


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f} x"
