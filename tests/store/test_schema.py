"""A store of an older schema becomes one of this, step by step, and loses nothing; or stays as it was."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.samples import failed, measurement
from wasmfit.model import Measurement
from wasmfit.store import Store
from wasmfit.store.schema import MIGRATIONS, SCHEMA, Migration, migrate, version_of

Database = sqlite3.Connection


def of_schema(path: Path, steps: int, *kept: Measurement) -> None:
    """A store as a wasmfit left it that knew so many steps."""
    database = sqlite3.connect(path)
    migrate(database, MIGRATIONS[:steps])
    with database:
        for one in kept:
            database.execute(
                "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
                " VALUES (?, ?, ?, ?, ?)",
                (one.id, "f", one.status.value, one.provenance.measured_at, one.model_dump_json()),
            )
    database.close()


def tables(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows}


@pytest.mark.parametrize("steps", range(1, SCHEMA))
def test_an_older_store_keeps_what_it_has(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "results.sqlite"
    of_schema(path, steps, measurement(), failed())
    store = Store(path)
    assert store.find(measurement().id, "f") == measurement()
    assert store.find(failed().id, "f") == failed()
    assert store.count() == 2
    with store.reading() as reader:
        assert {kept.cell for kept in reader.newest()} == {measurement().id, failed().id}
    of_schema(tmp_path / "new", SCHEMA)
    assert tables(path) == tables(tmp_path / "new")


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    of_schema(path, 1, measurement())
    before = tables(path)
    broken = Migration(
        "breaks half-way", ("CREATE TABLE half (number INTEGER)", "CREATE TABLE half (number)")
    )
    with sqlite3.connect(path) as database:
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(database, (*MIGRATIONS, broken))
        assert version_of(database) == 1
    assert tables(path) == before
    assert Store(path).count() == 1


def test_several_open_an_old_store_at_once(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    of_schema(path, 1, measurement())
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: Store(path).count(), range(16))) == [1] * 16
    with sqlite3.connect(path) as database:
        assert version_of(database) == SCHEMA
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_store_that_has_taken_more_steps_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    of_schema(path, SCHEMA)
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        migrate(database)
        assert version_of(database) == SCHEMA + 1
