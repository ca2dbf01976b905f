"""What is measured: requests that become cells."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from wasmfit import defaults
from wasmfit.model import Record
from wasmfit.problem import problem

from . import fields
from .module import ModuleRequest
from .option import Argument, Option


def _not_both(record: Record, module: ModuleRequest | None, workload: str) -> None:
    """Refuses a request that names a module and a workload."""
    if module is not None and workload in record.model_fields_set:
        raise problem(
            "A module is measured instead of a workload: not both.", "Leave out --workload, or the module."
        )


def _suite(module: ModuleRequest | None, more: tuple[Path, ...]) -> tuple[ModuleRequest, ...]:
    """The modules of a request, each with what is wanted of the first."""
    if module is None:
        return ()
    return (module, *(module.model_copy(update={"path": path}) for path in more))


def _no_more_than_one(module: ModuleRequest | None, more: tuple[Path, ...]) -> None:
    """Refuses more modules where there is no first, whose calls they share."""
    if more and module is None:
        raise problem("There are more modules, and no first one.", "Name it as the module.")


class Matrix(Record):
    """Cells: everything that is named on one axis with everything on the others.

    Attributes:
        runtimes: Names, ``NAME@VERSION``, patterns, ``newest`` or ``all``; none takes the newest of each.
        workloads: Names or patterns.
        boards: Names, patterns, or ``all``.
        bases: Names of what is below the runtime.
        profiles: Names of compiler settings.
        select: Patterns of cells' ids; a cell is kept if one of them matches, and all are if there are none.
        sources: Working trees of runtimes, ``RUNTIME=PATH``, measured next to the releases; for an operating
            system among the bases, the checkout to build from.
        toggles: Feature toggles, such as ``fuel``: the variant with it is measured next to the one without,
            of every runtime that has both.
        clock: Clock of the core that time is predicted for, such as ``48MHz``.
        assume: What the firmware has set up otherwise, that time is predicted for: ``icache=off``.
        layouts: In how many orders of its functions each image is linked and run.
    """

    runtimes: fields.Runtimes = ()
    workloads: fields.Workloads = (defaults.WORKLOAD,)
    boards: fields.Boards = (defaults.BOARD,)
    bases: fields.Bases = (defaults.BASE,)
    profiles: fields.Profiles = (defaults.PROFILE,)
    select: fields.Select = ()
    sources: fields.Sources = ()
    toggles: fields.Toggles = ()
    clock: fields.Clock = None
    assume: fields.Assume = ()
    layouts: fields.Layouts = 1


class Experiment(Matrix):
    """What is compared.

    Attributes:
        module: A module of the user's, instead of workloads.
        more_modules: More of them, of which the same is wanted; a TOML file next to one says what is its own.
        check_stores: Whether each image runs once more, with every store looked at.
    """

    module: ModuleRequest | None = None
    more_modules: fields.MoreModules = ()
    check_stores: fields.CheckStores = False

    @model_validator(mode="after")
    def _names_one_guest(self) -> Self:
        _not_both(self, self.module, "workloads")
        return self

    @model_validator(mode="after")
    def _has_a_first_module(self) -> Self:
        _no_more_than_one(self.module, self.more_modules)
        return self

    @property
    def with_workloads(self) -> bool:
        """Whether workloads of the catalogue are measured."""
        return self.module is None or "workloads" in self.model_fields_set

    @property
    def suite(self) -> tuple[ModuleRequest, ...]:
        """Its modules, each with what is wanted of it, where there are several or workloads next to one."""
        if self.more_modules or self.with_workloads:
            return _suite(self.module, self.more_modules)
        return ()


class ReportExperiment(Experiment):
    """What a report is of: workloads, modules of the user's, or both next to one another.

    Attributes:
        runtimes, workloads, boards, bases, profiles, select, sources, toggles, clock, assume, module,
            more_modules, layouts: As of :class:`Experiment`.
    """

    @model_validator(mode="after")
    def _names_one_guest(self) -> Self:
        return self


class BenchmarkExperiment(Matrix):
    """What is compared with native code, which is always measured as well.

    Attributes:
        workloads: Names or patterns; all, if neither they nor modules are given.
        modules: Modules of the user's, on which runtimes are compared with one another. What a TOML file next
            to one says is taken, where nothing is said here.
        calls, expect, before, times, preset, imports, stub_all, limit, timeout: Of each of them, as of
            :class:`ModuleRequest`.
    """

    workloads: fields.Workloads = ("*",)
    modules: fields.ModulePaths = ()
    calls: fields.Calls = ()
    expect: fields.Expected = ()
    before: fields.Before = ()
    times: fields.Times = None
    preset: fields.Preset = None
    imports: fields.Imports = Field(default={})
    stub_all: fields.StubAll = False
    limit: fields.InstructionLimit = None
    timeout: fields.Timeout = None

    @model_validator(mode="after")
    def _names_modules(self) -> Self:
        if not self.modules and any(getattr(self, name) for name in _OF_MODULES):
            raise problem(
                "Calls, expectations and imports are of modules, and none is named.",
                "For example: wasmfit bench suite/*.wasm --preset embench",
            )
        return self

    @property
    def with_workloads(self) -> bool:
        """Whether workloads of the catalogue are measured."""
        return not self.modules or "workloads" in self.model_fields_set

    @property
    def module_requests(self) -> tuple[ModuleRequest, ...]:
        """Each module with what is wanted of it."""
        wanted = {name: getattr(self, name) for name in _OF_MODULES}
        return tuple(ModuleRequest(path=path, **wanted) for path in self.modules)


_OF_MODULES = ("calls", "expect", "before", "times", "preset", "imports", "stub_all", "limit", "timeout")


class FeaturesExperiment(Record):
    """Whose features of WebAssembly are measured.

    Attributes:
        runtimes: As of :class:`Matrix`; native code is not a runtime.
        features: Names or patterns of features.
        boards, profiles, sources: As of :class:`Matrix`.
    """

    runtimes: fields.Runtimes = ()
    features: Annotated[
        fields.NamesWithCommas, Option(("--feature",), "F", "Feature, or a pattern; several with commas.")
    ] = ("*",)
    boards: fields.Boards = (defaults.BOARD,)
    profiles: fields.Profiles = (defaults.PROFILE,)
    sources: fields.Sources = ()


class ToggleCostExperiment(Record):
    """Which runtimes' feature toggles are compared.

    Attributes:
        runtimes: As of :class:`Matrix`; a variant stands for its runtime.
        workloads: Where slowdowns are looked for.
        boards, profiles: As of :class:`Matrix`.
    """

    runtimes: fields.Runtimes = ()
    workloads: fields.Workloads = ("crc32", "fir", "dispatch")
    boards: fields.Boards = (defaults.BOARD,)
    profiles: fields.Profiles = (defaults.PROFILE,)


class EconomyExperiment(Record):
    """A workload's module, in forms that ask for less memory.

    Attributes:
        runtimes, boards, profiles: As of :class:`Matrix`.
        workload: Name of the workload.
        stack: Bytes of the small stack; the least multiple of 1,024 with which the module gives its results,
            if not given.
    """

    runtimes: fields.Runtimes = ()
    workload: fields.Workload = "crc32"
    boards: fields.Boards = (defaults.BOARD,)
    profiles: fields.Profiles = (defaults.PROFILE,)
    stack: Annotated[
        int | None,
        Field(ge=16, multiple_of=16),
        Option(
            ("--stack",),
            "BYTES",
            "The small stack in linear memory. Default: the least multiple of 1,024 that will do.",
        ),
    ] = None


class FitExperiment(Record):
    """Runtimes for one board: they are measured on one workload or module, base and profile.

    Attributes:
        runtimes, sources, clock, assume: As of :class:`Matrix`.
        workload: Name of a workload.
        board: Name of a board.
        base: Name of what is below the runtime.
        profile: Name of compiler settings.
        module: A module of the user's, instead of the workload.
        more_modules: More of them, each of which a runtime has to run; the same is wanted of each.
    """

    runtimes: fields.Runtimes = ()
    workload: fields.Workload = defaults.WORKLOAD
    board: fields.Board = defaults.BOARD
    base: fields.Base = defaults.BASE
    profile: fields.Profile = defaults.PROFILE
    sources: fields.Sources = ()
    clock: fields.Clock = None
    assume: fields.Assume = ()
    module: ModuleRequest | None = None
    more_modules: fields.MoreModules = ()

    @model_validator(mode="after")
    def _names_one_guest(self) -> Self:
        _not_both(self, self.module, "workload")
        _no_more_than_one(self.module, self.more_modules)
        return self


class ProfilePhase(StrEnum):
    """A part of what firmware does with a module."""

    LOAD = "load"
    INSTANTIATE = "instantiate"
    CALL = "call"


class ProfileRequest(Record):
    """The firmware whose calls are followed: one cell.

    Attributes:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        workload: Name of a workload.
        board: Name of a board.
        base: Name of what is below the runtime.
        profile: Name of compiler settings.
        phases: Those to look at.
        module: A module of the user's, instead of the workload.
    """

    runtime: Annotated[str, Option(("--runtime", "-r"), "R", "Runtime or R@VERSION.")] = ""
    workload: fields.Workload = defaults.WORKLOAD
    board: fields.Board = defaults.BOARD
    base: fields.Base = defaults.BASE
    profile: fields.Profile = defaults.PROFILE
    phases: Annotated[tuple[ProfilePhase, ...], Option(("--phase",), None, "Phases to look at.")] = (
        ProfilePhase.CALL,
    )
    module: ModuleRequest | None = None

    @model_validator(mode="after")
    def _names_one_guest(self) -> Self:
        _not_both(self, self.module, "workload")
        if not self.runtime:
            raise problem(
                "A profile is of one runtime, and none is named.",
                "Name it, as in `wasmfit profile --runtime wasm3`, or give a cell's id.",
            )
        return self


TUNED_BUILDS = 20
"""Settings that are measured unless a budget says otherwise."""


class TuneRequest(Record):
    """A search for settings of a runtime.

    Attributes:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        board, workloads: Names of the catalogue.
        objectives: What is to be little: ``flash``, ``ram``, ``speed``; the first counts most.
        builds: How many different settings are measured, the profile itself included.
        minutes: Time after which none is begun.
        allow: Values that give up something a module may need: ``validation-off``.
        settings: ``SWITCH=VALUE,…``: what a switch is held to.
        only: Whether what ``settings`` says is measured, and nothing else.
    """

    runtime: Annotated[str, Argument("RUNTIME", "A runtime, or R@VERSION.")]
    board: fields.Board = defaults.BOARD
    objectives: Annotated[
        fields.NamesWithCommas,
        Option(
            ("--objective",),
            "O",
            "flash, ram or speed, or several with commas; the settings to copy take least of the first. "
            "Default: all three.",
        ),
    ] = ("flash", "ram", "speed")
    builds: Annotated[
        int | None,
        Option(
            ("--budget",),
            "N",
            f"Different settings to measure, the profile itself included. Default: {TUNED_BUILDS}.",
        ),
    ] = None
    minutes: Annotated[
        float | None, Option(("--minutes",), "M", "Begin no other build after so many minutes.")
    ] = None
    workloads: Annotated[
        fields.NamesWithCommas, Option(("--workload", "-w"), "W", "What is run; several with commas.")
    ] = (
        "crc32",
        "fir",
        "sort",
    )
    allow: Annotated[
        fields.TextsWithCommas,
        Option(("--allow",), "SWITCH-VALUE", "Values that give up what a module may need, with commas."),
    ] = ()
    settings: Annotated[
        fields.Names,
        Option(("--set",), "SWITCH=VALUE", "Hold a switch to a value, or several with commas."),
    ] = ()
    only: Annotated[bool, Option(("--only",), None, "Every other switch stays as it is.")] = False


class FitRequirements(Record):
    """What there is room for, and what is wanted, to rank runtimes by.

    Attributes:
        flash, ram: Bytes, or ``512K`` (K = 1024). The board's, if not given; an image is linked for the
            board, so more than it has makes no difference.
        needs: Features that are needed, as ``wasmfit fit --help`` lists them, and limits of predictions, as
            ``start<20ms`` or ``charge<5uC``.
        weights: As ``flash=1,ram=1,speed=2``.
    """

    flash: fields.Flash = None
    ram: fields.Ram = None
    needs: fields.Needs = ()
    weights: fields.Weights = None


class ReportSettings(Record):
    """What a report shows beyond a comparison.

    Attributes:
        title: Its heading; the question, if not given.
        flames: Whether each cell that ran is run once more with every call followed, for flame graphs.
        features: Whether the W3C suite is run on the runtimes; what is stored of it is shown in any case.
    """

    title: Annotated[
        str | None, Option(("--title",), "TEXT", "The report's heading. Default: the question.")
    ] = None
    flames: Annotated[
        bool, Option(("--flames",), None, "Run every cell once more, for flame graphs of its calls.")
    ] = False
    features: Annotated[
        bool,
        Option(("--features",), None, "Run the W3C suite on the runtimes; else what is stored is shown."),
    ] = False
