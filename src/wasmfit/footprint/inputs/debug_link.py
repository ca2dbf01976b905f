"""The file with what was stripped from another, by ``.gnu_debuglink`` (``objcopy --add-gnu-debuglink``)."""

from pathlib import Path

from wasmfit.elf.records import Elf
from wasmfit.footprint.inputs.sources import first_bytes
from wasmfit.words import escape_unprintable

_SECTION = ".gnu_debuglink"
_LONGEST = 255  # bytes of a file's name
_ELF = b"\x7fELF"


def on_debug_link(elf: Elf) -> str:
    """A sentence on where a stripped file's symbols are; empty where it does not say.

    Raises:
        ElfError: The file cannot be read any more.
    """
    section = next((s for s in elf.sections if s.name == _SECTION and s.has_bytes), None)
    if section is None:
        return ""
    name = (
        bytes(elf.contents(section)[: _LONGEST + 1]).partition(b"\0")[0].decode("utf-8", "backslashreplace")
    )
    if not name or "/" in name or name in (".", ".."):
        return ""
    folder = Path(elf.path).parent
    found = next(
        (place for place in (folder / name, folder / ".debug" / name) if first_bytes(place).startswith(_ELF)),
        None,
    )
    if found is None:
        return f" They are in {escape_unprintable(name)}, which is not next to it."
    where = escape_unprintable(str(found))
    return (
        f" They are in {where}: eu-unstrip {escape_unprintable(elf.path)} {where} -o whole.elf joins the two."
    )
