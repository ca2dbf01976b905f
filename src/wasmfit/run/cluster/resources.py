"""What tasks need and workers have, as Dask resources: names with amounts.

Two kinds of names share one mechanism. Amounts that are used up while a task runs:
``qemu``, ``build``, ``probe:BOARD``. And what a worker *is*: this wasmfit, its rustc, its QEMU; of these it
has more than is ever used.
So Dask gives a task to no worker that would build or measure anything else.
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wasmfit import __version__
from wasmfit.builder import FirmwareSpec, digest
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.toolchain import CCompiler, Toolchain

Resources = Mapping[str, float]

QEMU = "qemu"
"""One emulator at a time."""

BUILD = "build"
"""One build at a time: cargo and the C compilers use all cores by themselves."""

MEMORY = "memory"
"""Bytes of memory."""

ENDLESS = 1e9
"""As much as a worker has of what is not used up."""

_OURS = "wasmfit"
_PACKAGE = Path(__file__).parents[2]
_NOT_COMPARED = frozenset({"cc"})
"""Tools that leave no trace in what is built or measured."""


def identity() -> str:
    """This wasmfit: its version, and a digest of its code and built-in catalogue."""
    return f"{_OURS} {__version__} (code {digest.of(digest.tree(_PACKAGE))[:12]})"


def machine() -> str:
    """The kind of machine, which host programs are compiled for."""
    return f"machine {platform.system()} {platform.machine()}"


def capabilities(toolchain: Toolchain) -> dict[str, float]:
    """What a worker is, for ever."""
    tools = (
        f"{name} {version}" for name, version in toolchain.versions().items() if name not in _NOT_COMPARED
    )
    libraries = (_c_library(target, compiler) for target, compiler in toolchain.c.items())
    return dict.fromkeys((identity(), machine(), *tools, *libraries), ENDLESS)


def _c_library(target: str, compiler: CCompiler) -> str:
    """The C library of a target, told from other builds of the same version."""
    library = compiler.library.identity
    return f"libc-{target} {library.label} ({library.sha256[:12]})"


@dataclass(frozen=True)
class Requirements:
    """What the tasks of a run need: the same wasmfit and tools as here.

    Attributes:
        identity: This wasmfit.
        toolchain: The tools that the run was planned with.
    """

    identity: str
    toolchain: Toolchain

    def build(self, spec: FirmwareSpec) -> dict[str, float]:
        """What a step of a firmware needs."""
        return {**self._common(spec), BUILD: 1}

    def run(self, spec: FirmwareSpec, probe: str | None = None) -> dict[str, float]:
        """What a job needs: an emulator, or a board on a probe."""
        runner = QEMU if probe is None else f"probe:{probe}"
        name = spec.board.emulator.qemu
        emulator = f"{name} {self.toolchain.emulators[name].version}"
        return {**self._common(spec), runner: 1, **({emulator: 1} if probe is None else {})}

    def _common(self, spec: FirmwareSpec) -> dict[str, float]:
        rust = [f"{name} {version}" for name, version in self.toolchain.rust.identity.items()]
        compilers = []
        if spec.build.runtime.c is not None:
            compiler = self.toolchain.c[spec.board.target]
            compilers.append(f"{compiler.tool.path.name} {compiler.tool.version}")
            compilers.append(_c_library(spec.board.target, compiler))
        return dict.fromkeys((self.identity, machine(), *rust, *compilers), 1.0)


def given(arguments: Iterable[str]) -> dict[str, float]:
    """The amounts that ``--resource NAME=AMOUNT`` options name.

    Raises:
        UsageError: One is not of that form.
    """
    amounts = {}
    for argument in arguments:
        name, _, amount = argument.rpartition("=")
        try:
            amounts[name] = float(amount)
        except ValueError:
            amounts[name] = -1.0
        if not (name and 0 <= amounts[name] < ENDLESS):
            raise UsageError(
                f"--resource takes NAME=AMOUNT, and {argument!r} is not that.",
                "For example: --resource probe:nrf52840dk=1",
            )
    return amounts


def require_same(identity: str, workers: Mapping[str, Resources]) -> None:
    """Makes sure that somebody works with this wasmfit, if anybody works at all.

    Args:
        identity: This wasmfit.
        workers: Name → what it has.

    Raises:
        WasmfitError: All have another, or none.
    """
    if not workers or any(identity in has for has in workers.values()):
        return
    others = "; ".join(f"{name} has {_ours(has) or 'none'}" for name, has in sorted(workers.items()))
    raise WasmfitError(
        f"No worker has this wasmfit, {identity}: {others}.",
        "Install the same wasmfit at both ends and start the workers with `wasmfit worker`.",
    )


def _ours(has: Resources) -> str | None:
    return next((name for name in has if name.startswith(f"{_OURS} ")), None)


def missing(needs: Resources, workers: Mapping[str, Resources]) -> str | None:
    """Why no worker can do what needs this, as a sentence; ``None`` where one can.

    Args:
        needs: What it needs.
        workers: Name → what it has.
    """
    if not workers:
        return "The cluster has no workers"
    if any(_has(has, needs) for has in workers.values()):
        return None
    missing = [
        name
        for name, amount in needs.items()
        if not any(has.get(name, 0) >= amount for has in workers.values())
    ]
    if not missing:
        return f"No worker has all of {', '.join(sorted(needs))}"
    return "; ".join(f"No worker has {name}{_instead(name, workers)}" for name in sorted(missing))


def _has(has: Resources, needs: Resources) -> bool:
    return all(has.get(name, 0) >= amount for name, amount in needs.items())


def _instead(name: str, workers: Mapping[str, Resources]) -> str:
    """What workers have of the same tool in another version."""
    tool = f"{name.partition(' ')[0]} "
    others = sorted(
        {
            resource
            for has in workers.values()
            for resource in has
            if " " in name and resource.startswith(tool)
        }
    )
    return f" (they have {', '.join(others)})" if others else ""
