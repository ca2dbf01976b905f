"""A board: what the linker, the emulator and the accounts need to know of it."""

from typing import Literal

from pydantic import Field, model_validator

from .base import Record
from .timing import Timing


class Region(Record):
    """A range of the chip's address space.

    Attributes:
        origin: First address.
        size: Length in bytes.
        code: First address at which the core fetches code in it, where that is another than for data.
    """

    origin: int = Field(ge=0, lt=1 << 32)
    size: int = Field(gt=0, lt=1 << 32)
    code: int | None = Field(default=None, ge=0, lt=1 << 32)

    @property
    def end(self) -> int:
        """First address after the region."""
        return self.origin + self.size

    def holds(self, address: int) -> bool:
        """Whether the address lies in the region."""
        return self.origin <= address < self.end

    @property
    def fetched(self) -> "Region | None":
        """Where the core fetches code in it, if elsewhere: the same bytes, at other addresses."""
        return None if self.code is None else Region(origin=self.code, size=self.size)


class Emulator(Record):
    """The emulated machine that stands in for the board.

    Attributes:
        qemu: QEMU system emulator, such as ``qemu-system-arm``.
        machine: Its machine with a core of the same kind.
        isa: The core's instruction set, as the counting plugin knows it.
        start: How the core starts: as after a ``reset``, or at the image's ``entry``, where the machine's own
            reset leads to an address that the board's memory map does not begin at.
        options: More options for QEMU, such as the features that the board's core lacks.
        vectors: QEMU's property that says where the vector table is, for a machine that can begin elsewhere
            than at the start of its memory, such as ``armv7m.init-nsvtor``.
        aligned: Whether the board's core faults at an access that is not aligned, where the machine's does
            not: then such an access ends the run.
        flash: Address at which this machine has memory instead of the board's flash.
        ram: The same for RAM. Where one of them is not the board's own address, a relinked image is run.
        ample: The largest memory in one piece that this machine has next to the one for flash: for runs that
            ask what code does, and not what it needs. Without it, there is no more than the board has.
        memory: Where this machine has memory and nothing else, more of it than the board: a store there that
            misses the board's RAM would fail on the board and passes in the machine.
    """

    qemu: str
    machine: str
    isa: Literal["thumb", "riscv32"]
    start: Literal["reset", "entry"] = "reset"
    options: tuple[str, ...] = ()
    vectors: str | None = Field(default=None, pattern=r"^[\w.-]+$")
    aligned: bool = False
    flash: int = Field(ge=0, lt=1 << 32)
    ram: int = Field(ge=0, lt=1 << 32)
    ample: Region | None = None
    memory: tuple[Region, ...] = Field(min_length=1)


def _within(inner: Region, outer: Region) -> bool:
    return outer.origin <= inner.origin and inner.end <= outer.end


class MemoryMap(Record):
    """Where an image is linked to.

    Attributes:
        flash: Code, constants and initial values.
        ram: Stack, data and heap.
    """

    flash: Region
    ram: Region


_TWIN_STEP = 65_536
"""Flash and RAM of a relinked image lie a multiple of this many bytes away from the board's own."""


_VECTORS = 128
"""The least alignment of a Cortex-M's vector table: VTOR has no lower bits."""


class FlashCache(Record):
    """A cache in front of flash.

    Attributes:
        size: Bytes that it holds.
        line: Bytes that it fills at once.
        ways: Places that a line has to choose from.
        replaces: Which of the lines in these places a new one replaces: the ``oldest``, which was used
            longest ago, or ``any``, by a draw that is the same in every run.
    """

    size: int = Field(gt=0)
    line: int = Field(gt=0)
    ways: int = Field(gt=0)
    replaces: Literal["oldest", "any"] = "oldest"

    @model_validator(mode="after")
    def _is_whole(self) -> "FlashCache":
        sets, rest = divmod(self.size, self.line * self.ways)
        if rest or sets & (sets - 1) or self.line & (self.line - 1):
            raise ValueError("size must be line × ways × a power of two, and line a power of two")
        return self


class FlashPath(Record):
    """What lies between the core and flash.

    Attributes:
        code: The cache for code; without one, each fetch of four bytes goes to flash.
        data: What data in flash goes through: the cache for code (``shared``), one of its own, or none.
        source: Where the figures come from.
    """

    code: FlashCache | None = None
    data: Literal["shared"] | FlashCache | None = None
    source: str

    @model_validator(mode="after")
    def _shares_what_is_there(self) -> "FlashPath":
        if self.data == "shared" and self.code is None:
            raise ValueError('data = "shared" needs the table code')
        return self


class Alias(Record):
    """Other addresses at which flash or RAM is there as well; what lies there counts once.

    Attributes:
        memory: Which of the two.
        origin: First address.
        size: Length in bytes.
        of: The memory's own address of the byte at ``origin``. Without it these are bytes of their own, which
            add to the memory, such as those of a cache that a firmware may use as RAM.
    """

    memory: Literal["flash", "ram"]
    origin: int = Field(ge=0, lt=1 << 32)
    size: int = Field(gt=0, lt=1 << 32)
    of: int | None = Field(default=None, ge=0, lt=1 << 32)


