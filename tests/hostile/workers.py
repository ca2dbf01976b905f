"""Feeds mutants to a target in processes of their own, watched from outside."""

import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, cast

from .feed import Found, Slowest, bound_memory, feed
from .mutate import mutant
from .target import Target

if TYPE_CHECKING:
    _Pipe = Connection[Any, Any]

AT_ONCE = 250
"""Mutants of one process; the next begins with its memory unused."""


@dataclass(frozen=True)
class Share:
    """What one process is fed.

    Attributes:
        target: Makes the target, there: readers keep state.
        numbers: The mutants'.
        bounded: Whether the process's memory has a limit; one that starts programs has none.
    """

    target: Callable[[], Target]
    numbers: range
    bounded: bool = True


@dataclass(frozen=True)
class Fed:
    """What became of a share.

    Attributes:
        mutants: How many were fed.
        found: Those that are not handled as they should.
        kibibytes: The most resident memory, of the process and of those that it started.
        slowest: The input that took longest; ``None`` if the process died.
    """

    mutants: int
    found: tuple[Found, ...]
    kibibytes: int
    slowest: Slowest | None


def _feed(share: Share, answers: "Connection[Any, Any]") -> None:
    """Within the process: each number before its mutant is fed, then what became of all."""
    if share.bounded:
        bound_memory()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody listens any more
    target, slowest = share.target(), Slowest(share.numbers.start, 0.0)

    def told() -> Iterator[int]:
        for number in share.numbers:
            answers.send(number)
            yield number

    found = tuple(feed(target, told(), slowest))
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    answers.send(Fed(len(share.numbers), found, most, slowest))


def fed(shares: Sequence[Share], workers: int) -> Iterator[Fed]:
    """What becomes of each share; one whose process dies goes on after the mutant that it died of."""
    context = multiprocessing.get_context("spawn")
    waiting, running = list(reversed(shares)), dict["_Pipe", tuple[BaseProcess, Share, int]]()
    while waiting or running:
        while waiting and len(running) < workers:
            share = waiting.pop()
            ours, theirs = context.Pipe(duplex=False)
            started = context.Process(target=_feed, args=(share, theirs), daemon=True)
            started.start()
            theirs.close()
            running[ours] = started, share, share.numbers.start
        for ready in wait(list(running)):
            ours = cast("_Pipe", ready)
            process, share, number = running.pop(ours)
            try:
                answer = ours.recv()
            except EOFError:
                process.join()
                yield _died(share, number, process.exitcode)
                rest = range(number + share.numbers.step, share.numbers.stop, share.numbers.step)
                if rest:
                    waiting.append(Share(share.target, rest, share.bounded))
                continue
            if isinstance(answer, Fed):
                process.join()
                yield answer
            else:
                running[ours] = process, share, answer


def _died(share: Share, number: int, code: int | None) -> Fed:
    target = share.target()
    data = mutant(target.seeds(), target.mutations, number)
    fed_before = share.numbers.index(number) + 1
    return Fed(fed_before, (Found(number, data, f"the process ended with code {code}"),), 0, None)
