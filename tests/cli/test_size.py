"""``wasmfit size``: one sentence for every mistake, results on stdout only, nothing loaded for nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..elf.elf_builder import ElfBuilder, Sec
from ..report.test_size import elf
from .test_cli import wasmfit


def size(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return wasmfit("size", *map(str, arguments), home=home)


def test_it_prints_a_table(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "core::abc" in ended.stdout
    assert ended.stderr == ""


def test_a_result_can_go_to_a_file(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), "-f", "json", "-o", tmp_path / "new" / "out.json", home=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert json.loads((tmp_path / "new" / "out.json").read_text())["bytes"] == 64


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (["--by", "section"], {".text": 48, ".data": 16}),
        (["--by", "crate"], {"core": 32, "[unknown]": 32}),
        (["--by", "owner"], {"core": 32, "[unknown]": 32}),
        (["--by", "region"], {"flash": 64, "RAM": 16}),
        (["--by", "kind"], {"code": 48, "initialised data": 16}),
        (["--by", "symbol", "--owner", "co*"], {"core::abc": 32}),
        (["--by", "crate", "--section", ".d*"], {"[unknown]": 16}),
        (["--by", "section", "--region", "RAM"], {".data": 16}),
        (["--by", "region", "--flash", "0:64K", "--ram", "0x20000000:4k"], {"flash": 64, "RAM": 16}),
        (["--by", "section", "--top", "1", "--all"], {".text": 48, ".data": 16}),
        (["--by", "family"], None),
        (["--by", "file"], None),
        (["--by", "object"], {"[no object]": 64}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_view(tmp_path: Path, arguments: list[str], rows: dict[str, int] | None) -> None:
    ended = size(elf(tmp_path), *arguments, "-f", "json", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    shown = {row["name"]: row["bytes"] for row in json.loads(ended.stdout)["view"]["rows"]}
    assert rows is None or shown == rows


def test_objects_need_a_map_and_it_is_said(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), "--by", "object", home=tmp_path)
    assert "Objects are only in the linker's map: link with -Wl,-Map=FILE, then --map FILE." in ended.stdout
    (tmp_path / "firmware.map").write_text("")
    ended = size(elf(tmp_path), "--by", "object", home=tmp_path)
    assert f"--map {tmp_path / 'firmware.map'}." in ended.stdout


def test_a_boards_memories_are_known(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), "--board", "nrf52840dk", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "flash  64 B  of 1,048,576 B (0.0%)  2 pages of 4,096 B: 8,192 B" in ended.stdout


def test_a_file_for_another_processor_is_not_of_the_board(tmp_path: Path) -> None:
    path = tmp_path / "riscv.elf"
    path.write_bytes(ElfBuilder(sections=[Sec(".text", 0x100, bytes(16), flags=6)], machine=243).build())
    ended = size(path, "--board", "nrf52840dk", home=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"{path} is for 32-bit RISC-V, and the board nrf52840dk runs 32-bit Arm." in ended.stderr
    assert "Leave the board out, or name one that it is for." in ended.stderr
    assert size(path, "--board", "esp32c3", home=tmp_path).returncode == 0


def test_a_file_outside_of_the_boards_flash_is_said_to_be_of_another_chip(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), "--board", "pico2", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "Nothing of it lies in the flash of pico2" in ended.stdout
    assert "outside begins at 0x00000100: it was probably linked for another chip." in ended.stdout
    ended = size(elf(tmp_path), "--flash", "0x08000000:1M", home=tmp_path)
    assert "Nothing of it lies in the flash that was given" in ended.stdout
    ended = size(elf(tmp_path), "--board", "nrf52840dk", home=tmp_path)
    assert "another chip" not in ended.stdout


@pytest.mark.parametrize(
    "asked", [("--by", "region"), ("--region", "RAM"), ("--by", "crate", "--by", "region")]
)
def test_what_is_not_linked_is_in_no_memory(tmp_path: Path, asked: tuple[str, ...]) -> None:
    path = tmp_path / "a.o"
    path.write_bytes(ElfBuilder(sections=[Sec(".text", 0, bytes(16), flags=6)], kind=1).build())
    ended = size(path, *asked, home=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"{path} is an object file, not linked yet: its sections have no addresses" in ended.stderr
    assert "--by section --by owner" in ended.stderr
    ended = size(elf(tmp_path), "--base", path, *asked, home=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"{path} is an object file" in ended.stderr


def test_what_changed(tmp_path: Path) -> None:
    old = elf(tmp_path, "old.elf")
    ended = size(elf(tmp_path, extra=8), "--base", old, home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "+8  total" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "FILE | CELL"),
        (["nowhere.elf"], "nowhere.elf does not exist"),
        (["."], "is a folder"),
        (["x.elf", "--by", "magic"], "invalid choice 'magic': expected section, region, crate,"),
        (
            ["x.elf", "--format", "xml"],
            "invalid choice 'xml': expected table, tree, json, csv,",
        ),
        (["x.elf", "--top", "0"], "invalid number '0': expected 1 or more"),
        (["x.elf", "--flash", "here"], "invalid range 'here': expected ORIGIN:SIZE"),
        (["x.elf", "--flash", "0xffffffffffffffff:1G"], "expected ORIGIN:SIZE"),
        (["x.elf", "--page", "4096"], "--page is the erase unit of --flash"),
        (["x.elf", "--board", "nrf52840dk", "--ram", "0:4K"], "Leave --flash and --ram out"),
        (["x.elf", "--board", "nrf52840dq"], "Did you mean nrf52840dk?"),
        (["x.elf", "--colour"], "--colour"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_told_and_exits_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    ended = size(*arguments, home=tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"#!/bin/sh\n", "is a script, not an ELF file"),
        (b"!<arch>\n", "is a static library"),
        (b"\x7fELF\1\1\1" + b"\xff" * 80, "is corrupt"),
        (ElfBuilder(sections=[Sec(".text", 0, b"abcd")], kind=4).build(), "is a core dump"),
        (ElfBuilder(sections=[Sec(".text", 0, b"abcd")]).build()[:-20], "is truncated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_firmware_is_told_and_exits_2(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.elf").write_bytes(content)
    ended = size(tmp_path / "x.elf", home=tmp_path)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_filter_that_nothing_passes_is_a_mistake(tmp_path: Path) -> None:
    ended = size(elf(tmp_path), "--section", ".flash", home=tmp_path)
    assert ended.returncode == 2
    assert "matches the filter" in ended.stderr
    assert "Its sections are .data, .text" in ended.stderr


def test_a_map_of_another_link_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "x.map").write_text(
        "             VMA              LMA     Size Align Out     In      Symbol\n"
        "             100              100       10     4 .text\n"
    )
    ended = size(elf(tmp_path), "--map", tmp_path / "x.map", home=tmp_path)
    assert ended.returncode == 2
    assert "is of another link" in ended.stderr


def test_a_stripped_file_is_accounted_for_and_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "stripped.elf"
    path.write_bytes(ElfBuilder(sections=[Sec(".text", 0x100, b"\x70\x47" * 8, flags=6)]).build())
    ended = size(path, home=tmp_path)
    assert ended.returncode == 0
    assert "It has no symbols (stripped)" in ended.stdout


def test_nothing_is_loaded_that_only_other_commands_need(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['wasmfit', 'size', sys.argv[1]]\n"
        "from wasmfit.cli import main\n"
        "main()\n"
        "slow = {'typer', 'rich', 'pydantic', 'numpy', 'pandas', 'elftools', 'wasmfit.builder',\n"
        "        'wasmfit.run', 'wasmfit.model', 'wasmfit.catalog', 'wasmfit.store', 'wasmfit.analysis',\n"
        "        'capstone'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, str(elf(tmp_path))]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr == "[]\n"
