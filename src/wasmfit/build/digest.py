"""Digests of what a build depends on."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

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
