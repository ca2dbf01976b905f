"""Ten thousand recorded cells: each command within the promised memory, and its time for this machine."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.samples import measurement
from wasmfit.home import Home
from wasmfit.model import COUNTS
from wasmfit.store import Store

from . import recorded

CELLS = 10_000

LOOP = 0.125
"""Processor seconds that :func:`loop` takes where the promise is kept with an idle machine."""

ROOM = 2
"""How much longer it may take: neighbours on the same core slow memory down more than the loop."""


def template(number: int) -> dict[str, Any]:
    """A record as large as a measured one: every phase has its activity, with numbers of its own."""
    made: dict[str, Any] = json.loads(measurement().model_dump_json())
    chance = random.Random(number)  # noqa: S311 - not for secrets
    made["run"]["activity"] = {
        phase: {name: chance.randint(1_000, 9_999_999) for name in COUNTS}
        for phase in ("load", "instantiate", "first_call", "call")
    }
    return made


TEMPLATES = [template(number) for number in range(8)]


def loop() -> float:
    """Processor seconds of work of the same kind: JSON to objects and back."""
    text = json.dumps(TEMPLATES[0])
    started = time.process_time()
    for _ in range(2_000):
        json.dumps(json.loads(text))
    return time.process_time() - started


def holds(took: recorded.Spent) -> None:
    slow = max(min(loop() for _ in range(3)) / LOOP, 1)
    assert took.code in (0, 1)
    assert took.memory < recorded.MEMORY
    assert took.processor < recorded.SECONDS * slow * ROOM


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("scale")
    large = recorded.experiment(CELLS)
    assert recorded.fill(Home.at(folder), large, TEMPLATES) >= CELLS
    return folder, recorded.arguments(large)


@pytest.mark.parametrize("output", ["csv", "json", "markdown", "table"])
def test_compare(experiment: tuple[Path, list[str]], output: str) -> None:
    folder, words = experiment
    holds(recorded.spent(["compare", *words, "--format", output, "--output", "out"], folder))
    assert (folder / "out").read_text().count("nrf52840dk") >= 20


def test_report(experiment: tuple[Path, list[str]]) -> None:
    folder, words = experiment
    holds(recorded.spent(["report", *words, "--output", "report.html"], folder))
    assert 100_000 < (folder / "report.html").stat().st_size < 3_000_000


def test_fit(experiment: tuple[Path, list[str]]) -> None:
    holds(recorded.spent(["fit", "--output", "out"], experiment[0]))


@pytest.mark.parametrize("part", [0.1, 1.0])
def test_diff(tmp_path: Path, part: float) -> None:
    recorded.fill_twice(Store(tmp_path / "results.sqlite"), TEMPLATES, CELLS, part)
    for output in ("table", "json"):
        holds(recorded.spent(["diff", "bench-1", "bench-2", "--format", output, "--output", "out"], tmp_path))
        assert (tmp_path / "out").stat().st_size > 1_000
