"""Running tasks that need each other, some of which may not run side by side."""

import threading
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A piece of work.

    Attributes:
        key: Its identity; tasks with the same key are the same task.
        run: Does it; what it raises is its failure.
        needs: Keys of tasks that must have ended before, well or badly.
        lock: Tasks with the same lock run one after the other (cargo locks its target folder).
        is_result: Whether it ends in a result, which is what people wait for: such tasks go before others.
        priority: Lower ones go first among those that could run.
        seconds: Rough seconds that it takes; 0 for what is quick.
    """

    key: str
    run: Callable[[], None]
    needs: frozenset[str] = frozenset()
    lock: str | None = None
    is_result: bool = False
    priority: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def chain(self) -> str:
        """What its lock names, or else itself: tasks of one chain cannot be done by several workers."""
        return self.key if self.lock is None else self.lock


def execute(tasks: Iterable[Task], workers: int, cancel: threading.Event) -> None:
    """Runs every task, ``workers`` at a time.

    A task whose needs failed runs all the same: it finds out by itself, and says so in its own words.
    Tasks report through what they do; one that raises ends the whole run.

    A chain that takes as long as each worker's share of all that is left is begun before other tasks: begun
    last, it would run alone.

    Raises:
        BaseException: What a task raised, or the user's interrupt; ``cancel`` is set, and what ran has ended.
    """
    waiting = {task.key: task for task in sorted(tasks, key=lambda task: task.priority)}
    left: dict[str, float] = defaultdict(float)
    for task in waiting.values():
        left[task.chain] += task.seconds
    running: dict[Future[None], Task] = {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                for task in _startable(waiting, running, workers, _longest(left, workers)):
                    del waiting[task.key]
                    running[pool.submit(task.run)] = task
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    done = running.pop(future)
                    left[done.chain] -= done.seconds
                    future.result()
        except BaseException:
            cancel.set()
            raise


def _longest(left: Mapping[str, float], workers: int) -> frozenset[str]:
    """The chains that would end last if they were begun any later."""
    share = sum(left.values()) / workers
    return frozenset(chain for chain, seconds in left.items() if seconds >= share)


def _startable(
    waiting: Mapping[str, Task], running: Mapping[Future[None], Task], workers: int, longest: Container[str]
) -> list[Task]:
    unfinished = waiting.keys() | {task.key for task in running.values()}
    locks = {task.lock for task in running.values() if task.lock is not None}
    chosen: list[Task] = []
    for task in sorted(waiting.values(), key=lambda task: (not task.is_result, task.chain not in longest)):
        if len(running) + len(chosen) >= workers:
            break
        if task.needs & unfinished or (task.lock is not None and task.lock in locks):
            continue
        if task.lock is not None:
            locks.add(task.lock)
        chosen.append(task)
    return chosen
