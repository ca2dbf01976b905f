"""Paths in the store: relative to its folder, so that a store that was moved still finds its files."""

from collections.abc import Callable
from pathlib import Path

from wasmfit.model import Measurement

_OWN = ("artefacts", "logs")
"""Folders next to the store whose files its records name."""


def relative(measurement: Measurement, folder: Path) -> Measurement:
    """The measurement with paths below the folder relative to it, to be stored."""
    prefix = f"{folder}/"
    return _mapped(measurement, lambda path: path.removeprefix(prefix))


def absolute(measurement: Measurement, folder: Path) -> Measurement:
    """The measurement as it was read, with paths of files in the folder.

    Older records have absolute paths. Where their file is gone and one of the same name lies in this folder,
    the store was moved.
    """
    return _mapped(measurement, lambda path: _found(path, folder))


def _found(path: str, folder: Path) -> str:
    if not path.startswith("/"):
        return str(folder / path)
    if path.startswith(f"{folder}/"):
        return path
    parts = Path(path).parts
    for own in _OWN:
        if own in parts:
            moved = folder.joinpath(*parts[parts.index(own) :])
            if moved.exists() and not Path(path).exists():
                return str(moved)
    return path


def _mapped(measurement: Measurement, change: Callable[[str], str]) -> Measurement:
    provenance = measurement.provenance
    changed: dict[str, object] = {}
    for name in ("elf", "log"):
        path = getattr(provenance, name)
        if path is not None and (new := change(path)) != path:
            changed[name] = new
    twin = provenance.twin
    # A measurement of the measured set has no path of its own: its image is nowhere here.
    if twin is not None and twin.elf and (new := change(twin.elf)) != twin.elf:
        changed["twin"] = twin.model_copy(update={"elf": new})
    if not changed:
        return measurement
    return measurement.model_copy(update={"provenance": provenance.model_copy(update=changed)})
