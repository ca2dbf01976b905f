"""Matching names with shell patterns, as :func:`fnmatch.fnmatchcase` does, whatever the patterns at its pace.

That one makes a regular expression of each pattern, forgets it after some hundreds of others, and makes it
again for the next name.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache

from .errors import UsageError

EVERYTHING = ("*",)
"""The pattern that matches every name."""

MOST_PATTERNS = 500
"""How many patterns names are held against; names without a wildcard are not patterns."""

_MOST_KEPT = 1 << 12
_WILDCARD = re.compile(r"[*?\[]")


class NamePatterns:
    """Patterns that a name may match any of.

    Args:
        patterns: The patterns; names among them, without a wildcard, may be any number.

    Raises:
        UsageError: There are more than :data:`MOST_PATTERNS`.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        unique = dict.fromkeys(patterns)
        self._names = frozenset(pattern for pattern in unique if not _WILDCARD.search(pattern))
        wild = [pattern for pattern in unique if pattern not in self._names]
        if len(wild) > MOST_PATTERNS:
            raise UsageError(
                f"{len(wild):,} patterns are too many: {MOST_PATTERNS} are taken.",
                "Write fewer that match more, or whole names.",
            )
        self._matchers = [_matcher(pattern) for pattern in wild]

    def match(self, name: str) -> bool:
        """Whether the name matches one of them."""
        return name in self._names or any(matcher(name) for matcher in self._matchers)


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern, upper and lower case told apart."""
    return bool(_matcher(pattern)(name))


@lru_cache(maxsize=_MOST_KEPT)
def _matcher(pattern: str) -> Callable[[str], object]:
    if "?" in pattern or "[" in pattern:
        return re.compile(translate(pattern)).match
    first, *rest = pattern.split("*")
    if not rest:
        return pattern.__eq__
    *middle, last = rest
    parts = [part for part in middle if part]
    shortest = len(first) + sum(map(len, parts)) + len(last)

    def match(name: str) -> bool:
        if len(name) < shortest or not (name.startswith(first) and name.endswith(last)):
            return False
        at, end = len(first), len(name) - len(last)
        for part in parts:
            # The first that fits leaves most for those after it.
            found = name.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return match
