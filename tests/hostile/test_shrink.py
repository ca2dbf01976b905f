"""Modules made smaller: what is shown stays, and all else goes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.wat import assembled, run

from .shrink import NotShownError, candidates_of, shrunk

SOURCE = """(module
  (func (export "x") (param i32) (result i32)
    (block (loop (drop (i32.mul (local.get 0) (i32.const 3)))))
    (if (result i32) (local.get 0)
      (then (i32.rotl (i32.const 40) (i32.const 2)))
      (else (i32.const 5))))
  (func (export "y") (result f64) (f64.const 1))
  (global i32 (i32.const 7)))"""


def has_rotl(paths: Sequence[Path]) -> list[bool]:
    return ["i32.rotl" in run("wasm2wat", str(path)) for path in paths]


def test_what_is_shown_stays_and_the_rest_goes(tmp_path: Path) -> None:
    module = assembled(SOURCE, tmp_path)
    folder = tmp_path / "candidates"
    folder.mkdir()
    lines = shrunk(module, has_rotl, folder)
    text = "\n".join(lines)
    assert "i32.rotl" in text
    assert not any(word in text for word in ("i32.mul", "loop", "global", "f64.const", "export"))
    assert len(lines) <= 11


def test_what_it_does_not_show_is_told(tmp_path: Path) -> None:
    module = assembled("(module)", tmp_path)
    with pytest.raises(NotShownError):
        shrunk(module, has_rotl, tmp_path)


def test_no_candidate_is_the_text_itself(tmp_path: Path) -> None:
    lines = run("wasm2wat", str(assembled(SOURCE, tmp_path))).splitlines()
    assert lines not in list(candidates_of(lines))
