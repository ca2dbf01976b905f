"""JSON of a comparison, as the contract says."""

from collections.abc import Iterator

from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import SCHEMA, Comparison
from wasmfit.json_text import escape_unprintable, line_by_line


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...], ...}``, each cell on a line of its own; an unknown value is null."""
    return "".join(json_parts(record))


def json_parts(record: Comparison | Benchmark) -> Iterator[str]:
    """The same in parts, each made when it is needed: the text of many cells is larger than their records."""
    cells = (escape_unprintable(measurement.model_dump_json()) for measurement in record.measurements)
    return line_by_line({"schema": SCHEMA}, "cells", cells, record.other_fields())
