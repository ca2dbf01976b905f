"""Running images in QEMU: exact instruction counts, phases, heap, stack and faults."""

from .counter import compiled
from .execution import Execution, Limits, execute

__all__ = ["Execution", "Limits", "compiled", "execute"]
