"""How long work takes, from what was recorded; and how that is said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import BuildStep
from wasmfit.cli.estimates import TimeLeft, about, plan_lines, plan_sentence
from wasmfit.events import BuildPlan, PlannedStep, TaskEnded
from wasmfit.run.build_plan import step_seconds
from wasmfit.run.durations import Durations, wall_seconds

CELL = "wasm3@0.5.0/fft/nrf52840dk/bare/small"


def test_what_ended_well_is_recorded_and_known_to_other_boards(tmp_path: Path) -> None:
    path = tmp_path / "durations.json"
    durations = Durations.read(path)
    assert durations.of_step("firmware wasmi", 90) == 90
    for event in (
        TaskEnded("firmware wasmi", 33.26, None),
        TaskEnded("firmware broken", 3.0, "no such crate"),
        TaskEnded("module", 0.1, None),
        TaskEnded(CELL, 7.0, None),
    ):
        durations.watch(event)
    durations.save()
    again = Durations.read(path)
    assert again.of_step("firmware wasmi", 90) == 33.3
    assert again.of_step("firmware broken", 90) == 90
    assert again.of_step("module", 4) == 4
    assert again.of_cell(CELL) == again.of_cell(CELL.replace("nrf52840dk", "pico2")) == 7.0
    assert again.of_cell(CELL.replace("fft", "aes")) != 7.0


def test_the_first_build_in_a_folder_counts_what_later_ones_find_there(tmp_path: Path) -> None:
    def step(title: str, lock: Path, beginning: int = 40) -> BuildStep:
        return BuildStep(title, title, title, lambda *_: None, lock=lock, estimate=3, beginning=beginning)

    missing, there = tmp_path / "missing", tmp_path / "there"
    there.mkdir()
    steps = (step("a", missing), step("b", missing), step("c", there), step("d", tmp_path / "own", 0))
    durations = Durations()
    assert step_seconds({s.key: s for s in steps}, durations) == {"a": 43, "b": 3, "c": 3, "d": 3}
    # What was recorded of a later build is less, and of a first one more.
    for recorded, said in ((2.0, 43), (60.0, 60)):
        known = tmp_path / f"{said}.json"
        known.write_text(json.dumps({"a": recorded}))
        assert step_seconds({"a": steps[0]}, Durations.read(known)) == {"a": said}
    assert step_seconds({"c": steps[2]}, Durations.read(tmp_path / "43.json")) == {"c": 3}


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"firmware": "long"}', "\x00"])
def test_a_broken_record_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "durations.json"
    path.write_text(text, encoding="utf-8")
    assert Durations.read(path).of_step("firmware", 5) == 5


def test_two_processes_keep_what_both_recorded(tmp_path: Path) -> None:
    path = tmp_path / "durations.json"
    one, other = Durations.read(path), Durations.read(path)
    one.watch(TaskEnded("a", 5, None))
    other.watch(TaskEnded("b", 6, None))
    one.save()
    other.save()
    assert (Durations.read(path).of_step("a", 0), Durations.read(path).of_step("b", 0)) == (5, 6)


def test_what_waits_at_a_lock_takes_its_sum() -> None:
    assert wall_seconds([(10, None), (20, None)], 2) == 15
    assert wall_seconds([(10, "target"), (20, "target")], 2) == 30
    assert wall_seconds([(10, "one"), (20, "other"), (30, None)], 2) == 30
    assert wall_seconds([], 0) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a few seconds"),
        (33, "about 35 s"),
        (60, "about 1 min"),
        (280, "about 5 min"),
        (7_300, "about 2.0 h"),
    ],
)
def test_durations_are_rounded(seconds: float, words: str) -> None:
    assert about(seconds) == words


PLAN = BuildPlan(
    (
        PlannedStep("module fft", "module", 3),
        PlannedStep("firmware wasmi@2.0.0 (thumbv7em)", "firmware", 200),
        PlannedStep("firmware wasm3@0.5.0 (thumbv7em)", "firmware", 60),
    ),
    ((CELL, 5.0), ("wasmi@2.0.0/fft/nrf52840dk/bare/small", 5.0)),
    7,
    280,
)


def test_what_must_be_built_is_said_with_the_longest() -> None:
    assert plan_sentence(PLAN) == (
        "1 module, 2 firmwares must be built first (longest: firmware wasmi@2.0.0 about 3 min, "
        "firmware wasm3@0.5.0 about 1 min); 2 cells to be measured; about 5 min in all."
    )
    nothing = BuildPlan((), ((CELL, 5.0),), 0, 5)
    assert plan_sentence(nothing) == "1 cell to be measured, a few seconds."


def test_what_cannot_be_built_here_is_no_part_of_it() -> None:
    lacking = replace(
        PLAN, steps=(), seconds=10, unavailable=(("wasefire@0.5.0/my", "there is no compiler"),)
    )
    assert plan_sentence(lacking) == (
        "2 cells to be measured, and 1 unavailable without tools that are not here, about 10 s."
    )
    listed = ["  there is no compiler", "    wasefire@0.5.0/my"]
    assert ["Unavailable, since tools are not here:", *listed] == list(plan_lines(lacking))[-5:-2]
    other = replace(lacking, unavailable=(), impossible=(("wasmi@2.0.0/my", "needs atomics"),))
    assert plan_sentence(other) == (
        "2 cells to be measured, and 1 that cannot be built for the board, about 10 s."
    )
    assert list(plan_lines(other))[-4:-2] == ["  needs atomics", "    wasmi@2.0.0/my"]


def test_a_dry_run_lists_all() -> None:
    lines = list(plan_lines(PLAN))
    assert f"  {CELL}: a few seconds" in lines
    assert "  firmware wasmi@2.0.0 (thumbv7em): about 3 min" in lines
    assert lines[-2:] == ["In the store already: 7.", "In all: about 5 min."]
    assert list(plan_lines(BuildPlan((), (), 3, 0)))[-1] == "Nothing is left to do."


def test_what_is_left_gets_less() -> None:
    left = TimeLeft()
    assert left.text() == ""
    left.watch(PLAN)
    assert left.text() == "left: 3 of 3 builds and 2 cells, about 5 min"
    left.watch(TaskEnded("firmware wasmi@2.0.0 (thumbv7em)", 200, None))
    assert left.text().startswith("left: 2 of 3 builds and 2 cells, about 1 min")
    for title in ("module fft", "firmware wasm3@0.5.0 (thumbv7em)", CELL):
        left.watch(TaskEnded(title, 1, None))
    assert left.text() == "left: 1 cell, a few seconds"
    left.watch(TaskEnded("wasmi@2.0.0/fft/nrf52840dk/bare/small", 1, "failed"))
    assert left.text() == ""
