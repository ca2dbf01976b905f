"""Requests from keyword arguments: the same records, and mistakes told as Python tells them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

import wasmfit
from wasmfit.errors import UsageError
from wasmfit.requests import (
    BenchmarkExperiment,
    Experiment,
    FeaturesExperiment,
    FitExperiment,
    FitRequirements,
    ModuleRequest,
    ProfileRequest,
    ReportSettings,
    RunOptions,
    SourceFolder,
    ToggleCostExperiment,
    TuneRequest,
    keywords,
)
from wasmfit.requests.flat import flat_fields, from_flat
from wasmfit.requests.keywords import Keywords


@pytest.mark.parametrize(
    ("typed", "kinds", "positional"),
    [
        (keywords.CompareKeywords, (Experiment, RunOptions), set()),
        (keywords.BenchKeywords, (BenchmarkExperiment, RunOptions), set()),
        (keywords.FeaturesKeywords, (FeaturesExperiment, RunOptions), set()),
        (keywords.ToggleCostKeywords, (ToggleCostExperiment, RunOptions), set()),
        (keywords.FitKeywords, (FitExperiment, FitRequirements, RunOptions), set()),
        (keywords.ReportKeywords, (Experiment, FitRequirements, ReportSettings, RunOptions), set()),
        (keywords.ProfileKeywords, (ProfileRequest, RunOptions), {"runtime"}),
        (keywords.TuneKeywords, (TuneRequest, RunOptions), {"runtime"}),
        (keywords.OptionKeywords, (RunOptions,), set()),
    ],
)
def test_keywords_are_the_fields_of_the_records(
    typed: type[Any], kinds: tuple[type[BaseModel], ...], positional: set[str]
) -> None:
    fields = [name for kind in kinds for name in flat_fields(kind)]
    assert len(fields) == len(set(fields))
    assert set(get_type_hints(typed)) == set(fields) - positional


def test_fields_become_the_record_that_they_are_of() -> None:
    given = Keywords("compare", {"runtimes": ["wasm3"], "boards": "nrf52840dk", "rerun": True})
    assert given.record(Experiment, None) == Experiment(runtimes=("wasm3",), boards=("nrf52840dk",))
    assert given.record(RunOptions, None) == RunOptions(rerun=True)
    given.end()


def test_a_module_is_flat() -> None:
    made = from_flat(
        Experiment,
        {"module": "my.wasm", "calls": "run(1)", "expect": [3, "4.5"], "imports": {"env.five": 5}},
    )
    module = ModuleRequest(
        path=Path("my.wasm"), calls=("run(1)",), expect=("3", "4.5"), imports={"env.five": "5"}
    )
    assert made == Experiment(module=module)
    assert from_flat(Experiment, {"module": module}) == made
    assert from_flat(Experiment, {"module": None, "calls": ()}) == Experiment()


def test_a_source_is_a_pair_or_a_text() -> None:
    tree = SourceFolder("wasm3", Path("../tree"))
    assert Experiment(sources=[("wasm3", "../tree")]).sources == (tree,)
    assert Experiment(sources=["wasm3=../tree"]).sources == (tree,)
    assert Experiment(sources="wasm3=../tree").sources == (tree,)


def test_records_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Experiment().boards = ("pico",)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"runtime": ["wasm3"]}, "'runtime'. Did you mean 'runtimes'?"),
        ({"rerum": True}, "'rerum'. Did you mean 'rerun'?"),
        ({"nonsense": 1}, "unexpected keyword argument 'nonsense'"),
    ],
)
def test_an_argument_that_no_record_has(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match="compare") as caught:
        wasmfit.compare(**fields)
    assert said in str(caught.value)


def test_a_record_and_its_fields_are_not_both_given() -> None:
    with pytest.raises(TypeError, match="given Experiment as a record, and boards as well"):
        wasmfit.compare(Experiment(), boards=["pico"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"module": "my.wasm", "workloads": ["crc32"]}, "instead of a workload: not both"),
        ({"calls": ["run()"]}, "and none is named"),
        ({"sources": ["wasm3"]}, "takes RUNTIME=PATH, and 'wasm3' is not that. For example"),
        ({"module": "m.wasm", "imports": ["env.log"]}, "takes MODULE.NAME=RULE, and 'env.log' is not that."),
        ({"boards": []}, "boards: Value should have at least 1 item"),
        ({"boards": [7]}, "boards.0: Input should be a valid string (it is 7)."),
    ],
)
def test_a_value_that_makes_no_sense(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        wasmfit.compare(**fields)
    assert said in str(caught.value)


@pytest.mark.parametrize("field", ["cluster", "on", "label"])
def test_what_runs_here_alone_says_so(field: str, tmp_path: Path) -> None:
    options = RunOptions(**{field: "x"}, home=tmp_path)
    calls: list[Callable[[], object]] = [
        lambda: wasmfit.profile("wasm3", options),
        lambda: wasmfit.tune("wasm3", options),
    ]
    if field != "cluster":
        calls.append(lambda: wasmfit.features(options=options))
    for call in calls:
        with pytest.raises(UsageError, match=f"Leave out --{field}"):
            call()
