"""Reads the catalogue's TOML files into records, and finds things in it by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from wasmfit import input_file
from wasmfit.errors import UsageError
from wasmfit.model import Base, Board, Core, Features, Profile, Runtime, Switches, Target, Workload
from wasmfit.toml_record import validated
from wasmfit.toml_text import line_of, parse
from wasmfit.words import closest

R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")

BUILT_IN = Path(__file__).parent


class CatalogError(UsageError):
    """A file of the catalogue is broken."""


@dataclass(frozen=True)
class Catalog:
    """The catalogue: name → record, and where each runtime's and workload's folder is.

    Attributes:
        cores, targets, boards, profiles, runtimes, workloads, bases: The records by name.
        folders: Folder of each runtime (``runtimes/<name>``), workload (``workloads/<name>``) and base
            (``bases/<name>``).
        harness: The Rust crate that every firmware shares.
        system: What a runtime that is a static library in an operating system's build has besides.
        suite: Folder of the program that reads the W3C suite.
        features: What assertions of it stand for.
        switches: What ``wasmfit tune`` may set of every runtime.
    """

    cores: Mapping[str, Core]
    targets: Mapping[str, Target]
    boards: Mapping[str, Board]
    profiles: Mapping[str, Profile]
    runtimes: Mapping[str, Runtime]
    workloads: Mapping[str, Workload]
    bases: Mapping[str, Base]
    folders: Mapping[str, Path]
    harness: Path
    system: Path
    suite: Path
    features: Features
    switches: Switches

    @staticmethod
    def load(*extra: Path) -> "Catalog":
        """Reads the built-in catalogue, then ``extra`` ones of the same layout, whose entries win.

        Raises:
            CatalogError: A file cannot be read, or does not hold what it should.
        """
        cores: dict[str, Core] = {}
        targets: dict[str, Target] = {}
        boards: dict[str, Board] = {}
        profiles: dict[str, Profile] = {}
        runtimes: dict[str, Runtime] = {}
        workloads: dict[str, Workload] = {}
        bases: dict[str, Base] = {}
        folders: dict[str, Path] = {}
        for root in (BUILT_IN, *extra):
            if not root.is_dir():
                raise CatalogError(f"The catalogue {root} is not a folder.", "Name a folder that exists.")
            cores |= {path.stem: read(path, Core) for path in sorted(root.glob("cores/*.toml"))}
            targets |= {path.stem: read(path, Target) for path in sorted(root.glob("targets/*.toml"))}
            boards |= {path.stem: read(path, Board) for path in sorted(root.glob("boards/*.toml"))}
            profiles |= {path.stem: read(path, Profile) for path in sorted(root.glob("profiles/*.toml"))}
            for path in sorted(root.glob("runtimes/*/runtime.toml")):
                runtimes[path.parent.name] = read(path, Runtime)
                folders[f"runtimes/{path.parent.name}"] = path.parent
            for path in sorted(root.glob("workloads/*/workload.toml")):
                workloads[path.parent.name] = read(path, Workload)
                folders[f"workloads/{path.parent.name}"] = path.parent
            for path in sorted(root.glob("bases/*/base.toml")):
                bases[path.parent.name] = _with_its_files(path, read(path, Base))
                folders[f"bases/{path.parent.name}"] = path.parent
        suite = BUILT_IN / "suite"
        return Catalog(
            cores,
            targets,
            boards,
            profiles,
            runtimes,
            workloads,
            bases,
            folders,
            BUILT_IN / "harness",
            BUILT_IN / "system",
            suite,
            read(suite / "features.toml", Features),
            read(BUILT_IN / "switches.toml", Switches),
        )

    def folder(self, record: Runtime | Workload | Base) -> Path:
        """The folder that holds a runtime's, a workload's or a base's sources."""
        kinds = {Runtime: "runtimes", Workload: "workloads", Base: "bases"}
        return self.folders[f"{kinds[type(record)]}/{record.name}"]

    def is_built_in(self, record: Runtime | Workload | Base) -> bool:
        """Whether a runtime, a workload or a base is one that comes with wasmfit."""
        return self.folder(record).is_relative_to(BUILT_IN)

    def embedding(self, runtime: Runtime) -> Path:
        """The folder of a runtime's embedding: its own, or that of the runtime that it shares it with."""
        shared = None if runtime.c is None else runtime.c.embedding_of
        return self.folder(runtime if shared is None else self.runtimes[shared]) / "firmware"

    @property
    def bounds(self) -> frozenset[str]:
        """Names of builds that load no module: the bounds that runtimes are read against."""
        bounds = (runtime for runtime in self.runtimes.values() if runtime.is_bound)
        return frozenset(variant.name for runtime in bounds for variant in runtime.variants)

    def takes_any_module(self, runtime: Runtime) -> bool:
        """Whether a runtime has glue for modules of the user's: ``any.rs``, or what ``c.any`` names."""
        if runtime.language == "c":
            return (
                runtime.c is not None
                and bool(runtime.c.any)
                and (runtime.c.translator is None or runtime.c.translator.calls is not None)
            )
        return (self.folder(runtime) / "firmware" / "any.rs").is_file()

    def takes_suite(self, runtime: Runtime) -> bool:
        """Whether a runtime has glue for the W3C suite: ``suite.rs``, or what ``c.suite`` names."""
        if runtime.language == "c":
            return runtime.c is not None and bool(runtime.c.suite)
        return (self.folder(runtime) / "firmware" / "suite.rs").is_file()

    def target(self, board: Board) -> Target:
        """The target that a board is built for."""
        return pick("target", board.target, self.targets)

    def core(self, board: Board) -> Core | None:
        """The core whose cycle costs predict the time on a board, if it has a timing model."""
        return None if board.timing is None else pick("core", board.timing.core, self.cores)

    def board(self, name: str) -> Board:
        """The board of that name, the only one with that chip, or the one that a system calls so."""
        if name not in self.boards:
            of_chip = [board for board in self.boards.values() if board.chip.lower() == name.lower()]
            if len(of_chip) == 1:
                return of_chip[0]
            systems = [base.system for base in self.bases.values() if base.system is not None]
            called = {board for system in systems for board in system.boards if name in system.names(board)}
            if len(called) == 1:
                return pick("board", called.pop(), self.boards)
        return pick("board", name, self.boards)

    def profile(self, name: str) -> Profile:
        """The profile of that name."""
        return pick("profile", name, self.profiles)

    def base(self, name: str) -> Base:
        """The base of that name."""
        return pick("base", name, self.bases)

    def workload(self, name: str) -> Workload:
        """The workload of that name."""
        return pick("workload", name, self.workloads)


