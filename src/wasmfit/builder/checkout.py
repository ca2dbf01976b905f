"""A user's working tree of a runtime (``--source``): is it that runtime, which version, which commit."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from wasmfit import input_file
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick
from wasmfit.errors import UsageError
from wasmfit.input_file import at_home
from wasmfit.model import Build, Checkout, Runtime, Version, builds
from wasmfit.toolchain import ProcessRunner, ask_git

from . import digest

_GIT_SECONDS = 60
_DEEPEST = 4  # folders below the one that is named
_PASSED_OVER = frozenset({".git", "target", "node_modules", ".venv", "build"})
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def inspect(catalog: Catalog, runner: ProcessRunner, name: str, path: Path) -> Checkout:
    """Looks at a checkout of a runtime; nothing in it is changed or run.

    Args:
        name: The runtime's name.
        path: The checkout, or a folder in it.

    Raises:
        UsageError: There is no such runtime, it is not in that folder, or it is of a version that the
            catalogue cannot build.
    """
    runtime = pick("runtime", name, catalog.runtimes)
    root = at_home(path).absolute()
    if not root.is_dir():
        raise UsageError(f"The checkout {path} of {name} is not a folder.", "Name the folder of its sources.")
    folder, stated = _find(runtime, root)
    recipe = _recipe(runtime, stated, path, folder)
    commit, changed, top = _git(runner, root)
    return Checkout(
        runtime=name,
        path=root,
        folder=folder,
        version=stated,
        recipe=recipe.version,
        commit=commit,
        dirty=None if commit is None else bool(changed),
        digest=_digest(commit, changed, top, folder),
    )


def inspect_tree(runner: ProcessRunner, name: str, path: Path, holds: str) -> Checkout:
    """Looks at a checkout that is taken as a whole, whatever version it is of.

    Args:
        name: What it is a checkout of.
        path: Its root.
        holds: A file that tells it.

    Raises:
        UsageError: The file is not there.
    """
    root = at_home(path).absolute()
    if not (root / holds).is_file():
        raise UsageError(
            f"{path} is not a checkout of {name}: it has no {holds}.", "Name the folder of its sources."
        )
    commit, changed, top = _git(runner, root)
    return Checkout(
        runtime=name,
        path=root,
        folder=root,
        version="0.0.0",
        recipe="",
        commit=commit,
        dirty=None if commit is None else bool(changed),
        digest=_digest(commit, changed, top, root),
    )


def has_changed(runner: ProcessRunner, checkout: Checkout) -> bool:
    """Whether the files are others than when it was looked at."""
    commit, changed, top = _git(runner, checkout.path)
    return _digest(commit, changed, top, checkout.folder) != checkout.digest


def _find(runtime: Runtime, root: Path) -> tuple[Path, str]:
    """The folder in the checkout to build from, and the version stated there."""
    build = builds(runtime)[0]
    if runtime.language == "none" and runtime.unavailable is not None:
        raise UsageError(
            f"The runtime {runtime.name} cannot be built from a checkout: {runtime.unavailable.reason}.",
            runtime.unavailable.remedy,
        )
    if runtime.c is not None and runtime.c.translator is None:
        return _find_c(runtime, build, root)
    if build.crate is None:
        raise UsageError(
            f"The runtime {runtime.name} cannot be built from a checkout.",
            "Those in Rust can, and those in C whose sources are compiled as they are.",
        )
    return _find_crate(runtime, build.crate, root)


def _find_crate(runtime: Runtime, crate: str, root: Path) -> tuple[Path, str]:
    for manifest in (path / "Cargo.toml" for path in _folders(root)):
        package = _toml(manifest).get("package", {})
        if isinstance(package, dict) and package.get("name") == crate:
            stated = package.get("version", "0.0.0")
            if isinstance(stated, dict):
                stated = _inherited_version(manifest.parent)
            return manifest.parent, str(stated)
    raise UsageError(
        f"{root} is not a checkout of {runtime.name}: no Cargo.toml in it is that of the crate {crate}.",
        f"Name a folder with the sources of {runtime.homepage or runtime.title}.",
    )


def _inherited_version(folder: Path) -> str:
    """The version that a workspace gives to its members."""
    value: object = _toml(_workspace(folder) / "Cargo.toml")
    for key in ("workspace", "package", "version"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else "0.0.0"


def _workspace(folder: Path) -> Path:
    """The Cargo workspace's root that a folder belongs to, or the folder itself."""
    for parent in (folder, *folder.parents):
        if "workspace" in _toml(parent / "Cargo.toml"):
            return parent
    return folder


def _toml(path: Path) -> dict[str, object]:
    """A manifest, or nothing where it cannot be read: then it is not the one that is looked for."""
    try:
        return tomllib.loads(input_file.text(path))
    except (OSError, ValueError, RecursionError):
        return {}


