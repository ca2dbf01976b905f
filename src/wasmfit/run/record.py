"""What becomes of a cell as a record: its identity, what was measured, and where it came from."""

import shlex
import zlib
from datetime import UTC, datetime
from pathlib import Path

from wasmfit import __version__
from wasmfit.builder import Backend, Context, FirmwareSpec, Image, backend_of, digest, firmware, host
from wasmfit.catalog import Catalog
from wasmfit.model import (
    Cell,
    Embedding,
    Measurement,
    Provenance,
    RelinkedImage,
    Run,
    Size,
    SourceTree,
    Status,
    UserModule,
)
from wasmfit.plan import SkippedCell

from .subject import subject_of


def measured(
    context: Context,
    cell: Cell,
    status: Status,
    reason: str | None,
    *,
    image: Image | None,
    size: Size | None,
    run: Run | None,
    log: Path,
) -> Measurement:
    """The record of a cell that was built, or tried to be."""
    backend = backend_of(context, FirmwareSpec.of(cell))
    module, prepared = (None, None) if image is None else (image.module, image.prepared)
    return Measurement(
        **identity(cell),
        status=status,
        reason=reason,
        size=size,
        run=run,
        provenance=Provenance(
            glue=cell.embedding.value,
            **subject_of(cell).provenance,
            source=_source(cell),
            elf=str(image.elf) if image else None,
            elf_sha256=digest.file(image.elf) if image else None,
            twin=_relinked(cell, image) if image else None,
            log=str(log),
            module_sha256=None if module is None else digest.file(module),
            module_bytes=None if module is None else module.stat().st_size,
            prepared_bytes=None if prepared is None else prepared.stat().st_size,
            **_sent(cell, module, prepared),
            lockfile_sha256=image.lock if image else None,
            features=_features(cell, backend),
            flags=_flags(context.catalog, cell, backend),
            tools=_tools(context, cell),
            c_library=backend.c_library(),
            wasmfit=__version__,
            measured_at=_now(),
            replay=_replay(cell),
        ),
    )


def _sent(cell: Cell, module: Path | None, prepared: Path | None) -> dict[str, int | None]:
    """How much of a user's module is sent to a device, compressed; and as an update, if it is sent itself."""
    own = cell.workload
    if not isinstance(own, UserModule) or module is None:
        return {}
    sent = module if prepared is None else prepared
    return {
        "sent_zlib_bytes": len(zlib.compress(sent.read_bytes(), 9)),
        "update_bytes": own.update_bytes if prepared is None else None,
    }


def _tools(context: Context, cell: Cell) -> dict[str, str]:
    """Tool → version: what prepared the module is one of them, and LLVM where that is built on it."""
    rule, prepared_by = cell.build.runtime.c, host.provenance(context, cell.build)
    has_compiler = rule is not None and rule.host is not None
    return {
        **context.toolchain.versions(),
        **({} if prepared_by is None else {"host step": prepared_by}),
        **(context.toolchain.llvm.identity if has_compiler else {}),
    }


def skipped(cell: SkippedCell) -> Measurement:
    """The record of a cell that nothing was built for."""
    return Measurement(
        **identity(cell.cell),
        status=cell.status,
        reason=cell.reason,
        provenance=Provenance(
            glue=cell.cell.embedding.value,
            **subject_of(cell.cell).provenance,
            wasmfit=__version__,
            measured_at=_now(),
            replay=_replay(cell.cell),
        ),
    )


def facts_of(cell: Cell) -> dict[str, str]:
    """What differs in kind between runtimes: it follows from the cell's build, base and glue."""
    facts = cell.build.facts
    shown = {
        "base": "; ".join(filter(None, (cell.base.title, cell.base.emulator))) if cell.base.emulator else "",
        "glue": _GLUE if cell.embedding is Embedding.DYNAMIC else "",
        "validation": facts.validation,
        "module bytes": facts.module_bytes,
        "execution": facts.execution,
        "host step": facts.host_step,
        "stack": f"{cell.build.runtime.stack:,} B of RAM reserved for the firmware's own",
        "operand stack": facts.operand_stack,
        "heap": facts.heap,
        "notes": "; ".join(facts.notes),
    }
    return {name: fact for name, fact in shown.items() if fact}


_GLUE = "takes any module: signatures and imports are data (a workload's own embedding is shorter and typed)"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def identity(cell: Cell) -> dict[str, str]:
    """What tells a cell from all others, as its record has it."""
    return {
        "id": cell.id,
        "runtime": cell.build.name,
        "version": cell.build.number,
        "module": cell.workload.name,
        "board": cell.board.name,
        "base": cell.base.name,
        "profile": cell.profile.name,
    }


