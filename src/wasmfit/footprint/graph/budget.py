"""What a search for references may take; what it leaves out for that is said."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReferenceBudget:
    """Most memory and time, from when it is made.

    Attributes:
        memory: Bytes.
        seconds: Seconds.
    """

    memory: int = 1 << 30
    seconds: float = 60.0
    _began: float = field(default_factory=time.monotonic, repr=False)

    @property
    def is_spent(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() - self._began > self.seconds

    def holds(self, count: int, size: int) -> bool:
        """Whether some records of some bytes each fit into its memory."""
        return count * size <= self.memory

    @property
    def words(self) -> str:
        """The budget for a reader."""
        return f"{self.memory >> 20:,} MiB and {self.seconds:g} s (--limit)"
