"""Options of commands are the fields of requests: no command lacks one, and defaults are the records'."""

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from wasmfit import defaults
from wasmfit.cli.commands import application
from wasmfit.cli.from_requests import from_requests
from wasmfit.errors import UsageError
from wasmfit.requests import (
    Experiment,
    FeaturesExperiment,
    FitRequirements,
    ModuleRequest,
    ProfileRequest,
    RunSettings,
    SourceFolder,
    TuneRequest,
)
from wasmfit.requests.flat import flat_fields
from wasmfit.requests.option import Option

MEASURING = ("compare", "bench", "report", "fit", "check")
"""Commands whose measurements are a run of the store's."""


def flags(command: str) -> set[str]:
    group: Any = typer.main.get_command(application(command))
    return {flag for parameter in group.commands[command].params for flag in parameter.opts}


def flags_of(kind: Any) -> set[str]:
    spelled = [item for field in flat_fields(kind).values() for item in field.metadata]
    return {flag for item in spelled if isinstance(item, Option) for flag in item.flags}


@pytest.mark.parametrize("command", MEASURING)
def test_what_measures_has_every_option_of_measuring(command: str) -> None:
    assert flags_of(RunSettings) <= flags(command)


def test_features_has_all_but_those_of_recorded_runs() -> None:
    assert flags_of(RunSettings) - flags("features") == {"--on", "--label", "--rerun-failed"}


@pytest.mark.parametrize("command", ["compare", "bench", "report", "fit"])
def test_what_measures_cells_has_every_axis(command: str) -> None:
    assert {"--runtime", "--workload", "--board", "--base", "--profile", "--source"} <= flags(command)


def test_features_are_measured_on_a_cluster_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASMFIT_HOME", str(tmp_path))
    tree = ["--cluster", "tcp://127.0.0.1:9", "-r", "wasm3", "--source", f"wasm3={tmp_path}"]
    ended = CliRunner().invoke(application(), ["features", *tree])
    assert isinstance(ended.exception, UsageError)
    assert "cannot be sent to a cluster" in str(ended.exception)


class CalledError(Exception):
    """What a command is called with."""


def call(function: Any, *arguments: str) -> tuple[Any, ...]:
    """The records that a command line makes."""
    app = typer.Typer(rich_markup_mode=None)
    app.command()(from_requests(function))
    ended = CliRunner().invoke(app, arguments)
    assert isinstance(ended.exception, CalledError), ended.output
    return ended.exception.args


def compare(
    experiment: Experiment,
    settings: RunSettings,
    top: Annotated[int, typer.Option(help="Rows.")] = 25,
) -> None:
    """Compare."""
    raise CalledError(experiment, settings, top)


def test_nothing_makes_the_records_defaults() -> None:
    assert call(compare) == (Experiment(), RunSettings(), 25)
    (experiment, _, _) = call(compare)
    assert experiment.boards == (defaults.BOARD,)
    assert experiment.model_fields_set == set()


def test_everything_goes_where_it_belongs() -> None:
    line = "-r wasm3 -r wamr -b pico --base bare,embassy --source wasm3=../tree --on probe --rerun --top 3"
    assert call(compare, *line.split()) == (
        Experiment(
            runtimes=("wasm3", "wamr"),
            boards=("pico",),
            bases=("bare", "embassy"),
            sources=(SourceFolder("wasm3", Path("../tree")),),
        ),
        RunSettings(on="probe", rerun=True),
        3,
    )


def test_axes_are_given_several_times_or_with_commas() -> None:
    line = "-r wasm3,wamr -r wasmi@* -b pico,pico2 -w json,fft -p small,fast --with fuel,simd"
    assert call(compare, *line.split())[0] == Experiment(
        runtimes=("wasm3", "wamr", "wasmi@*"),
        boards=("pico", "pico2"),
        workloads=("json", "fft"),
        profiles=("small", "fast"),
        toggles=("fuel", "simd"),
    )
    # What names nothing is refused where it is looked up, and does not stand for everything.
    assert call(compare, "-r", "", "-r", "wasm3,", "-b", ",")[0] == Experiment(
        runtimes=("", "wasm3"), boards=(",",)
    )


def test_what_is_tuned_and_asked_for_is_given_with_commas() -> None:
    assert TuneRequest(runtime="wasm3", workloads=("json,fft",), objectives=("ram,flash",)).workloads == (
        "json",
        "fft",
    )
    assert FeaturesExperiment(features=("simd,gc",)).features == ("simd", "gc")


def test_a_module_is_an_argument_with_options() -> None:
    line = ["my.wasm", "--call", "f(1)", "--expect", "2", "--import", "env.log=log", "--stub-all"]
    (experiment, _, _) = call(compare, *line)
    assert experiment.module == ModuleRequest(
        path=Path("my.wasm"), calls=("f(1)",), expect=("2",), imports={"env.log": "log"}, stub_all=True
    )


def test_what_is_required_is_asked_for() -> None:
    def profile(request: ProfileRequest) -> None:
        raise CalledError(request)

    assert call(profile, "-r", "wasm3", "--phase", "load")[0].phases == ("load",)
    assert call(profile, "wasm3@0.5.0/fft/pico2/bare/small")[0].board == "pico2"

    def tune(request: TuneRequest) -> None:
        raise CalledError(request)

    app = typer.Typer(rich_markup_mode=None)
    app.command()(from_requests(tune))
    ended = CliRunner().invoke(app, [])
    assert ended.exit_code == 2
    assert "Missing argument 'RUNTIME'" in ended.output


def test_what_is_left_out_is_no_option() -> None:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(from_requests(compare, leave_out=("on", "label")))
    assert "No such option: --label" in CliRunner().invoke(app, ["--label", "x"]).output


def test_help_has_the_defaults_of_the_records() -> None:
    def fit(experiment: Experiment, requirements: FitRequirements) -> None:
        """Fit."""

    app = typer.Typer(rich_markup_mode=None)
    app.command()(from_requests(fit))
    text = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert f"Default: {defaults.BOARD}." in text
    assert f"Default: {defaults.BASE}." in text
    assert "Default: the board's." in text
    assert "Fit." in text
