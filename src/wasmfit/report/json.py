"""JSON, as the contract says."""

import json

from wasmfit.results import Comparison


def to_json(comparison: Comparison) -> str:
    """``{"schema": 1, "cells": [...]}``; what is not known is null."""
    return json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False)
