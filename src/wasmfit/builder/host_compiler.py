"""A runtime's own compiler, for this machine: C and C++ on LLVM, from the same sources as the device's."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from wasmfit.model import Build, HostCompiler, Status
from wasmfit.toolchain import Llvm, NoLlvm, remedy

from . import cargo, digest, sources
from .context import Context, StepContext
from .costs import cost
from .digest import Shared
from .errors import BuildError
from .step import HOST, BuildStep

_SECONDS = 600

PROGRAM = "host"
"""Name of the program's file."""

# Not optimised: LLVM does the work.
_FLAGS = ("-O0", "-w")
_CXX_ONLY = (".cc", ".cpp")


def key(context: Context, build: Build) -> str:
    """Digest of all that decides what the program does."""
    folder = context.catalog.folder(build.runtime)
    rule = _rule(build)
    return digest.of(
        "host compiler",
        build.version.source,
        *build.contents,
        # What it is told of a module is not part of it.
        rule.model_copy(update={"arguments": ()}),
        {name: digest.file(folder / name) for name in rule.program},
        _FLAGS,
        context.toolchain.llvm.identity,
        "" if context.toolchain.host_cc is None else context.toolchain.host_cc.version,
    )


def step(context: Context, build: Build, shared: Shared) -> BuildStep:
    """Builds the program."""

    def program() -> BuildStep:
        return BuildStep(
            "host",
            key(context, build),
            f"host step {build.runtime.name}@{build.number}",
            partial(_make, context, build),
            is_task=True,
            stage=HOST,
            estimate=cost("host", build),
            key_now=partial(key, context, build),
            require=partial(_require_llvm, context),
        )

    return shared.once(("host compiler", build.runtime.name, build.number), program)


def _require_llvm(context: Context) -> Llvm:
    """The LLVM that the program is built on.

    Raises:
        BuildError: There is none.
    """
    llvm = context.toolchain.llvm
    if isinstance(llvm, NoLlvm):
        advice = remedy("llvm").text
        raise BuildError(
            f"its compiler for this machine is built on LLVM, and {llvm.cause}. {advice}", Status.UNAVAILABLE
        )
    return llvm


def _make(context: Context, build: Build, step: StepContext, _made: Mapping[str, Path], place: Path) -> None:
    """Compiles the program and links it.

    Raises:
        BuildError: There is no LLVM, or it does not compile.
    """
    llvm = _require_llvm(context)
    root = sources.fetch(context, step, build)
    files = list(_files(context, build, root))
    objects = place / "objects"
    objects.mkdir()

    def compiled(numbered: tuple[int, Path]) -> Path:
        number, source = numbered
        target = objects / f"{number:03}.o"
        _run(context, step, [*_command(context, build, llvm, root, source), "-o", str(target)], source.name)
        return target

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        linked = []
        for done, one in enumerate(pool.map(compiled, enumerate(files))):
            linked.append(str(one))
            step.progress(files[done].name, done + 1, len(files))
    libraries = [str(llvm.library), f"-Wl,-rpath,{llvm.library.parent}", "-lm", "-lpthread"]
    _run(context, step, [str(llvm.cxx.path), "-s", "-o", str(place / PROGRAM), *linked, *libraries], PROGRAM)
    cargo.clear(objects)


def _files(context: Context, build: Build, root: Path) -> Iterator[Path]:
    """Its sources: the runtime's, and our own."""
    rule = _rule(build)
    for name in rule.sources:
        found = sorted(root.glob(name))
        if not found:
            raise BuildError(f"{build.label} has no source {name}")
        yield from found
    yield from (context.catalog.folder(build.runtime) / name for name in rule.program)


def _command(context: Context, build: Build, llvm: Llvm, root: Path, source: Path) -> list[str]:
    """Compiles one of them."""
    rule = _rule(build)
    is_cxx = source.suffix in _CXX_ONLY
    compiler = llvm.cxx if is_cxx else context.toolchain.host_cc
    if compiler is None:
        raise BuildError("there is no C compiler (cc) for this machine")
    return [
        str(compiler.path),
        *_FLAGS,
        *(rule.cxx_flags if is_cxx else ()),
        *(f"-D{name}={value}" for name, value in sorted(rule.defines.items())),
        *(f"-I{root / path}" for path in rule.include),
        f"-I{llvm.include}",
        "-c",
        str(source),
    ]


def _run(context: Context, step: StepContext, command: list[str], what: str) -> None:
    finished = context.runner.run(command, log=step.log, timeout=_SECONDS)
    if finished.code != 0:
        raise BuildError(f"host step, {what}: {cargo.first_error(finished.output)}")


def _rule(build: Build) -> HostCompiler:
    assert build.runtime.c is not None
    assert build.runtime.c.host is not None
    return build.runtime.c.host.on(os.uname().machine)
