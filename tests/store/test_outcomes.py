"""The store's table of the W3C suite."""

import sqlite3
from pathlib import Path

from tests.samples import measurement
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.feature_tables import feature_lines
from wasmfit.model import FeatureMeasured, FeatureVerdict, FileOutcomes, PartOutcomes, RuntimeFeatures
from wasmfit.report import to_markdown, to_text
from wasmfit.store import OutcomeStore
from wasmfit.store.schema import MIGRATIONS, SCHEMA


def _part(outcomes: str = ".F") -> PartOutcomes:
    return PartOutcomes(
        id="wasmi@2.0.0/suite-v1/nrf52840dk/bare/reference",
        part="v1",
        files=(FileOutcomes(file="i32.wast", outcomes=outcomes, words={1: 0}),),
        words=("i32:00000002",),
        wasmfit="0.1.0",
        measured_at="2026-11-25T00:00:00+00:00",
        replay="wasmfit features",
    )


def test_the_newest_with_the_fingerprint_counts(tmp_path: Path) -> None:
    store = OutcomeStore(tmp_path / "results.sqlite")
    assert store.find_part(_part().id, "a") is None
    store.save_part(_part(), "a")
    store.save_part(_part(".."), "a")
    store.save_part(_part("FF"), "b")
    found = store.find_part(_part().id, "a")
    assert found == _part("..")
    assert store.find_part("another", "a") is None


def test_a_record_that_is_not_understood_is_measured_again(tmp_path: Path) -> None:
    store = OutcomeStore(tmp_path / "results.sqlite")
    store.save_part(_part(), "a")
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE conformance SET record = '{}'")
    assert store.find_part(_part().id, "a") is None


def test_an_older_store_gets_the_table_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with sqlite3.connect(path) as database:
        for statement in MIGRATIONS[0].statements:
            database.execute(statement)
        database.execute("PRAGMA user_version = 1")
        database.execute(
            "INSERT INTO measurement (cell, fingerprint, status, measured_at, record)"
            " VALUES ('c', 'f', 'ok', '', '{}')"
        )
    store = OutcomeStore(path)
    store.save_part(_part(), "a")
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == SCHEMA
        assert database.execute("SELECT count(*) FROM measurement").fetchone()[0] == 1
    assert store.find_part(_part().id, "a") == _part()


def test_the_newest_verdicts_stand_beside_a_comparison(tmp_path: Path) -> None:
    store = OutcomeStore(tmp_path / "results.sqlite")
    place = ("wasm3", "0.5.0", "nrf52840dk", "reference")
    assert store.find_features([place]) == []
    for verdict in (FeatureVerdict.NO, FeatureVerdict.YES):
        store.save_features(
            RuntimeFeatures(
                runtime="wasm3",
                version="0.5.0",
                board="nrf52840dk",
                profile="reference",
                features=(
                    FeatureMeasured(feature="gc", verdict=verdict),
                    FeatureMeasured(feature="mvp", verdict=FeatureVerdict.PARTLY, passed=9, total=10),
                ),
                measured_at="2026-11-25T00:00:00+00:00",
            )
        )
    (found,) = store.find_features([place])
    expected = "features of wasm3@0.5.0 (nrf52840dk, reference; 2026-11-25): yes: gc; partly: mvp (9 of 10)"
    nothing = found.model_copy(
        update={"features": (FeatureMeasured(feature="gc", verdict=FeatureVerdict.UNMEASURABLE),)}
    )
    assert feature_lines([found, nothing]) == [expected]
    comparison = Comparison((measurement(),), 1.0, 0, features=(found,))
    assert to_text(comparison, 10_000).endswith(expected)
    assert to_markdown(comparison).endswith(expected)
    assert comparison.to_dict()["features"][0]["features"][0]["verdict"] == "yes"
    assert [one.verdict for one in found.features] == [FeatureVerdict.YES, FeatureVerdict.PARTLY]
    assert found.measured_at == "2026-11-25T00:00:00+00:00"
    assert store.find_features([("wasm3", "0.5.0", "pico2", "reference")]) == []
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE conformance SET record = '{}'")
    assert store.find_features([place]) == []
