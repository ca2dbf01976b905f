"""What a core did, phase by phase, counted. Unknown values are ``None``, never 0."""

from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from .base import Record


class InstructionCounts(Record):
    """Instructions executed per phase.

    Attributes:
        load: From module bytes to the runtime's module.
        instantiate: Store, imports, instance and looking up the export.
        first_call: The first call of the export.
        call: The last call of it, when whatever is done lazily has been done.
        region: Of the last call, the region of interest that the module itself marks, if it marks one.
    """

    load: int | None = None
    instantiate: int | None = None
    first_call: int | None = None
    call: int | None = None
    region: int | None = None


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Activity:
    """What a core did in a phase: instructions by kind, and what went to flash.

    Every instruction is of one kind, ``alu`` to ``system``. What follows them is counted in addition. The
    emulation's documentation says what each is; timing models give them prices. What depends on the cache in
    front of flash is ``None`` for a board of which that is not known.

    A dataclass, since every cell has four with 51 fields each: a record of ten thousand cells takes half the
    time to read and two thirds of the memory.
    """

    alu: int = 0
    load: int = 0
    load_multiple: int = 0
    store: int = 0
    store_multiple: int = 0
    branch: int = 0
    conditional: int = 0
    call: int = 0
    indirect: int = 0
    multiply: int = 0
    multiply_long: int = 0
    divide: int = 0
    float_add: int = 0
    float_multiply: int = 0
    float_fused: int = 0
    float_divide: int = 0
    float_other: int = 0
    atomic: int = 0
    prefix: int = 0
    system: int = 0
    load_multiple_words: int = 0
    store_multiple_words: int = 0
    load_pc: int = 0
    load_use: int = 0
    load_address: int = 0
    load_pair: int = 0
    load_pair_astride: int = 0
    load_behind_store: int = 0
    store_behind_load: int = 0
    store_indexed: int = 0
    address_use: int = 0
    late_use: int = 0
    paired: int = 0
    wide: int = 0
    wide_astride: int = 0
    astride_third: int = 0
    conditional_taken: int = 0
    mispredicted: int = 0
    jump_table: int = 0
    jumps: int = 0
    jumps_astride: int = 0
    fetches: int | None = 0
    fetch_misses: int | None = 0
    fetch_runs: int | None = 0
    reads: int = 0
    read_misses: int | None = 0
    read_runs: int | None = 0
    divide_read: int = 0
    divide_zero: int = 0
    divide_short: int = 0
    divide_fours: int = 0

    @property
    def instructions(self) -> int:
        """All instructions."""
        return sum(getattr(self, kind) for kind in KINDS)


COUNTS = tuple(field.name for field in fields(Activity))
"""All that an activity counts."""

KINDS = COUNTS[: COUNTS.index("system") + 1]
"""The kinds of instructions, of which each is one."""


OF_THE_CACHE = ("fetches", "fetch_misses", "fetch_runs", "read_misses", "read_runs")
"""What of an activity depends on the cache in front of flash."""

OF_MISSES = OF_THE_CACHE[1:]
"""Those that a line which the cache does not have is counted by."""


class Activities(Record):
    """What the core did, phase by phase.

    Attributes:
        load, instantiate, first_call, call, region: As of :class:`InstructionCounts`.
    """

    load: Activity | None = None
    instantiate: Activity | None = None
    first_call: Activity | None = None
    call: Activity | None = None
    region: Activity | None = None

    @property
    def start(self) -> Activity | None:
        """Load and instantiation together; ``None`` if one of them is not known."""
        if self.load is None or self.instantiate is None:
            return None
        counts: Iterator[Any] = map(_sum, _COUNTED(self.load), _COUNTED(self.instantiate))
        return Activity(*counts)


_COUNTED = attrgetter(*COUNTS)


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
