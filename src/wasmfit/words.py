"""Making text of unknown origin (ELF files, modules, tools' output) fit to print."""

LONGEST = 200


def escape_unprintable(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to ``longest`` characters, with everything that does not print escaped."""
    cut = text[: longest + 1]
    shown = cut if cut.isprintable() else "".join(map(_escaped, cut))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def hexadecimal(address: int) -> str:
    """An address as ``0x20000000``."""
    return f"0x{address:08x}"
