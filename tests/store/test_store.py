"""The store keeps what it was given, and says so when it cannot."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.samples import failed, measurement
from wasmfit.model import Status
from wasmfit.store import Store, StoreError


def test_what_was_saved_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite")
    assert store.find("wasmi", "f") is None
    one = measurement()
    store.save(one, "f")
    assert store.find(one.id, "f") == one
    assert store.find(one.id, "another") is None
    assert store.count() == 1


def test_the_newest_counts_and_none_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite")
    one = measurement()
    store.save(one.model_copy(update={"status": Status.TIMEOUT, "reason": "slow"}), "f")
    store.save(one, "f")
    assert store.find(one.id, "f") == one
    assert store.count() == 2


def test_many_writers(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.save(failed(), str(number)), range(40)))
    assert store.count() == 40


def test_many_that_find_no_store_yet_make_one(tmp_path: Path) -> None:
    """They wait for one another: SQLite itself does not, where it changes how it keeps its journal."""
    for number in range(60):
        store, start = Store(tmp_path / f"{number}.sqlite"), threading.Barrier(8)

        def first(cell: int, store: Store = store, start: threading.Barrier = start) -> None:
            start.wait()
            store.save(failed(), str(cell))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(first, range(8)))
        assert store.count() == 8


def test_a_killed_writer_loses_nothing_that_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    script = (
        "import os, sys; sys.path.insert(0, '.');"
        "from pathlib import Path; from tests.samples import measurement;"
        "from wasmfit.store import Store;"
        f"store = Store(Path({str(path)!r}));"
        "[store.save(measurement(), str(n)) for n in range(5)]; os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == -9
    assert Store(path).count() == 5
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer wasmfit"):
        Store(path).count()


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_damaged_store_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "results.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(path).save(measurement(), "f")
    assert path.read_bytes() == content


def test_a_record_that_is_not_understood_is_measured_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.sqlite")
    one = measurement()
    store.save(one, "f")
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE measurement SET record = '{\"id\": 1}'")
    assert store.find(one.id, "f") is None
