"""WebAssembly modules, with the same views as firmware."""

from contextlib import suppress
from pathlib import Path

import pytest

import wasmfit
from wasmfit.errors import UsageError
from wasmfit.footprint.views.tree import GroupBy

from . import by, rows, run, sources, uses

WASM = (
    "clang-19", "--target=wasm32", "-nostdlib", "-Wl,--no-entry", "-Wl,--export-all", "-Wl,--no-demangle",
)  # fmt: skip


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = sources("debugforms", tmp_path_factory.mktemp("module"))
    run(place, *WASM, "-O1", "-g", "-gdwarf-4", "a.cc", "-o", "a.wasm")
    return place / "a.wasm"


def test_every_byte_of_a_module_counts_once(module: Path) -> None:
    analysis = wasmfit.size(module, by=("region", "section"))
    size = module.stat().st_size
    assert uses(analysis)["module"] == size
    assert uses(analysis)["RAM"] % 65_536 == 0
    found = rows(analysis)
    assert found["module",] == size
    assert {"code", "name", "producers", ".debug_line", "[framing]"} <= {n[1] for n in found if len(n) == 2}
    assert (analysis.machine, analysis.kind) == ("WebAssembly", "module")
    assert not any("guess" in note for note in analysis.notes)


def test_functions_have_their_names_and_sources(module: Path) -> None:
    found = by(module, "symbol", "file", sections=["code"])
    functions = {names[0] for names in found if len(names) == 1}
    assert any("in_gen" in name for name in functions)
    sources_of = {(names[0], Path(names[1]).name) for names in found if len(names) == 2}
    assert any("in_gen" in name and file == "gen.h" for name, file in sources_of)
    assert by(module, "kind")["code",] > 100


def test_modules_are_compared(module: Path) -> None:
    difference = wasmfit.size(module, base=module, by=(GroupBy.SECTION,)).difference
    assert difference is not None
    assert difference.view.bytes == 0


def leb(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])


def section(number: int, contents: bytes) -> bytes:
    return bytes([number]) + leb(len(contents)) + contents


HEAD = b"\0asm\1\0\0\0"
PLAIN = (
    HEAD
    + section(1, b"\1\x60\0\0")
    + section(3, b"\1\0")
    + section(5, b"\1\0\2")
    + section(7, b"\1\3run\0\0")
    + section(10, b"\1\2\0\x0b")
    + section(11, b"\1\0\x41\x10\x0b\4abcd")
)


def test_without_names_exports_and_numbers_do(tmp_path: Path) -> None:
    (tmp_path / "a.wasm").write_bytes(PLAIN)
    analysis = wasmfit.size(tmp_path / "a.wasm", by=("symbol",))
    assert uses(analysis) == {"module": len(PLAIN), "RAM": 131_072}
    found = rows(analysis)
    assert (found["run",], found["data[0]",]) == (3, 9)


@pytest.mark.parametrize("cut", range(9, len(PLAIN)))
def test_modules_that_are_cut_off_are_refused_in_words(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wasm"
    path.write_bytes(PLAIN[:cut])
    with suppress(UsageError):  # a module that ends between two sections is whole
        assert wasmfit.size(path).uses[0].bytes == cut


def test_a_module_that_claims_what_it_has_not(tmp_path: Path) -> None:
    path = tmp_path / "a.wasm"
    path.write_bytes(HEAD + section(10, b"\xff\xff\xff\xff\x0f\2\0\x0b"))
    with pytest.raises(UsageError, match="damaged"):
        wasmfit.size(path)
