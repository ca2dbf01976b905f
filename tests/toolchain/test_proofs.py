"""What was tried and worked is remembered for as long as nothing that it worked with has changed."""

import json
import os
from pathlib import Path

import pytest

from wasmfit.errors import MissingToolError
from wasmfit.toolchain import Proofs, Proven, ToolTrial


class Counted:
    """A trial that works, and how often it was run."""

    def __init__(self, *files: Path, asked: object = "this") -> None:
        self.runs = 0
        self.files = files
        self.trial = ToolTrial(asked, self.run)

    def run(self) -> Proven:
        self.runs += 1
        return Proven(f"worked {self.runs}", self.files)


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    place = tmp_path / "tool"
    place.write_text("one")
    return place


@pytest.fixture
def proofs(tmp_path: Path) -> Proofs:
    return Proofs(tmp_path / "proofs.json")


def test_what_worked_is_not_tried_again(proofs: Proofs, tool: Path) -> None:
    counted = Counted(tool)
    first, second = proofs.of("a", counted.trial), Proofs(proofs.memory).of("a", counted.trial)
    assert counted.runs == 1
    assert (first.words, first.remembered) == ("worked 1", False)
    assert (second.words, second.remembered, second.seconds) == ("worked 1", True, first.seconds)


def test_another_file_is_tried_again(proofs: Proofs, tool: Path, tmp_path: Path) -> None:
    counted = Counted(tool)
    proofs.of("a", counted.trial)
    tool.write_text("other")
    assert not proofs.of("a", counted.trial).remembered
    os.utime(tool, (1, 1))
    assert not proofs.of("a", counted.trial).remembered
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("other")
    os.utime(elsewhere, (1, 1))
    tool.unlink()
    tool.symlink_to(elsewhere)
    assert not proofs.of("a", counted.trial).remembered
    assert proofs.of("a", counted.trial).remembered
    elsewhere.unlink()
    assert not proofs.of("a", counted.trial).remembered
    assert counted.runs == 5


def test_another_question_is_tried(proofs: Proofs, tool: Path) -> None:
    proofs.of("a", Counted(tool).trial)
    assert not proofs.of("b", Counted(tool).trial).remembered
    assert not proofs.of("a", Counted(tool, asked=["flags", Path("-Os")]).trial).remembered


def test_tools_that_take_turns_are_remembered_and_old_ones_forgotten(proofs: Proofs) -> None:
    first, second = Counted(asked="first"), Counted(asked="second")
    for _ in range(2):
        proofs.of("a", first.trial)
        proofs.of("a", second.trial)
    assert (first.runs, second.runs) == (1, 1)
    for number in range(100):
        proofs.of("a", Counted(asked=number).trial)
    assert len(json.loads(proofs.memory.read_text())) == 32
    assert not proofs.of("a", first.trial).remembered


def test_what_failed_is_tried_again(proofs: Proofs) -> None:
    def fail() -> Proven:
        raise MissingToolError("it does not work")

    with pytest.raises(MissingToolError, match="does not work"):
        proofs.of("a", ToolTrial("this", fail))
    assert not proofs.memory.exists()
    assert not proofs.of("a", Counted().trial).remembered


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}'])
def test_a_broken_memory_is_none(proofs: Proofs, text: str) -> None:
    proofs.memory.write_text(text)
    counted = Counted()
    assert not proofs.of("a", counted.trial).remembered
    assert proofs.of("a", counted.trial).remembered


def test_a_memory_that_lacks_what_it_should_hold_is_none(proofs: Proofs, tool: Path) -> None:
    counted = Counted(tool)
    proofs.of("a", counted.trial)
    [(key, kept)] = json.loads(proofs.memory.read_text()).items()
    proofs.memory.write_text(json.dumps({key: {"files": kept["files"], "words": kept["words"]}}))
    assert not proofs.of("a", counted.trial).remembered
