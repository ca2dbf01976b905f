"""What forms of a module cost in RAM, as tables."""

from collections.abc import Iterable, Iterator, Sequence

from wasmfit.analysis.economy import Economy, EconomyDocument, EconomyFigure, EconomyRow, GuestForm
from wasmfit.model import Status
from wasmfit.table import Column, Table, TableCell

HEADINGS = {
    GuestForm.PLAIN: "plain",
    GuestForm.HEAP_BASE: "heap base",
    GuestForm.SMALL_STACK: "small stack",
    GuestForm.BYTE_PAGES: "pages of 1 B",
}
"""What stands above a form's columns."""

HEAP_ALONE = "†"
"""After a figure that is the heap alone."""


def economy_tables(measured: Economy) -> list[Table]:
    """The tables, board by board and profile by profile: a row per runtime."""
    settings: dict[tuple[str, str], list[EconomyRow]] = {}
    for row in measured.document.rows:
        settings.setdefault((row.board, row.profile), []).append(row)
    return [_table(measured.document, setting, rows) for setting, rows in settings.items()]


def _table(document: EconomyDocument, setting: tuple[str, str], rows: Sequence[EconomyRow]) -> Table:
    forms = [form.form for form in document.forms]
    ran = [row for row in rows if any(_value(figure) is not None for figure in row.figures)]
    others = [row for row in rows if row not in ran]
    return Table(
        f"minimum RAM of {document.workload}, B / {' / '.join(setting)}",
        tuple(map(_name, ran)),
        tuple(column for form in forms for column in _columns(form, ran)),
        tuple(dict.fromkeys(_notes(document, ran))),
        remainder=tuple((_name(row), _why(row)) for row in others),
    )


def _name(row: EconomyRow) -> str:
    return f"{row.runtime} {row.version}"


def _columns(form: GuestForm, rows: Sequence[EconomyRow]) -> Iterator[Column]:
    figures = [row.figure(form) for row in rows]
    name = form.value.replace("-", "_")
    yield Column((HEADINGS[form], "RAM"), tuple(map(_ram, figures)), f"{name}_ram", "B")
    if form is not GuestForm.PLAIN:
        differences = (figure.difference for figure in figures)
        cells = tuple(TableCell() if less is None else TableCell(f"{less:+,}", less) for less in differences)
        yield Column((HEADINGS[form], "difference"), cells, f"{name}_difference", "B")


def _value(figure: EconomyFigure) -> int | None:
    return figure.heap if figure.ram is None else figure.ram


def _ram(figure: EconomyFigure) -> TableCell:
    value = _value(figure)
    if value is None:
        return TableCell(figure.status.value, None, note=figure.reason)
    return TableCell(f"{value:,}", value, HEAP_ALONE if figure.ram is None else "", figure.reason)


def _notes(document: EconomyDocument, rows: Sequence[EconomyRow]) -> Iterator[str]:
    for form in document.forms:
        yield f"{HEADINGS[form.form]}: {form.title}; it declares {form.memory:,} B of memory"
    figures = [(row, figure) for row in rows for figure in row.figures]
    if any(figure.ram is None and figure.heap is not None for _, figure in figures):
        yield f"{HEAP_ALONE} the heap used, linear memory included, where the minimum RAM is not known"
    built = [(row.how, row.runtime) for row in rows if row.how is not None]
    for how, names in _grouped(built):
        yield f"{names}: built for this table with {how}"
    refused = [
        (f"{HEADINGS[figure.form]}: {figure.reason}", row.runtime)
        for row, figure in figures
        if figure.reason and figure.status is not Status.OK
    ]
    for why, names in _grouped(refused):
        yield f"{names}, {why}"


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is said of runtimes, each once with their names."""
    names: dict[str, dict[str, None]] = {}
    for said, name in pairs:
        names.setdefault(said, {})[name] = None
    return ((said, ", ".join(of)) for said, of in names.items())


def _why(row: EconomyRow) -> str:
    figure = row.figure(GuestForm.PLAIN)
    return f"{figure.status.value.replace('_', ' ')}: {figure.reason}"
