"""TOML that takes long to read, or none."""

import contextlib
import time

import pytest

from wasmfit.errors import UsageError
from wasmfit.toml_text import parse


@pytest.mark.parametrize(
    "text",
    [
        "a." * 50_000 + "b = 1",
        '"a b" . ' * 50_000 + "b = 1",
        "[" + "a." * 50_000 + "b]",
        "x = 1\n" + "'a'." * 50_000 + "b = 1",
    ],
    ids=["key", "quoted", "table", "literal"],
)
def test_a_key_of_many_parts_is_refused_at_once(text: str) -> None:
    """50,000 parts in 100 kB took minutes."""
    started = time.process_time()
    with pytest.raises(UsageError, match=r"x\.toml holds a key of more than 64 parts\."):
        parse(text, "x.toml")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text", ["a" * 900_000 + " = 1", '"' * 900_000, "-" * 900_000, "a . " * 60 + "b = 1"]
)
def test_looking_for_one_takes_no_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(UsageError):
        parse(text, "x.toml")
    assert time.process_time() - started < 5


def test_a_key_of_a_few_parts_is_read() -> None:
    assert parse("a.b.'c d'.\"e\" = 1", "x.toml") == {"a": {"b": {"c d": {"e": 1}}}}
