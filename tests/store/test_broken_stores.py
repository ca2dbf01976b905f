"""Stores that are broken: each ends in one sentence with a remedy, and is left as it was found."""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.samples import measurement
from wasmfit.analysis.history import history
from wasmfit.errors import UsageError
from wasmfit.store import RunEntry, RunMetadata, Store, StoreError
from wasmfit.store.schema import SCHEMA

CELLS = 40
PAGE = 4096


def filled(path: Path, cells: int = CELLS) -> bytes:
    """The file of a store with so many measurements, all of them in the file itself."""
    store = Store(path)
    with store.reading():
        pass
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA synchronous = OFF")
        one = measurement()
        database.executemany(
            "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
            " VALUES (?, 'f', 'ok', '2026', ?)",
            [(f"cell-{number}", one.model_dump_json()) for number in range(cells)],
        )
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


def asked(path: Path) -> str | None:
    """What a store says when everything is asked of it and something is saved; ``None`` for no error."""
    store = Store(path)
    said = None
    try:
        store.count()
        store.find_all({f"cell-{number}": "f" for number in range(CELLS)})
        store.save(measurement(), "new")
    except StoreError as error:
        said = error
    if said is None:
        return None
    assert said.exit_code == 2
    assert said.remedy
    assert all(line.isprintable() for line in str(said).split("\n"))
    return str(said)


def _cuts(length: int) -> list[int]:
    chance = random.Random(10)  # noqa: S311 - the same cuts every time
    return [*range(0, length, PAGE), *(chance.randrange(length) for _ in range(40))]


def test_a_store_cut_anywhere_is_said_to_be_broken(tmp_path: Path) -> None:
    whole = filled(tmp_path / "whole.sqlite")
    cuts = _cuts(len(whole))
    assert len(cuts) > 60
    for cut in cuts:
        folder = tmp_path / str(cut)
        folder.mkdir(exist_ok=True)
        path = folder / "results.sqlite"
        path.write_bytes(whole[:cut])
        said = asked(path)
        if cut == 0:
            assert said is None  # As SQLite has it, a file without a byte is a new database.
        else:
            assert said is not None, f"cut at {cut} of {len(whole)}"
            assert "move it to another place" in said
            assert path.read_bytes() == whole[:cut], "a broken store was written to"


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.mkdir()
    assert "cannot be used" in (asked(path) or "")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / "gone" / "results.sqlite").save(measurement(), "f")


@contextmanager
def _unprivileged() -> Iterator[None]:
    """As somebody to whom permissions apply: for root, none do."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_a_store_that_may_not_be_written(tmp_path: Path, locked: str) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    path = folder / "results.sqlite"
    before = filled(path)
    path.chmod(0o444)
    if locked == "folder":
        folder.chmod(0o555)
    else:
        folder.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    try:
        with _unprivileged():
            said = asked(path)
    finally:
        folder.chmod(0o755)
    assert said is not None
    assert "written" in said or "readonly" in said
    assert path.read_bytes() == before


def test_a_store_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.sqlite"
    filled(path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "d.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()",
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        monkeypatch.setattr("wasmfit.store.measurements.WAIT_SECONDS", 0.2)
        said = asked(path)
    finally:
        holder.communicate()
    assert said is not None
    assert "Another process" in said
    assert "move it to another place" not in said, "a sound store is not to be moved away"
    assert asked(path) is None


def _zeroed(data: bytearray) -> None:
    data[:] = bytes(len(data))


def _noise(data: bytearray) -> None:
    data[:] = random.Random(3).randbytes(len(data))  # noqa: S311 - the same every time


def _half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def _second_half_of_noise(data: bytearray) -> None:
    middle = len(data) // 2
    data[middle:] = random.Random(4).randbytes(len(data) - middle)  # noqa: S311


@pytest.mark.parametrize("damage", [_zeroed, _noise, _half, _second_half_of_noise])
def test_a_damaged_log_of_writes_costs_what_is_in_it_and_no_more(
    tmp_path: Path, damage: Callable[[bytearray], None]
) -> None:
    """SQLite's write-ahead log has a checksum a frame: what is behind the first wrong one was never there."""
    live, path = tmp_path / "live.sqlite", tmp_path / "results.sqlite"
    filled(live)
    with closing(sqlite3.connect(live)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        # As long as somebody has it open, the log is not taken into the file.
        database.execute("SELECT count(*) FROM measurement").fetchone()
        Store(live).save(measurement(), "in the log")
        log = bytearray(live.with_name("live.sqlite-wal").read_bytes())
        assert log
        damage(log)
        path.write_bytes(live.read_bytes())
        path.with_name("results.sqlite-wal").write_bytes(log)
    said = asked(path)
    if said is None:
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert len(Store(path).find_all({f"cell-{number}": "f" for number in range(CELLS)})) == CELLS


@pytest.mark.parametrize("schema", [SCHEMA + 1, 99, 2**31 - 1, -1])
def test_a_schema_of_no_wasmfit_known(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "results.sqlite"
    filled(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {schema}")
    before = path.read_bytes()
    assert "schema" in (asked(path) or "")
    assert path.read_bytes() == before


_VALUES = (
    None,
    "",
    b"\0",
    "a\0b",
    "\ud7ff",
    -1,
    2**63 - 1,
    1.5,
    float("inf"),
    "{}",
    '{"a":1}',
    "[" * 9999,
    "=cmd",
)
_COLUMNS = {
    "measurement": ("cell", "fingerprint", "status", "measured_at", "record"),
    "run": ("at", "command", "label", "commit_id", "branch", "dirty", "wasmfit"),
    "shown": ("cell", "measurement", "reused", "status", "reason", "record"),
}


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in _COLUMNS.items() for column in columns]
)
def test_a_value_that_nobody_has_written_is_passed_over_or_told(
    table: str, column: str, tmp_path: Path
) -> None:
    """SQLite keeps any kind of value in any column; a store may be of anybody."""
    told = 0
    for number, value in enumerate(_VALUES):
        store = Store(tmp_path / f"{number}.sqlite")
        one = measurement()
        for label in ("a", "b"):
            store.save(one, label)
            store.record(RunMetadata("command", label), [RunEntry(one, label, False)], "0.1.0")
        with closing(sqlite3.connect(store.path)) as database, database:
            try:
                database.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - ours
            except sqlite3.IntegrityError:
                continue
        said = asked_of_everything(store)
        assert not said or "has a value that wasmfit has not written" in said
        told += bool(said)
    # What is text stays text, whatever it says; a status and a number are more than that.
    assert told >= (5 if column in ("status", "measurement") else 0)


def asked_of_everything(store: Store) -> str:
    """What a store says of a value; anything that is raised and no sentence is a mistake."""
    try:
        with store.reading() as reader:
            for run in reader.runs():
                assert run.title
                for cell in reader.shown(run.number):
                    reader.measurement(cell)
            for cell in reader.newest():
                reader.measurement(cell)
                reader.own(cell.cell)
            for name in reader.cells():
                reader.points(name)
                reader.last_point(name)
            reader.measured_again()
            history(reader, lambda record: record, "size.flash", models={})
    except StoreError as error:
        return str(error)
    except UsageError:
        # There is nothing to follow, say.
        return ""
    return ""
