"""Making text of unknown origin (ELF files, modules, tools' output) fit to print."""

LONGEST = 200


def printable(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to ``longest`` characters, with everything that does not print escaped."""
    cut = text[: longest + 1]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def hexadecimal(address: int) -> str:
    """An address as ``0x20000000``."""
    return f"0x{address:08x}"
