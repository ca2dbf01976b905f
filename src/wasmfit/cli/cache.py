"""``wasmfit cache``."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.home import Home
from wasmfit.store import Store

from .output import message, write_result


def command(
    clean: Annotated[
        bool, typer.Option("--clean", help="Remove what was built; results and images' records stay.")
    ] = False,
) -> None:
    """Show how big wasmfit's folder is, or clean it."""
    home = Home.find()
    parts = {"artefacts": home.artefacts, "working folders": home.work, "logs": home.logs}
    if clean:
        freed = sum(_bytes(path) for path in parts.values())
        for path in parts.values():
            shutil.rmtree(path, ignore_errors=True)
        message(f"Freed {_mega(freed)}.")
    lines = [f"{home.root}"]
    lines += [f"{_mega(_bytes(path)):>12}  {name}" for name, path in parts.items()]
    lines.append(f"{_mega(_bytes(home.results)):>12}  results: {Store(home.results).count()} measurements")
    write_result("\n".join(lines))


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.lstat().st_size for file in path.rglob("*") if not file.is_dir())


def _mega(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
