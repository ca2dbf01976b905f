"""The QEMUs that figures are tested in: the installed one, and one that ``scripts/second_qemu`` unpacks."""

import os
import platform
from pathlib import Path

import platformdirs
import pytest

from wasmfit.model import Board

INSTALLED, SECOND = "installed", "second"


def folder(which: str) -> Path | None:
    """Where a QEMU's programs are; ``None`` means on the PATH. Skips where there is no second one."""
    if which == INSTALLED:
        return None
    named = os.environ.get("WASMFIT_TEST_HOME")
    home = Path(named) if named else platformdirs.user_cache_path("wasmfit-tests")
    programs = home / "second-qemu" / "usr" / "bin"
    if not programs.is_dir():
        system = platform.freedesktop_os_release()
        if (system.get("ID"), system.get("VERSION_CODENAME")) == ("debian", "bookworm"):
            pytest.fail("there is no second QEMU, though backports have one: run scripts/second_qemu")
        pytest.skip("there is no second QEMU: scripts/second_qemu says why")
    return programs


def in_qemu(board: Board, programs: Path | None) -> Board:
    """The board, emulated by the QEMU in a folder."""
    if programs is None:
        return board
    emulator = board.emulator.model_copy(update={"qemu": str(programs / board.emulator.qemu)})
    return board.model_copy(update={"emulator": emulator})
