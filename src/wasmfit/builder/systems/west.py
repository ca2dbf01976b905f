"""A cell → an application of an operating system that west builds with CMake, out of its tree.

As for make: a folder for each checkout and board, in which what is compiled of the system stays.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.input_file import at_home
from wasmfit.model import Base, Checkout, WestSystem
from wasmfit.toolchain import ProcessRunner, remedy

from .. import checkout
from ..context import Context
from ..spec import FirmwareSpec
from . import application
from .application import Application, failure
from .driver import Program
from .library_driver import LibraryDriver

PROGRAM = "west"

_BUILD = "build"
_SECONDS = 3600
_GCC = "gcc"
_UNWANTED = ("CFLAGS", "CXXFLAGS", "LDFLAGS", "ASFLAGS", "CMAKE_GENERATOR", "CMAKE_PREFIX_PATH")
"""Variables of the user's that would change what is built."""


class West(LibraryDriver):
    """The driver."""

    @property
    def programs(self) -> Sequence[Program]:
        """West and what it runs; the compiler is looked for as for every runtime in C."""
        return (
            Program(PROGRAM, "Install it with: pip install west"),
            Program("cmake", remedy("cmake", ("cmake",)).text),
            Program("ninja", remedy("ninja", ("ninja-build",)).text),
        )

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """The system's repository is taken as a whole; a workspace that it is in stands for it."""
        system = _system(base)
        inner = at_home(path) / system.folder
        place = inner if (inner / system.checkout_has).is_file() else path
        return checkout.inspect_tree(runner, base.name, place, system.checkout_has)

    def image(self, app: Application, name: str, board: str, settings: Mapping[str, str]) -> None:
        """Builds an image: ``NAME.elf``, with its map."""
        context, step, base = app.context, app.step, app.spec.base
        system = _system(base)
        with app.written(f"{board}-{name}" if settings else board) as folder:
            build = folder / _BUILD
            elf = build / system.elf
            # An older one is not a result of this build.
            elf.unlink(missing_ok=True)
            step.progress(f"west builds {base.name} for {board}", 0, 0)
            # What is new in the folder is not in what CMake has configured: it is asked again.
            command = [PROGRAM, "build", "--cmake", "--board", board, "--build-dir", str(build), str(folder)]
            finished = context.runner.run(
                [*command, "--", *self.told(context, app.spec, settings)],
                cwd=folder,
                env=_environment(context, app.spec),
                log=step.log,
                timeout=_SECONDS,
            )
            if finished.code != 0:
                raise failure(PROGRAM, finished.output)
            app.take(elf, f"{name}.elf", PROGRAM)
            app.take(build / system.map, f"{name}.map", PROGRAM)

    def told(self, context: Context, spec: FirmwareSpec, settings: Mapping[str, str]) -> list[str]:
        """CMake's, as arguments."""
        system = _system(spec.base)
        of_library = context.toolchain.c[spec.board.target].library.identity.name
        definitions = {
            **system.definitions,
            **system.c_libraries.get(of_library, {}),
            **application.settings(spec),
            **settings,
        }
        return [f"-D{name}={value}" for name, value in sorted(definitions.items())]


def _system(base: Base) -> WestSystem:
    assert isinstance(base.system, WestSystem)
    return base.system


def _environment(context: Context, spec: FirmwareSpec) -> dict[str, str]:
    base, system = spec.base, _system(spec.base)
    assert base.checkout is not None
    compiler = str(context.toolchain.c[spec.board.target].tool.path).removesuffix(_GCC)
    return {
        **{name: value for name, value in os.environ.items() if name not in _UNWANTED},
        **{name: value.format(compiler=compiler) for name, value in system.environment.items()},
        system.base_variable: str(base.checkout.path),
        "LC_ALL": "C",
    }
