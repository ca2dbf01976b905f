"""Host steps by a runtime's own compiler: what it is told for each target, and what is said without LLVM."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import BuildError, Context, FirmwareSpec, StepContext, host, steps
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Build, Cell, Status, builds
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import Llvm, NoLlvm, ProcessRunner, Versions, find

CATALOG = Catalog.load()
BOARDS = ("nrf52840dk", "nrf5340dk", "picow", "esp32c6", "esp32c3")


def compiled_ahead() -> list[Build]:
    return [
        build
        for runtime in CATALOG.runtimes.values()
        if runtime.c is not None and runtime.c.host is not None
        for build in builds(runtime)
    ]


@pytest.fixture(scope="module")
def cells() -> tuple[Cell, ...]:
    wanted = Experiment(runtimes=("wamr-aot", "wamr-aot-unchecked"), boards=BOARDS)
    return plan(CATALOG, wanted).cells


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, cells: tuple[Cell, ...]) -> Context:
    home, runner = Home.at(tmp_path_factory.mktemp("home")), ProcessRunner()
    targets = {cell.board.target: CATALOG.target(cell.board).c for cell in cells}
    emulators = [cell.board.emulator for cell in cells]
    return Context(CATALOG, home, find(Versions(home.tools, runner), targets, emulators), runner)


@pytest.mark.parametrize("target", sorted(CATALOG.targets))
def test_every_target_has_words_for_every_argument(target: str) -> None:
    built = compiled_ahead()
    assert built
    for build in built:
        told = host.arguments(build, target)
        assert told[0].startswith("--target=")
        assert not [one for one in told if "{" in one]


def test_what_is_prepared_is_of_one_target_and_one_variant(context: Context, cells: tuple[Cell, ...]) -> None:
    needs = {cell.id: steps(context, FirmwareSpec.of(cell)).needs["prepared"] for cell in cells}
    # One for each of four cores, and variants that differ in arguments of the compiler.
    assert len({step.key for step in needs.values()}) == len(cells)
    assert len({step.needs["program"].key for step in needs.values()}) == 1


def test_llvm_decides_what_the_program_is(context: Context, cells: tuple[Cell, ...]) -> None:
    llvm = context.toolchain.llvm
    assert isinstance(llvm, Llvm), llvm
    other = replace(context, toolchain=replace(context.toolchain, llvm=replace(llvm, version="16.0.6")))
    first, second = (host.step(one, cells[0].build, Shared()) for one in (context, other))
    assert first is not None
    assert second is not None
    assert first.key != second.key


def test_without_llvm_the_row_says_what_to_install(
    context: Context, cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    bare = replace(context, toolchain=replace(context.toolchain, llvm=NoLlvm("there is no LLVM on PATH")))
    program = host.step(bare, cells[0].build, Shared())
    assert program is not None
    with pytest.raises(BuildError) as ended:
        program.ensure(bare.cache, StepContext(tmp_path / "log"))
    assert ended.value.status is Status.UNAVAILABLE
    assert "there is no LLVM on PATH. " in ended.value.reason
    assert "llvm" in ended.value.reason.partition("on PATH. ")[2]
