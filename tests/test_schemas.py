"""The JSON Schemas are what records say and commands print, and no field goes unnoticed."""

import contextlib
import json
import runpy
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import wasmfit
from tests.analysis.test_economy import measured as economy_measured
from tests.contracts import COMMANDS, ELSEWHERE, problems
from tests.report.test_features import _measured as features_measured
from tests.report.test_size import elf
from tests.report.test_tune import ANCHOR, FAILED, SMALL, tuning
from tests.samples import failed, measurement, renamed, size, with_prediction
from wasmfit import schemas
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import BoardRequirements
from wasmfit.analysis.toggle_costs import ToggleCosts, TogglePair, costs_of
from wasmfit.api.diagnosis import Diagnosis
from wasmfit.catalog import Catalog
from wasmfit.cli import main
from wasmfit.cli.doctor import diagnosis_document
from wasmfit.cli.probes import probes_document
from wasmfit.cli.profile import heap_profile_document, profile_document
from wasmfit.emulation import CallProfile
from wasmfit.errors import UsageError
from wasmfit.json_text import dumped
from wasmfit.model import Status
from wasmfit.plan.select import feature_toggles
from wasmfit.probe import Probe
from wasmfit.report import (
    BENCH_FORMATS,
    ECONOMY_FORMATS,
    FAILING_FORMATS,
    FEATURE_FORMATS,
    FORMATS,
    TOGGLE_COST_FORMATS,
    Format,
)
from wasmfit.report.fit import to_json as fit_to_json
from wasmfit.report.tune import TUNE_FORMATS
from wasmfit.run import HeapProfiled, HeapSite, Profiled
from wasmfit.store import RunEntry, RunMetadata, Store
from wasmfit.toolchain import Check, State, System
from wasmfit.toolchain.proofs import Proof

ROOT = Path(__file__).parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "schemas.py"))
HEAP = HeapProfiled(
    "a",
    12,
    65_536,
    (HeapSite("load", "module", "parse", 8, 2), HeapSite("call", "other", "run", 4, 1)),
    (HeapSite("instantiate", "linear-memory", "make", 65_536, 1),),
)
RENEW = (
    "run `make maint-schemas`; where a field went or changed its meaning, it asks for `schema_version` to be "
    "raised in the document's record first"
)


@pytest.mark.parametrize("name", [*SCRIPT["DOCUMENTS"], SCRIPT["EXPERIMENT"]])
def test_a_schema_is_what_its_record_says(name: str) -> None:
    assert schemas.text(name) == SCRIPT["written"](SCRIPT["schema_of"](name)), RENEW
    Draft202012Validator.check_schema(schemas.schema(name))


def test_the_page_is_what_the_schemas_say() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert SCRIPT["filled"](page, {name: schemas.schema(name) for name in SCRIPT["DOCUMENTS"]}) == page, RENEW


def test_each_document_has_a_schema_and_a_test() -> None:
    assert schemas.names() == sorted([*SCRIPT["DOCUMENTS"], SCRIPT["EXPERIMENT"]])
    assert set(schemas.names()) == COMMANDS.keys() | ELSEWHERE.keys()
    assert wasmfit.schema("fit") == schemas.schema("fit")
    with pytest.raises(UsageError, match="There is no schema 'fot'"):
        wasmfit.schema("fot")


def test_every_field_of_a_document_has_its_meaning() -> None:
    bare = {
        f"{name}: {part.get('title')}.{field}"
        for name in SCRIPT["DOCUMENTS"]
        for whole in [schemas.schema(name)]
        for part in (whole, *whole.get("$defs", {}).values())
        for field, known in part.get("properties", {}).items()
        # The counts have a page of their own: docs/measuring.md.
        if "description" not in known and field != "schema" and part["title"] != "Activity"
    }
    assert bare == set()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda schema: schema["properties"].pop("sentence"), [".sentence went"]),
        (lambda schema: schema["required"].remove("flash"), [".flash is not always there"]),
        (lambda schema: schema["properties"]["ram"].update(type="string"), [".ram has another type"]),
        (
            lambda schema: schema["$defs"]["RankedRecord"]["properties"].pop("score"),
            [".ranked[].score went"],
        ),
        (lambda schema: schema["properties"].update(more={"type": "string"}), []),
        (lambda schema: schema["$defs"]["Support"]["enum"].append("perhaps"), []),
    ],
)
def test_what_breaks_a_reader_is_told(change: Callable[[Any], None], words: list[str]) -> None:
    before = schemas.schema("fit")
    after = deepcopy(before)
    change(after)
    assert SCRIPT["broken"](before, after) == words
    assert SCRIPT["broken"](before, before) == []


def _of_a_comparison() -> Comparison:
    cells = (
        renamed(measurement(), "native@0.1.0/add-with-extra/nrf52840dk/bare/reference"),
        with_prediction(measurement(), 1e-5),
        failed(Status.TIMEOUT, "it took too long"),
    )
    runtimes = features_measured().runtimes
    return Comparison(cells, 1.0, 0, features=runtimes)


