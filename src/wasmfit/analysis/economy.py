"""What a module costs in RAM in forms that differ in how much memory it asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wasmfit.model import Measurement, Status
from wasmfit.model.contract import JsonDocument, JsonRecord


class GuestForm(StrEnum):
    """How a module says what memory it needs; each but the first is the one before with one thing more."""

    PLAIN = "plain"
    HEAP_BASE = "heap-base"
    SMALL_STACK = "small-stack"
    BYTE_PAGES = "byte-pages"


class EconomyForm(JsonRecord):
    """A form of the module.

    Attributes:
        form: Its name.
        module: The name of the module in cells' ids.
        title: What sets it apart, in words.
        linker: Arguments for wasm-ld that make it; of what no linker does, nothing.
        size: Bytes of the module.
        memory: Bytes of linear memory that it declares.
    """

    form: GuestForm
    module: str
    title: str
    linker: tuple[str, ...]
    size: int
    memory: int


class EconomyFigure(JsonRecord):
    """One form on one runtime.

    Attributes:
        form: The form.
        status: How its cell ended.
        reason: Why there is no figure, or why the minimum RAM is not known.
        ram: The minimum RAM, in bytes.
        heap: The heap used, linear memory included, in bytes.
        difference: ``ram`` less that of the plain form; where one of the two is not known, that of ``heap``.
    """

    form: GuestForm
    status: Status
    reason: str | None
    ram: int | None
    heap: int | None
    difference: int | None


class EconomyRow(JsonRecord):
    """A runtime on a board in a profile.

    Attributes:
        runtime, version: The runtime.
        board, profile: The board and the profile.
        how: What makes memory end at ``__heap_base``, for a build that wasmfit makes for this; else null.
        figures: One for each form.
    """

    runtime: str
    version: str
    board: str
    profile: str
    how: str | None
    figures: tuple[EconomyFigure, ...]

    def figure(self, form: GuestForm) -> EconomyFigure:
        """The figure of a form."""
        return next(figure for figure in self.figures if figure.form is form)


class EconomyDocument(JsonDocument):
    """What ``economy --format json`` prints.

    Attributes:
        workload: The workload whose module it is.
        stack: Bytes of the workloads' stack, in linear memory.
        small_stack: Bytes of the small one.
        forms: The forms of the module.
        rows: One for every runtime, board and profile.
    """

    workload: str
    stack: int
    small_stack: int
    forms: tuple[EconomyForm, ...]
    rows: tuple[EconomyRow, ...]


@dataclass(frozen=True)
class Economy:
    """What forms of a module cost in RAM.

    Attributes:
        document: The result.
        measurements: What it follows from.
        seconds: How long it took.
        reused: How many measurements were in the store already.
    """

    document: EconomyDocument
    measurements: tuple[Measurement, ...]
    seconds: float
    reused: int

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that ended as no runtime may be blamed for: a refused form is a result."""
        return tuple(cell for cell in self.measurements if cell.status in _NO_RESULT)

    def to_dict(self) -> dict[str, Any]:
        """The document as plain data."""
        return self.document.model_dump(mode="json")

    def flat_rows(self) -> list[dict[str, object]]:
        """The rows with columns for each form."""
        return [
            {
                **row.model_dump(exclude={"figures"}),
                **{
                    f"{figure.form}_{name}": value
                    for figure in row.figures
                    for name, value in figure.model_dump(mode="json", exclude={"form"}).items()
                },
            }
            for row in self.document.rows
        ]


_NO_RESULT = frozenset({Status.BUILD_FAILED, Status.TIMEOUT})


def economy_rows(
    forms: Sequence[EconomyForm], measurements: Sequence[Measurement], how: Mapping[str, str]
) -> Iterator[EconomyRow]:
    """The rows that measurements of the forms make, in the order of the plain form's.

    Args:
        forms: The forms.
        measurements: Of each of their modules, on the same builds, boards and profiles.
        how: Name of a build that was made for this → what makes memory end at ``__heap_base``.
    """
    by_key = {_key(cell, cell.module): cell for cell in measurements}
    plain = next(form for form in forms if form.form is GuestForm.PLAIN)
    for first in measurements:
        if first.module != plain.module:
            continue
        cells = [(form, by_key.get(_key(first, form.module))) for form in forms]
        yield EconomyRow(
            runtime=first.runtime,
            version=first.version,
            board=first.board,
            profile=first.profile,
            how=how.get(first.runtime),
            figures=tuple(_figure(form.form, cell, first) for form, cell in cells if cell is not None),
        )


def _key(measurement: Measurement, module: str) -> tuple[str, ...]:
    return measurement.runtime, measurement.version, module, measurement.board, measurement.profile


def _figure(form: GuestForm, cell: Measurement, plain: Measurement) -> EconomyFigure:
    ram, heap = least(cell), heap_used(cell)
    pairs = ((ram, least(plain)), (heap, heap_used(plain)))
    differences = (now - before for now, before in pairs if now is not None and before is not None)
    return EconomyFigure(
        form=form,
        status=cell.status,
        reason=cell.reason if cell.status is not Status.OK else _unsearched(cell),
        ram=ram,
        heap=heap,
        difference=next(differences, None),
    )


def least(measurement: Measurement) -> int | None:
    """The minimum RAM, where it was found."""
    run = measurement.run
    if measurement.status is not Status.OK or run is None or run.least_ram is None:
        return None
    return run.least_ram.bytes


def heap_used(measurement: Measurement) -> int | None:
    """The heap used with linear memory, of which the allocator tells no piece below 64 KiB apart."""
    run = measurement.run
    if measurement.status is not Status.OK or run is None or run.heap_peak is None:
        return None
    return run.heap_peak + (run.linear_memory or 0)


def _unsearched(measurement: Measurement) -> str | None:
    run = measurement.run
    return None if run is None or run.least_ram is None else run.least_ram.reason
