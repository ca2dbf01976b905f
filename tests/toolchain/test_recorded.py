"""Where wasmfit-images is installed, its tools take the place of those that are not here."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.stand_ins import SAYS_VERSION, fake
from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.model import CLibrary
from wasmfit.provided import FORMAT, Manifest, RecordedC, RecordedRust, RecordedTools
from wasmfit.toolchain import ProcessRunner, Toolchain, Versions, find, recorded

QEMU = "qemu-system-arm"
TARGET = "thumbv7em-none-eabihf"
MADE_WITH = RecordedTools(
    system="Debian",
    rust=RecordedRust(rustc="rustc 1.96.0", cargo="cargo 1.96.0", linker="LLD 19"),
    c={
        TARGET: RecordedC(
            program="arm-none-eabi-gcc",
            version="12.2",
            library=CLibrary(name="picolibc", version="1.8", sha256="0" * 64),
            archives=("libc.a", "libgcc.a"),
            of_library=("libc.a",),
            harness=(),
        )
    },
)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Toolchain]:
    """Finds the tools of a machine that has an emulator alone, and of images where they are named."""
    fake(tmp_path / "bin", "qemu-system-arm", SAYS_VERSION)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("RUSTUP_HOME", str(tmp_path / "none"))
    images = tmp_path / "images"
    images.mkdir()
    manifest = Manifest(format=FORMAT, wasmfit="0", tools=MADE_WITH, groups={}, plugins={})
    (images / "manifest.json").write_text(manifest.model_dump_json())
    catalog = Catalog.load()
    board = catalog.board("nrf52840dk")

    def find_tools(**environment: str) -> Toolchain:
        versions = Versions(tmp_path / "tools.json", ProcessRunner())
        variables = {"WASMFIT_IMAGES": str(images), **environment}
        return find(versions, {TARGET: catalog.target(board).c}, [board.emulator], variables)

    return find_tools


def test_the_tools_of_images_take_the_place_of_missing_ones(found: Callable[..., Toolchain]) -> None:
    tools = found()
    assert not tools.rust.is_here
    assert tools.rust.identity == MADE_WITH.rust.model_dump()
    assert tools.host_cc is None
    compiler = tools.c[TARGET]
    assert not compiler.is_here
    assert compiler.library.identity == MADE_WITH.c[TARGET].library
    assert tools.versions()["arm-none-eabi-gcc"] == "12.2"
    assert "cc" not in tools.versions()
    assert "cc" in {check.need for check in tools.lacking}
    assert found(WASMFIT_RUST="images").lacking == ()


def test_a_cell_names_the_tools_of_its_own_board(found: Callable[..., Toolchain]) -> None:
    tools, boards = found(), Catalog.load().boards
    more = replace(tools, emulators={**tools.emulators, "qemu-system-riscv32": tools.emulators[QEMU]})
    assert more.of_board(boards["nrf52840dk"]).versions() == tools.versions()
    other = more.of_board(boards["esp32c6"]).versions()
    assert "qemu-system-riscv32" in other
    assert not {"arm-none-eabi-gcc", QEMU} & other.keys()


def test_without_images_tools_are_missing(found: Callable[..., Toolchain]) -> None:
    with pytest.raises(MissingToolError, match="cc"):
        found(WASMFIT_IMAGES="none")


def test_images_can_be_asked_for(found: Callable[..., Toolchain]) -> None:
    assert found(WASMFIT_RUST="images").rust.name == recorded.NAME
    with pytest.raises(UsageError, match="wasmfit-images is not installed"):
        found(WASMFIT_RUST="images", WASMFIT_IMAGES="none")


def test_what_is_recorded_is_what_was_recorded() -> None:
    rust = recorded.recorded_rust(MADE_WITH)
    compiler = recorded.recorded_c(MADE_WITH.c[TARGET], Catalog.load().targets[TARGET].c)
    assert recorded.record("Debian", rust, {TARGET: compiler}) == MADE_WITH
