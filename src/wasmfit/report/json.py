"""JSON: a document as text, all of it or line by line."""

from collections.abc import Iterable, Iterator

from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.json_text import line, line_by_line
from wasmfit.model import Record
from wasmfit.model.contract import JsonDocument


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...], ...}``, each cell on a line of its own; an unknown value is null."""
    return "".join(json_parts(record))


def json_parts(record: Comparison | Benchmark) -> Iterator[str]:
    """The same in parts, each made when it is needed: the text of many cells is larger than their records."""
    return document_lines(record.document, "cells", record.measurements)


def document_lines(document: JsonDocument, name: str, items: Iterable[Record]) -> Iterator[str]:
    """A document with one of its lists written item by item, each on a line of its own.

    Args:
        document: The document; what it has in the list does not matter.
        name: The list.
        items: What is in it: more records than there should be at the same time.
    """
    fields = document.model_copy(update={name: ()}).model_dump(by_alias=True)
    names = list(fields)
    at = names.index(name)
    before = {field: fields[field] for field in names[:at]}
    after = {field: fields[field] for field in names[at + 1 :]}
    return line_by_line(before, name, map(line, items), after)
