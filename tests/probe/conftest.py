"""Firmware for the probe's tests: the emulator's own."""

from tests.emulation.conftest import on_board, plugin

__all__ = ["on_board", "plugin"]
