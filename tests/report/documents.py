"""Documents of the HTML report for tests."""

from collections.abc import Sequence
from typing import Any

from wasmfit.analysis.document import ReportDocument, RuntimeNote
from wasmfit.analysis.setting_rankings import setting_rankings
from wasmfit.model import Board, Measurement


def document(
    measurements: Sequence[Measurement],
    *,
    boards: Sequence[Board],
    runtimes: Sequence[RuntimeNote],
    title: str = "Which WebAssembly runtime fits?",
    **fields: Any,
) -> ReportDocument:
    """The document of measurements: with the boards among ``boards`` that they are of, and their rankings."""
    used = {measurement.board for measurement in measurements}
    bounds = frozenset(runtime.name for runtime in runtimes if runtime.bound)
    features = fields.get("features") or ()
    return ReportDocument(
        title=title,
        measurements=tuple(measurements),
        boards=tuple(board for board in boards if board.name in used),
        runtimes=tuple(runtimes),
        rankings=setting_rankings(measurements, boards, bounds, features=features),
        **fields,
    )
