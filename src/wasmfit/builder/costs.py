"""What steps of a build cost, as it was recorded (``costs.toml``): their order follows from it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from wasmfit.model import Build

_FILE = Path(__file__).with_name("costs.toml")

Kind = Literal["firmware", "c", "host"]


def cost(kind: Kind, build: Build) -> int:
    """Rough seconds that a step takes.

    Of the build, of another version of the same name, or the runtime's effort. Variants share the runtime's
    host program.
    """
    recorded = _recorded()[kind]
    own = build.runtime.name if kind == "host" else build.name
    label = f"{own}@{build.version.version}"
    if label in recorded:
        return round(recorded[label])
    others = [seconds for name, seconds in recorded.items() if name.partition("@")[0] == own]
    return round(max(others)) if others else build.runtime.effort


def core() -> int:
    """Rough seconds that Rust's own libraries take for a target that nothing was built for yet."""
    return round(_recorded()["libraries"]["core"])


@cache
def _recorded() -> dict[str, dict[str, float]]:
    tables: dict[str, dict[str, float]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tables
