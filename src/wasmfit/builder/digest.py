"""Digests of what a build depends on."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel


def of(*parts: object) -> str:
    """SHA-256 (hex) of values that JSON can express, records and bytes; equal values give equal digests."""
    text = json.dumps(parts, sort_keys=True, default=_plain, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot take the digest of a {type(value).__name__}")


T = TypeVar("T")


class Shared:
    """Parts of digests that thousands of them have in common, each found out once."""

    def __init__(self) -> None:
        self._parts: dict[tuple[object, ...], Any] = {}

    def once(self, decided_by: tuple[object, ...], part: Callable[[], T]) -> T:
        """The part of a name and of what decides it, which comes after the name."""
        if decided_by not in self._parts:
            self._parts[decided_by] = part()
        known: T = self._parts[decided_by]
        return known

    def path(self, source: Path) -> object:
        """As :func:`path`."""
        return self.tree(source) if source.is_dir() else self.once(("file", source), lambda: file(source))

    def tree(self, root: Path) -> Mapping[str, str]:
        """As :func:`tree`."""
        return self.once(("tree", root), lambda: tree(root))


def file(path: Path) -> str:
    """SHA-256 (hex) of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def path(source: Path) -> object:
    """What a file holds, or a folder."""
    return tree(source) if source.is_dir() else file(source)


def tree(root: Path, suffixes: Iterable[str] | None = None) -> dict[str, str]:
    """Relative path → SHA-256 of every file below ``root``, those with other suffixes left out."""
    wanted = None if suffixes is None else set(suffixes)
    return {
        path.relative_to(root).as_posix(): file(path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and (wanted is None or path.suffix in wanted)
    }
