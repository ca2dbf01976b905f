"""The heap of one cell at its peak, by purpose: which phase and which functions asked for what was in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from wasmfit.builder import BuildError, Context, FirmwareSpec, MissingCompilerError, StepContext, image
from wasmfit.emulation import HEAP_PLUGIN, Block, trace
from wasmfit.globs import matches
from wasmfit.model import Cell, HeapClass, Status, UserModule

from . import measure
from .profile import ProfileError

UNKNOWN = "[unknown]"
_SECONDS = 600.0
_HEADROOM = 2

_NOBODYS = (
    "*alloc::*",
    "core::*",
    "<core::*",
    "*hashbrown::*",
    "*harness::*",
    "__r*_alloc*",
    "__rust*",
    "*__rustc*",
    "malloc",
    "calloc",
    "realloc",
    "_?alloc_r",
    "_realloc_r",
)
"""Functions that ask in somebody else's name: allocators, and the standard library's containers."""


@dataclass(frozen=True)
class HeapSite:
    """Where blocks were asked for.

    Attributes:
        phase: When: ``start``, ``load``, ``instantiate`` or ``call``.
        purpose: What they are for, as the runtime's ``heap_sites`` say; ``other`` where they say nothing.
        function: The function that told it; else the first that is not an allocator's or a container's.
        size: Bytes that were in use.
        blocks: How many blocks they are.
    """

    phase: str
    purpose: HeapClass
    function: str
    size: int
    blocks: int


@dataclass(frozen=True)
class HeapProfiled:
    """A cell's heap at its peak.

    Attributes:
        cell: Its id.
        peak: Most bytes of heap in use at once, linear memory left out: the cell's ``run.heap_peak``.
        linear_memory: Most bytes of linear memory in use at once.
        sites: What was in use at the peak, largest first; sizes add up to ``peak``.
        linear_sites: Likewise for linear memory.
        blocks: The blocks that ``sites`` are made of.
    """

    cell: str
    peak: int
    linear_memory: int
    sites: tuple[HeapSite, ...]
    linear_sites: tuple[HeapSite, ...]
    blocks: tuple[Block, ...] = ()

    @cached_property
    def by_purpose(self) -> dict[tuple[str, HeapClass], int]:
        """Phase and purpose → bytes at the peak."""
        sizes: Counter[tuple[str, HeapClass]] = Counter()
        for site in self.sites:
            sizes[site.phase, site.purpose] += site.size
        return dict(sizes)

    def folded(self) -> str:
        """Stacks in one line each, as flame graphs are drawn from: ``phase;caller;called BYTES``."""
        lines: Counter[str] = Counter()
        for block in self.blocks:
            names = (name or UNKNOWN for name in reversed(block.callers))
            lines[";".join((block.phase, *(name.replace(";", ",") for name in names)))] += block.size
        return "".join(f"{stack} {size}\n" for stack, size in sorted(lines.items()))


def heap_profiled(context: Context, cell: Cell) -> HeapProfiled:
    """Builds a cell's image and runs it with its heap followed.

    Raises:
        ProfileError: It cannot be built, does not end well, or its heap is not the one that was measured.
        HeapTraceError: Its heap cannot be followed.
    """
    if isinstance(cell.workload, UserModule) and cell.workload.fresh:
        raise ProfileError(
            f"{cell.id} is not followed: with an instance for each call, there is an image for each.",
            "Leave out --fresh-instance.",
        )
    step = StepContext(context.home.logs / "profile.log")
    try:
        built = image(context, step, FirmwareSpec.of(cell))
    except MissingCompilerError as error:
        raise error.of_command() from error
    except BuildError as error:
        raise ProfileError(f"{cell.id} cannot be built: {error.reason} (log: {step.log})") from error
    execution = measure.executed(context, step, cell, built)
    run = execution.run
    if execution.status is not Status.OK or execution.instructions is None or run.heap_peak is None:
        raise ProfileError(f"{cell.id} ended as {execution.status.value}: {execution.reason}")
    step.progress("running with the heap followed", 0, 0)
    seen = trace(
        built.ran,
        measure.runner_of(context, step, cell, HEAP_PLUGIN),
        instructions=_HEADROOM * execution.instructions,
        seconds=_SECONDS,
    )
    rules = cell.build.runtime.heap_sites
    found = HeapProfiled(
        cell.id,
        run.heap_peak,
        run.linear_memory or 0,
        sites_of(seen.ordinary, rules),
        sites_of(seen.linear, {}, "linear-memory"),
        seen.ordinary,
    )
    if sum(site.size for site in found.sites) != found.peak:
        raise ProfileError(f"{cell.id} is not followed: its heap is another one with a clock that is read.")
    return found


def sites_of(
    blocks: Iterable[Block], rules: Mapping[str, HeapClass], otherwise: HeapClass = "other"
) -> tuple[HeapSite, ...]:
    """Blocks by phase, purpose and function, largest first.

    Args:
        rules: Pattern of functions' names → purpose. The innermost caller that one of them matches tells it;
            of several that match, the first. ``PHASE: PATTERN`` matches in that phase alone.
        otherwise: The purpose where none matches.
    """
    sizes: Counter[tuple[str, HeapClass, str]] = Counter()
    counts: Counter[tuple[str, HeapClass, str]] = Counter()
    for block in blocks:
        key = (block.phase, *_purpose(block, rules, otherwise))
        sizes[key] += block.size
        counts[key] += 1
    sites = (HeapSite(*key, size, counts[key]) for key, size in sizes.items())
    return tuple(sorted(sites, key=lambda site: (-site.size, site.phase, site.function)))


def _purpose(block: Block, rules: Mapping[str, HeapClass], otherwise: HeapClass) -> tuple[HeapClass, str]:
    names = [name for name in block.callers if name is not None]
    for name in names:
        for pattern, purpose in rules.items():
            if matches(name, pattern) or matches(f"{block.phase}: {name}", pattern):
                return purpose, name
    own = (name for name in names if not any(matches(name, pattern) for pattern in _NOBODYS))
    return otherwise, next(own, names[0] if names else UNKNOWN)
