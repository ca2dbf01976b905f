"""Patterns of names mean what a shell's mean, and cost little whatever they are."""

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.errors import UsageError
from wasmfit.globs import MOST_PATTERNS, NamePatterns, matches

LETTERS = st.text("ab*?[]-!x\n", max_size=8)


@given(name=LETTERS, pattern=LETTERS)
def test_they_match_as_fnmatch_does(name: str, pattern: str) -> None:
    assert matches(name, pattern) == fnmatchcase(name, pattern)
    assert NamePatterns([pattern]).match(name) == fnmatchcase(name, pattern)


def test_names_may_be_any_number_and_patterns_may_not() -> None:
    names = NamePatterns(str(number) for number in range(50_000))
    assert names.match("49999")
    assert not names.match("50000")
    with pytest.raises(UsageError, match="5,000 patterns are too many"):
        NamePatterns("*x" * 40 + str(number) for number in range(5_000))
    # The same one again is one.
    assert NamePatterns(["*x" * 40] * 5_000).match("ax" * 40)


def test_patterns_that_almost_match_take_no_longer() -> None:
    patterns = NamePatterns("*x" * 40 + str(number) for number in range(MOST_PATTERNS))
    name = "x" * 80
    began = time.process_time()
    assert not any(patterns.match(name) for _ in range(100))
    assert time.process_time() - began < 60
