"""What a workload's module takes in RAM when it asks for less than pages of 64 KiB."""

from collections.abc import Callable, Sequence
from typing import Unpack

from wasmfit.analysis.economy import Economy, EconomyDocument, economy_rows
from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.events import Said
from wasmfit.home import Home
from wasmfit.model import Build, Measurement, Status
from wasmfit.plan import BASELINE, select_builds
from wasmfit.requests import EconomyExperiment, Experiment, RunOptions
from wasmfit.requests.keywords import EconomyKeywords, Keywords
from wasmfit.toolchain import ProcessRunner, Versions, find

from .comparison import measure
from .compilers import require_compilers
from .economy_modules import FormModule, FormModules
from .shrunk_builds import with_shrunk

STACK_STEP = 1024
"""Small stacks are looked for among its multiples."""

LEFT_OVER = 16
"""Bytes of the small stack that no call reaches: the alignment of stacks."""


def economy(
    experiment: EconomyExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[EconomyKeywords],
) -> Economy:
    """Measures a workload's module in forms that ask for less and less memory.

    Each form is measured as a module of the user's, so its figures are not those of the workload's own cells.

    Args:
        experiment: Whose module, on what.
        options: How.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or an option is of no use here.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("economy", fields)
    experiment = keywords.record(EconomyExperiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.economy()")
    keywords.end()
    if options.measured or options.on is not None or options.label is not None:
        raise UsageError(
            "The guest economy is measured in the emulator, in several runs, of modules that no set has.",
            "Leave out --measured, --on and --label.",
        )
    return _Measuring.of(experiment, options).run()


class _Measuring:
    """The measurements of one call, form by form."""

    def __init__(
        self, catalog: Catalog, builds: Sequence[Build], experiment: EconomyExperiment, options: RunOptions
    ) -> None:
        self._shrunk = with_shrunk(catalog, builds)
        self._experiment, self._options = experiment, options
        self._measurements: list[Measurement] = []
        self._seconds, self._reused = 0.0, 0

    @classmethod
    def of(cls, experiment: EconomyExperiment, options: RunOptions) -> "_Measuring":
        """The measuring of an experiment.

        Raises:
            UsageError: It names no runtime that loads modules.
        """
        catalog = Catalog.load(*options.catalogs)
        chosen = select_builds(catalog, experiment.runtimes)
        builds = [
            build for build in chosen if build.runtime.guest == "module" and build.runtime.name != BASELINE
        ]
        if not builds:
            raise UsageError(
                "Native code has no linear memory, and no other runtime is named.", "Name one: --runtime wamr"
            )
        return cls(catalog, builds, experiment, options)

    def run(self) -> Economy:
        """Measures every form."""
        catalog, experiment = self._shrunk.catalog, self._experiment
        runner = ProcessRunner(echo=self._options.echo)
        home = Home.find(self._options.home)
        context = Context(catalog, home, find(Versions(home.tools, runner), {}, []), runner)
        require_compilers(context, "Modules that ask for less memory are in no image of wasmfit-images")
        modules = FormModules(context, catalog.workload(experiment.workload))
        usual = modules.usual_stack
        plain, heap_base = modules.plain(), modules.heap_base()
        self._measure(plain)
        exported = self._measure(heap_base)
        stack = experiment.stack or self._least_stack(modules, exported)
        small, bytes_ = modules.small_stack(stack), modules.byte_pages(stack)
        self._measure(small)
        self._measure(bytes_)
        forms = tuple(module.form for module in (plain, heap_base, small, bytes_))
        document = EconomyDocument(
            workload=experiment.workload,
            stack=usual,
            small_stack=stack,
            forms=forms,
            rows=tuple(economy_rows(forms, self._measurements, self._shrunk.how)),
        )
        return Economy(document, tuple(self._measurements), self._seconds, self._reused)

    def _measure(self, module: FormModule) -> tuple[Measurement, ...]:
        """Measures a form on everything, and keeps that."""
        measured = self._on(module, [build.label for build in self._shrunk.builds], self._experiment.boards)
        self._measurements += measured
        return measured

    def _on(
        self, module: FormModule, runtimes: Sequence[str], boards: Sequence[str]
    ) -> tuple[Measurement, ...]:
        compared = Experiment(
            runtimes=tuple(runtimes),
            boards=tuple(boards),
            profiles=self._experiment.profiles,
            module=module.request,
        )
        comparison = measure(self._shrunk.catalog, compared, self._options).comparison
        self._seconds += comparison.seconds
        self._reused += comparison.reused
        return tuple(cell for cell in comparison.measurements if cell.runtime != BASELINE)

    def _least_stack(self, modules: FormModules, measured: Sequence[Measurement]) -> int:
        """The small stack: how much the module needs does not depend on the runtime, so one tells it.

        Some bytes are left over: WAMR takes a stack that is used to its last byte for one that overflows.
        """
        bounds = self._shrunk.catalog.bounds
        ran = [cell for cell in measured if cell.status is Status.OK and cell.runtime not in bounds]
        if not ran:
            return STACK_STEP
        fastest = min(ran, key=_instructions)

        def is_enough(stack: int) -> bool:
            label = f"{fastest.runtime}@{fastest.version}"
            cells = self._on(modules.small_stack(stack - LEFT_OVER), [label], [fastest.board])
            return all(cell.status is Status.OK for cell in cells)

        stack = least_multiple(is_enough, STACK_STEP, modules.usual_stack)
        self._options.event_handler(
            Said(f"A stack of {stack:,} B is the least multiple of {STACK_STEP:,} with the right results.")
        )
        return stack


def least_multiple(is_enough: Callable[[int], bool], step: int, most: int) -> int:
    """The least multiple of ``step`` that is enough, where more always is; ``most`` if none below is.

    The first multiple is tried first, since most modules need no more.
    """
    if step >= most or is_enough(step):
        return min(step, most)
    low, high = 1, -(-most // step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle * step) else (middle, high)
    return min(high * step, most)


def _instructions(cell: Measurement) -> int:
    calls = None if cell.run is None else cell.run.instructions.call
    return calls if calls is not None else 1 << 62