def _source(cell: Cell) -> SourceTree | None:
    checkout = cell.build.checkout
    if checkout is None:
        return None
    return SourceTree(
        path=str(checkout.path),
        version=checkout.version,
        commit=checkout.commit,
        dirty=checkout.dirty,
        sha256=checkout.digest,
        built_like=checkout.recipe,
    )


def _relinked(cell: Cell, image: Image) -> RelinkedImage | None:
    stand_in = cell.base.stand_in(cell.board)
    if stand_in is not None:
        sha256 = digest.file(image.ran)
        return RelinkedImage(elf=str(image.ran), elf_sha256=sha256, differs=stand_in.differs)
    if not cell.is_relinked:
        return None
    own, emulated = cell.board.own, cell.board.emulated
    moves = [
        f"{name} from {ours.origin:#010x} to {theirs.origin:#010x}"
        for name, ours, theirs in (("flash", own.flash, emulated.flash), ("RAM", own.ram, emulated.ram))
        if ours != theirs
    ]
    return RelinkedImage(
        elf=str(image.ran),
        elf_sha256=digest.file(image.ran),
        differs=f"in addresses alone: {', '.join(moves)}; sections, symbols and limits are the same",
    )


def _features(cell: Cell, backend: Backend) -> dict[str, str]:
    return {**_features_of_runtime(cell, backend), **_features_of_base(cell)}


def _features_of_base(cell: Cell) -> dict[str, str]:
    """The crates of the base, as they are built for the chip; of an operating system, its commit."""
    if cell.base.checkout is not None:
        return {cell.base.name: cell.base.checkout.label.partition("+")[2]}
    needed = {} if cell.base_crate is None else cell.base_crate.dependencies
    return {
        name: f"{dependency.version.lstrip('=')} [{', '.join(dependency.features)}]"
        for name, dependency in needed.items()
    }


def _features_of_runtime(cell: Cell, backend: Backend) -> dict[str, str]:
    build = cell.build
    if (macros := backend.macros()) is not None:
        return macros
    versions = {name: dependency.version for name, dependency in build.dependencies.items()}
    if build.checkout is not None and build.crate in versions:
        versions[build.crate] = build.number
    return {
        name: f"{versions[name]} [{', '.join(dependency.features)}]"
        for name, dependency in build.dependencies.items()
    }


def _flags(catalog: Catalog, cell: Cell, backend: Backend) -> tuple[str, ...]:
    rust = cell.profile.rust
    flags = [
        f"opt-level={rust.opt_level}",
        f"std opt-level={rust.std_opt_level or rust.opt_level}",
        f"lto={rust.lto}",
        f"codegen-units={rust.codegen_units}",
        f"panic={rust.panic}",
        *firmware.options(catalog.target(cell.board), cell.profile).rustflags,
        *(flag for flags in cell.build.variant.package_rustflags.values() for flag in flags),
        *rust.linked_rustflags,
        *(f"{crate} opt-level={level}" for crate, level in rust.packages.items()),
        *(f"target {name}={value}" for name, value in rust.target.items()),
        *cell.profile.linker,
    ]
    return (*flags, *backend.flags())


def _replay(cell: Cell) -> str:
    build = cell.build
    if cell.profile.tuned:
        return _replay_tuned(cell)
    words = ["wasmfit", "compare", "--runtime", f"{build.name}@{build.version.version}"]
    if build.checkout is not None and cell.base.own(build.runtime) is None:
        words += ["--source", f"{build.runtime.name}={build.checkout.path}"]
    if cell.base.checkout is not None:
        words += ["--source", f"{cell.base.name}={cell.base.checkout.path}"]
    words = subject_of(cell).replayed(words)
    words += ["--board", cell.board.name, "--base", cell.base.name]
    return shlex.join([*words, "--profile", cell.profile.name, "--rerun"])


def _replay_tuned(cell: Cell) -> str:
    """The command for a cell whose profile no catalogue has: its settings, and nothing else to try."""
    build = cell.build
    words = ["wasmfit", "tune", f"{build.name}@{build.version.version}", "--board", cell.board.name]
    words += ["--workload", cell.workload.name]
    for name, value in cell.profile.tuned.items():
        words += ["--set", f"{name}={value}"]
    return shlex.join([*words, "--only", "--rerun"])
