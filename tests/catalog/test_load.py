"""The catalogue: what is in it holds together, and what is broken is told with file, line and field."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from wasmfit.catalog import Catalog, CatalogError
from wasmfit.catalog.load import BUILT_IN
from wasmfit.errors import UsageError
from wasmfit.plan import select_builds

BOARD = """\
name = "toy"
title = "Toy"
chip = "none"
target = "thumbv7em-none-eabihf"
erase_unit = 4096
clock_hz = 1_000_000
probe_rs_chip = "none"
source = "a test"

[flash]
origin = 0
size = 65_536

[ram]
origin = 0x2000_0000
size = 16_384

[emulator]
qemu = "qemu-system-arm"
machine = "mps2-an386"
isa = "thumb"
flash = 0
ram = 0x2000_0000

[[emulator.memory]]
origin = 0
size = 0x4000_0000

[flash_path]
source = "a toy"
"""


def with_board(folder: Path, text: str) -> Catalog:
    (folder / "boards").mkdir(exist_ok=True)
    (folder / "boards" / "toy.toml").write_text(text)
    return Catalog.load(folder)


def test_built_in_catalogue_loads() -> None:
    catalog = Catalog.load()
    assert {"wasmi", "wasmtime", "wasm3", "wamr", "wasm-interpreter", "baseline"} <= catalog.runtimes.keys()
    assert {"reference", "small", "fast", "mixed"} == catalog.profiles.keys()
    board = catalog.board("nrf52840dk")
    assert (board.flash.origin, board.flash.size) == (0, 1024 * 1024)
    assert (board.ram.origin, board.ram.size) == (0x2000_0000, 256 * 1024)


@pytest.mark.parametrize(
    ("name", "board"),
    [("rpi-pico2", "pico2"), ("nrf5340dk-app", "nrf5340dk"), ("bbc-microbit-v2", "microbit-v2")],
)
def test_a_board_can_be_called_as_a_system_calls_it(name: str, board: str) -> None:
    assert Catalog.load().board(name).name == board
    with pytest.raises(UsageError, match="no board named"):
        Catalog.load().board(f"{name}-x")


def test_published_figures_are_the_references() -> None:
    published = {
        version.version: version.published.figures
        for name in ("wasmi", "wasmtime", "wasm-interpreter")
        for version in Catalog.load().runtimes[name].versions
        if version.published is not None
    }
    # The reference's table; its probe-rs row is KiB written as kB.
    assert published == {
        "0.51.5": {
            "text": 511_300, "rodata": 79_544, "bss": 5_676, "runtime_crates": 427_300, "flashed": 580 * 1024,
        },
        "38.0.3": {
            "text": 264_548, "rodata": 54_916, "bss": 5_764, "runtime_crates": 175_300, "flashed": 316 * 1024,
        },
        "0.1.0": {
            "text": 162_272, "rodata": 16_940, "bss": 5_668, "runtime_crates": 121_400, "flashed": 176 * 1024,
        },
    }  # fmt: skip


def test_every_buildable_version_has_its_lockfiles() -> None:
    catalog = Catalog.load()
    for runtime in catalog.runtimes.values():
        locks = catalog.folder(runtime) / "locks"
        if runtime.unavailable is not None:
            continue  # It is in no registry, so there is nothing to lock.
        for version in runtime.versions:
            if version.dependencies:
                assert (locks / f"{version.version}.lock").is_file()
            if version.host_dependencies:
                assert (locks / f"host-{version.version}.lock").is_file()


WASM2C = (BUILT_IN / "runtimes/wasm2c/runtime.toml").read_text()
WASM3 = (BUILT_IN / "runtimes/wasm3/runtime.toml").read_text()


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (WASM2C, "{export}. \\*/", "nothing", "c.translator: export must hold {export}"),
        (WASM2C, "(\\w+)\\('", "\\('", "c.translator.export: a regular expression with a group"),
        (WASM2C, "(\\w+)\\('", "(('", "c.translator.export: not a regular expression"),
        (
            WASM3,
            "(\\d+)\\.(\\d+)\\.(\\d+)",
            "x",
            "checkout.version: a regular expression with a group",
        ),
        (WASM3, 'heap = "all RAM left over"', "", "facts.heap: Field required"),
        (
            WASM3,
            'language = "c"',
            'language = "c"\nguest = "both"',
            "guest: Input should be 'module' or 'crate'",
        ),
    ],
)
def test_a_broken_runtime_is_told_by_field(tmp_path: Path, text: str, old: str, new: str, words: str) -> None:
    assert old in text
    name = text.split('"')[1]
    folder = tmp_path / "runtimes" / name
    folder.mkdir(parents=True)
    (folder / "runtime.toml").write_text(text.replace(old, new))
    with pytest.raises(CatalogError) as caught:
        Catalog.load(tmp_path)
    assert f"{name}/runtime.toml" in caught.value.message
    assert words in caught.value.message


def test_an_added_board_is_one_file(tmp_path: Path) -> None:
    assert with_board(tmp_path, BOARD).board("toy").ram.size == 16_384


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("erase_unit = 4096", "erase_unit = 0", 5, "erase_unit: Input should be greater than 0 (it is 0)"),
        ("erase_unit = 4096", 'erase_unit = "big"', 5, "erase_unit: Input should be a valid integer"),
        ("clock_hz", "clock_hertz", 1, "clock_hz: Field required"),
        ("clock_hz", "clock_hertz", 6, "clock_hertz: There is no such field. Did you mean clock_hz?"),
        ("size = 16_384", "size = -1", 16, "ram.size: Input should be greater than 0 (it is -1)"),
        ('name = "toy"', 'name = "other"', 1, "name must be 'toy', as the file's place says"),
        ("size = 65_536", "size = 65_537", 1, "flash must end at a multiple of erase_unit (4096)"),
        ("origin = 0x2000_0000", "origin = 0xf000", 1, "flash and ram overlap"),
        ("[flash]", "[flash", 10, "is not valid TOML"),
    ],
)
def test_a_broken_board_is_told_by_file_line_and_field(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in BOARD
    with pytest.raises(CatalogError) as caught:
        with_board(tmp_path, BOARD.replace(old, new))
    assert "toy.toml" in caught.value.message
    assert words in caught.value.message
    assert f":{line}:" in caught.value.message or f"line {line}" in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a" * 100, b"[" * 100_000, b"x = " + b"[" * 5000])
def test_garbage_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "toy.toml").write_bytes(content)
    with pytest.raises(CatalogError, match=r"toy\.toml"):
        Catalog.load(tmp_path)


def test_a_catalogue_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="not a folder"):
        Catalog.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("kind", "typo", "meant"), [("board", "nrf5284odk", "nrf52840dk"), ("profile", "refrence", "reference")]
)
def test_a_typo_is_answered_with_what_was_meant(kind: str, typo: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(Catalog.load(), kind)(typo)
    assert caught.value.remedy == f"Did you mean {meant}?"


def test_every_runtime_that_runs_modules_takes_any() -> None:
    catalog = Catalog.load()
    without = {name for name, one in catalog.runtimes.items() if not catalog.takes_any_module(one)}
    # Native code has no module, and Eccles WASM, Myrmic and Synth cannot be built.
    assert without == {"eccles", "native", "myrmic", "synth"}
    for runtime in catalog.runtimes.values():
        if runtime.c is not None:
            assert runtime.c.any
            for name in (*runtime.c.firmware, *runtime.c.any):
                assert (catalog.embedding(runtime) / name).is_file()


def test_a_variant_of_several_versions_pins_none_of_their_crates() -> None:
    """The row of a version would else be another version under its name."""
    runtime = Catalog.load().runtimes["wasmtime"]
    data = runtime.model_dump(by_alias=True)
    (component,) = [one for one in data["variants"] if one["name"] == "wasmtime-component"]
    component["dependencies"]["wasmtime"]["version"] = "=48.0.8"
    with pytest.raises(ValidationError, match=r"dependencies.wasmtime has version =48.0.8"):
        type(runtime).model_validate(data)
    component["versions"] = ["48.0.8"]
    assert type(runtime).model_validate(data)


def test_every_build_takes_the_crates_of_its_version() -> None:
    for build in select_builds(Catalog.load(), ["all"]):
        for name, dependency in build.version.dependencies.items():
            assert build.dependencies[name].version == dependency.version


def test_an_unknown_name_has_a_remedy() -> None:
    catalog = Catalog.load()
    with pytest.raises(UsageError) as several:
        catalog.board("pico2w,esp32c6")
    assert several.value.remedy == "Name one of them."
    with pytest.raises(UsageError) as loud:
        catalog.profile("SMALL")
    assert loud.value.remedy == "Did you mean small?"
