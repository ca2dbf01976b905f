"""A board: what the linker, the emulator and the accounts need to know of it."""

from pydantic import Field, model_validator

from .base import Record


class Region(Record):
    """A range of the chip's address space.

    Attributes:
        origin: First address.
        size: Length in bytes.
    """

    origin: int = Field(ge=0, lt=1 << 32)
    size: int = Field(gt=0, lt=1 << 32)

    @property
    def end(self) -> int:
        """First address behind the region."""
        return self.origin + self.size

    def holds(self, address: int) -> bool:
        """Whether the address lies in the region."""
        return self.origin <= address < self.end


class Emulator(Record):
    """The emulated machine that stands in for the board.

    Attributes:
        qemu: QEMU system emulator, such as ``qemu-system-arm``.
        machine: Its machine with a core of the same kind and memory at the board's addresses.
        ram: The RAM that this machine has where the board has its own; it may be more.
    """

    qemu: str
    machine: str
    ram: Region


class Board(Record):
    """A board with its memory map.

    Attributes:
        name: Name on the command line.
        title: Name on the box.
        chip: The microcontroller.
        target: Rust target triple.
        flash: Flash memory that a firmware may use.
        ram: RAM that a firmware may use.
        erase_unit: Smallest part of flash that can be erased, in bytes; what is flashed is a multiple of it.
        clock_hz: Clock of the core in Hz.
        probe_rs_chip: Name by which probe-rs knows the chip.
        emulator: The machine that stands in for it.
        source: Where the figures come from.
    """

    name: str
    title: str
    chip: str
    target: str
    flash: Region
    ram: Region
    erase_unit: int = Field(gt=0)
    clock_hz: int = Field(gt=0)
    probe_rs_chip: str
    emulator: Emulator
    source: str

    @model_validator(mode="after")
    def _flash_is_whole_pages(self) -> "Board":
        if self.flash.size % self.erase_unit:
            raise ValueError(f"flash.size must be a multiple of erase_unit ({self.erase_unit})")
        return self
