"""The order of builds follows from recorded costs."""

import json
from pathlib import Path

import pytest

from wasmfit.builder import costs
from wasmfit.catalog import Catalog
from wasmfit.model import Build, builds

ROOT = Path(__file__).parents[2]
BUILDS = {build.label: build for runtime in Catalog.load().runtimes.values() for build in builds(runtime)}


def test_they_are_those_that_were_recorded() -> None:
    recorded = json.loads((ROOT / "docs/cluster/recorded.json").read_text(encoding="utf-8"))["steps"]
    stated = dict(costs._recorded())
    assert set(stated) == {"libraries", "firmware", "c", "host"}
    assert costs.core() == stated.pop("libraries")["core"]
    for kind, seconds in stated.items():
        for label, value in seconds.items():
            assert value == pytest.approx(recorded[f"{kind} {label}"], abs=0.051), label
            assert label in BUILDS


def test_another_version_or_effort_stands_for_what_was_not_recorded() -> None:
    newest = BUILDS["wasmtime@49.0.4"]
    assert costs.cost("firmware", newest) == costs.cost("firmware", BUILDS["wasmtime@48.0.8"]) == 70
    unknown = BUILDS["baseline@0.1.0"]
    assert costs.cost("firmware", unknown) == unknown.runtime.effort


def test_small_runtimes_come_before_large_ones() -> None:
    def cost(label: str, kind: costs.Kind = "firmware") -> int:
        return costs.cost(kind, build(label))

    def build(label: str) -> Build:
        return BUILDS[label]

    assert cost("wasm3@0.5.0", "c") < cost("wamr-fast@2.4.3", "c") < cost("spacewasm@0.7.1")
    assert cost("spacewasm@0.7.1") < cost("wasmi@2.0.0") < cost("wasmtime@49.0.4") < cost("wasmi@0.51.5")
