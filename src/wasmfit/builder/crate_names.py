"""Names of crates: a package's, and its library's, which is the one that symbols have.

They are the same but for hyphens, unless the manifest gives the library another: the package
``wasm-interpreter`` has the library ``wasm``.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wasmfit import input_file

_PASSED_OVER = frozenset({".git", "target", "node_modules"})


def crates_of(lock: Path, libraries: Mapping[str, str] | None = None) -> frozenset[str]:
    """The crates of a lockfile, as code names them.

    Args:
        lock: The lockfile.
        libraries: Package → library, for packages that are in no registry.
    """
    return _all_named(lock.read_text(encoding="utf-8"), tuple((libraries or {}).items()))


@lru_cache
def _all_named(lockfile: str, libraries: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return _named(_packages(lockfile).values(), dict(libraries))


def needed_by(roots: set[str], lock: Path, libraries: Mapping[str, str]) -> frozenset[str]:
    """The crates that some packages of a lockfile need, themselves included, as code names them.

    Args:
        roots: Names of packages.
        lock, libraries: As for :func:`crates_of`.
    """
    packages = _packages(lock.read_text(encoding="utf-8"))
    todo = [key for key, package in packages.items() if package["name"] in roots]
    found: dict[str, Mapping[str, Any]] = {}
    while todo:
        key = todo.pop()
        if key in found or key not in packages:
            continue
        found[key] = packages[key]
        todo += [_key(named, packages) for named in packages[key].get("dependencies", ())]
    return _named(found.values(), libraries)


@lru_cache
def library_names(folder: Path) -> Mapping[str, str]:
    """Package → library, as code names it, of all packages in a folder of sources that name a library."""
    found: dict[str, str] = {}
    for manifest in _manifests(folder):
        table = _toml(manifest)
        package, library = table.get("package"), table.get("lib")
        if isinstance(package, dict) and isinstance(library, dict) and "name" in library:
            found[str(package.get("name"))] = str(library["name"])
    return found


def _named(packages: Iterable[Mapping[str, Any]], libraries: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        libraries.get(package["name"])
        or _of_registry(package["name"], package["version"])
        or package["name"].replace("-", "_")
        for package in packages
    )


@lru_cache(maxsize=4096)
def _of_registry(name: str, version: str) -> str | None:
    """The library of a package that cargo has unpacked, where its manifest gives it a name."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    for manifest in home.glob(f"registry/src/*/{name}-{version}/Cargo.toml"):
        library = _toml(manifest).get("lib")
        if isinstance(library, dict) and isinstance(library.get("name"), str):
            return str(library["name"])
    return None


def _key(named: str, packages: Mapping[str, Any]) -> str:
    """The key of a package that a dependency names: alone, where there is one version of it."""
    name, _, version = named.partition(" ")
    if version:
        return f"{name} {version.partition(' ')[0]}"
    return next((key for key, package in packages.items() if package["name"] == name), named)


@lru_cache
def _packages(lockfile: str) -> dict[str, Any]:
    """The packages of a lockfile by name and version."""
    packages = tomllib.loads(lockfile).get("package", [])
    return {f"{package['name']} {package['version']}": package for package in packages}


def _manifests(folder: Path) -> Iterator[Path]:
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED_OVER)
        if "Cargo.toml" in files:
            yield Path(path, "Cargo.toml")


def _toml(path: Path) -> dict[str, Any]:
    """A manifest, or nothing where it cannot be read: then cargo has not built from it."""
    try:
        return tomllib.loads(input_file.text(path))
    except (OSError, ValueError, RecursionError):
        return {}
