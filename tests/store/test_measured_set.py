"""The measured set: what is packed is found again, and the store's own measurements come before it."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.samples import measurement, renamed
from wasmfit.analysis.history import followed_cells
from wasmfit.analysis.snapshot import measured_here, resolve
from wasmfit.errors import UsageError
from wasmfit.model import (
    FeatureMeasured,
    FeatureVerdict,
    Measurement,
    RelinkedImage,
    RuntimeFeatures,
    Status,
)
from wasmfit.store import MeasuredSet, Store
from wasmfit.store.measured_set import SetCell, SetFeatures, write_set

INPUTS = {"runtime": "a1", "harness": "b2", "profile": "c3", "board": "d4", "module": "e5"}


def stored(one: Measurement, **provenance: object) -> Measurement:
    """A measurement as the store has it: without what it is shown with."""
    return one.model_copy(
        update={"baseline": None, "provenance": one.provenance.model_copy(update=provenance)}
    )


def packed(path: Path, *ones: Measurement, features: tuple[RuntimeFeatures, ...] = ()) -> MeasuredSet:
    write_set(
        path,
        [SetCell(one, "Debian 12", INPUTS) for one in ones],
        [SetFeatures(one, "0.1.0", "Debian 12", INPUTS) for one in features],
    )
    return MeasuredSet(path)


def test_what_was_packed_is_found(tmp_path: Path) -> None:
    ones = [stored(measurement()), stored(measurement("wasm3", "0.5.0", status=Status.FAULTED, reason="why"))]
    ones.append(renamed(ones[0], "wasmi@2.0.0/sha256/nrf52840dk/bare/reference"))
    packed(tmp_path / "set.zip", *ones)
    found = MeasuredSet(tmp_path / "set.zip")
    assert sorted(found.cells) == sorted(one.id for one in ones)
    assert [found.measurement(one.id) for one in ones] == ones
    entry = found.cells[ones[1].id]
    assert (entry.status, entry.system, entry.wasmfit, entry.inputs) == (
        Status.FAULTED,
        "Debian 12",
        "0.1.0",
        INPUTS,
    )
    assert entry.measured_at == "2026-11-23T20:00:00+00:00"
    assert found.measurement("nothing@1/add-with-extra/nrf52840dk/bare/reference") is None


def test_verdicts_are_found(tmp_path: Path) -> None:
    features = tuple(
        RuntimeFeatures(
            runtime="wasm3",
            version="0.5.0",
            board="nrf52840dk",
            profile=profile,
            features=(FeatureMeasured(feature="simd", verdict=FeatureVerdict.NO, reason=profile),),
            measured_at="2026-11-23T20:00:00+00:00",
        )
        for profile in ("small", "reference")
    )
    found = packed(tmp_path / "set.zip", features=features)
    for one in features:
        assert found.features_of(("wasm3", "0.5.0", "nrf52840dk", one.profile)) == one
    assert found.features_of(("wasm3", "0.5.0", "pico2", "small")) is None
    assert not found.cells


def test_paths_of_the_machine_that_measured_are_left_out(tmp_path: Path) -> None:
    twin = RelinkedImage(elf="/home/me/twin.elf", elf_sha256="0" * 64, differs="in addresses alone")
    one = stored(measurement(), elf="/home/me/a.elf", log="/home/me/a.log", worker="box", twin=twin)
    found = packed(tmp_path / "set.zip", one).measurement(one.id)
    assert found is not None
    assert "/home/me" not in found.model_dump_json()
    assert found.provenance.worker is None
    assert found.provenance.twin is not None
    assert found.provenance.twin.differs == "in addresses alone"


def test_a_set_says_what_it_was_meant_to_have(tmp_path: Path) -> None:
    write_set(tmp_path / "set.zip", [], [], ("workloads: 3 of 20",))
    assert MeasuredSet(tmp_path / "set.zip").coverage == ("workloads: 3 of 20",)
    assert MeasuredSet(tmp_path / "none.zip").coverage == ()


def test_equal_sets_are_equal_files(tmp_path: Path) -> None:
    ones = [stored(measurement()), stored(measurement("wasm3", "0.5.0"))]
    packed(tmp_path / "a.zip", *ones)
    packed(tmp_path / "b.zip", *reversed(ones))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_set_that_is_not_there_is_empty(tmp_path: Path) -> None:
    empty = MeasuredSet(tmp_path / "none.zip")
    assert not empty.cells
    assert not empty.features


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_set_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.zip").write_bytes(content)
    with pytest.raises(UsageError, match=r"measured set .* cannot be read"):
        _ = MeasuredSet(tmp_path / "set.zip").cells


@pytest.mark.parametrize("text", ['{"schema": 99}', "[1", "[]"])
def test_a_set_of_another_schema_is_told(tmp_path: Path, text: str) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("set.json", text)
    with pytest.raises(UsageError, match=r"measured set .* cannot be read"):
        _ = MeasuredSet(tmp_path / "set.zip").cells


def changed_member(path: Path, member: str, content: bytes) -> MeasuredSet:
    """A set with something else instead of a member; without content, it lacks the member."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, own in members.items():
            archive.writestr(name, content if name == member else own)
    return MeasuredSet(path)


