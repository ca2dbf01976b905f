"""An experiment that is kept: a TOML file with a command and its requests, for ``wasmfit run``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from wasmfit.errors import UsageError
from wasmfit.model import Record
from wasmfit.problem import did_you_mean
from wasmfit.toml_record import validated
from wasmfit.toml_text import line_of, parse, read_text
from wasmfit.words import escape_unprintable

from .experiment import (
    BenchmarkExperiment,
    Experiment,
    FeaturesExperiment,
    FitExperiment,
    FitRequirements,
    ReportExperiment,
    ReportSettings,
)
from .fields import FOLDER
from .options import RunSettings

_LARGEST_FILE = 1 << 20


class CompareFile(Record):
    """A comparison.

    Attributes:
        command: What is done.
        experiment: What is compared.
        options: How cells are measured.
    """

    command: Literal["compare"]
    experiment: Experiment = Experiment()
    options: RunSettings = RunSettings()


class BenchFile(Record):
    """A benchmark.

    Attributes:
        command: What is done.
        experiment: What is compared with native code.
        options: How cells are measured.
    """

    command: Literal["bench"]
    experiment: BenchmarkExperiment = BenchmarkExperiment()
    options: RunSettings = RunSettings()


class FeaturesFile(Record):
    """Features of WebAssembly, measured.

    Attributes:
        command: What is done.
        experiment: Whose features.
        options: How they are measured; the suite runs in this machine's emulator, and has no label.
    """

    command: Literal["features"]
    experiment: FeaturesExperiment = FeaturesExperiment()
    options: RunSettings = RunSettings()


class FitFile(Record):
    """A ranking of what fits.

    Attributes:
        command: What is done.
        experiment: The runtimes, and what they are measured on.
        requirements: What there is room for, and what is wanted.
        options: How cells are measured.
    """

    command: Literal["fit"]
    experiment: FitExperiment = FitExperiment()
    requirements: FitRequirements = FitRequirements()
    options: RunSettings = RunSettings()


class ReportFile(Record):
    """A report.

    Attributes:
        command: What is done.
        experiment: What is measured.
        requirements: What there is room for, and what is wanted.
        report: What the report shows.
        options: How cells are measured.
    """

    command: Literal["report"]
    experiment: ReportExperiment = ReportExperiment()
    requirements: FitRequirements = FitRequirements()
    report: ReportSettings = ReportSettings()
    options: RunSettings = RunSettings()


ExperimentFile = CompareFile | BenchFile | FeaturesFile | FitFile | ReportFile

FILES: dict[str, type[CompareFile | BenchFile | FeaturesFile | FitFile | ReportFile]] = {
    "compare": CompareFile,
    "bench": BenchFile,
    "features": FeaturesFile,
    "fit": FitFile,
    "report": ReportFile,
}
"""Command → what its file holds."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of these files."""
    kept = TypeAdapter[ExperimentFile](Annotated[ExperimentFile, Field(discriminator="command")])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **kept.json_schema()}


def read_experiment(path: Path) -> ExperimentFile:
    """Reads an experiment; its relative paths start from the file's folder.

    Raises:
        UsageError: The file cannot be read, or does not hold what it should; with file and line.
    """
    shown = escape_unprintable(str(path))
    text = read_text(path, "a file that holds an experiment", _LARGEST_FILE)
    data = parse(text, shown)
    command = data.get("command")
    if command is None:
        raise UsageError(
            f"{shown} does not say which command it is for.",
            f'Write command = "compare" first, or {", ".join(list(FILES)[1:])}.',
        )
    if not isinstance(command, str) or command not in FILES:
        line = line_of(text, ("command",))
        raise UsageError(
            f"{shown}:{line}: {command!r:.80} is not a command of such files.",
            did_you_mean(str(command), FILES),
        )
    return validated(FILES[command], data, text, shown, {FOLDER: path.parent})


def files_of(record: Record) -> Iterator[Path]:
    """The paths that a request names, and those of the TOML files next to its modules."""
    for name in type(record).model_fields:
        yield from _paths_in(getattr(record, name))


def _paths_in(value: object) -> Iterator[Path]:
    match value:
        case Record():
            yield from files_of(value)
        case Path():
            yield value
            yield value.with_suffix(".toml")
        case tuple() | list():
            for item in value:
                yield from _paths_in(item)
