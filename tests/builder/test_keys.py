"""Keys of images and fingerprints of measurements: of many cells at once what they are of each alone."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from wasmfit.builder import Context, FirmwareSpec, prelinking, steps
from wasmfit.builder import keys as keys_of
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Cell, CLibrary, Region, UserModule
from wasmfit.plan import plan
from wasmfit.provided import FORMAT, ImageArchive, Manifest, ProvidedImages, RecordedTools
from wasmfit.requests import Experiment
from wasmfit.run.measure import fingerprints
from wasmfit.toolchain import ProcessRunner, Versions, find

OTHER_LIBRARY = CLibrary(name="newlib-nano", version="4.3.0", sha256="0" * 64)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture(scope="module")
def cells(catalog: Catalog) -> tuple[Cell, ...]:
    """Of every runtime, native code and the baselines too, on two bases and cores, in two profiles."""
    boards, bases = ("nrf52840dk", "esp32c6", "picow"), ("bare", "embassy")
    wanted = Experiment(
        runtimes=("all",),
        workloads=("crc32", "sort"),
        boards=boards,
        bases=bases,
        profiles=("reference", "small"),
    )
    return plan(catalog, wanted).measured


@pytest.fixture(scope="module")
def context(catalog: Catalog, cells: tuple[Cell, ...], tmp_path_factory: pytest.TempPathFactory) -> Context:
    home, runner = Home.at(tmp_path_factory.mktemp("home")), ProcessRunner()
    targets = {cell.board.target: catalog.target(cell.board).c for cell in cells}
    emulators = [cell.board.emulator for cell in cells]
    return Context(catalog, home, find(Versions(home.tools, runner), targets, emulators), runner)


def keys(context: Context, cells: Iterable[Cell]) -> list[str]:
    return keys_of(context, map(FirmwareSpec.of, cells))


def key(context: Context, cell: Cell) -> str:
    return steps(context, FirmwareSpec.of(cell)).key


def prints(context: Context, *cells: Cell) -> list[str]:
    return fingerprints(zip(cells, keys(context, cells), strict=True), context, "code")


def test_keys_of_many_are_those_of_each(context: Context, cells: tuple[Cell, ...]) -> None:
    together = dict(zip(cells_by_id(cells), keys(context, cells), strict=True))
    assert len(set(together.values())) == len(cells)
    for cell in random.Random(1).sample(cells, 60):  # noqa: S311 - not for secrets
        assert together[cell.id] == key(context, cell)


def test_fingerprints_of_many_are_those_of_each(context: Context, cells: tuple[Cell, ...]) -> None:
    together = dict(zip(cells_by_id(cells), prints(context, *cells), strict=True))
    assert len(set(together.values())) == len(cells)
    for cell in random.Random(2).sample(cells, 20):  # noqa: S311 - not for secrets
        assert [together[cell.id]] == prints(context, cell)


def test_what_decides_an_image_is_in_its_key(context: Context, cells: tuple[Cell, ...]) -> None:
    cell = next(cell for cell in cells if cell.build.name == "wasm3")
    board, build = cell.board, cell.build
    less = board.model_copy(update={"ram": Region(origin=board.ram.origin, size=board.ram.size // 2)})
    deeper = build.model_copy(update={"runtime": build.runtime.model_copy(update={"stack": 4096})})
    others = [replace(cell, board=less), replace(cell, build=deeper)]
    # Whether they are looked at together or alone.
    assert len({key(context, one) for one in (cell, *others)}) == 3
    assert len({*keys(context, (cell, *others[1:]))}) == 2


def test_the_c_library_is_in_the_keys_of_what_is_in_c(context: Context, cells: tuple[Cell, ...]) -> None:
    compilers = {
        name: replace(compiler, library=replace(compiler.library, identity=OTHER_LIBRARY))
        for name, compiler in context.toolchain.c.items()
    }
    other = replace(context, toolchain=replace(context.toolchain, c=compilers))
    for cell in (next(cell for cell in cells if cell.build.name == name) for name in ("wasm3", "wasmi")):
        assert (key(context, cell) == key(other, cell)) is (cell.build.runtime.language == "rust")
        assert (prints(context, cell) == prints(other, cell)) is (cell.build.runtime.language == "rust")


def test_where_a_c_library_lies_is_in_no_key(context: Context, cells: tuple[Cell, ...]) -> None:
    cell = next(cell for cell in cells if cell.build.name == "wasm3")
    compilers = {
        name: replace(
            compiler,
            library=replace(compiler.library, flags=("-isystem", "/opt"), archives=()),
            archives=(),
        )
        for name, compiler in context.toolchain.c.items()
    }
    moved = replace(context, toolchain=replace(context.toolchain, c=compilers))
    assert key(context, cell) == key(moved, cell)


def provided(context: Context, *names: str) -> Context:
    """The context where wasmfit-images has these artefacts."""
    tools = RecordedTools(system="here", rust=context.toolchain.rust.identity, c={})
    archives = {"groups/g": ImageArchive(sha256="0" * 64, artefacts=names)}
    manifest = Manifest(format=FORMAT, wasmfit="0", tools=tools, groups=archives, plugins={})
    images = ProvidedImages(context.home.root, manifest)
    return replace(context, toolchain=replace(context.toolchain, images=images))


def test_an_image_has_the_same_key_whether_it_is_built_or_filled(
    context: Context, cells: tuple[Cell, ...]
) -> None:
    cell = next(cell for cell in cells if cell.build.name == "wasm3")
    spec = FirmwareSpec.of(cell)
    open_image = prelinking.step(context, spec, Shared())
    assert open_image is not None
    filled = steps(provided(context, f"{open_image.kind}/{open_image.key[:32]}"), spec)
    assert filled.key == key(context, cell)
    assert set(filled.needs) == {"module", "prelinked"}
    assert [step.kind for step in filled.tasks()] == ["guest"]
    assert set(steps(context, spec).needs) == {"module", "firmware", "objects"}


def test_a_whole_image_and_a_module_are_taken_with_nothing_else(
    context: Context, cells: tuple[Cell, ...]
) -> None:
    cell = next(cell for cell in cells if cell.build.name == "wasm2c")
    spec, built = FirmwareSpec.of(cell), steps(context, FirmwareSpec.of(cell))
    taken = steps(provided(context, f"images/{built.key[:32]}"), spec)
    assert taken.key == built.key
    assert set(taken.needs) == {"module"}
    prepared = next(cell for cell in cells if cell.build.name == "wasefire")
    step = steps(context, FirmwareSpec.of(prepared)).needs["prepared"]
    without = steps(provided(context, f"prepared/{step.key[:32]}"), FirmwareSpec.of(prepared))
    assert step.needs
    assert not without.needs["prepared"].needs


def test_what_links_or_loads_no_module_is_in_no_open_image(context: Context, cells: tuple[Cell, ...]) -> None:
    for name in ("native", "wasm2c"):
        cell = next(cell for cell in cells if cell.build.name == name)
        assert prelinking.step(context, FirmwareSpec.of(cell), Shared()) is None


def test_what_is_expected_is_in_the_fingerprint_alone(context: Context, cells: tuple[Cell, ...]) -> None:
    cell = next(cell for cell in cells if cell.build.name == "wasm3")
    assert not isinstance(cell.workload, UserModule)
    calls = [call.model_copy(update={"expected": 1}) for call in cell.workload.calls]
    other = replace(cell, workload=cell.workload.model_copy(update={"calls": tuple(calls)}))
    assert key(context, cell) == key(context, other)
    assert prints(context, cell) != prints(context, other)


def cells_by_id(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.id for cell in cells]
