"""Feeds mutants to a target, each with a time limit, in a process whose memory is bounded."""

import resource
import signal
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from .mutate import mutant
from .target import Target

SECONDS = 10.0
"""For one input, on a machine that does other things too; nothing here takes a second."""

MEGABYTES = 2048
"""Address space of the process that reads, interpreter and libraries included."""


class Hang(BaseException):
    """An input took too long; not to be caught by what reads it."""


@dataclass(frozen=True)
class Found:
    """An input that is neither taken nor refused as it should.

    Attributes:
        number: The mutant's.
        data: The input.
        what: What happened.
    """

    number: int
    data: bytes
    what: str


@dataclass
class Slowest:
    """The input that took longest so far.

    Attributes:
        number: The mutant's.
        seconds: How long, of the wall clock.
    """

    number: int
    seconds: float

    def took(self, number: int, seconds: float) -> None:
        """An input's time."""
        if seconds > self.seconds:
            self.number, self.seconds = number, seconds


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what is inside with :class:`Hang`."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def bound_memory(megabytes: int = MEGABYTES) -> None:
    """From here on, whoever wants more gets ``MemoryError``."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def trouble(target: Target, data: bytes) -> str | None:
    """What is wrong with how the target takes this input; ``None`` if nothing is."""
    try:
        with time_limit(SECONDS):
            target.takes(data)
    except Hang as hang:
        return str(hang)
    except RecursionError as error:
        return f"RecursionError: {error}"
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return traceback.format_exc()
    return None


def feed(target: Target, numbers: Iterable[int], slowest: Slowest | None = None) -> Iterator[Found]:
    """The mutants of these numbers that are not handled as they should.

    Args:
        slowest: Is told how long each takes.
    """
    seeds = target.seeds()
    for number in numbers:
        data = mutant(seeds, target.mutations, number)
        started = time.monotonic()
        what = trouble(target, data)
        if slowest is not None:
            slowest.took(number, time.monotonic() - started)
        if what is not None:
            yield Found(number, data, what)
