"""The JSON Schema (draft 2020-12) of each document that a command prints with ``--format json``, and of
experiment files. ``make maint-schemas`` writes them from the records (``scripts/schemas.py``).
"""

import json
from importlib.resources import files
from typing import Any

from wasmfit.errors import UsageError

_SUFFIX = ".json"


def names() -> list[str]:
    """What there is a schema of: commands, some with the option that changes what they print."""
    known = (file.name for file in files(__name__).iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in known if name.endswith(_SUFFIX))


def text(name: str) -> str:
    """A schema as the package has it.

    Raises:
        UsageError: There is none of that name.
    """
    known = names()
    if name not in known:
        raise UsageError(f"There is no schema {name!r:.80}.", f"There is one of each of: {', '.join(known)}.")
    return files(__name__).joinpath(f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document.

    Args:
        name: One of :func:`names`, such as ``compare``, ``size-why`` or ``experiment``.

    Raises:
        UsageError: There is none of that name.
    """
    loaded: dict[str, Any] = json.loads(text(name))
    return loaded