def _find_c(runtime: Runtime, build: Build, root: Path) -> tuple[Path, str]:
    assert runtime.c is not None
    rule = runtime.checkout
    wanted = (*runtime.c.sources, *build.version.sources)
    for folder in _folders(root):
        if all(any(folder.glob(source)) for source in wanted):
            return folder, stated_version(folder, rule.version_file, rule.version)
    missing = next(source for source in wanted if not any(root.glob(source)))
    raise UsageError(
        f"{root} is not a checkout of {runtime.name}: neither it nor a folder in it holds all of its sources "
        f"({missing} and others).",
        f"Name a folder with the sources of {runtime.homepage or runtime.title}.",
    )


def stated_version(folder: Path, file: str | None, pattern: str | None) -> str:
    """The version that a file states, if there is such a file and it does: the pattern's groups."""
    if file is None or pattern is None:
        return "0.0.0"
    try:
        match = re.search(pattern, input_file.text(folder / file, errors="replace"))
    except OSError:
        match = None
    return ".".join(match.groups()) if match else "0.0.0"


def _recipe(runtime: Runtime, stated: str, path: Path, folder: Path) -> Version:
    """The catalogue's version to build a checkout like: the newest that is not newer than it.

    A branch towards the next version is built like the last; one that is older than all
    has another interface than any glue of ours. Where interfaces change and the stated version does not, the
    sources say which one they have.
    """
    ordered = sorted(runtime.versions, key=lambda version: _release(version.version))
    if any(version.interface for version in ordered):
        return _by_interface(runtime, ordered, stated, path, folder)
    fitting = [version for version in ordered if _release(version.version) <= _release(stated)]
    if stated == "0.0.0":  # Not stated, or a version that is only set at a release.
        fitting = ordered
    if not fitting:
        known = ", ".join(version.version for version in reversed(ordered))
        raise UsageError(
            f"{path} holds {runtime.name} {stated}, older than what the catalogue can build ({known}).",
            "Check out a newer version.",
        )
    return fitting[-1]


def _by_interface(runtime: Runtime, ordered: list[Version], stated: str, path: Path, folder: Path) -> Version:
    """The newest version whose interface the sources have."""
    fitting = [
        version
        for version in ordered
        if version.interface
        and all(_holds(folder / file, words) for file, words in version.interface.items())
    ]
    if fitting:
        return fitting[-1]
    known = ", ".join(version.version for version in reversed(ordered) if version.interface)
    raise UsageError(
        f"{path} holds {runtime.name} {stated}, whose interface is none of those that the catalogue has an "
        f"embedding for (as in {known}).",
        "Check out another revision; the comments in its runtime.toml say which have one.",
    )


def _holds(file: Path, words: str) -> bool:
    try:
        return words in input_file.text(file, errors="replace")
    except OSError:
        return False


def _release(version: str) -> tuple[int, ...]:
    match = _RELEASE.match(version)
    return tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)


def _folders(root: Path) -> Iterator[Path]:
    """The folder and those below it, nearest first."""
    level = [root]
    for _ in range(_DEEPEST + 1):
        yield from level
        level = [path for folder in level for path in _inner(folder)]


def _inner(folder: Path) -> list[Path]:
    try:
        inner = sorted(path for path in folder.iterdir() if path.name not in _PASSED_OVER)
    except OSError:
        return []
    return [path for path in inner if path.is_dir() and not path.is_symlink()]


def _git(runner: ProcessRunner, root: Path) -> tuple[str | None, list[str], Path]:
    """The commit, the names of what differs from it, and the folder that they are relative to."""
    lines = ask_git(runner, root, "rev-parse", "HEAD", "--show-toplevel", seconds=_GIT_SECONDS)
    if lines is None or len(lines) != 2:
        return None, [], root
    status = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=dirty")
    listed = ask_git(runner, root, *status, seconds=_GIT_SECONDS)
    if listed is None:
        return None, [], root
    # "XY name", and after a rename the old name alone, which then is a name too short by three.
    changed = [entry[3:] if entry[2:3] == " " else entry for entry in "".join(listed).split("\0") if entry]
    return lines[0], changed, Path(lines[1])


def _digest(commit: str | None, changed: list[str], top: Path, folder: Path) -> str:
    """Over commit and changed files, or where there is no commit, over all files of the workspace."""
    if commit is None:
        return digest.of(dict(_tree(_workspace(folder))))
    return digest.of(commit, {name: _content(top / name) for name in changed})


def _tree(root: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder that is under no version control, what builds leave aside."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not _PASSED_OVER.intersection(relative.parts):
            yield relative.as_posix(), _content(path)


def _content(path: Path) -> str:
    try:
        return digest.file(path)
    except OSError:  # Removed, or a folder.
        return hashlib.sha256(b"").hexdigest()