HEAD: dict[str, Any] = {
    "schema": 1,
    "parts": ["runtime"],
    "words": ["Debian 12", "0.1.0", "ab"],
    "cells": [["wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference", "ok", "2026", 0, 1, 2]],
    "features": [],
}


@pytest.mark.parametrize(
    "head",
    [
        *({name: value for name, value in HEAD.items() if name != lacking} for lacking in HEAD),
        HEAD | {"words": ["Debian 12"]},
        HEAD | {"words": [1, 2, 3]},
        HEAD | {"parts": ["runtime", "harness"]},
        HEAD | {"cells": [["wasmi"]]},
        HEAD | {"cells": [["wasmi", "ok", "2026", 0, 1, 2]]},
        HEAD | {"cells": [[*HEAD["cells"][0][:1], "bogus", "2026", 0, 1, 2]]},
        HEAD | {"cells": [[*HEAD["cells"][0][:2], 2026, 0, 1, 2]]},
        HEAD | {"cells": 5},
        HEAD | {"schema": True},
    ],
)
def test_a_damaged_list_is_told(tmp_path: Path, head: dict[str, Any]) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("set.json", json.dumps(head))
    found = MeasuredSet(tmp_path / "set.zip")
    with pytest.raises(UsageError, match=r"measured set .* cannot be read"):
        _ = found.cells, found.features


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"schema": 1, "words": ["\xff"]}'])
def test_a_list_that_is_no_text_is_told(tmp_path: Path, text: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("set.json", text)
    with pytest.raises(UsageError, match=r"measured set .* cannot be read"):
        _ = MeasuredSet(tmp_path / "set.zip").cells


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it lacks the record"),
        (b"\xff", "codec"),
        (b"{}", "something else instead of wasmi@2.0.0"),
        (b'{"id":"wasmi@2.0.0/add-with-extra/nrf52840dk/bare/reference","x":1}', "is of another wasmfit"),
    ],
)
def test_a_damaged_record_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    one = stored(measurement())
    packed(tmp_path / "set.zip", one)
    found = changed_member(tmp_path / "set.zip", "cells/add-with-extra.jsonl", content)
    with pytest.raises(UsageError, match=why) as caught:
        found.measurement(one.id)
    assert "cannot be read" in caught.value.message
    assert caught.value.remedy == "Install wasmfit again."


def test_records_of_other_cells_are_told(tmp_path: Path) -> None:
    ones = [stored(measurement()), stored(measurement("wasm3", "0.5.0"))]
    packed(tmp_path / "set.zip", *ones)
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        head = json.loads(archive.read("set.json"))
    del head["cells"][0]
    found = changed_member(tmp_path / "set.zip", "set.json", json.dumps(head).encode())
    (cell,) = found.cells
    with pytest.raises(UsageError, match="something else instead of"):
        found.record(cell)


