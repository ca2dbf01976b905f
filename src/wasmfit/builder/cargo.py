"""Building a generated cargo package.

A package is generated into a working folder of its own (manifest, lockfile,
sources, the harness), since its dependencies are data of the catalogue. The
folder's path is not part of the result: everything lies below the workspace's
root, and paths are trimmed, so two machines make the same bytes.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomli_w

from wasmfit.model import Build, Dependency
from wasmfit.toolchain import Finished, Rust
from wasmfit.words import escape_unprintable

from . import absent, digest, lockfiles, missing_target_feature, specification
from .context import Context, StepContext
from .errors import BuildError
from .exclusive_lock import exclusive_lock

_SECONDS = 3600
_COUNT_SECONDS = 120

_KIND = re.compile(r"^(?:all|crate|dependency|framework|native)=")
"""What may stand before a folder that the linker is to look in, as in ``native=/path``."""

# Variables of the user's that would change what is built.
_UNWANTED = (
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTUP_TOOLCHAIN",
)
_UNWANTED_PREFIXES = ("CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_")


@dataclass(frozen=True)
class Package:
    """A cargo package to generate.

    Attributes:
        name: The package's name.
        manifest: ``Cargo.toml`` as a table.
        files: Path in the package → file or folder that it is copied from.
        lock: The lockfile, or ``None`` to let cargo resolve again.
        second_lock: A second lockfile, whose crates are added to those of ``lock``.
        held: Whether cargo may take none but the crates that these two pin.
        locked: Whether the lockfile is whole; otherwise cargo keeps what it can of it and adds the rest.
        manifests: Path in the package → the ``Cargo.toml`` of a package inside it, as a table.
    """

    name: str
    manifest: Mapping[str, object]
    files: Mapping[str, Path]
    lock: Path | None
    locked: bool = True
    second_lock: Path | None = None
    held: bool = True
    manifests: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How to build a package.

    Attributes:
        target: Rust target; ``None`` builds for this machine.
        build_std: Crates of the standard library to build from source.
        std_features: Features to build them with.
        rustflags: Flags for rustc, for every crate.
        environment: More variables.
        specification: What of rustc's specification of the target is otherwise.
    """

    target: str | None = None
    build_std: tuple[str, ...] = ()
    std_features: tuple[str, ...] = ()
    rustflags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    specification: Mapping[str, object] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """The arguments for ``cargo build``."""
        chosen = ["--release"]
        if self.target and self.specification:
            chosen += ["--target", specification.place(self.target), "-Zjson-target-spec"]
        elif self.target:
            chosen += ["--target", self.target]
        if self.build_std:
            chosen.append(f"-Zbuild-std={','.join(self.build_std)}")
        if self.std_features:
            chosen.append(f"-Zbuild-std-features={','.join(self.std_features)}")
        return chosen


@dataclass(frozen=True)
class Built:
    """What cargo made.

    Attributes:
        files: The files of the package itself.
        link_folders: Where build scripts say that the linker finds what it needs.
        lock: The lockfile used.
    """

    files: tuple[Path, ...]
    link_folders: tuple[Path, ...]
    lock: Path

    def file(self, suffix: str) -> Path:
        """The one file whose name ends with ``suffix``."""
        return next(path for path in self.files if path.name.endswith(suffix))


def level(opt_level: str) -> int | str:
    """An optimisation level as Cargo's manifest wants it: a number or a letter."""
    return int(opt_level) if opt_level.isdigit() else opt_level


def dependencies(build: Build, pinned: Mapping[str, Dependency]) -> dict[str, object]:
    """Pinned dependencies as Cargo writes them; the runtime itself comes from its checkout, if it has one."""
    table: dict[str, object] = {}
    for name, dependency in pinned.items():
        own = build.checkout is not None and name == build.crate
        where = (
            {"path": str(build.checkout.folder)}
            if own and build.checkout
            else {"version": dependency.version}
        )
        table[name] = _entry(where, dependency)
    return table


def pinned(dependencies: Mapping[str, Dependency]) -> dict[str, object]:
    """Pinned dependencies as Cargo writes them, from the registry."""
    return {
        name: _entry({"version": dependency.version}, dependency) for name, dependency in dependencies.items()
    }


def _entry(where: Mapping[str, str], dependency: Dependency) -> dict[str, object]:
    return {**where, "default-features": dependency.default_features, "features": list(dependency.features)}


def lock_digest(package: Package) -> str | None:
    """SHA-256 of the package's lockfile; of two, over both."""
    if package.lock is None or not package.lock.is_file():
        return None
    own = digest.file(package.lock)
    return own if package.second_lock is None else digest.of(own, digest.file(package.second_lock))


