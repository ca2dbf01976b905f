"""What docs/your-module.md tells a reader to do, done word for word."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.wat import GUESTS, assembled, compiled, run
from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "your-module.md"
BLOCKS = re.findall(
    r"^```(\w+)(?: (\S+))?\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


def python(place: Path, home: Home, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=place,
        env={**os.environ, "WASMFIT_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def in_short(guest: str, *leaving_out: str) -> str:
    """A guest's text without the lines that hold some words."""
    text = (GUESTS / f"{guest}.wat").read_text("utf-8")
    return "".join(line for line in text.splitlines(True) if not any(word in line for word in leaving_out))


def readers_files(place: Path) -> None:
    """What the page takes for granted: modules, and what goes in and comes out of them."""
    compiled(GUESTS / "hello.wat", place)
    assembled(in_short("filter", "sample"), place, "filter")
    assembled(in_short("marked", "board", '(export "main")').rstrip()[:-1] + MAIN, place, "crc")
    (place / "input.txt").write_text("a line\n")
    (place / "expected.txt").write_text("a line\n")
    (place / "frame.bin").write_bytes(bytes(range(64)))
    (place / "expected.bin").write_bytes(bytes(range(1, 65)))


MAIN = (
    '(func (export "main") (result i32) (call $begin) (call $loop (i32.const 9)) (call $end) (i32.const 0)))'
)


def commanded(place: Path, home: Home, line: str) -> list[tuple[str, dict[str, Any]]]:
    """A command of the page, on wasm3: the module that was compared, and its run."""
    program, *words = shlex.split(line)
    if program == "clang-19":
        subprocess.run([program, *words], cwd=place, check=True)
        return []
    assert program == "wasmfit"
    if words[0] == "report":
        python(place, home, "-m", "wasmfit", *words, "-r", "wasm3")
        page = (place / words[words.index("-o") + 1]).read_text("utf-8")
        assert all(f'"module":"{name}"' in page for name in ("crc", "matmult")), line
        return []
    if words[0] == "fit":
        said = json.loads(python(place, home, "-m", "wasmfit", *words, "-r", "wasm3", "--format", "json"))
        assert [one["id"].split("@")[0] for one in said["ranked"]] == ["wasm3"]
        return []
    said = json.loads(python(place, home, "-m", "wasmfit", *words, "-r", "wasm3", "--format", "json"))
    cells = [cell for cell in said["cells"] if cell["runtime"] == "wasm3"]
    assert {cell["status"] for cell in cells} == {"ok"}, line
    if words[0] == "bench":
        assert len(cells) == len(said["relative"]) == 2
        return []
    origin = cells[0]["provenance"]
    assert ("--update-from" in words) == (origin["update_bytes"] is not None)
    return [(words[1], cells[0]["run"])] if origin["update_bytes"] is None else []


def of_region_and_score(programs: list[tuple[str, dict[str, Any]]]) -> None:
    """A program like Embench's has a region; one like CoreMark's a score, by either clock."""
    (matmult,) = (run for module, run in programs if module == "matmult.wasm")
    assert matmult["calls"][0]["right"] is True
    # 8,000 products and sums, and what surrounds them is less.
    assert 8_000 * 10 < matmult["instructions"]["region"] < matmult["instructions"]["call"]
    stepped, real = (run for module, run in programs if module == "iterate.wasm")
    assert stepped["score"]["own"] == pytest.approx(10 / 11)
    assert real["score"]["own"] == pytest.approx(stepped["score"]["per_s"], rel=0.02)
    assert real["score"]["own"] == pytest.approx(real["score"]["per_s"], rel=0.001)
    assert real["clock"]["error_s"] <= 0.001


def test_the_document_leads_to_checked_results(warm_home: Home, tmp_path: Path) -> None:
    comparisons: list[list[dict[str, Any]]] = []
    profiles: list[dict[str, Any]] = []
    programs: list[tuple[str, dict[str, Any]]] = []
    printed = ""
    readers_files(tmp_path)
    for language, file, text in BLOCKS:
        if file:
            (tmp_path / file).write_text(text, encoding="utf-8")
        elif language == "python":
            printed = python(tmp_path, warm_home, "-c", text)
        elif language == "console":
            programs += [run for line in text.splitlines() for run in commanded(tmp_path, warm_home, line)]
        else:
            assert language == "sh"
            (program, *words), *others = (shlex.split(line) for line in text.splitlines())
            assert not others
            if program == "wat2wasm":
                run(program, *(str(tmp_path / word) if "." in word else word for word in words))
                continue
            assert program == "wasmfit"
            said = python(tmp_path, warm_home, "-m", "wasmfit", *words, "--format", "json")
            answer = json.loads(said)
            if words[0] == "profile":
                profiles.append(answer)
            else:
                comparisons.append(answer["cells"])
    assert float(printed) == 1.5
    of_region_and_score(programs)
    first, second = comparisons
    names = ["baseline", "wasm3", "wamr-classic", "wamr-mini", "wamr-fast"]
    assert [cell["runtime"] for cell in first] == names
    assert {cell["status"] for cell in first + second} == {"ok"}
    for cell in first[1:]:
        assert [call["shown"] for call in cell["run"]["calls"]] == ["1.5", "2.5", "3.5"]
        assert [call["right"] for call in cell["run"]["calls"]] == [True, None, None]
        assert cell["run"]["logged"]["text"] == "blink" * 3
        assert cell["run"]["least_ram"]["reason"] is None
        assert 65_536 < cell["run"]["least_ram"]["bytes"] < 100_000
    for cell in second[1:]:
        assert [(call["shown"], call["right"]) for call in cell["run"]["calls"]] == [
            ("1.5", True),
            ("3.0", True),
        ]
    (profile,) = profiles
    assert profile["cell"] == "wasm3@0.5.0/blink/nrf52840dk/bare/reference"
    # The phase is all calls, which the first comparison counted one by one.
    wasm3 = next(cell for cell in first if cell["runtime"] == "wasm3")
    assert profile["instructions"] == sum(call["instructions"] for call in wasm3["run"]["calls"])
