"""The deep analyses of damaged and hostile files: they add up, or say why not."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import ElfError, Machine, parse_elf
from wasmfit.elf.names.demangle import demangle
from wasmfit.elf.names.stable import family
from wasmfit.errors import UsageError
from wasmfit.footprint import attribute_bytes, with_literals
from wasmfit.footprint.attribution.debug_lines import files_by_dwarf, owners_by_inlining
from wasmfit.footprint.graph.constants import attribute_by_references, find_constant_owners
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import retention
from wasmfit.footprint.graph.savings import find_savings

from ..elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from ..tools import tool
from .attribution.test_debug_lines import SOURCES


def survives(image: bytes) -> bool:
    """Whether the bytes are an ELF file; then all analyses of it add up, or say why not."""
    try:
        elf = parse_elf(image, "any.elf")
    except ElfError:
        return False
    byte_map = with_literals(attribute_bytes(elf))
    if byte_map.size > 1 << 24:
        return False  # real sizes only: .bss may claim any
    graph = build_graph(byte_map)
    assert sum(fragment.size for fragment in graph.fragments) == byte_map.size
    assert find_constant_owners(graph).owners().keys() == {section.name for section in elf.allocated()}
    assert attribute_by_references(byte_map).size == byte_map.size
    retained = retention(graph)
    for number in range(0, len(graph.fragments), 1 + len(graph.fragments) // 5):
        why = retained.why(number)
        assert why.path[-1].fragment == number
        assert why.retained.flash >= why.own.flash
    retained.find("main", demangle)
    for saving in find_savings(retained, family=family):
        assert saving.own.flash >= 0
        assert saving.retained.flash >= saving.own.flash
    for step in (files_by_dwarf, owners_by_inlining):
        try:
            assert step(byte_map).size == byte_map.size
        except UsageError:
            continue
    return True


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("survives")
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    command = [tool("gcc"), "-O2", "-g", "-nostdlib", "-static", "-o", "image", "one.c", "two.c"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return (folder / "image").read_bytes()


def test_the_undamaged_file_survives(image: bytes) -> None:
    assert survives(image)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_files_survive(image: bytes, data: st.DataObject) -> None:
    broken = bytearray(image)
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    survives(bytes(broken))


HIGH = 0xFFFF_FFFF_8000_0000
ADDRESSES = [0, 0x1000, 0x7FFF_F000, 0xFFFF_F000, HIGH, (1 << 63) - 64, 1 << 63, (1 << 64) - 0x200]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([Machine.ARM, Machine.RISCV, Machine.X86_64, Machine.AARCH64, Machine.XTENSA, 4711]),
    st.booleans(),
    st.lists(st.sampled_from(ADDRESSES), min_size=3, max_size=3),
    st.binary(max_size=64),
    st.binary(max_size=64),
    st.lists(
        st.tuples(
            st.sampled_from(["f", "main", "$t", "__global_pointer$", "_R", "_RNvCs_1a1b", "_ZN1a1bE"]),
            st.sampled_from(ADDRESSES),
            st.integers(0, 64),
            st.sampled_from([0, 4, 1 << 40]),
            st.sampled_from([".text", ".rodata", ".bss", 0xFFF1]),
        ),
        max_size=8,
    ),
)
def test_files_at_any_address_survive(
    machine: int,
    wide: bool,
    places: list[int],
    code: bytes,
    data: bytes,
    symbols: list[tuple[str, int, int, int, str | int]],
) -> None:
    mask = (1 << 64) - 1 if wide else (1 << 32) - 1
    text, rodata, bss = (address & mask & ~0xFF for address in places)
    built = ElfBuilder(
        sections=[
            Sec(".text", text, code, flags=CODE),
            Sec(".rodata", rodata, data),
            Sec(".bss", bss, None, size=32, flags=DATA, type=8),
        ],
        symbols=[
            Sym(name, (at + offset) & mask, size & (mask >> 1), section)
            for name, at, offset, size, section in symbols
        ],
        bits=64 if wide else 32,
        machine=machine,
    )
    assert survives(built.build())
