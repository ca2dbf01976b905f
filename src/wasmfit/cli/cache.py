"""``wasmfit cache``."""

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.builder.in_use import nobody_else
from wasmfit.home import Home
from wasmfit.store import Store

from .output import message, write_result


def command(
    clean: Annotated[
        bool, typer.Option("--clean", help="Remove what was built; results and images' records stay.")
    ] = False,
) -> None:
    """Show how big wasmfit's folder is, or clean it."""
    home = Home.find() if clean else Home.to_read()
    parts = {"artefacts": home.artefacts, "working folders": home.work, "logs": home.logs}
    if clean:
        with nobody_else(home):
            message(f"Freed {_mega(sum(map(_cleaned, parts.values())))}.")
    lines = [f"{home.root}"]
    lines += [f"{_mega(_bytes(path)):>12}  {name}" for name, path in parts.items()]
    lines.append(f"{_mega(_bytes(home.results)):>12}  results: {Store(home.results).count()} measurements")
    write_result("\n".join(lines))


def _cleaned(path: Path) -> int:
    """Removes a folder; the bytes that are gone."""
    if path.is_symlink():
        message(f"{path} is a link to {path.resolve()}, which was left as it is.")
        return 0
    before = _bytes(path)
    shutil.rmtree(path, ignore_errors=True)
    left = _bytes(path)
    if path.exists():
        message(f"{path} could not be removed as a whole: {_mega(left)} are left.")
    return before - left


def _bytes(path: Path) -> int:
    """The bytes of a file, or of all files below a folder, each once; links in it are not followed."""
    sizes: dict[tuple[int, int], int] = {}
    below = (Path(top) / name for top, _, files in os.walk(path) for name in files)
    for name in [path] if path.is_file() else below:
        try:
            status = name.lstat()
        except OSError:  # removed since
            continue
        sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values())


def _mega(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
