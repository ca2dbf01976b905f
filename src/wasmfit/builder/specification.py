"""Rustc's specification of a target, with changes: what its code generator is told and no flag can say."""

import json
from collections.abc import Mapping


def place(target: str) -> str:
    """Where in a package's folder its own specification lies.

    The file has the target's name: build scripts and target folders see no difference.
    """
    return f"target-specification/{target}.json"


def changed(printed: str, changes: Mapping[str, object]) -> str:
    """What rustc prints of a target (``--print target-spec-json``), with changes.

    Raises:
        ValueError: That is not a specification.
    """
    known = json.loads(printed)
    if not isinstance(known, dict) or "llvm-target" not in known:
        raise ValueError("no specification of a target")
    return json.dumps({**known, **changes}, indent=2, sort_keys=True)
