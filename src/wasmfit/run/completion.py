"""What measurements are shown with and are not stored with, since it follows from others or is looked up.

A stored record holds what was measured, for ever. Its baseline, whether other runtimes agree, the time that a
model predicts and published figures belong to an experiment, and are added here, and nowhere else in a run.
"""

from collections.abc import Mapping

from wasmfit.catalog import Catalog
from wasmfit.model import Cell, Embedding, Measurement, Size
from wasmfit.plan import Plan
from wasmfit.timing import CostModel, cost_model, with_predictions

from . import cross_check, record
from .subject import subject_of


def completed(catalog: Catalog, plan: Plan, measured: Mapping[str, Measurement]) -> tuple[Measurement, ...]:
    """All measurements of a plan in order, each with its baseline.

    Args:
        catalog: The catalogue.
        plan: The plan.
        measured: Id → measurement, of every cell of it.
    """
    baselines = {_setting(cell): measured[cell.id].size for cell in plan.baselines}
    judged = _judged(plan, measured)
    boards = {cell.board.name: cell.board for cell in plan.all_cells}
    models = {name: cost_model(board, catalog.core(board)) for name, board in boards.items()}
    facts: dict[tuple[str, str, Embedding], dict[str, str]] = {}
    completed_cells = []
    for cell in plan.all_cells:
        decided_by = cell.build.label, cell.base.name, cell.embedding
        if decided_by not in facts:
            facts[decided_by] = record.facts_of(cell)
        baseline, model = baselines.get(_setting(cell)), models[cell.board.name]
        completed_cells.append(_completed(judged[cell.id], cell, baseline, model, facts[decided_by]))
    return tuple(completed_cells)


def _judged(plan: Plan, measured: Mapping[str, Measurement]) -> dict[str, Measurement]:
    """The measurements, those of a user's module compared with one another."""
    settings: dict[tuple[str, str, str, str], list[Cell]] = {}
    for cell in plan.cells:
        settings.setdefault(_setting(cell), []).append(cell)
    judged = dict(measured)
    for cells in settings.values():
        subject = subject_of(cells[0])
        signature = subject.expected.signature
        if subject.is_cross_checked and signature is not None:
            ran = [measured[cell.id] for cell in cells]
            judged |= {
                measurement.id: measurement for measurement in cross_check.cross_checked(ran, signature)
            }
    return judged


def _setting(cell: Cell) -> tuple[str, str, str, str]:
    return cell.workload.name, cell.board.name, cell.base.name, cell.profile.name


def _completed(
    measurement: Measurement,
    cell: Cell,
    baseline: Size | None,
    model: CostModel | None,
    facts: dict[str, str],
) -> Measurement:
    """Adds what is not measured: baseline, facts, predicted time, and published figures where they apply."""
    published = cell.build.version.published
    if cell.build.checkout is not None and cell.build.runtime.unavailable is None:
        published = None  # Somebody's figures of a release; where there is none, of some checkout.
    if cell.embedding is not Embedding.STATIC:
        published = None  # A file of the same name as a workload is still another module.
    if published is not None and (published.module, published.board, published.profile) != (
        cell.workload.name,
        cell.board.name,
        cell.profile.name,
    ):
        published = None
    return measurement.model_copy(
        update={
            "baseline": baseline,
            "run": with_predictions(measurement, model),
            "facts": facts,
            "published": dict(published.figures) if published else {},
            "published_source": published.source if published else None,
        }
    )