def _fit() -> str:
    cells = [measurement(), renamed(measurement(), "wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference")]
    small = renamed(
        measurement(size=size(900_000)), "wasmtime@48.0.8/add-with-extra/nrf52840dk/bare/reference"
    )
    limits = BoardRequirements(flash=1 << 19, ram=1 << 18)
    return fit_to_json(rank([*cells, small], limits, board_title="Nordic nRF52840 DK", sources=()))


def _toggle_costs() -> ToggleCosts:
    cells = (measurement(runtime="wasmi"), measurement(runtime="wasmi-fuel", size=size(103_000)))
    pairs = [TogglePair(*toggle) for toggle in feature_toggles(Catalog.load(), ["wasmi"])]
    return ToggleCosts(tuple(costs_of(pairs, cells, "add-with-extra")), cells, "add-with-extra", 1.0, 0)


def _diagnosis() -> Diagnosis:
    checks = (
        Check(
            "cc",
            "cc",
            "compiles",
            path=Path("/usr/bin/cc\udc80"),
            version="1",
            proof=Proof("works", 0.1, remembered=False),
        ),
        Check(
            "gcc", "gcc-arm", "links", State.MISSING, cause="not found", remedy="Install it.", commands=("a",)
        ),
    )
    return Diagnosis("0.1.0", "3.11", "x86_64", System("Debian 12", "debian", (), None), checks, 1.5)


SAMPLES: dict[str, list[Callable[[], str]]] = {
    "compare": [lambda: "".join(FORMATS[Format.JSON](_of_a_comparison()))],
    "bench": [lambda: "".join(BENCH_FORMATS[Format.JSON](Benchmark(_of_a_comparison())))],
    "features": [lambda: FEATURE_FORMATS[Format.JSON](features_measured())],
    "features-failing": [lambda: FAILING_FORMATS[Format.JSON](features_measured())],
    "features-toggle-costs": [lambda: TOGGLE_COST_FORMATS[Format.JSON](_toggle_costs())],
    "economy": [lambda: ECONOMY_FORMATS[Format.JSON](economy_measured())],
    "fit": [_fit],
    "tune": [lambda: TUNE_FORMATS[Format.JSON](tuning(ANCHOR, SMALL, FAILED))],
    "doctor": [lambda: dumped(diagnosis_document(_diagnosis()))],
    "probes": [lambda: dumped(probes_document([Probe("J-Link", "1366:0101", "J-Link", accessible=False)]))],
    "profile-heap": [lambda: dumped(heap_profile_document(HEAP))],
    "profile": [lambda: dumped(profile_document(Profiled("a", ("call",), CallProfile(()))))],
}


@pytest.mark.parametrize(("name", "made"), [(name, made) for name, all_ in SAMPLES.items() for made in all_])
def test_a_document_is_what_its_schema_says(name: str, made: Callable[[], str]) -> None:
    document = json.loads(made())
    assert next(iter(document)) == "schema"
    assert problems(name, document) == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("diff", ["diff"]),
        ("check", ["check", "budget.toml"]),
        ("history", ["history", "size.flash"]),
        ("history-runs", ["history", "--runs"]),
        ("history-metrics", ["history", "--metrics"]),
        *(
            ("list", ["list", kind])
            for kind in ("runtimes", "boards", "workloads", "profiles", "bases", "cells")
        ),
        ("size", ["size", "firmware.elf", "--base", "old.elf"]),
        ("size", ["size", "firmware.elf", "--board", "nrf52840dk"]),
        ("size-why", ["size", "firmware.elf", "--why", "d"]),
        ("size-savings", ["size", "firmware.elf", "--savings"]),
    ],
)
def test_what_a_command_prints_is_what_its_schema_says(
    name: str,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    elf(tmp_path, "old.elf")
    elf(tmp_path, extra=8)
    (tmp_path / "budget.toml").write_text(
        '[[limit]]\ncells = "wasmi@*"\nmetric = "size.flash"\nmax = "64K"\n'
    )
    store = Store(tmp_path / "results.sqlite")
    for label, cell in (
        ("old", measurement()),
        ("new", with_prediction(measurement(size=size(90_000)), 1e-5)),
    ):
        store.save(cell, label)
        store.record(RunMetadata("wasmfit compare", label), [RunEntry(cell, label, False)], "0.1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["wasmfit", *arguments, "--format", "json"])
    with contextlib.suppress(SystemExit):
        main()
    document = json.loads(capsys.readouterr().out)
    assert problems(name, document) == []


def test_the_command_prints_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, text in ((["compare"], schemas.text("compare")), ([], "\n".join(schemas.names()) + "\n")):
        monkeypatch.setattr("sys.argv", ["wasmfit", "schema", *arguments])
        with pytest.raises(SystemExit):
            main()
        assert capsys.readouterr().out == text
