"""Where the instructions of one firmware are spent, and what its heap is used for."""

from typing import Unpack

from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.model import Cell
from wasmfit.module import load_user_module
from wasmfit.plan import c_targets, plan
from wasmfit.requests import Experiment, ProfileRequest, RunOptions
from wasmfit.requests.keywords import ProfileKeywords, of_runtime
from wasmfit.run import HeapProfiled, Profiled, heap_profiled, profiled
from wasmfit.toolchain import ProcessRunner, Versions, find

from .systems import with_systems
from .unrecorded import require_local


def profile(
    request: ProfileRequest | str, options: RunOptions | None = None, **fields: Unpack[ProfileKeywords]
) -> Profiled:
    """Follows the calls of one firmware: where are its instructions spent?

    Args:
        request: The firmware, or its runtime, whose other fields are keyword arguments.
        options: How: ``home``, ``catalogs`` and ``echo``; it is always measured, on this machine.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
    """
    request, options = of_runtime("profile", ProfileRequest, request, options, fields)
    require_local(options, "A profile")
    context, cell = _prepared(request, options)
    return profiled(context, cell, [phase.value for phase in request.phases])


def heap_profile(
    request: ProfileRequest | str, options: RunOptions | None = None, **fields: Unpack[ProfileKeywords]
) -> HeapProfiled:
    """Follows the heap of one firmware: what is in use at its peak, and who asked for it?

    Args:
        request: The firmware, or its runtime, whose other fields are keyword arguments; its phases are all.
        options: How: ``home``, ``catalogs`` and ``echo``; it is always measured, on this machine.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
        HeapTraceError: Its heap cannot be followed.
    """
    request, options = of_runtime("heap_profile", ProfileRequest, request, options, fields)
    require_local(options, "A profile")
    return heap_profiled(*_prepared(request, options))


def _prepared(request: ProfileRequest, options: RunOptions) -> tuple[Context, Cell]:
    """The one cell that is profiled, and what builds and runs it."""
    runner, home = ProcessRunner(echo=options.echo), Home.find(options.home)
    catalog = with_systems(Catalog.load(*options.catalogs), runner, home, (request.base,), {})
    experiment = Experiment(
        runtimes=(request.runtime,),
        workloads=(request.workload,),
        boards=(request.board,),
        bases=(request.base,),
        profiles=(request.profile,),
    )
    module = None if request.module is None else load_user_module(request.module, options.command)
    planned = plan(catalog, experiment, module=module)
    cells = planned.cells
    if not cells and planned.skipped:
        skipped = planned.skipped[0]
        because = skipped.reason.rstrip(".")
        raise UsageError(f"{skipped.cell.id} is not measured: {because}.", "Name another runtime.")
    if len(cells) > 1:
        # A runtime's name may be one of its variants' as well, which is then meant.
        named = [cell for cell in cells if request.runtime in (cell.build.name, cell.build.label)]
        cells = tuple(named) or cells
    if len(cells) != 1:
        names = ", ".join(cell.build.label for cell in cells)
        raise UsageError(f"{request.runtime} is not one runtime but {names}.", "Name one.")
    try:
        toolchain = find(Versions(home.tools, runner), c_targets(catalog, cells), [cells[0].board.emulator])
    except MissingToolError as error:
        raise MissingToolError(
            error.message,
            f"{error.remedy} The measurements that come with wasmfit have the instructions of each phase, "
            "and not of each function: `wasmfit show` has them.",
        ) from error
    return Context(catalog, home, toolchain, runner, fence=not options.no_fence), cells[0]
