"""Firmware for the probe's tests: the emulator's own."""

from pathlib import Path

import pytest

from tests.emulation.conftest import firmware_for, on_board, plugins

__all__ = ["firmware_for", "on_board", "plugins"]


@pytest.fixture(scope="session")
def qemu_folder() -> Path | None:
    """The installed QEMU: what stands in for a board is not about the emulator."""
    return None
