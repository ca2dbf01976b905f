"""JSON, as the contract says."""

import json

from wasmfit.results import Benchmark, Comparison


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...]}``; what is not known is null. A benchmark adds its summary."""
    return json.dumps(record.to_dict(), indent=2, ensure_ascii=False)
