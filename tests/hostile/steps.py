"""Host steps fed with mutated modules: each ends by itself, with output or with words, in bounded memory."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from wasmfit.builder import Context, StepContext, host, host_tool, sources
from wasmfit.builder.digest import Shared
from wasmfit.builder.host import refusal
from wasmfit.model import Build, builds
from wasmfit.toolchain import ProcessRunner

from .mutate import BINARY
from .target import Target
from .targets import modules

_SECONDS = 60
_PANICKED = 101


_TARGET = "thumbv7em-none-eabihf"


def host_step_builds(context: Context) -> list[Build]:
    """The newest version of every runtime that needs a step on the host, each program once."""
    found: dict[str, Build] = {}
    for runtime in context.catalog.runtimes.values():
        for build in builds(runtime):
            if build.version.host_dependencies or (
                runtime.c is not None and (runtime.c.translator or runtime.c.host) is not None
            ):
                found.setdefault(runtime.name, build)
    return list(found.values())


def command_of(context: Context, step: StepContext, build: Build) -> list[str]:
    """The program with its arguments, in which ``{module}`` and ``{output}`` stand for files."""
    translator = None if build.runtime.c is None else build.runtime.c.translator
    if translator is None:
        program_step = host.step(context, build, Shared())
        assert program_step is not None
        folder, tool = program_step.ensure(context.cache, step), build.runtime.host_tool
        if program_step.kind == host_tool.KIND:
            assert tool is not None
            program = folder / host_tool.PROGRAM
            return host_tool.command(tool, program, build, Path("{module}"), Path("{output}"))
        return [str(folder / host.PROGRAM), "{module}", "{output}", *host.arguments(build, _TARGET)]
    program = sources.package_folder(context, step, build) / translator.program
    program.chmod(0o755)
    return [str(program), *translator.arguments]


def target(name: str, command: Sequence[str]) -> Target:
    """A target that starts the program for every input."""

    def takes(data: bytes) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            module, output = Path(folder) / "mutant.wasm", Path(folder) / "output"
            module.write_bytes(data)
            argv = [part.format(module=module, output=output) for part in command]
            # The limit is the one that cells have; beyond it allocations fail, and the program says so.
            ended = ProcessRunner().run(argv, cwd=Path(folder), timeout=_SECONDS, memory=host.MEMORY)
            if ended.code == 0:
                assert output.stat().st_size > 0
                return True
            # Programs of others may panic or run out of memory; a user is told of it in words.
            said = refusal(name, ended).reason
            assert said.isprintable()
            assert not said.endswith(("no output", "backtrace."))
            return False

    return Target(f"host-{name}", modules, BINARY, takes)
