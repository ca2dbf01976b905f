"""Who owns what in our images, where the code itself does not say."""

import re
from collections.abc import Callable
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.elf.names.demangle import demangle
from wasmfit.model import GLUE, Cell
from wasmfit.toolchain import known_libraries

from . import firmware, library
from .context import Context
from .crate_names import crates_of, library_names, needed_by
from .spec import PackageSpec

_STANDARD_LIBRARY = frozenset({"core", "alloc", "compiler_builtins", "__rustc"})
"""Crates of the standard library; ``__rustc`` is what rustc puts between ``alloc`` and the allocator."""

_HARNESS_CRATE = "harness"
_OURS = frozenset({GLUE, _HARNESS_CRATE, "module", "base"})
_LIBGCC = "libgcc"
_ARCHIVE_MEMBER = re.compile(r"^(?:.*/)?([^/()]+)\((.+)\)$")

# Symbols without a crate's name in the Rust part, by who defines them.
_HARNESS = re.compile(r"wasmfit_\w+|__popcount[sd]i2|malloc|calloc|realloc|free|abort|HardFault|_start")
_START_UP = re.compile(
    r"Reset|main|DefaultPreInit|DefaultHandler_?|HardFault_|__cortex_m_rt_\w+|__(RESET_VECTOR|EXCEPTIONS|INTERRUPTS)"
)


_OF_GLUE = re.compile(rf"(?<![\w:]){GLUE}(?:\[[0-9a-f]+\])?::")
"""A path that begins in the embedding's crate, in a demangled name."""


def object_rule(context: Context, cell: Cell) -> Callable[[str], str | None]:
    """Who owns what the linker took from a file, for code and data that carry no crate's name."""
    archives = _archives(context, cell)
    # The folder says what was compiled: see c.py.
    folders = {
        "runtime": cell.build.runtime.name,
        "firmware": "firmware",
        "harness": "harness",
        "module": "module",
    }

    def owner(path: str) -> str | None:
        if path.endswith("job.bin"):
            return "module"
        member = _ARCHIVE_MEMBER.match(path)
        if member is None:
            return folders.get(Path(path).parent.name)
        archive, name = member.groups()
        if archive == library.NAME:
            return library.owner_of_member(name, cell.build.runtime.name)
        if archive in archives:
            return archives[archive]
        return "compiler_builtins" if name.startswith("compiler_builtins-") else None

    own, rule = cell.base.own(cell.build.runtime), cell.build.runtime.c
    glue = set() if rule is None else {Path(name).stem for name in (*rule.firmware, *rule.any, *rule.suite)}

    def owner_in_system(path: str) -> str | None:
        member = _ARCHIVE_MEMBER.match(path)
        archive, name = ("", path) if member is None else member.groups()
        if own is not None and archive in own.archives:
            return cell.build.runtime.name
        if own is not None and Path(name).name.partition(".")[0] in glue:
            return GLUE
        if archive == library.NAME:
            return library.owner_of_member(name, cell.build.runtime.name) or owner(path)
        # What comes from elsewhere is the system's, and the application's around the library.
        return archives.get(archive, "base")

    return owner_in_system if _is_in_library(cell) else owner


def _is_in_library(cell: Cell) -> bool:
    """Whether the runtime is a static library in an operating system's own build."""
    return cell.base.system is not None and cell.base.system.takes_library


def _archives(context: Context, cell: Cell) -> dict[str, str]:
    """The libraries that C is linked with: archive → owner."""
    if cell.build.runtime.language != "c" and not _is_in_library(cell):
        return {}
    compiler = context.toolchain.c[cell.board.target]
    of_library = {path.name: compiler.library.identity.name for path in compiler.library.archives}
    return {**{path.name: _LIBGCC for path in compiler.archives}, **of_library}


def symbol_rule(context: Context, cell: Cell) -> Callable[[str], str | None]:
    """Who owns a symbol of the Rust part that names no crate: the glue's are words in its sources."""
    glue = context.catalog.folder(cell.build.runtime) / "firmware"
    words = {word for path in glue.rglob("*.rs") for word in re.findall(r"\w+", path.read_text("utf-8"))}
    in_library = _is_in_library(cell)
    of_base = re.compile(cell.base.symbols) if cell.base.symbols is not None else None

    def owner(name: str) -> str | None:
        if name == "wasmfit_job":
            return "module"
        # What the harness calls: the runtime's calls are inlined into it, in C and in Rust.
        if name == "wasmfit_firmware":
            return GLUE
        if in_library:
            # Everything else of the harness's has a name of Rust's, and what C libraries have is not its.
            return "harness" if name.startswith("wasmfit_") else None
        # First, since a base may start the chip in the place of these two.
        if of_base is not None and of_base.fullmatch(name):
            return "base"
        if _HARNESS.fullmatch(name):
            return "harness"
        if _START_UP.fullmatch(name):
            return "cortex_m_rt"
        return GLUE if name in words else None

    return owner


def runtime_rule(catalog: Catalog, cell: Cell, used: Path | None = None) -> Callable[[str], bool]:
    """Whether an owner is the runtime or a crate of its.

    The rest is standard library, C library, harness, glue, base, and their crates. What a base depends on and
    the runtime as well is the runtime's, as it is on every other base.

    Args:
        used: The lockfile that the image was built with, where cargo has made one.
    """
    below = _STANDARD_LIBRARY | _OURS | {_LIBGCC} | {library.name for library in known_libraries()}
    below |= crates_of(catalog.harness / "locks" / "firmware.lock")
    build = cell.build
    libraries = {} if build.checkout is None else library_names(build.checkout.path)
    lock = firmware.package(catalog, PackageSpec(build, cell.profile, embedding=cell.embedding)).lock
    own = crates_of(lock, libraries) if lock is not None and lock.is_file() else frozenset()
    if build.checkout is not None and used is not None:
        # No lockfile of the catalogue's has the crates of a checkout.
        own |= needed_by(set(build.dependencies), used, libraries)
    if cell.base.system is not None:
        # Cargo's lockfile of such an image is without what the system asks for on the command line.
        own -= below
        return lambda owner: owner in own or owner == build.runtime.name
    if cell.base_crate is not None:
        below |= crates_of(firmware.base_lock(catalog, cell.base_crate)) - own
    return lambda owner: owner not in below and not owner.startswith("[")


def is_instance_for_glue(symbol: str) -> bool:
    """Whether a symbol is a generic function of the harness for types of the embedding.

    What it calls is inlined into it: such code is the embedding's, as it is where it is inlined there itself.
    Names of Rust's older scheme do not say what a function is generic over.
    """
    return symbol.startswith("_R") and _OF_GLUE.search(demangle(symbol)) is not None
