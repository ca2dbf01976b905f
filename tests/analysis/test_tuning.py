"""Trials: what counts, which none beats, which to take, and the settings to copy."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import measurement
from tests.search.fake import Figures, build, space_of, trial
from wasmfit.analysis.tuning import Objective, Trial, Tuning, front
from wasmfit.catalog import Catalog
from wasmfit.report.config_export import config_excerpts
from wasmfit.search import applied

REFERENCE = Catalog.load().profile("reference")
ALL = tuple(Objective)

figures = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))


def tuning(*trials: Trial, objectives: tuple[Objective, ...] = ALL) -> Tuning:
    return Tuning("wasmi@2.0.0", "nrf52840dk", ("crc32",), objectives, trials, 100, "it was enough", {})


def test_figures_are_the_worst_image_and_the_mean_call() -> None:
    found = trial(1, {}, (100, 70, 10), (90, 80, 1_000)).metrics
    assert found is not None
    assert (found[Objective.FLASH], found[Objective.RAM]) == (100, 80)
    assert found[Objective.SPEED] == pytest.approx(100)


def test_start_is_loading_and_instantiating() -> None:
    assert trial(1, {}, (1, 1, 1)).start is None
    whole = trial(1, {}, (1, 1, 1))
    cells = tuple(one.model_copy(update={"run": measurement().run}) for one in (*whole.cells, *whole.cells))
    assert replace(whole, cells=cells).start == pytest.approx(3_000)


def test_a_trial_counts_only_if_every_cell_ran() -> None:
    one = trial(2, {"opt": "z"}, (100, 70, 10), None)
    assert one.metrics is None
    assert one.reason == "workload1: build-failed: no"


@given(st.lists(st.none() | figures, min_size=1, max_size=12))
def test_front_is_what_no_other_beats(points: list[Figures | None]) -> None:
    trials = [trial(number, {}, point) for number, point in enumerate(points, start=1)]
    kept = front(trials, ALL)
    alive = [point for point in points if point is not None]
    unbeaten = {
        one
        for one in alive
        if not any(two != one and all(a <= b for a, b in zip(two, one, strict=True)) for two in alive)
    }
    shown = [tuple(found[one] for one in ALL) for kept_one in kept if (found := kept_one.metrics)]
    assert [tuple(round(value) for value in point) for point in shown] == sorted(unbeaten)


def test_of_equal_trials_the_one_with_fewest_changes_stands() -> None:
    more, fewer = trial(2, {"opt": "z", "icf": "all"}, (1, 1, 1)), trial(3, {"opt": "z"}, (1, 1, 1))
    assert front([more, fewer], ALL) == (fewer,)
    assert tuning(trial(1, {}, (2, 2, 2)), more, fewer).best is fewer


def test_best_saves_most_and_loses_nothing() -> None:
    anchor = trial(1, {}, (100, 5_000, 10))
    slower, saving, less = (
        trial(2, {}, (60, 5_000, 11)),
        trial(3, {}, (75, 5_000, 10)),
        trial(4, {}, (90, 40, 9)),
    )
    assert tuning(anchor, slower, saving, less).best is saving
    assert tuning(anchor, slower, saving, less, objectives=(Objective.FLASH,)).best is slower
    speed_first = (Objective.SPEED, Objective.FLASH)
    assert tuning(anchor, slower, saving, less, objectives=speed_first).best is less
    assert tuning(anchor, slower).best is anchor


def test_ram_is_lost_only_beyond_the_resolution_of_its_search() -> None:
    anchor = trial(1, {}, (100, 5_000, 10))
    assert anchor.resolution == 256
    within, beyond = trial(2, {}, (80, 5_256, 10)), trial(3, {}, (70, 5_257, 10))
    assert tuning(anchor, within, beyond).best is within


def test_a_thousandth_of_the_instructions_is_no_speed() -> None:
    anchor = trial(1, {}, (100, 5_000, 10_000))
    within, beyond = trial(2, {}, (80, 5_000, 10_009)), trial(3, {}, (70, 5_000, 10_011))
    assert tuning(anchor, within, beyond).best is within


def test_settings_to_copy_are_the_profile_and_what_cargo_reads(tmp_path: Path) -> None:
    settings = {"opt": "2", "messages": "off", "panic": "immediate-abort", "std": "size", "icf": "all"}
    made = applied(space_of(), build(), REFERENCE, {**settings, "dispatch": "portable", "parser-opt": "z"})
    own, manifest, config = config_excerpts(made.build, made.profile)
    place = tmp_path / "profiles" / "tuned.toml"
    place.parent.mkdir()
    place.write_text(own.text)
    read = Catalog.load(tmp_path).profile("tuned")
    assert (read.rust, read.linker) == (made.profile.rust, made.profile.linker)
    cargo = tomllib.loads(manifest.text)
    assert cargo["profile"]["release"]["opt-level"] == 2
    assert cargo["profile"]["release"]["package"]["wasmparser"] == {"opt-level": "z"}
    assert cargo["cargo-features"] == ["panic-immediate-abort"]
    assert cargo["dependencies"]["wasmi"]["features"] == ["stable", "validate", "portable-dispatch"]
    told = tomllib.loads(config.text)
    assert told["unstable"]["build-std-features"] == ["optimize_for_size"]
    assert "-Clink-arg=--icf=all" in told["build"]["rustflags"]
    assert "-Zfmt-debug=none" in told["build"]["rustflags"]


def test_flags_of_the_crate_that_is_linked_are_its_own() -> None:
    made = applied(space_of(), build(), REFERENCE, {"inline": "50"})
    own, manifest, config = config_excerpts(made.build, made.profile)
    flags = ["-Cllvm-args=--inline-threshold=50"]
    assert tomllib.loads(own.text)["rust"]["linked_rustflags"] == flags
    cargo = tomllib.loads(manifest.text)
    assert cargo["profile"]["release"]["package"]["your-crate"] == {"rustflags": flags}
    assert "profile-rustflags" in cargo["cargo-features"]
    assert "rustflags" not in tomllib.loads(config.text).get("build", {})


def test_a_changed_target_is_told_with_the_way_to_build_for_it() -> None:
    made = applied(space_of(), build(), REFERENCE, {"frame-pointers": "omitted"})
    _, _, config, target = config_excerpts(made.build, made.profile)
    assert tomllib.loads(config.text)["unstable"]["json-target-spec"] is True
    assert "--print target-spec-json" in target.file
    assert json.loads(target.text) == {"frame-pointer": "may-omit"}


def test_settings_of_a_runtime_in_c_are_flags_and_macros() -> None:
    made = applied(space_of("wasm3"), build("wasm3"), REFERENCE, {"c-opt": "2", "code-page": "512"})
    text = config_excerpts(made.build, made.profile)[1].text
    assert "CFLAGS: -O2\n" in text
    assert "-Dd_m3CodePageAlignSize=512" in text
