"""Experiments that are kept: TOML files, and what is wrong with them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.commands import all_blocks
from wasmfit.cli.commands import application
from wasmfit.errors import UsageError
from wasmfit.requests import (
    Experiment,
    FitExperiment,
    FitRequirements,
    ModuleRequest,
    RunSettings,
    SourceFolder,
)
from wasmfit.requests.experiment_file import FILES, CompareFile, FitFile, read_experiment


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "experiment.toml"
    path.write_text(text)
    return path


def test_what_is_left_out_is_as_on_the_command_line(tmp_path: Path) -> None:
    assert read_experiment(file(tmp_path, 'command = "compare"')) == CompareFile(command="compare")
    assert read_experiment(file(tmp_path, 'command = "fit"')) == FitFile(command="fit")


def test_paths_start_from_the_file(tmp_path: Path) -> None:
    text = """
        command = "compare"

        [experiment]
        runtimes = "wasm3"
        sources = ["wasm3=../wasm3"]

        [experiment.module]
        path = "my.wasm"
        calls = ["run(1, 2)"]
        expect = [3]
        imports = { "env.five" = 5.5 }

        [options]
        catalogs = ["mine"]
        cluster = "scheduler.json"
        rerun = true
    """
    assert read_experiment(file(tmp_path, text)) == CompareFile(
        command="compare",
        experiment=Experiment(
            runtimes=("wasm3",),
            sources=(SourceFolder("wasm3", tmp_path / "../wasm3"),),
            module=ModuleRequest(
                path=tmp_path / "my.wasm", calls=("run(1, 2)",), expect=("3",), imports={"env.five": "5.5"}
            ),
        ),
        options=RunSettings(
            catalogs=(tmp_path / "mine",), cluster=str(tmp_path / "scheduler.json"), rerun=True
        ),
    )


def test_an_absolute_path_and_an_address_stay(tmp_path: Path) -> None:
    text = 'command = "compare"\noptions = { catalogs = ["/mine"], cluster = "tcp://here:8786" }'
    options = read_experiment(file(tmp_path, text)).options
    assert options == RunSettings(catalogs=(Path("/mine"),), cluster="tcp://here:8786")


def test_limits_are_in_a_table_of_their_own(tmp_path: Path) -> None:
    text = """
        command = "fit"
        experiment = { board = "pico2" }
        requirements = { flash = "80K", ram = 65536, needs = "simd,fuel" }
    """
    assert read_experiment(file(tmp_path, text)) == FitFile(
        command="fit",
        experiment=FitExperiment(board="pico2"),
        requirements=FitRequirements(flash="80K", ram=65536, needs=("simd", "fuel")),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not say which command it is for"),
        ('command = "comapre"', ":1: 'comapre' is not a command of such files. Did you mean compare?"),
        ("command = 1", ":1: 1 is not a command of such files."),
        ("= 1", "is not valid TOML"),
        (
            'command = "compare"\n[experiment]\nboard = "pico"',
            ":3: experiment.board: There is no such field. Did you mean boards?",
        ),
        (
            'command = "compare"\n\n[experiment.module]\npath = "a.wasm"\ncals = ["f()"]',
            ":5: experiment.module.cals: There is no such field. Did you mean calls?",
        ),
        (
            'command = "compare"\n[requirements]\nflash = "80K"',
            ":2: requirements: There is no such field.",
        ),
        (
            'command = "compare"\n[options]\nevent_handler = "x"',
            ":3: options.event_handler: There is no such field. Known are: on, rerun, measured, rerun_failed",
        ),
        (
            'command = "compare"\n[experiment]\nboards = 7',
            ":3: experiment.boards: Input should be a valid tuple (it is 7).",
        ),
        (
            'command = "compare"\n[experiment]\nworkloads = "crc32"\nmodule = { path = "a.wasm" }',
            ":2: experiment: A module is measured instead of a workload: not both.",
        ),
        (
            'command = "compare"\n[experiment]\nsources = ["wasm3"]',
            ":3: experiment.sources.0: --source takes RUNTIME=PATH, and 'wasm3' is not that.",
        ),
        (
            'command = "compare"\n[experiment.module]\ncalls = "f()"',
            ":2: experiment.module.path: Field required.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_experiment(file(tmp_path, text))
    assert said in str(caught.value)
    assert "experiment.toml" in str(caught.value)


def test_every_problem_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_experiment(file(tmp_path, 'command = "compare"\nexperimant = {}\noptoins = {}'))
    assert str(caught.value).count("Did you mean") == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff", "is not UTF-8 text (byte 0)"), (b"#" * (1 << 21), "is larger than 1,048,576 B")],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "experiment.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_experiment(path)
    assert said in str(caught.value)


def test_the_documents_example_is_the_comparison_that_it_says(tmp_path: Path) -> None:
    (example,) = (block for block in all_blocks("experiments.md") if block.file == "experiment.toml")
    assert read_experiment(file(tmp_path, example.text)) == CompareFile(
        command="compare",
        experiment=Experiment(
            runtimes=("wasm3", "wamr"),
            workloads=("add-with-extra",),
            boards=("nrf52840dk",),
            profiles=("reference",),
        ),
        options=RunSettings(label="experiment"),
    )


def test_a_file_decides_what_is_run(tmp_path: Path) -> None:
    text = 'command = "compare"\n[experiment]\nruntimes = "wasmie"\n'
    ended = CliRunner().invoke(application(), ["run", str(file(tmp_path, text))])
    assert str(ended.exception) == "There is no runtime named 'wasmie'. Did you mean wasmi?"
    text = 'command = "features"\n[experiment]\nfeatures = "smid"\n'
    ended = CliRunner().invoke(application(), ["run", str(file(tmp_path, text))])
    assert str(ended.exception) == "There is no feature named 'smid'. Did you mean simd?"


def test_a_report_has_one_format(tmp_path: Path) -> None:
    ended = CliRunner().invoke(application(), ["run", str(file(tmp_path, 'command = "report"')), "-f", "csv"])
    assert str(ended.exception) == "A report is one HTML file, and has no other format. Leave out --format."


def test_the_schema_has_every_command_and_field() -> None:
    ended = CliRunner().invoke(application(), ["run", "--schema"])
    assert ended.exit_code == 0
    schema = json.loads(ended.stdout)
    assert set(schema["discriminator"]["mapping"]) == set(FILES)
    assert schema["$defs"]["Experiment"]["properties"].keys() == Experiment.model_fields.keys()
    assert schema["$defs"]["Experiment"]["properties"]["sources"]["items"]["type"] == "string"
    assert schema["$defs"]["RunSettings"]["additionalProperties"] is False


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_experiment(tmp_path / "experiment.toml")
