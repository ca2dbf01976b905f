"""What is asked of a worker or a cluster that cannot be: sentences, before anything is started."""

import importlib.util
import json
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import wasmfit
from wasmfit.api.cluster import work
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.run.cluster.address import scheduler_address
from wasmfit.run.cluster.serve import chosen

NOBODY = "tcp://127.0.0.1:9"
"""The port of a service that throws everything away, which nothing here offers."""


def test_the_scheduler_by_address_or_by_file(tmp_path: Path) -> None:
    assert scheduler_address(NOBODY) == NOBODY
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": NOBODY}))
    assert scheduler_address(str(file)) == NOBODY


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"address": 5}', '{"address": "nowhere"}', "\xff", "\0"])
def test_files_that_are_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "scheduler.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match=r"is (not|neither) the address of a scheduler"):
        scheduler_address(str(file))


@pytest.mark.parametrize(
    "address", ["tcp://", "http://127.0.0.1:80", "foo://x:1", "tcp://x", "tcp://a b:1", "localhost:8786", ""]
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(UsageError, match=r"is (not|neither) the address of a scheduler"):
        scheduler_address(address)


def test_a_scheduler_that_wants_certificates(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs certificates"):
        start(tmp_path, scheduler="tls://127.0.0.1:9")


@pytest.mark.parametrize("both", [True, False])
def test_neither_and_both_are_refused(tmp_path: Path, both: bool) -> None:
    with pytest.raises(UsageError, match="needs a scheduler"):
        chosen(NOBODY if both else None, tmp_path if both else None)


def start(tmp_path: Path, **offer: str) -> None:
    work(**{"scheduler": NOBODY, "home": tmp_path, "say": lambda _: None, **offer})  # type: ignore[arg-type]


def test_a_worker_on_loopback_is_of_no_use_to_another_machine(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is on another machine, and cannot reach") as caught:
        start(tmp_path, scheduler="tcp://192.0.2.1:8786")
    assert "--listen" in caught.value.remedy


@pytest.mark.parametrize("memory", ["", "much", "-4GiB", "0", "4 elephants"])
def test_memory_that_is_no_size(tmp_path: Path, memory: str) -> None:
    with pytest.raises(UsageError, match="--memory takes a size"):
        start(tmp_path, memory=memory)


def test_no_scheduler_is_there(tmp_path: Path) -> None:
    with pytest.raises(WasmfitError, match=r"No scheduler can be reached at tcp://127\.0\.0\.1:9"):
        start(tmp_path)


def test_working_trees_are_not_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be sent to a cluster"):
        wasmfit.compare(sources=[("wasm3", tmp_path)], cluster=NOBODY, home=tmp_path)


def test_without_dask_there_is_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "distributed" else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    with pytest.raises(UsageError, match="--cluster needs Dask") as caught:
        wasmfit.compare(cluster=NOBODY, home=tmp_path)
    assert caught.value.remedy == "pip install 'wasmfit[cluster]'"
    with pytest.raises(UsageError, match="wasmfit worker needs Dask"):
        start(tmp_path)
