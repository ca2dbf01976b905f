"""Running tasks that need each other, some of which may not run side by side."""

import threading
from collections.abc import Callable, Iterable
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
        priority: Lower ones go first among those that could run.
    """

    key: str
    run: Callable[[], None]
    needs: frozenset[str] = frozenset()
    lock: str | None = None
    priority: tuple[int, ...] = ()


def execute(tasks: Iterable[Task], workers: int, cancel: threading.Event) -> None:
    """Runs every task, ``workers`` at a time.

    A task whose needs failed runs all the same: it finds out by itself, and says so in its own words.
    Tasks report through what they do; one that raises ends the whole run.

    Raises:
        BaseException: What a task raised, or the user's interrupt; ``cancel`` is set, and what ran has ended.
    """
    waiting = {task.key: task for task in tasks}
    running: dict[Future[None], Task] = {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                for task in _startable(waiting, running, workers):
                    del waiting[task.key]
                    running[pool.submit(task.run)] = task
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    del running[future]
                    future.result()
        except BaseException:
            cancel.set()
            raise


def _startable(waiting: dict[str, Task], running: dict[Future[None], Task], workers: int) -> list[Task]:
    unfinished = waiting.keys() | {task.key for task in running.values()}
    locks = {task.lock for task in running.values() if task.lock is not None}
    chosen: list[Task] = []
    for task in sorted(waiting.values(), key=lambda task: task.priority):
        if len(running) + len(chosen) >= workers:
            break
        if task.needs & unfinished or (task.lock is not None and task.lock in locks):
            continue
        if task.lock is not None:
            locks.add(task.lock)
        chosen.append(task)
    return chosen
