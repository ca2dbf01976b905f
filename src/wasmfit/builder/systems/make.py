"""A cell → an application of an operating system that is built with make, out of its tree.

Its folder is one for each checkout and board: what make has compiled of the system stays, and what differs
between cells is linked again. Which flags the system is compiled with is the system's; the library that is
linked is compiled as the profile says.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.model import Base, Checkout, MakeSystem, Status
from wasmfit.toolchain import ProcessRunner, remedy
from wasmfit.words import closest

from .. import checkout
from ..context import Context
from ..errors import BuildError
from ..spec import FirmwareSpec
from . import application
from .application import Application, failure
from .driver import Program
from .library_driver import LibraryDriver

PROGRAM = "make"

_SECONDS = 3600
_MOST_NAMES = 10
_UNWANTED = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CFLAGS", "CXXFLAGS", "LDFLAGS", "ASFLAGS", "LINKFLAGS")
"""Variables of the user's that would change what is built."""


class Make(LibraryDriver):
    """The driver."""

    @property
    def programs(self) -> Sequence[Program]:
        """Make; the compiler is looked for as for every runtime in C."""
        return (Program(PROGRAM, remedy(PROGRAM, (PROGRAM,)).text),)

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """A checkout is taken as a whole."""
        return checkout.inspect_tree(runner, base.name, path, _system(base).checkout_has)

    def image(self, app: Application, name: str, board: str, settings: Mapping[str, str]) -> None:
        """Builds an image: ``NAME.elf``, with its map."""
        context, step, base = app.context, app.step, app.spec.base
        system = _system(base)
        # Make does not see that settings are others than those that it has built with.
        with app.written(f"{board}-{name}" if settings else board) as folder:
            elf, link_map = (folder / place.format(board=board) for place in (system.elf, system.map))
            # An older one is not a result of this build.
            elf.unlink(missing_ok=True)
            step.progress(f"make builds {base.name} for {board}", 0, 0)
            command = [PROGRAM, f"-j{os.cpu_count() or 1}", "-C", str(folder)]
            finished = context.runner.run(
                [*command, *self.told(context, app.spec, {system.board: board, **settings})],
                env=_environment(),
                log=step.log,
                timeout=_SECONDS,
            )
            if finished.code != 0:
                raise failure(PROGRAM, finished.output)
            app.take(elf, f"{name}.elf", PROGRAM)
            app.take(link_map, f"{name}.map", PROGRAM)

    def told(self, context: Context, spec: FirmwareSpec, settings: Mapping[str, str]) -> list[str]:
        """Make's variables, as arguments: they win over those of Makefiles."""
        base, system = spec.base, _system(spec.base)
        assert base.checkout is not None
        of_library = context.toolchain.c[spec.board.target].library.identity.name
        variables = {
            **system.variables,
            **system.c_libraries.get(of_library, {}),
            **application.settings(spec),
            system.root: str(base.checkout.path),
            **settings,
        }
        return [f"{name}={value}" for name, value in sorted(variables.items())]

    def known(self, base: Base, name: str, board: str) -> str:
        """Make would say only that a file is missing."""
        assert base.checkout is not None
        return board_in(base, base.checkout, name, board)


def _system(base: Base) -> MakeSystem:
    assert isinstance(base.system, MakeSystem)
    return base.system


def board_in(base: Base, system: Checkout, name: str, board: str) -> str:
    """The system's name of a board.

    Raises:
        BuildError: This checkout has no such board.
    """
    record = _system(base)
    folder = system.path / record.boards_in
    if (folder / name).is_dir():
        return name
    known = sorted(path.name for path in folder.glob("*") if path.is_dir())
    near = closest(name, known)
    has = f"the nearest is {near}" if near else f"it has {', '.join(known[:_MOST_NAMES]) or 'none'}"
    raise BuildError(
        f"this checkout of {base.name} has no board {name} in {record.boards_in}, for {board}: {has} "
        f"(bases/{base.name}/base.toml says which is which)",
        Status.UNSUPPORTED,
    )


def _environment() -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in _UNWANTED},
        # Git, which fetches packages, is to ask nobody for a password.
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
