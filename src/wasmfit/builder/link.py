"""Linking: archive, objects and job → the image, in the board's memory map."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.model import Board, MemoryMap, Status

from . import absent, cargo, missing_target_feature
from .context import Context, StepContext
from .errors import BuildError

_SECONDS = 300

# The job's blob is linked as it is (`--format=binary`); a section of its own
# keeps what varies with the module out of everything else. The stack lies at
# the bottom of RAM, so that overflowing it runs into memory that is not there
# instead of into data.
_MEMORY = """\
/* Written by wasmfit for {board}, with {stack} bytes of stack. */
MEMORY
{{
  FLASH : ORIGIN = {flash:#010x}, LENGTH = {flash_size}
  STACK : ORIGIN = {ram:#010x}, LENGTH = {stack}
  RAM   : ORIGIN = {data:#010x}, LENGTH = {data_size}
}}
wasmfit_stack_start = ORIGIN(STACK);
_stack_end = ORIGIN(STACK);
_stack_start = ORIGIN(STACK) + LENGTH(STACK);
wasmfit_ram_end = ORIGIN(RAM) + LENGTH(RAM);
wasmfit_heap_start = ALIGN(__sheap, 16);
wasmfit_heap_end = wasmfit_ram_end;
EXTERN(wasmfit_job);
SECTIONS
{{
  .module : ALIGN(16)
  {{
    wasmfit_job = .;
    KEEP(*job.bin(.data))
  }} > FLASH
}} INSERT AFTER .rodata;
/* Assembly sources bring unwind tables that nothing reads. */
SECTIONS {{ /DISCARD/ : {{ *(.eh_frame .eh_frame.*) }} }}
"""

_JOB = "    wasmfit_job = .;\n"
"""Where the module begins, in the script."""

_OVERFLOW = re.compile(r"section '?([^' ]+)'? will not fit in region '?(\w+)'?: overflowed by (\d+) bytes")

_NAMES = {"FLASH": "flash"}


_STEP = 16
"""Alignment of the module in an image: moved by multiples of it, its bytes are as aligned as before."""

_STEPS = 256
"""Places that the module's beginning is moved to: over 4 KiB, what a way of the caches here holds at most."""


@dataclass(frozen=True)
class LinkOrder:
    """Another order than the linker's own: what makes a layout.

    Attributes:
        seed: What decides it, from 1 on.
    """

    seed: int

    @property
    def padding(self) -> int:
        """Bytes in front of the module."""
        # The bits of the seed in reverse: seeds that follow each other are far apart.
        return _STEP * int(f"{self.seed % _STEPS:08b}"[::-1], 2)

    @property
    def flags(self) -> tuple[str, ...]:
        """What LLD is told: functions and constants in another order."""
        return tuple(f"--shuffle-sections={kind}*={self.seed}" for kind in (".text", ".rodata"))

    def memory(self, script: str) -> str:
        """The linker script's memory map, with the module moved."""
        moved = f"    . += {self.padding};\n{_JOB}"
        assert script.count(_JOB) == 1
        return script.replace(_JOB, moved)


@dataclass(frozen=True)
class Inputs:
    """What is linked.

    Attributes:
        script: The start-up crate's linker script.
        archive: The Rust part.
        objects: C objects.
        libraries: Static libraries.
        job: The job's blob.
        stack: Bytes reserved for the stack.
        symbols: Names for symbols that the job decides on: name → symbol.
        flags: The profile's flags for the linker.
        layout: Another order of functions and constants than the linker's own.
    """

    script: Path
    archive: Path
    objects: tuple[Path, ...]
    libraries: tuple[Path, ...]
    job: bytes
    stack: int
    symbols: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    layout: LinkOrder | None = None


def memory(board: Board, memory_map: MemoryMap, stack: int) -> str:
    """The linker script's memory map for a board."""
    flash, ram = memory_map.flash, memory_map.ram
    apart = "" if ram.code is None else f"wasmfit_code_apart = {ram.code - ram.origin:#x};\n"
    return apart + _MEMORY.format(
        board=board.name,
        stack=stack,
        flash=flash.origin,
        flash_size=flash.size,
        ram=ram.origin,
        data=ram.origin + stack,
        data_size=max(ram.size - stack, 0),
    )


def link(
    context: Context,
    step: StepContext,
    board: Board,
    memory_map: MemoryMap,
    inputs: Inputs,
    artefact: Path,
    name: str = "firmware",
) -> Path:
    """Links the image into ``artefact`` (``NAME.elf``, with ``NAME.map`` next to it).

    Args:
        memory_map: Where to: the board's own addresses, or those of its emulated machine.
        name: Name of the files.

    Raises:
        BuildError: It does not link, or does not fit: then with what overflows by how much.
    """
    absent.require_rust(context, f"this image for {board.name}")
    ram = memory_map.ram
    if inputs.stack >= ram.size:
        raise BuildError(
            f"the firmware's stack alone takes {inputs.stack:,} B; the board has {ram.size:,} B of RAM",
            Status.DOES_NOT_FIT,
        )
    (artefact / "job.bin").write_bytes(inputs.job)
    # Linker scripts include it by this name.
    script, layout = memory(board, memory_map, inputs.stack), inputs.layout
    script = script if layout is None else layout.memory(script)
    (artefact / "memory.x").write_text(script, encoding="ascii")
    command = [
        *context.toolchain.rust.elf_linker,
        "-L",
        ".",
        "-L",
        str(inputs.script.parent),
        "-T",
        str(inputs.script),
        "--gc-sections",
        "-O1",
        "--nmagic",
        "-z",
        "noexecstack",
        "--no-eh-frame-hdr",
        f"-Map={name}.map",
        *inputs.flags,
        *(() if layout is None else layout.flags),
        *(f"--defsym={name}={symbol}" for name, symbol in inputs.symbols.items()),
        "-o",
        f"{name}.elf",
        *map(str, inputs.objects),
        "--start-group",
        str(inputs.archive),
        *map(str, inputs.libraries),
        "--end-group",
        "--format=binary",
        "job.bin",
    ]
    finished = context.runner.run(command, cwd=artefact, log=step.log, timeout=_SECONDS)
    if finished.code != 0:
        raise _overflow(finished.output) or missing_target_feature.failure(
            context, step, board.target, finished.output, f"link: {cargo.first_error(finished.output)}"
        )
    return artefact / f"{name}.elf"


def _overflow(output: str) -> BuildError | None:
    """What does not fit, if the linker says that something does not."""
    overflows: dict[str, int] = {}
    for _, region, size in _OVERFLOW.findall(output):
        overflows[region] = max(overflows.get(region, 0), int(size))
    if not overflows:
        return None
    # The linker counts on after the end: the largest overflow of a region is that of all its sections.
    parts = (f"{_NAMES.get(region, region)} by {size:,} B" for region, size in sorted(overflows.items()))
    return BuildError(f"the image overflows {' and '.join(parts)}", Status.DOES_NOT_FIT)
