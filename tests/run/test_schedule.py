"""Tasks run when what they need has ended, in the order of their priorities, one at a time with a lock."""

import threading
import time

import pytest

from wasmfit.run.schedule import Task, execute


class Diary:
    """What ran, and what ran side by side."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.together: set[frozenset[str]] = set()
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def task(
        self, key: str, *, needs: str = "", lock: str | None = None, priority: int = 0, seconds: float = 0.02
    ) -> Task:
        def run() -> None:
            with self._lock:
                self.ran.append(key)
                self._running.add(key)
                self.together.add(frozenset(self._running))
            time.sleep(seconds)
            with self._lock:
                self._running.remove(key)

        return Task(key, run, frozenset(needs.split()), lock, (priority,))


def test_needs_and_priorities() -> None:
    diary = Diary()
    tasks = [
        diary.task("cell", needs="a b"),
        diary.task("a", priority=2),
        diary.task("b", priority=1),
        diary.task("c", priority=3),
    ]
    execute(tasks, 1, threading.Event())
    assert diary.ran == ["b", "a", "cell", "c"]


def test_a_lock_is_used_by_one_and_others_go_on() -> None:
    diary = Diary()
    tasks = [diary.task("a", lock="x"), diary.task("b", lock="x"), diary.task("c", lock="y", priority=9)]
    execute(tasks, 2, threading.Event())
    assert frozenset("ab") not in diary.together
    assert frozenset("ac") in diary.together
    assert sorted(diary.ran) == ["a", "b", "c"]


def test_no_more_at_a_time_than_workers() -> None:
    diary = Diary()
    execute([diary.task(str(number)) for number in range(8)], 3, threading.Event())
    assert max(map(len, diary.together)) <= 3


def test_what_a_task_raises_ends_the_run() -> None:
    def fail() -> None:
        raise LookupError("no")

    cancel, diary = threading.Event(), Diary()
    with pytest.raises(LookupError):
        execute([Task("bad", fail), diary.task("later", needs="bad")], 2, cancel)
    assert cancel.is_set()
    assert diary.ran == []


def test_nothing_to_do() -> None:
    execute([], 2, threading.Event())
