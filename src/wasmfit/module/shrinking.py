"""Runtimes that can give a module less memory than it declares: a data file, since no runtime chooses it."""

from functools import cache
from pathlib import Path

from pydantic import Field, RootModel

from wasmfit.catalog.load import read
from wasmfit.model import Record

_FILE = Path(__file__).parent / "shrinking.toml"


class Shrinking(Record):
    """How a runtime is built so that memory ends at an exported ``__heap_base``.

    Attributes:
        how: What does it, and its conditions.
        defines: Macros of a runtime in C.
        cfg: Features of the firmware crate of a runtime in Rust.
    """

    how: str
    defines: dict[str, str] = Field(default_factory=dict)
    cfg: tuple[str, ...] = ()


class _File(RootModel[dict[str, Shrinking]]):
    """Runtime → how."""


@cache
def shrinking() -> dict[str, Shrinking]:
    """Name of a runtime → how it is built so."""
    return read(_FILE, _File).root
