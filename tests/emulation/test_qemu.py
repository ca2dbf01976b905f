"""QEMU's command line and last words."""

from pathlib import Path

import pytest

from wasmfit import toolchain
from wasmfit.catalog import Catalog
from wasmfit.emulation import qemu
from wasmfit.emulation.counter import arguments
from wasmfit.emulation.symbols import Symbols
from wasmfit.model import Board, Region

SYMBOLS = Symbols({"load": 0x1000, "done": 0x1008}, Region(origin=0x20000000, size=0x8000), ())


def test_nothing_is_attached_but_the_channel(board: Board) -> None:
    command = qemu.command(board.emulator, Path("/x/image.elf"), Path("/p/counter.so"), ["out=/r"])
    assert command[:3] == ["qemu-system-arm", "-M", "mps2-an386"]
    assert command[-2:] == ["-kernel", "/x/image.elf"]
    words = " ".join(command)
    assert "-monitor none" in words
    assert "-net none" in words
    assert "-nodefaults" in words
    assert "-icount" not in words
    assert (
        "-chardev stdio,id=channel,signal=off -semihosting-config enable=on,target=native,chardev=channel"
        in words
    )
    assert "-plugin /p/counter.so,out=/r" in words


def test_commas_in_paths(board: Board) -> None:
    command = qemu.command(board.emulator, Path("/x"), Path("/a,b/c.so"), ["out=/r,s"])
    assert command[command.index("-plugin") + 1] == "/a,,b/c.so,out=/r,,s"


def test_what_the_plugin_is_told(board: Board) -> None:
    assert arguments(board, SYMBOLS, Path("/r"), 77) == [
        "out=/r",
        "isa=thumb",
        "mark=0x00001000:1",
        "mark=0x00001008:5",
        "stack=0x20000000:0x20008000",
        "ram=0x20000000:0x20040000",
        "flash=0x00000000:0x00100000",
        "memory=0x00000000:0x40000000",
        "cache=2048:16:2:0",
        "limit=77",
    ]


def test_a_plain_run_does_without_what_watches_flash(board: Board) -> None:
    whole, plain = (arguments(board, SYMBOLS, Path("/r"), 77, plain=plain) for plain in (False, True))
    assert [word for word in whole if word not in plain] == [
        "flash=0x00000000:0x00100000",
        "cache=2048:16:2:0",
    ]
    assert [word for word in plain if word not in whole] == []


def test_what_the_plugin_is_told_of_a_cache_that_replaces_any_line() -> None:
    assert "cache=16384:8:2:1" in arguments(Catalog.load().board("pico2"), SYMBOLS, Path("/r"), 77)


def test_last_words() -> None:
    assert qemu.last_words("") is None
    assert qemu.last_words("result 1\nqemu-system-arm: warning: nic lan9118.0 has no peer\n") is None
    assert qemu.last_words("qemu-system-arm: terminating on signal 15 from pid 1\n") is None
    said = "qemu-system-arm: a\nqemu: fatal: Lockup: can't escalate 3 to HardFault\n\nR00=0\n"
    assert qemu.last_words(said) == "Lockup: can't escalate 3 to HardFault"


def test_the_remedy_is_that_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for program in ("qemu-system-arm", "qemu-system-riscv32"):
        text = toolchain.remedy(program).text
        assert qemu.remedy(program) == f"`wasmfit doctor` tries every tool. {text}"
        # A QEMU may be named by its place.
        assert qemu.remedy(f"/opt/qemu/bin/{program}") == qemu.remedy(program)
