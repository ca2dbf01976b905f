"""docs/file-formats.md says what the records that read the files say."""

import runpy
from pathlib import Path

import pytest

from wasmfit.model import Record

ROOT = Path(__file__).parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "reference.py"))


def test_the_tables_are_current() -> None:
    page = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    assert SCRIPT["filled"](page) == page, "run `make maint-reference`"


def test_a_field_without_words_is_told() -> None:
    class Lacking(Record):
        """A record.

        Attributes:
            named: It has words.
        """

        named: int
        bare: int

    with pytest.raises(SystemExit, match="Lacking does not say under Attributes what these are: bare"):
        SCRIPT["described"](Lacking)
