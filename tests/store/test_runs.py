"""Runs are recorded as they were shown."""

import sqlite3
from pathlib import Path

import pytest

from tests.samples import measurement
from wasmfit.errors import UsageError
from wasmfit.model import Status
from wasmfit.store import RunEntry, RunMetadata, Store
from wasmfit.store.runs import label_of

ORIGIN = RunMetadata("wasmfit compare", "mine", "a" * 40, "main", True)


def store_of(tmp_path: Path) -> Store:
    return Store(tmp_path / "results.sqlite")


def test_a_run_is_found_with_what_it_showed(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    one = measurement()
    missing = measurement(
        "myrmic", "2026", status=Status.UNAVAILABLE, reason="nowhere", size=None, run=None, baseline=None
    )
    store.save(one, "f")
    number = store.record(ORIGIN, [RunEntry(one, "f", False), RunEntry(missing, None, False)], "0.1.0")
    with store.reading() as reader:
        (run,) = reader.runs()
        kept = reader.shown(number)
        assert [reader.measurement(entry) for entry in kept] == [one, missing]
    assert (run.number, run.metadata, run.wasmfit) == (number, ORIGIN, "0.1.0")
    assert run.title.startswith(f"run {number} (mine, main aaaaaaaaa with changes, ")
    assert kept[1].number is None
    assert kept[1].reason == "nowhere"


def test_a_run_keeps_the_verdict_that_it_gave(tmp_path: Path) -> None:
    """What others return decides whether a module's result is right: the next run may say otherwise."""
    store = store_of(tmp_path)
    one = measurement()
    store.save(one, "f")
    judged = one.model_copy(update={"status": Status.WRONG_RESULT, "reason": "run() gave 1, others 2"})
    first = store.record(ORIGIN, [RunEntry(judged, "f", False)], "0.1.0")
    second = store.record(ORIGIN, [RunEntry(one, "f", True)], "0.1.0")
    with store.reading() as reader:
        assert reader.measurement(reader.shown(first)[0]) == judged
        assert reader.measurement(reader.shown(second)[0]) == one


def test_a_run_shows_the_measurement_with_its_fingerprint(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    old, new = measurement(), measurement(published={"text": 1})
    store.save(old, "old")
    store.save(new, "new")
    number = store.record(ORIGIN, [RunEntry(old, "old", True)], "0.1.0")
    with store.reading() as reader:
        assert reader.measurement(reader.shown(number)[0]) == old
        assert reader.measurement(reader.newest()[0]) == new


def test_what_was_never_saved_is_not_recorded(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    with pytest.raises(UsageError, match="CHECK"):
        store.record(ORIGIN, [RunEntry(measurement(), "f", False)], "0.1.0")
    with store.reading() as reader:
        assert reader.runs() == []


def test_a_line_of_time_has_what_runs_showed_and_what_none_did(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    one = measurement()
    for fingerprint in ("a", "b", "unseen"):
        store.save(one, fingerprint)
    runs = [
        store.record(ORIGIN, [RunEntry(one, fingerprint, False)], "0.1.0") for fingerprint in ("a", "b", "a")
    ]
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE run SET at = '2026-12-0' || number || 'T00:00:00+00:00'")
    with store.reading() as reader:
        points = reader.points(one.id)
        assert reader.points("another") == []
        assert reader.last_point(one.id) == points[-1]
        assert reader.last_point("another") is None
    assert [(point.number, point.run) for point in points] == [(3, None), *zip([1, 2, 1], runs, strict=True)]


def test_what_was_measured_again(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    once = measurement()
    twice = once.model_copy(update={"id": f"{once.id}-twice"})
    for one, fingerprint in ((once, "a"), (twice, "a"), (twice, "b")):
        store.save(one, fingerprint)
    with store.reading() as reader:
        assert reader.measured_again() == {twice.id}


@pytest.mark.parametrize("text", ["main", "v1.2", "feature/fast+small", "nightly@2026"])
def test_labels(text: str) -> None:
    assert label_of(text) == text


@pytest.mark.parametrize(
    "text", ["", "7", "latest", "latest~2", "abcdef0", "a b", "a\nb", "\x1b[31m", "x" * 101, "-r", "é"]
)
def test_what_is_no_label(text: str) -> None:
    with pytest.raises(UsageError, match="Invalid label"):
        label_of(text)
