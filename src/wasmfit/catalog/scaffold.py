"""Writes the folder of a new runtime, for its author to fill in."""

import re
from enum import StrEnum
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.words import escape_unprintable

from .load import BUILT_IN, Catalog

_NAME = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CRATE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)@=?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)")

# How a crate is named: as what the firmware depends on, or as what the C sources are in.
_DEPENDENCY = {
    "rust": (
        '[versions.dependencies.{crate}]\nversion = "={version}"\ndefault-features = false\nfeatures = []\n'
    ),
    "c": '[versions.source]\ncrate = "{crate}"\nversion = "{version}"\npath = "."\n',
}
_NO_DEPENDENCY = {
    "rust": '# [versions.dependencies.CRATE]\n# version = "=1.2.3"\n# features = []\n',
    "c": '[versions.source]\ncrate = "CRATE"\nversion = "0.1.0"\npath = "."\n',
}


class Language(StrEnum):
    """Languages that a runtime's firmware can be in."""

    RUST = "rust"
    C = "c"


def new_runtime(
    catalog: Catalog, name: str, language: Language, into: Path, crate: str | None = None
) -> list[Path]:
    """Writes ``into/runtimes/NAME``: a catalogue of the user's own, with one runtime to fill in.

    Args:
        catalog: What exists already.
        name: The runtime's name.
        language: Language of its firmware.
        into: The folder of the catalogue; made if it is not there.
        crate: ``CRATE@VERSION`` that the runtime is, or that holds its C sources.

    Returns:
        The files written.

    Raises:
        UsageError: The name is taken or none that can be typed, the crate is not written as it should be, or
            the folder is there already or cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{escape_unprintable(name, 80)!r} cannot be a runtime's name.",
            "Take lower-case letters, digits and single hyphens, 64 at most.",
        )
    if name in catalog.runtimes:
        raise UsageError(f"There is a runtime named {name} already.", "Choose another name.")
    folder = into / "runtimes" / name
    if folder.exists():
        raise UsageError(f"{folder} is there already.", "Remove it first, or choose another name.")
    filled = {"@NAME@": name, **_dependency(language, crate)}
    written = []
    try:
        for template in sorted((BUILT_IN / "templates" / language).rglob("*")):
            if template.is_file():
                path = folder / template.relative_to(BUILT_IN / "templates" / language)
                text = template.read_text(encoding="utf-8")
                for mark, value in filled.items():
                    text = text.replace(mark, value)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                written.append(path)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}.", "Choose another folder with --into."
        ) from error
    return written


def _dependency(language: Language, crate: str | None) -> dict[str, str]:
    if crate is None:
        return {"@VERSION@": "0.1.0", "@DEPENDENCY@": _NO_DEPENDENCY[language]}
    match = _CRATE.fullmatch(crate)
    if match is None:
        raise UsageError(f"--crate takes CRATE@VERSION, and {crate!r} is not that.", "Such as wasmi@1.0.0.")
    text = _DEPENDENCY[language].format(crate=match[1], version=match[2])
    return {"@VERSION@": match[2], "@DEPENDENCY@": text}
