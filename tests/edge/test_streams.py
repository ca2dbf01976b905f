"""Standard streams that are closed, full or of another encoding: a sentence, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.program import ended, in_sentences
from tests.elf.elf_builder import CODE, ElfBuilder, Sec, Sym

COMMANDS = {
    "list": ["list", "boards"],
    "long": ["list", "cells"],
    "help": ["--help"],
    "help of size": ["size", "--help"],
    "measured": ["compare", "-r", "wasm3", "--measured"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_stdout_is_told(command: list[str], tmp_path: Path) -> None:
    result = ended(command, tmp_path, redirect=">/dev/full")
    assert "The result cannot be written to stdout: No space left on device." in in_sentences(result)
    assert result.returncode == 2


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_closed_stdout_is_told(command: list[str], tmp_path: Path) -> None:
    result = ended(command, tmp_path, redirect=">&-")
    assert "The result cannot be written: stdout is closed." in in_sentences(result)
    assert result.returncode == 2


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full", "<&-"])
@pytest.mark.parametrize("command", [COMMANDS["list"], COMMANDS["measured"]], ids=["list", "measured"])
def test_without_a_place_for_messages_the_result_is_the_same(
    command: list[str], redirect: str, tmp_path: Path
) -> None:
    whole, result = ended(command, tmp_path), ended(command, tmp_path, redirect=redirect)
    assert whole.returncode == result.returncode == 0
    assert len(result.stdout.splitlines()) == len(whole.stdout.splitlines()) > 0


def test_with_all_three_closed_a_result_goes_to_its_file_and_to_no_other(tmp_path: Path) -> None:
    """The next file that is opened would have the number of a closed stream."""
    result = ended(
        ["list", "boards", "-o", str(tmp_path / "boards")], tmp_path / "home", redirect="<&- >&- 2>&-"
    )
    assert result.returncode == 0
    assert (tmp_path / "boards").read_text().split()[:2] == ["name", "title"]


def test_an_error_without_a_place_for_messages_keeps_its_exit_code(tmp_path: Path) -> None:
    for redirect in ("2>&-", "2>/dev/full", "<&- >&- 2>&-"):
        assert ended(["compare", "-r", "wasmie"], tmp_path, redirect=redirect).returncode == 2


def test_a_full_file_is_told(tmp_path: Path) -> None:
    result = ended(["list", "boards", "-o", "/dev/full"], tmp_path)
    assert "/dev/full cannot be written: No space left on device." in in_sentences(result)
    assert result.returncode == 2
    assert Path("/dev/full").exists()


def test_a_reader_that_goes_ends_the_program_as_shells_expect(tmp_path: Path) -> None:
    for command in ("list cells", "--help", "size --help"):
        piped = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m wasmfit {command} | true; exit ${{PIPESTATUS[0]}}"],
            env={**os.environ, "WASMFIT_HOME": str(tmp_path)},
            capture_output=True,
            check=False,
        )
        in_sentences(piped)
        # What is short may be in the pipe before its reader goes.
        assert piped.returncode == 141 or (piped.returncode == 0 and command != "list cells")


@pytest.mark.parametrize("encoding", ["ascii", "utf-16", "ascii:strict"])
def test_another_encoding_shows_what_it_can(encoding: str, tmp_path: Path) -> None:
    for command in (["compare", "-r", "wasm3", "--measured"], ["--help"]):
        result = ended(command, tmp_path, PYTHONIOENCODING=encoding)
        in_sentences(result)
        assert result.returncode == 0
        assert result.stdout


def test_names_that_are_no_text_are_shown_as_far_as_they_are(tmp_path: Path) -> None:
    image = os.fsencode(tmp_path) + b"/\xff\xe4.elf"
    Path(os.fsdecode(image)).write_bytes(
        ElfBuilder(
            sections=[Sec(".text", 0x100, b"\x70\x47" * 8, flags=CODE)], symbols=[Sym("f", 0x101, 16)]
        ).build()
    )
    for form in ("table", "json"):
        shown = ended([b"size", image, b"-f", form.encode()], tmp_path)
        written = ended(
            [b"size", image, b"-f", form.encode(), b"-o", b"out"], tmp_path, before=f"cd {tmp_path};"
        )
        for result in (shown, written):
            in_sentences(result)
            assert result.returncode == 0
    for command in (b"run", b"compare"):
        result = ended([command, image], tmp_path)
        assert "\\udcff" in in_sentences(result)
        assert result.returncode == 2
