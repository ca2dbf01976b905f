"""JSON, as the contract says."""

import json
from collections.abc import Mapping
from typing import Any

from wasmfit.results import Benchmark, Comparison


def to_json(record: Comparison | Benchmark) -> str:
    """``{"schema": 1, "cells": [...]}``; what is not known is null. A benchmark adds its summary."""
    return dumped(record.to_dict())


def dumped(contract: Mapping[str, Any]) -> str:
    """Any command's contract, likewise."""
    return json.dumps(contract, indent=2, ensure_ascii=False)