def require_lock(package: Package, name: str) -> None:
    """Makes sure that there is a lockfile.

    Raises:
        BuildError: There is none.
    """
    if package.lock is None or not all(
        lock.is_file() for lock in (package.lock, package.second_lock) if lock
    ):
        raise BuildError(f"the catalogue has no lockfile for {name}; `wasmfit lock` writes it")


def place_for(name: str, *content: object) -> str:
    """A folder's name inside a package that is another one whenever its content is."""
    return f"{name}-{digest.of(*content)[:12]}"


def generate(package: Package, folder: Path) -> None:
    """Writes the package into a folder; a file that is right already keeps its time."""
    manifests = {"Cargo.toml": package.manifest, **package.manifests}
    wanted = {Path(name): tomli_w.dumps(table).encode() for name, table in manifests.items()}
    for name, source in package.files.items():
        for path in _files(source):
            wanted[Path(name) / path.relative_to(source) if source.is_dir() else Path(name)] = (
                path.read_bytes()
            )
    if package.lock is not None:
        wanted[Path("Cargo.lock")] = (
            package.lock.read_bytes()
            if package.second_lock is None
            else lockfiles.merged(package.lock, package.second_lock).encode()
        )
    for relative, content in wanted.items():
        path = folder / relative
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder) not in wanted and path.name != "Cargo.lock":
            path.unlink()


def _files(source: Path) -> Iterable[Path]:
    return sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]


def build(
    context: Context, step: StepContext, package: Package, options: Options, *, work: Path, target: Path
) -> Built:
    """Builds the package.

    Args:
        work: Folder to generate it into.
        target: Cargo's target folder; builds that share it share what they have in common.

    Raises:
        BuildError: Cargo failed; the reason is its first error.
    """
    absent.require_rust(context, absent.what(package.name))
    work.mkdir(parents=True, exist_ok=True)
    with exclusive_lock(work.with_name(f"{work.name}.lock"), context.runner.cancel):
        generate(package, work)
        rust = context.toolchain.rust
        variables = environment(rust, options, target)
        if options.target and options.specification:
            _specify(context, step, options.target, options.specification, work, variables)
        locked = ["--locked"] if package.lock is not None and package.locked else []
        command = [str(rust.cargo.path), "build", *options.arguments(), "-Ztrim-paths", *locked]
        total = _units(context, step, command, work, variables)
        # Now that everything is downloaded, the registries' folders are there.
        variables = environment(rust, options, target, _without_registry())
        watch = _Watch(package.name, total, step, target / (options.target or ""))
        finished = context.runner.run(
            [*command, "--message-format=json-render-diagnostics"],
            cwd=work,
            env=variables,
            log=step.log,
            timeout=_SECONDS,
            on_line=watch.line,
            keep_stdout=False,
        )
        if finished.code != 0:
            reason = f"cargo: {first_error(finished.output)}"
            if options.target is None:
                raise BuildError(reason)
            raise missing_target_feature.failure(context, step, options.target, finished.output, reason)
        _keeps_to_locks(package, work / "Cargo.lock")
        return Built(tuple(watch.files), tuple(watch.link_folders), work / "Cargo.lock")


def _keeps_to_locks(package: Package, used: Path) -> None:
    """Makes sure that cargo took no crate that neither of two lockfiles pins.

    Raises:
        BuildError: It did: their packages cannot be put together.
    """
    if package.second_lock is None or package.lock is None or not package.held:
        return
    strays = lockfiles.strays(used, (package.lock, package.second_lock))
    if strays:
        raise BuildError(
            f"the base's lockfile and the runtime's do not go together: neither pins {', '.join(strays[:3])}"
        )


def resolve(context: Context, step: StepContext, package: Package, options: Options, *, work: Path) -> Path:
    """Lets cargo make the package's lockfile again, and returns it; one that it has is kept and added to."""
    generate(package, work)
    rust = context.toolchain.rust
    command = ["generate-lockfile"] if package.lock is None else ["update", "--workspace"]
    finished = context.runner.run(
        [str(rust.cargo.path), *command],
        cwd=work,
        env=environment(rust, options, work / "target"),
        log=step.log,
        timeout=_SECONDS,
    )
    if finished.code != 0:
        raise BuildError(f"cargo: {first_error(finished.output)}")
    return work / "Cargo.lock"


