"""Making text of unknown origin (ELF files, modules, tools' output) fit to print."""

import re
from collections.abc import Iterable

LONGEST = 200


def escape_unprintable(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to ``longest`` characters, with everything that does not print escaped."""
    cut = text[: longest + 1]
    shown = cut if cut.isprintable() else "".join(map(_escaped, cut))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def problem_text(words: object) -> str:
    """What pydantic says of a value, without its name for who has said it."""
    return str(words).removeprefix("Value error, ")


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 page``, ``2,048 pages``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def agreeing(number: int, singular: str, plural: str) -> str:
    """The word that goes with a number of things: ``1 limit holds``, ``2 limits hold``."""
    return singular if number == 1 else plural


def in_short(text: str) -> str:
    """The first of several sentences, and those with a command to give."""
    first, *others = re.split(r"(?<=\.)\s+(?=[A-Z`])", text)
    return " ".join([first, *(sentence for sentence in others if "`" in sentence)]).removesuffix(".")


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: ``a``, ``a and b``, ``a, b and c``.

    Args:
        names: At least one.
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def hexadecimal(address: int) -> str:
    """An address as ``0x20000000``."""
    return f"0x{address:08x}"


def closest(name: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The known name that is meant, if one is near enough: ``wasm3`` where ``wasm4`` was written.

    Args:
        name: What was written.
        known: The names that there are.
        cutoff: How alike the two must be, from 0 to 1.
    """
    # Loaded here: what finds every name does without.
    from difflib import get_close_matches

    names = list(known)
    in_other_case = next((other for other in names if other.casefold() == name.casefold()), None)
    if in_other_case is not None:
        return in_other_case
    near = get_close_matches(name, names, n=8, cutoff=cutoff)
    # What was written may be the beginning of what is meant.
    return min(near, key=lambda other: (not other.startswith(name), _distance(name, other)), default=None)


def _distance(name: str, other: str) -> int:
    """What it costs to edit one name into the other; another digit costs half of another letter."""
    row = [2 * place for place in range(len(other) + 1)]
    for number, letter in enumerate(name, start=1):
        before, row[0] = row[0], 2 * number
        for place, other_letter in enumerate(other, start=1):
            both_digits = letter.isdigit() and other_letter.isdigit()
            edit = 0 if letter == other_letter else 1 if both_digits else 2
            cost = min(row[place] + 2, row[place - 1] + 2, before + edit)
            before, row[place] = row[place], cost
    return row[-1]
