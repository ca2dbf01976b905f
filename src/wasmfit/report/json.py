"""JSON, as the contract says."""

import json
from collections.abc import Iterable, Mapping

from wasmfit.results import Benchmark, Comparison


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...]}``; what is not known is null. A benchmark adds its summary."""
    return json.dumps(record.to_dict(), indent=2, ensure_ascii=False)


def line_by_line(head: Mapping[str, object], name: str, items: Iterable[Mapping[str, object]]) -> str:
    """An object with a list of many in it, each on a line of its own and made when its line is."""
    fields = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    lines = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in items)
    fields.append(f"  {json.dumps(name)}: [" + (f"\n{lines}\n  ]" if lines else "]"))
    return "{\n" + ",\n".join(fields) + "\n}"