def pick(kind: str, name: str, things: Mapping[str, T]) -> T:
    """The thing of that name.

    Raises:
        UsageError: There is none; the message suggests the nearest name.
    """
    if name in things:
        return things[name]
    raise unknown(kind, name, things)


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that nothing has."""
    names = sorted(known)
    parts = [part.strip() for part in name.split(",")]
    if len(parts) > 1 and set(parts) <= set(names):
        return UsageError(f"There is no {kind} named {name!r}.", "Name one of them.")
    begun = [known for known in names if name and known.startswith(name)]
    close = closest(name, names) or next(iter(begun), None)
    remedy = f"Did you mean {close}?" if close else f"Known are: {', '.join(names)}."
    return UsageError(f"There is no {kind} named {name!r}.", remedy)


def read(path: Path, kind: type[R]) -> R:
    """Reads one TOML file into a record.

    Raises:
        CatalogError: With file, line, field and what was expected.
    """
    try:
        text = input_file.text(path)
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error
    try:
        record = validated(kind, parse(text, str(path)), text, str(path))
    except UsageError as error:
        raise CatalogError(error.message, error.remedy) from error
    expected = path.parent.name if path.stem in ("runtime", "workload", "base") else path.stem
    if getattr(record, "name", expected) != expected:
        raise CatalogError(
            f"{path}:{line_of(text, ('name',))}: name must be {expected!r}, as the file's place says."
        )
    return record


def _with_its_files(path: Path, base: Base) -> Base:
    """The base, if the folder of its file holds what a build takes from it.

    Raises:
        CatalogError: It does not.
    """
    for name in base.files:
        if not (path.parent / name).is_file():
            raise CatalogError(f"{path} needs the file {name} next to it, which does not exist.", "Write it.")
    return base
