"""JSON for people and programs: what it says survives, and what does not print is escaped."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.json_text import dumped, encoded, line, line_by_line

TEXT = st.text(st.characters(codec=None), max_size=8)
"""With halves of surrogate pairs, as names of files have them that are not UTF-8."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_said_survives_and_speaks_to_no_terminal(value: Any) -> None:
    for text in (dumped(value), line(value)):
        assert json.loads(text) == value
        assert text.replace("\n", "").isprintable()
        text.encode("utf-8")
    assert "\n" not in line(value)


@given(VALUES)
def test_it_is_laid_out_as_pythons(value: Any) -> None:
    assert json.loads(encoded(value)) == value
    assert len(dumped(value).splitlines()) == len(json.dumps(value, indent=2).splitlines())


def test_what_is_no_number_is_null() -> None:
    assert line([float("nan"), float("inf"), 1.5]) == "[null,null,1.5]"
    assert line(["\udc80", float("nan")]) == '["\\udc80",null]'


@given(st.lists(VALUES, max_size=3), st.dictionaries(TEXT, VALUES, max_size=2))
def test_a_list_of_many_has_a_line_for_each(items: list[Any], behind: dict[str, Any]) -> None:
    text = "".join(line_by_line({"schema": 1}, "cells", map(line, items), behind))
    found = json.loads(text)
    assert found == {"schema": 1, "cells": items, **behind}
    assert len(text.splitlines()) == 5 + len(items) + len(behind)
