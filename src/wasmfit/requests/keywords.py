"""Requests from keyword arguments: ``compare(runtimes=["wasm3"], rerun=True)``."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from pydantic import BaseModel

from wasmfit.events import EventHandler
from wasmfit.words import closest

from .experiment import ProfilePhase
from .flat import flat_fields, from_flat
from .options import RunOptions

R = TypeVar("R", bound=BaseModel)


class Keywords:
    """The keyword arguments of a call, which become its records.

    Args:
        function: Name of the function, for messages.
        values: The arguments.
    """

    def __init__(self, function: str, values: Mapping[str, Any]) -> None:
        self._function = function
        self._values = dict(values)
        self._known: list[str] = []

    def record(self, kind: type[R], given: R | None) -> R:
        """The record that was given, or the one that keyword arguments make.

        Raises:
            TypeError: It is given in both ways.
            UsageError: A value makes no sense.
        """
        names = flat_fields(kind)
        self._known += names
        taken = {name: self._values.pop(name) for name in names if name in self._values}
        if given is None:
            return from_flat(kind, taken)
        if taken:
            raise TypeError(
                f"{self._function}() is given {kind.__name__} as a record, and {', '.join(taken)} as well"
            )
        return given

    def end(self) -> None:
        """Refuses what no record has taken.

        Raises:
            TypeError: Something is left.
        """
        for name in self._values:
            close = closest(name, self._known)
            hint = f". Did you mean {close!r}?" if close else ""
            raise TypeError(f"{self._function}() got an unexpected keyword argument {name!r}{hint}")


def of_runtime(
    function: str, kind: type[R], request: R | str, options: RunOptions | None, fields: Mapping[str, Any]
) -> tuple[R, RunOptions]:
    """The records of a call about one runtime, whose name may stand for the request.

    Args:
        function: Name of the function, for messages.
        kind: What the request is.
        request: The request, or the runtime, whose other fields are keyword arguments.
        options: How.
        fields: The keyword arguments.

    Raises:
        TypeError: Something is given in both ways, or is not a field.
        UsageError: A value makes no sense.
    """
    named = isinstance(request, str)
    keywords = Keywords(function, {"runtime": request, **fields} if named else fields)
    records = (
        keywords.record(kind, None if isinstance(request, str) else request),
        keywords.record(RunOptions, options),
    )
    keywords.end()
    return records


class OptionKeywords(TypedDict, total=False):
    """The fields of :class:`RunOptions`."""

    on: str | None
    rerun: bool
    measured: bool
    rerun_failed: bool
    no_fence: bool
    jobs: int | None
    label: str | None
    catalogs: Sequence[Path]
    cluster: str | None
    home: Path | None
    command: str | None
    event_handler: EventHandler
    echo: Callable[[str], None] | None


class ModuleKeywords(TypedDict, total=False):
    """The fields of :class:`ModuleRequest`; ``module`` is its path."""

    module: Path | str | None
    calls: str | Sequence[str]
    expect: str | Sequence[str]
    expect_log: str | Sequence[str]
    expect_stdout: str | None
    before: str | Sequence[str]
    times: int | None
    allocator: str | None
    preset: str | None
    imports: Mapping[str, str] | None
    stub_all: bool
    fresh_instance: bool
    args: str | Sequence[str]
    stdin: Path | str | None
    update_from: Path | str | None
    limit: str | int | None
    timeout: float | None


class MatrixKeywords(TypedDict, total=False):
    """The fields of :class:`Matrix`."""

    runtimes: Sequence[str]
    workloads: Sequence[str]
    boards: Sequence[str]
    bases: Sequence[str]
    profiles: Sequence[str]
    select: Sequence[str]
    sources: Sequence[tuple[str, Path]]
    toggles: Sequence[str]
    clock: str | None
    assume: str | Sequence[str]
    layouts: int


class RequirementKeywords(TypedDict, total=False):
    """The fields of :class:`FitRequirements`."""

    flash: str | int | None
    ram: str | int | None
    needs: str | Sequence[str]
    weights: str | None


class CompareKeywords(MatrixKeywords, ModuleKeywords, OptionKeywords, total=False):
    """What ``compare`` takes: :class:`Experiment` and :class:`RunOptions`."""

    more_modules: Sequence[Path | str]
    check_stores: bool


class BenchKeywords(MatrixKeywords, OptionKeywords, total=False):
    """What ``bench`` takes: :class:`BenchmarkExperiment` and :class:`RunOptions`."""

    modules: Sequence[Path | str]
    calls: str | Sequence[str]
    expect: str | Sequence[str]
    before: str | Sequence[str]
    times: int | None
    preset: str | None
    imports: Mapping[str, str] | None
    stub_all: bool
    limit: str | int | None
    timeout: float | None


class FeaturesKeywords(OptionKeywords, total=False):
    """What ``features`` takes: :class:`FeaturesExperiment` and :class:`RunOptions`."""

    runtimes: Sequence[str]
    features: Sequence[str]
    boards: Sequence[str]
    profiles: Sequence[str]
    sources: Sequence[tuple[str, Path]]


class ToggleCostKeywords(OptionKeywords, total=False):
    """What ``toggle_costs`` takes: :class:`ToggleCostExperiment` and :class:`RunOptions`."""

    runtimes: Sequence[str]
    workloads: Sequence[str]
    boards: Sequence[str]
    profiles: Sequence[str]


class EconomyKeywords(OptionKeywords, total=False):
    """What ``economy`` takes: :class:`EconomyExperiment` and :class:`RunOptions`."""

    runtimes: Sequence[str]
    workload: str
    boards: Sequence[str]
    profiles: Sequence[str]
    stack: int | None


class FitKeywords(ModuleKeywords, RequirementKeywords, OptionKeywords, total=False):
    """What ``fit`` takes: :class:`FitExperiment`, :class:`FitRequirements` and :class:`RunOptions`."""

    more_modules: Sequence[Path | str]
    runtimes: Sequence[str]
    workload: str
    board: str
    base: str
    profile: str
    sources: Sequence[tuple[str, Path]]
    clock: str | None
    assume: str | Sequence[str]


class ReportKeywords(MatrixKeywords, ModuleKeywords, RequirementKeywords, OptionKeywords, total=False):
    """What ``make_report`` takes: as ``compare`` and ``fit``, and :class:`ReportSettings`."""

    more_modules: Sequence[Path | str]
    check_stores: bool
    title: str | None
    flames: bool
    features: bool


class ProfileKeywords(ModuleKeywords, OptionKeywords, total=False):
    """What ``profile`` takes but the runtime: :class:`ProfileRequest` and :class:`RunOptions`."""

    workload: str
    board: str
    base: str
    profile: str
    phases: Sequence[str | ProfilePhase]


class TuneKeywords(OptionKeywords, total=False):
    """What ``tune`` takes but the runtime: :class:`TuneRequest` and :class:`RunOptions`."""

    board: str
    objectives: Sequence[str]
    builds: int | None
    minutes: float | None
    workloads: Sequence[str]
    allow: Sequence[str]
    settings: Sequence[str]
    only: bool
