"""Artefacts appear whole or not at all, and are made once."""

import threading
from pathlib import Path

import pytest

from wasmfit.builder.cache import Cache
from wasmfit.builder.exclusive_lock import StoppedError, exclusive_lock


def test_made_once(tmp_path: Path) -> None:
    made = []

    def make(place: Path) -> None:
        made.append(place)
        (place / "x").write_text("1")

    cache = Cache(tmp_path)
    first = cache.get("kind", "0123", make)
    assert first == cache.get("kind", "0123", make)
    assert (first / "x").read_text() == "1"
    assert len(made) == 1


def test_a_failure_leaves_nothing_and_the_next_try_succeeds(tmp_path: Path) -> None:
    def fail(place: Path) -> None:
        (place / "half").write_text("1")
        raise RuntimeError

    cache = Cache(tmp_path)
    with pytest.raises(RuntimeError):
        cache.get("kind", "k", fail)
    assert not cache.place("kind", "k").exists()
    done = cache.get("kind", "k", lambda _: None)
    assert list(done.iterdir()) == []


def test_threads_wait_for_the_one_that_makes_it(tmp_path: Path) -> None:
    cache, count, barrier = Cache(tmp_path), [], threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        cache.get("kind", "k", lambda _: count.append(1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count == [1]


def test_a_wait_ends_when_the_run_does(tmp_path: Path) -> None:
    cache, held, release = Cache(tmp_path), threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive_lock(cache.place("kind", "k").with_suffix(".lock"), threading.Event()):
            held.set()
            release.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    threading.Timer(0.3, cache.cancel.set).start()
    with pytest.raises(StoppedError):
        cache.get("kind", "k", lambda _: None)
    assert not cache.place("kind", "k").exists()
    release.set()
    holder.join()
