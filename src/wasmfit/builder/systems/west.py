"""A cell → an application of an operating system that west builds with CMake, out of its tree.

As for make: a folder for each checkout and board, in which what is compiled of the system stays.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.input_file import at_home
from wasmfit.model import Base, Checkout, WestSystem
from wasmfit.toolchain import ProcessRunner, remedy

from .. import checkout, digest, firmware, library, relinked
from ..context import Context, StepContext
from ..digest import Shared
from ..errors import BuildError
from ..spec import FirmwareSpec
from ..step import BuildStep
from . import application
from .application import Application, failure
from .driver import Program

PROGRAM = "west"

_LIBRARY = "library"
_BUILD = "build"
_SECONDS = 3600
_GCC = "gcc"
_UNWANTED = ("CFLAGS", "CXXFLAGS", "LDFLAGS", "ASFLAGS", "CMAKE_GENERATOR", "CMAKE_PREFIX_PATH")
"""Variables of the user's that would change what is built."""


class West:
    """The driver."""

    @property
    def programs(self) -> Sequence[Program]:
        """West and what it runs; the compiler is looked for as for every runtime in C."""
        return (
            Program(PROGRAM, "Install it with: pip install west"),
            Program("cmake", remedy("cmake", ("cmake",)).text),
            Program("ninja", remedy("ninja", ("ninja-build",)).text),
        )

    @property
    def has_link_map(self) -> bool:
        """The linker's, where ``base.toml`` says."""
        return True

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """The system's repository is taken as a whole; a workspace that it is in stands for it."""
        system = _system(base)
        inner = at_home(path) / system.folder
        place = inner if (inner / system.checkout_has).is_file() else path
        return checkout.inspect_tree(runner, base.name, place, system.checkout_has)

    def key(self, context: Context, spec: FirmwareSpec, shared: Shared) -> str:
        """The checkout, the application, and what west is told."""
        return digest.of(
            application.key(context, spec, shared, _system(spec.base).boards[spec.board.name]),
            _definitions(context, spec, {}),
            context.toolchain.c[spec.board.target].tool.version,
        )

    def parts(
        self, context: Context, spec: FirmwareSpec, shared: Shared, translated: BuildStep | None
    ) -> dict[str, BuildStep]:
        """The library."""
        return {_LIBRARY: library.step(context, spec, shared, translated)}

    def build(
        self,
        context: Context,
        step: StepContext,
        spec: FirmwareSpec,
        job: bytes,
        made: Mapping[str, Path],
        artefact: Path,
    ) -> None:
        """Lets west build the application."""
        base, system = spec.base, _system(spec.base)
        assert base.checkout is not None
        app = Application(context, step, spec, job, made[_LIBRARY], artefact)
        _build(app, "firmware", system.boards[spec.board.name], {})
        stand_in = base.stand_in(spec.board)
        if stand_in is not None:
            _build(app, relinked.NAME, stand_in.board, stand_in.settings)
        if checkout.has_changed(context.runner, base.checkout):
            raise BuildError(f"{base.checkout.path} was edited while it was built; run it again")
        firmware.unchanged(context, spec.build)

    def lock(
        self,
        context: Context,
        spec: FirmwareSpec,
        made: Mapping[str, Path],
        artefact: Path,  # noqa: ARG002 - others'
    ) -> str | None:
        """That of the library's Rust part."""
        return firmware.used_lock(context, spec, made.get(_LIBRARY))


def _system(base: Base) -> WestSystem:
    assert isinstance(base.system, WestSystem)
    return base.system


def _build(app: Application, name: str, board: str, settings: Mapping[str, str]) -> None:
    """Builds an image: ``NAME.elf``, with its map."""
    context, step, base = app.context, app.step, app.spec.base
    system = _system(base)
    with app.written(f"{board}-{name}" if settings else board) as folder:
        build = folder / _BUILD
        elf = build / system.elf
        # An older one is no result of this build.
        elf.unlink(missing_ok=True)
        step.progress(f"west builds {base.name} for {board}", 0, 0)
        # What is new in the folder is not in what CMake has configured: it is asked again.
        command = [PROGRAM, "build", "--cmake", "--board", board, "--build-dir", str(build), str(folder)]
        finished = context.runner.run(
            [*command, "--", *_definitions(context, app.spec, settings)],
            cwd=folder,
            env=_environment(context, app.spec),
            log=step.log,
            timeout=_SECONDS,
        )
        if finished.code != 0:
            raise failure(PROGRAM, finished.output)
        app.take(elf, f"{name}.elf", PROGRAM)
        app.take(build / system.map, f"{name}.map", PROGRAM)


def _definitions(context: Context, spec: FirmwareSpec, settings: Mapping[str, str]) -> list[str]:
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
