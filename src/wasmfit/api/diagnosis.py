"""Whether this machine has what wasmfit needs, and whether that works."""

import os
import platform
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from wasmfit import __version__
from wasmfit.catalog import Catalog
from wasmfit.emulation import emulator_trial, plugins
from wasmfit.errors import MissingToolError
from wasmfit.home import Home
from wasmfit.provided import ProvidedImages
from wasmfit.toolchain import (
    CCompiler,
    Check,
    Llvm,
    ProcessRunner,
    Proofs,
    Rust,
    State,
    System,
    ToolTrial,
    Versions,
    c_compiler,
    c_trial,
    cargos,
    check_git_dependencies,
    check_llvm,
    checks,
    find_llvm,
    git_trial,
    here,
    host_trial,
    llvm_trial,
    rust,
    rust_trial,
    unusable,
)

_HOST, _RUST, _LLVM, _BY_GIT = "cc", "rust", "llvm", "crates-by-git"

_WITH_THE_SET = (
    "with Python alone: `wasmfit fit`, `features` and `report`, `compare` and `bench` with --measured, "
    "`show`, `diff`, `history` and `list measured` answer from the measurements that come with wasmfit"
)
_MEASURES = (
    "and without compilers: `wasmfit compare` measures every runtime that these have images of, with "
    "modules of yours as well"
)
_WITH_IMAGES = f"with QEMU and the images of `pip install wasmfit-images`, {_MEASURES}"


@dataclass(frozen=True)
class Diagnosis:
    """What is known of this machine.

    Attributes:
        wasmfit, python: Their versions.
        machine: The processor, as the system names it.
        system: The system, with its package manager.
        checks: Every tool that the catalogue could need.
        seconds: How long it took to find out.
        images: The version of wasmfit that wasmfit-images is of; ``None`` where it is not installed.
    """

    wasmfit: str
    python: str
    machine: str
    system: System
    checks: tuple[Check, ...]
    seconds: float
    images: str | None = None

    @property
    def ok(self) -> bool:
        """Whether everything that nothing works without is there and works."""
        return all(check.ok or not check.needed for check in self.checks)

    @property
    def possible(self) -> tuple[str, ...]:
        """What can be done without what is missing or does not work; nothing is said where all works."""
        if all(check.ok for check in self.checks):
            return ()
        with_images = (
            _WITH_IMAGES
            if self.images is None
            else f"with QEMU and wasmfit-images {self.images}, {_MEASURES}"
        )
        return (_WITH_THE_SET, with_images)


def doctor(*, home: Path | None = None) -> Diagnosis:
    """Looks for every tool that the catalogue could need, and tries each: to compile, link, run and count.

    What has worked is remembered for as long as the tools are the same files.

    Args:
        home: wasmfit's folder.
    """
    began = time.monotonic()
    catalog, folder, runner = Catalog.load(), Home.find(home), ProcessRunner()
    versions, proofs = Versions(folder.tools, runner), Proofs(folder.proofs)
    compilers = {name: c_compiler(versions, target.c) for name, target in catalog.targets.items()}
    looked = checks(versions, compilers.values(), [board.emulator for board in catalog.boards.values()])
    looked.append(check_llvm(versions))
    looked += filter(None, [check_git_dependencies(versions)])
    images = ProvidedImages.find()
    if images is not None:
        emulated = {board.emulator.qemu for board in catalog.boards.values()}
        looked = [check if check.need in emulated else _spared(check) for check in looked]
    has_plugins = images is not None and _has_plugins(images)
    working = {name: compiler for name, compiler in compilers.items() if isinstance(compiler, CCompiler)}
    trials = _trials(catalog, folder, runner, versions, looked, working)
    host = next(_tried(check, trials, proofs) for check in looked if check.need == _HOST)
    emulators = {board.emulator.qemu for board in catalog.boards.values()}

    def tried(check: Check) -> Check:
        if check.need == _HOST:
            return host
        if check.ok and check.need in emulators and not host.ok:
            if has_plugins:
                return check
            return replace(
                check,
                state=State.UNUSABLE,
                cause="it was not tried: its plugin needs a C compiler for this machine",
                remedy=host.remedy,
                commands=host.commands,
            )
        return _tried(check, trials, proofs)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        known = tuple(pool.map(tried, looked))
    seconds = round(time.monotonic() - began, 3)
    return Diagnosis(
        __version__,
        platform.python_version(),
        platform.machine(),
        here(),
        known,
        seconds,
        None if images is None else images.manifest.wasmfit,
    )


def _spared(check: Check) -> Check:
    """The check of a compiler, where images need none."""
    if check.ok or not check.needed:
        return check
    return replace(check, needed=False, purpose=f"{check.purpose}; what wasmfit-images has needs none of it")


def _has_plugins(images: ProvidedImages) -> bool:
    """Whether there is a plugin for this machine among them, so that none need be compiled."""
    if platform.machine() not in images.manifest.plugins or platform.system() != "Linux":
        return False
    sources = plugins.sources_digest()
    names = [plugins.file_name(plugins.SOURCES, version) for version in plugins.interfaces()]
    return any(images.plugin(name, sources) is not None for name in names)


def _tried(check: Check, trials: Mapping[str, ToolTrial], proofs: Proofs) -> Check:
    """The check of a tool that is there, after it was tried."""
    if not check.ok:
        return check
    try:
        return replace(check, proof=proofs.of(check.need, trials[check.need]))
    except MissingToolError as error:
        return unusable(check, error.message.rstrip("."))


def _trials(
    catalog: Catalog,
    home: Home,
    runner: ProcessRunner,
    versions: Versions,
    looked: list[Check],
    compilers: Mapping[str, CCompiler],
) -> dict[str, ToolTrial]:
    """How each tool that is there is tried."""
    paths = {check.need: check.path for check in looked if check.ok and check.path is not None}
    trials: dict[str, ToolTrial] = {}
    chosen = rust.find(versions) if _RUST in paths else None
    linker = None
    if isinstance(chosen, Rust):
        linker = chosen.elf_linker
        modules = sorted({workload.guest.target for workload in catalog.workloads.values()})
        trials[_RUST] = rust_trial(runner, chosen, sorted(catalog.targets), modules)
    for need, path in paths.items():
        of_need = {
            name: compiler for name, compiler in compilers.items() if compiler.target.compilers[0] == need
        }
        boards = [board for board in catalog.boards.values() if board.emulator.qemu == need]
        if need == _HOST:
            trials[need] = host_trial(runner, path)
        elif need == _LLVM:
            llvm = find_llvm(versions)
            assert isinstance(llvm, Llvm)
            trials[need] = llvm_trial(runner, llvm)
        elif need == _BY_GIT:
            assert isinstance(chosen, Rust)
            trials[need] = git_trial(runner, list(cargos(chosen)))
        elif of_need:
            trials[need] = c_trial(runner, of_need, linker)
        elif boards:
            trials[need] = emulator_trial(runner, need, boards, home.plugins)
    return trials