def test_a_reader_asks_the_set_for_what_was_never_measured_here(tmp_path: Path) -> None:
    ours = stored(measurement())
    theirs = stored(measurement(reason="theirs"))
    other = stored(measurement("wasm3", "0.5.0"))
    measured_set = packed(tmp_path / "set.zip", theirs, other)
    store = Store(tmp_path / "results.sqlite")
    store.save(ours, "f")
    with store.reading(measured_set) as reader:
        assert reader.cells() == [other.id, ours.id]
        assert [one.is_of_set for one in reader.newest()] == [True, False]
        assert [reader.measurement(one) for one in reader.newest()] == [other, ours]
        assert reader.of_set() == {other.id}
        for cell, one in ((other.id, other), (ours.id, ours)):
            (point,) = reader.points(cell)
            assert reader.last_point(cell) == point
            assert reader.record(point.number) == one
        assert reader.own(ours.id) == ours
        assert reader.own(other.id) is None
    with store.reading() as reader:
        assert reader.cells() == [ours.id]
        assert reader.points(other.id) == []


def test_what_a_tool_was_missing_for_does_not_hide_a_measurement(tmp_path: Path) -> None:
    here = stored(measurement())
    absent = here.model_copy(update={"status": Status.UNAVAILABLE, "reason": "no LLVM", "size": None})
    theirs = stored(measurement(reason="theirs"))
    measured_set = packed(tmp_path / "set.zip", theirs)
    store = Store(tmp_path / "results.sqlite")
    store.save(absent, "f")
    with store.reading(measured_set) as reader:
        (newest,) = reader.newest()
        assert newest.is_of_set
        assert reader.measurement(newest) == theirs
        assert reader.of_set() == {here.id}
        (point,) = reader.points(here.id)
        assert reader.last_point(here.id) == point
        assert reader.record(point.number) == theirs
    with store.reading() as reader:
        assert [one.status for one in reader.newest()] == [Status.UNAVAILABLE]
        assert reader.own(here.id) == absent
    store.save(here, "g")
    store.save(absent, "f")
    with store.reading(measured_set) as reader:
        # Own measurements go first, also where the tool is missing by now.
        (newest,) = reader.newest()
        assert reader.measurement(newest) == here
        assert reader.own(here.id) == here
        assert reader.of_set() == frozenset()
        assert [one.number for one in reader.points(here.id)] == [1, 2, 3]
        last = reader.last_point(here.id)
        assert last is not None
        assert last.number == newest.number == 2


def test_cells_measured_here_are_followed_where_none_are_selected(tmp_path: Path) -> None:
    own = measurement("wasmi", "2.0.0")
    older, other = measurement("wasmi", "1.1.0"), measurement("wasm3", "0.5.0")
    elsewhere = renamed(other, other.id.replace("nrf52840dk", "pico2"))
    known = packed(tmp_path / "set.zip", older, other, elsewhere)
    store = Store(tmp_path / "results.sqlite")
    with store.reading(known) as reader:
        # Nothing is from here: the default setting answers.
        assert followed_cells(reader) == [other.id, older.id]
    store.save(own, "print")
    with store.reading(known) as reader:
        assert followed_cells(reader) == [own.id]
        assert followed_cells(reader, versions=True) == [older.id, own.id]
        assert followed_cells(reader, ["wasm3*pico2*"]) == [elsewhere.id]


def test_a_difference_without_selection_is_of_cells_measured_here(tmp_path: Path) -> None:
    one, other = measurement("wasmi"), measurement("wasm3", "0.5.0")
    small = [renamed(cell, cell.id.replace("reference", "small")) for cell in (one, other)]
    known = packed(tmp_path / "set.zip", one, other, *small)
    store = Store(tmp_path / "results.sqlite")

    def names() -> list[set[str]]:
        with store.reading(known) as reader:
            sides = measured_here(
                *(resolve(f"profile:{name}", reader, lambda one: one) for name in ("reference", "small"))
            )
            return [set(side.entries) for side in sides]

    both = {cell.id.removesuffix("/reference") for cell in (one, other)}
    assert names() == [both, both]
    store.save(one, "print")
    # The other side of it is the set's.
    assert names() == [{one.id.removesuffix("/reference")}] * 2
