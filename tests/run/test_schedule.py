"""Tasks run when what they need has ended, in the order of their priorities, one at a time with a lock."""

import threading
import time
from dataclasses import replace

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

        return Task(key, run, frozenset(needs.split()), lock, priority=(priority,))


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


def test_a_long_chain_is_not_left_to_the_end() -> None:
    def begun(workers: int) -> list[str]:
        diary = Diary()
        quick = [replace(diary.task(f"quick {number}", priority=number), seconds=2) for number in range(9)]
        chain = [replace(diary.task(f"long {n}", lock="x", priority=90 + n), seconds=6) for n in range(2)]
        cell = replace(diary.task("cell"), needs=frozenset({"long 0"}), is_result=True)
        execute([*chain, *quick, cell], workers, threading.Event())
        return diary.ran

    # 30 s in all, 12 of them in the chain: two workers begin it once no more than 24 are left.
    ran = begun(2)
    assert set(ran[:2]) == {"quick 0", "quick 1"}
    assert 2 < ran.index("long 0") < ran.index("quick 5")
    assert ran.index("cell") < ran.index("quick 8")
    # One worker gains nothing by it, until nothing else is left.
    assert begun(1)[-3:] == ["long 0", "cell", "long 1"]


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
