"""Ten instructions, in an emulator that counts them and in some that do not."""

from pathlib import Path

import pytest

from tests.toolchain.stand_ins import fake
from wasmfit.catalog import Catalog
from wasmfit.emulation import emulator_trial, symbols, ten
from wasmfit.errors import MissingToolError
from wasmfit.model import Board
from wasmfit.toolchain import ProcessRunner

BOARDS = Catalog.load().boards.values()


def boards_of(program: str) -> list[Board]:
    return [board for board in BOARDS if board.emulator.qemu == program]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_the_image_is_one_of_wasmfits(board: Board, tmp_path: Path) -> None:
    place = tmp_path / "ten.elf"
    place.write_bytes(ten.image(board))
    read = symbols.read(place)
    assert read.stack.origin == board.emulated.ram.origin
    assert board.emulated.ram.origin < read.stack.end <= board.emulated.ram.end
    assert read.stack.end % 0x1000 == 0


def without_plugins(folder: Path, words: str) -> None:
    """A QEMU that is built with --disable-plugins refuses the option, whatever else is asked."""
    find = 'for word; do [ "$before" = -plugin ] && break; before=$word; done'
    fake(folder, "qemu-system-arm", f'{find}; echo "{words}" >&2; exit 1')


@pytest.mark.parametrize(
    "words",
    [
        "qemu-system-arm: -plugin $word: plugin interface not enabled in this build",
        "qemu-system-arm: -plugin: invalid option",
    ],
)
def test_an_emulator_without_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    without_plugins(tmp_path / "bin", words)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    trial = emulator_trial(
        ProcessRunner(), "qemu-system-arm", boards_of("qemu-system-arm"), tmp_path / "plugins"
    )
    with pytest.raises(MissingToolError, match=r"/qemu-system-arm was built without support for TCG plugins"):
        trial.run()


def test_an_emulator_that_says_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(
        tmp_path / "bin",
        "qemu-system-arm",
        "echo 'qemu-system-arm: -M mps2-an386: unsupported machine type'; exit 1",
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    trial = emulator_trial(
        ProcessRunner(), "qemu-system-arm", boards_of("qemu-system-arm"), tmp_path / "plugins"
    )
    with pytest.raises(MissingToolError, match="mps2-an386: unsupported machine type"):
        trial.run()


@pytest.mark.real
@pytest.mark.parametrize("program", sorted({board.emulator.qemu for board in BOARDS}))
def test_every_machine_counts_ten(program: str, tmp_path: Path) -> None:
    boards = boards_of(program)
    proven = emulator_trial(ProcessRunner(), program, boards, tmp_path).run()
    for board in boards:
        assert board.emulator.machine in proven.words
    assert [path.name for path in proven.files] == [program, "cc"]


@pytest.mark.real
def test_a_wrong_count_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = emulator_trial(ProcessRunner(), "qemu-system-arm", boards_of("qemu-system-arm")[:1], tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(ten, "INSTRUCTIONS", 11)
        with pytest.raises(MissingToolError, match=r"of ten instructions on mps2-an386 it counts 10"):
            trial.run()
    monkeypatch.setattr(ten, "STORED", 8)
    with pytest.raises(
        MissingToolError, match=r"of 8 bytes that ten instructions store on mps2-an386 it sees 4"
    ):
        trial.run()


def test_another_plugin_or_machine_is_another_question(tmp_path: Path) -> None:
    first, second = boards_of("qemu-system-arm")[:2]
    asked = [
        emulator_trial(ProcessRunner(), "qemu-system-arm", boards, tmp_path).asked
        for boards in ([first], [first], [second], [first, second])
    ]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2] != asked[3] != asked[0]
