"""Operating systems, whose own builds make whole images: a build driver for each kind of build."""

from wasmfit.model import Base

from .clone import clone
from .driver import Driver, Program
from .laze import Laze
from .make import Make
from .west import West

__all__ = ["Driver", "Program", "clone", "driver_of"]

_DRIVERS: dict[str, Driver] = {"laze": Laze(), "make": Make(), "west": West()}
"""By the names that ``base.toml`` has for them."""


def driver_of(base: Base) -> Driver:
    """What builds a base's system."""
    assert base.system is not None, f"{base.name} is not an operating system"
    return _DRIVERS[base.system.driver]