class Board(Record):
    """A board with its memory map.

    Attributes:
        name: Name on the command line.
        title: Name on the box.
        chip: The microcontroller.
        core: The core that a firmware runs on, in words; where it is empty, the target says as much.
        target: Rust target triple.
        flash: Flash memory that a firmware may use. It may begin inside an erase unit, after what every
            image has in front, and ends with one.
        ram: RAM that a firmware may use.
        aliases: Other addresses of the two.
        erase_unit: Smallest part of flash that can be erased, in bytes; what is flashed is a multiple of it.
        clock_hz: Clock of the core in Hz.
        probe_rs_chip: Name by which probe-rs knows the chip.
        emulator: The machine that stands in for it.
        flash_path: What lies between the core and flash, where that is known.
        timing: What time on it is predicted from, where that is known.
        source: Where the figures come from.
    """

    name: str
    title: str
    chip: str
    core: str = ""
    target: str
    flash: Region
    ram: Region
    aliases: tuple[Alias, ...] = ()
    erase_unit: int = Field(gt=0)
    clock_hz: int = Field(gt=0)
    probe_rs_chip: str
    emulator: Emulator
    flash_path: FlashPath | None = None
    timing: Timing | None = None
    source: str

    @model_validator(mode="after")
    def _flash_is_whole_pages(self) -> "Board":
        if self.flash.end % self.erase_unit:
            raise ValueError(f"flash must end at a multiple of erase_unit ({self.erase_unit})")
        return self

    @model_validator(mode="after")
    def _vectors_are_aligned(self) -> "Board":
        if self.emulator.isa == "thumb" and self.flash.origin % _VECTORS:
            raise ValueError(f"flash begins with a Cortex-M's vector table, at a multiple of {_VECTORS}")
        return self

    @model_validator(mode="after")
    def _memories_are_apart(self) -> "Board":
        if self.flash.origin < self.ram.end and self.ram.origin < self.flash.end:
            raise ValueError("flash and ram overlap")
        return self

    @model_validator(mode="after")
    def _timing_knows_flash(self) -> "Board":
        if self.timing is not None and self.flash_path is None:
            raise ValueError("timing needs the table flash_path")
        return self

    @model_validator(mode="after")
    def _timing_knows_the_clock(self) -> "Board":
        if self.timing is not None and self.timing.clocks:
            known = self.timing.range_of(self.clock_hz)
            if known is None or known.wait_states != self.timing.wait_states:
                raise ValueError("timing.clocks has the board's clock_hz, with timing.wait_states")
        return self

    @model_validator(mode="after")
    def _currents_are_of_known_clocks(self) -> "Board":
        timing = self.timing
        for current in () if timing is None else timing.currents:
            known = timing is not None and timing.range_of(current.clock_hz) is not None
            if current.clock_hz != self.clock_hz and not known:
                raise ValueError(
                    f"timing.currents: {current.clock_hz} Hz is neither the board's clock_hz nor in "
                    "timing.clocks"
                )
        return self

    @model_validator(mode="after")
    def _twin_has_memory(self) -> "Board":
        for name, region in (("flash", self.emulated.flash), ("ram", self.emulated.ram)):
            if not any(_within(region, memory) for memory in self.emulator.memory):
                raise ValueError(f"emulator.memory does not hold all of {name} at emulator.{name}")
            # Else a cache would see other conflicts in the relinked image than on the board.
            if (region.origin - getattr(self, name).origin) % _TWIN_STEP:
                raise ValueError(f"emulator.{name} must be a multiple of {_TWIN_STEP} B from {name}.origin")
        return self

    @property
    def predicted_clock_hz(self) -> int:
        """The clock that time is predicted for."""
        assumed = None if self.timing is None else self.timing.clock_hz
        return assumed or self.clock_hz

    @property
    def own(self) -> MemoryMap:
        """The board's own memory map."""
        return MemoryMap(flash=self.flash, ram=self.ram)

    @property
    def emulated(self) -> MemoryMap:
        """The map in the emulated machine: of the same sizes, and so with the same limits."""
        return MemoryMap(
            flash=Region(origin=self.emulator.flash, size=self.flash.size),
            ram=Region(origin=self.emulator.ram, size=self.ram.size),
        )

    @property
    def spacious(self) -> MemoryMap:
        """The same with as much RAM as the machine has: the board's limits do not hold there."""
        emulated = self.emulated
        return emulated.model_copy(update={"ram": self.emulator.ample or emulated.ram})

    @property
    def needs_relinking(self) -> bool:
        """Whether what runs in the emulator is the image relinked to other addresses."""
        return self.own != self.emulated