class _Watch:
    """Reads cargo's messages: what it has made, and how far it is."""

    def __init__(self, package: str, total: int, step: StepContext, folder: Path) -> None:
        self.files: list[Path] = []
        self.link_folders: list[Path] = []
        self._package = package
        self._total = total
        self._done = 0
        self._step = step
        self._folder = folder

    def line(self, line: str) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("reason") == "compiler-artifact":
            self._done += 1
            name = message["target"]["name"]
            self._step.progress(name, self._done, self._total)
            if name == self._package:
                self.files += [Path(file) for file in message["filenames"]]
        elif message.get("reason") == "build-script-executed":
            self._done += 1
            # A crate may be built for this machine as well, for the build script of another.
            if Path(message["out_dir"]).is_relative_to(self._folder):
                self.link_folders += [Path(_KIND.sub("", path)) for path in message["linked_paths"]]


def _specify(
    context: Context,
    step: StepContext,
    target: str,
    changes: Mapping[str, object],
    work: Path,
    variables: Mapping[str, str],
) -> None:
    """Writes the target's specification with changes: rustc's own, of the version that compiles.

    Raises:
        BuildError: Rustc does not say what it is, or takes none with these changes.
    """

    def printed(what: str, target: str) -> tuple[list[str], Finished]:
        lines: list[str] = []
        rustc = [str(context.toolchain.rust.rustc.path), "-Zunstable-options"]
        finished = context.runner.run(
            [*rustc, "--print", what, "--target", target],
            cwd=work,
            env=variables,
            log=step.log,
            timeout=_COUNT_SECONDS,
            on_line=lines.append,
            keep_stdout=False,
        )
        return lines, finished

    lines, finished = printed("target-spec-json", target)
    try:
        changed = specification.changed("\n".join(lines), changes)
    except ValueError:
        said = first_error(finished.output)
        raise BuildError(f"rustc does not say how {target} is specified: {said}") from None
    file = work / specification.place(target)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(changed, encoding="utf-8")
    # Cargo would say that rustc failed, and not why.
    _, finished = printed("cfg", specification.place(target))
    if finished.code != 0:
        raise BuildError(f"rustc takes no such target as the profile has: {first_error(finished.output)}")


def _units(
    context: Context, step: StepContext, command: list[str], work: Path, variables: Mapping[str, str]
) -> int:
    """How many units cargo will build; 0 where it does not say (the graph is an unstable output)."""
    text: list[str] = []
    finished = context.runner.run(
        [*command, "--unit-graph", "-Zunstable-options"],
        cwd=work,
        env=variables,
        log=step.log,
        timeout=_COUNT_SECONDS,
        on_line=text.append,
        keep_stdout=False,
    )
    if finished.code != 0:
        return 0
    try:
        return len(json.loads("\n".join(text))["units"])
    except (ValueError, KeyError, TypeError):
        return 0


def _without_registry() -> tuple[str, ...]:
    """Flags that leave a registry's name out of the paths in panic messages.

    Cargo trims them down to ``<registry>-<hash>/<crate>-<version>``: with a mirror, or from a
    checkout, the same source would make other bytes.
    """
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    registries = sorted(path for path in home.glob("registry/src/*") if path.is_dir())
    return tuple(f"--remap-path-prefix={path}=" for path in registries)


def environment(rust: Rust, options: Options, target: Path, flags: tuple[str, ...] = ()) -> dict[str, str]:
    """The environment cargo runs in: the user's, less what would change the result.

    ``flags`` are more flags for rustc: such as depend on this machine and make no difference to the result.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _UNWANTED and not name.startswith(_UNWANTED_PREFIXES)
    }
    return {
        **kept,
        "PATH": os.pathsep.join([str(rust.cargo.path.parent), kept.get("PATH", "")]),
        "RUSTC": str(rust.rustc.path),
        "CARGO_TARGET_DIR": str(target),
        "CARGO_TERM_COLOR": "never",
        "CARGO_TERM_PROGRESS_WHEN": "never",
        "CARGO_INCREMENTAL": "0",
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join((*options.rustflags, *flags)),
        **rust.environment,
        **options.environment,
    }


_OFFLINE = re.compile(
    r"could not resolve host|temporary failure in name resolution|name or service not known"
    r"|network is unreachable|no route to host|failed to establish a new connection",
    re.IGNORECASE,
)


def first_error(output: str) -> str:
    """The line of a tool's output that says what went wrong, cut to a readable length.

    Tools that download say at length, each in its own words, that there is no network.
    """
    if _OFFLINE.search(output):
        return "offline: a package registry cannot be reached, and what is needed was not downloaded before"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [
        line
        for line in lines
        if line.lower().startswith(("error", "memory allocation of"))
        or any(words in line for words in (": error:", "fatal error", "panicked at"))
    ]
    return escape_unprintable((errors or lines[-1:] or ["no output"])[0], 300)


def clear(folder: Path) -> None:
    """Removes a working folder."""
    shutil.rmtree(folder, ignore_errors=True)
