"""Tasks run when what they need has ended, in their rank's order, one at a time in a lane."""

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
        self, key: str, *, needs: str = "", lane: str | None = None, rank: int = 0, seconds: float = 0.02
    ) -> Task:
        def run() -> None:
            with self._lock:
                self.ran.append(key)
                self._running.add(key)
                self.together.add(frozenset(self._running))
            time.sleep(seconds)
            with self._lock:
                self._running.remove(key)

        return Task(key, run, frozenset(needs.split()), lane, (rank,))


def test_needs_and_ranks() -> None:
    diary = Diary()
    tasks = [
        diary.task("cell", needs="a b"),
        diary.task("a", rank=2),
        diary.task("b", rank=1),
        diary.task("c", rank=3),
    ]
    execute(tasks, 1, threading.Event())
    assert diary.ran == ["b", "a", "cell", "c"]


def test_a_lane_is_used_by_one_and_others_go_on() -> None:
    diary = Diary()
    tasks = [diary.task("a", lane="x"), diary.task("b", lane="x"), diary.task("c", lane="y", rank=9)]
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
