"""The misbehaving firmware, built by wasmfit's own build stage."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.builder import Context, FirmwareSpec, StepContext, firmware, job, link
from wasmfit.builder.digest import Shared
from wasmfit.builder.payload import payload_of
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Board, Build
from wasmfit.toolchain import ProcessRunner, Versions, find

EXTRA = 1000
STACK = 32 * 1024
SOURCES = Path(__file__).parents[1] / "firmware" / "misbehave"

_RUNTIME = f"""
name = "misbehave"
title = "A firmware that does what its job says, right or wrong"
license = "MIT OR Apache-2.0"
language = "rust"
stack = {STACK}

[facts]
validation = "none"
module_bytes = "none"
execution = "none"
host_step = "none"
operand_stack = "none"
heap = "none"

[[versions]]
version = "0.1.0"

[[variants]]
name = "misbehave"
summary = "for tests"
"""


@dataclass(frozen=True)
class Misbehave:
    """The compiled firmware; linking gives it a job.

    Attributes:
        folder: Where images go.
        board: The board it is built for.
        context: What it is linked with.
        firmware: The compiled Rust part.
        stack: Bytes of stack.
    """

    folder: Path
    board: Board
    context: Context
    firmware: firmware.Firmware
    stack: int

    def image(self, calls: Sequence[tuple[int, int]], export: str = "run") -> Path:
        """An image that makes the calls."""
        place = self.folder / f"{export}-{'-'.join(f'{a:x}.{b:x}' for a, b in calls)}"
        place.mkdir(exist_ok=True)
        inputs = link.Inputs(
            script=self.firmware.linker_script,
            archive=self.firmware.archive,
            objects=(),
            libraries=(),
            job=job.pack(b"\0asm", export, EXTRA, calls),
            stack=self.stack,
        )
        step = StepContext(self.folder / "log")
        return link.link(self.context, step, self.board, self.board.emulated, inputs, place)


def build(folder: Path, home: Home, board: Board) -> Misbehave:
    """Compiles the firmware as a runtime of a catalogue of its own."""
    runtime_folder = folder / "catalog" / "runtimes" / "misbehave"
    shutil.copytree(SOURCES, runtime_folder / "firmware")
    (runtime_folder / "runtime.toml").write_text(_RUNTIME)
    catalog = Catalog.load(folder / "catalog")
    runner = ProcessRunner()
    toolchain = find(Versions(home.tools, runner), {}, [board.emulator])
    context = Context(catalog, home, toolchain, runner)
    runtime = catalog.runtimes["misbehave"]
    wanted = Build(runtime=runtime, variant=runtime.variants[0], version=runtime.versions[0])
    payload = payload_of(catalog.workload("add-with-extra"))
    spec = FirmwareSpec(wanted, board, catalog.base("bare"), catalog.profile("reference"), payload)
    place = firmware.step(context, spec, Shared()).ensure(context.cache, StepContext(folder / "log"))
    return Misbehave(folder, board, context, firmware.Firmware.at(place), runtime.stack)
