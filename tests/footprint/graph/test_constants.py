"""Owners of constants by who refers to them."""

import dataclasses
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wasmfit
from wasmfit.elf import Machine, parse_elf, parse_link_map, read_elf
from wasmfit.elf import read_link_map as read_map
from wasmfit.elf.names.crates import codegen_unit_crate
from wasmfit.footprint import (
    ANONYMOUS_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    STRINGS,
    ByteRange,
    attribute_bytes,
)
from wasmfit.footprint.graph.constants import (
    SHARED_CONSTANTS,
    ConstantOwners,
    OwnershipBasis,
    attribute_by_references,
    find_constant_owners,
)
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.home import Home

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from ...tools import tool
from . import thumb

CATALOG = Path(__file__).parent.parent / "catalog"
TEXT, RODATA = 0x1000, 0x8000
CORE, WASM, OTHER = "_RNvCs1_4core1f", "_RNvCs2_4wasm1g", "_RNvCs3_5other1h"
LOCAL, OBJECT, NOTYPE = 0, 1, 0
UNIT = "0123456789abcdef0123456789abcdef"


def image(users: dict[str, list[int]], rodata: bytes, constants: list[tuple[str, int, int]]) -> ElfBuilder:
    """Functions that each refer to some addresses, and constants by name, offset and size."""
    code = b""
    symbols = [Sym("$t", TEXT, type=NOTYPE, binding=LOCAL)]
    for name, addresses in users.items():
        body = b"".join(thumb.address(0, address) for address in addresses) + thumb.BX_LR
        symbols.append(Sym(name, TEXT + len(code) | 1, len(body)))
        code += body
    symbols += [
        Sym(name, RODATA + offset, size, ".rodata", OBJECT, LOCAL) for name, offset, size in constants
    ]
    return ElfBuilder(
        sections=[Sec(".text", TEXT, code, flags=CODE), Sec(".rodata", RODATA, rodata)], symbols=symbols
    )


def owners_of(built: ElfBuilder, link_map: str | None = None) -> ConstantOwners:
    the_map = None if link_map is None else parse_link_map(link_map)
    return find_constant_owners(build_graph(attribute_bytes(parse_elf(built.build()), the_map)))


def owners(built: ElfBuilder, link_map: str | None = None) -> dict[str, int]:
    return owners_of(built, link_map).owners()[".rodata"]


def anonymous(number: int, unit: str = UNIT) -> str:
    return f".Lanon.{unit}.{number}"


def test_a_constant_is_its_only_users() -> None:
    constants = [(anonymous(0), 0, 8), (anonymous(1), 8, 8), (anonymous(2), 16, 8)]
    built = image({CORE: [RODATA], WASM: [RODATA + 8]}, bytes(24), constants)
    assert owners(built) == {"core": 8, "wasm": 8, ANONYMOUS_CONSTANTS: 8}


def test_what_a_constant_points_to_is_its_users_as_well() -> None:
    data = struct.pack("<2I", RODATA + 8, 3) + struct.pack("<2I", RODATA + 16, 3) + b"abcdefgh"
    constants = [(anonymous(0), 0, 8), (anonymous(1), 8, 8), (anonymous(2), 16, 8)]
    assert owners(image({WASM: [RODATA]}, data, constants)) == {"wasm": 24}


def test_a_ring_of_constants_is_its_users() -> None:
    data = struct.pack("<4I", RODATA + 8, 3, RODATA, 3)
    constants = [(anonymous(0), 0, 8), (anonymous(1), 8, 8)]
    assert owners(image({WASM: [RODATA]}, data, constants)) == {"wasm": 16}
    assert owners(image({}, data, constants)) == {ANONYMOUS_CONSTANTS: 16}


def test_a_named_constant_owns_what_it_alone_points_to() -> None:
    data = struct.pack("<2I", RODATA + 8, 3) + b"abcdefgh"
    built = image({CORE: [RODATA]}, data, [(f"{WASM}4data", 0, 8), (anonymous(0), 8, 8)])
    assert owners(built) == {"wasm": 16}


@pytest.mark.parametrize(
    ("gap", "found_there"), [(b"", True), (b"\0", True), (b"\0\0\0", True), (b"\0\1\0", False)]
)
def test_a_constant_without_a_name_begins_after_a_symbol(gap: bytes, found_there: bool) -> None:
    """As do the tables whose names a linker drops: after zeros for their alignment and nothing else."""
    rest = b"\0\xc0\0\x16\0\x20\0\xd8"
    named = b"\1" * (8 - len(gap))
    data = named + gap + rest + struct.pack("<2I", RODATA + 8, 8)
    constants = [(f"{OTHER}4data", 0, len(named)), (f"{WASM}4data", 16, 8)]
    assert owners(image({}, data, constants))["wasm"] == (16 if found_there else 8)


def test_several_owners_share() -> None:
    built = image({WASM: [RODATA], OTHER: [RODATA]}, bytes(8), [(".L.str", 0, 8)])
    assert owners(built) == {SHARED_CONSTANTS: 8}


def test_many_owners_share_through_other_constants() -> None:
    names = [f"_RNvCs{n}_6crate{n}1f" for n in range(1, 6)]
    data = struct.pack("<2I", RODATA + 8, 3) + bytes(8)
    users = {name: [RODATA + 8 * (n % 2)] for n, name in enumerate([*names, CORE])}
    assert owners(image(users, data, [(".L.str", 0, 8), (".L.str.1", 8, 8)])) == {SHARED_CONSTANTS: 16}


def test_the_standard_librarys_part_is_for_the_others_sake() -> None:
    built = image({WASM: [RODATA], CORE: [RODATA]}, bytes(8), [(".L.str", 0, 8)])
    assert owners(built) == {"wasm": 8}


@pytest.mark.parametrize(
    ("path", "crate"),
    [
        (
            b"/home/me/.cargo/registry/src/registry-1949cf8c6b5b557f/other-crate-2.0.0/src/a.rs",
            "other_crate",
        ),
        (b"registry-1949cf8c6b5b557f/wasm-1.2.3-rc.1/src/engine/mod.rs\0", "wasm"),
        (b"/rustc/ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96/library/core/src/str/mod.rs", "core"),
        (b"/usr/src/rustc-1.96.0/library/alloc/src/vec.rs", "alloc"),
        (b"src/main.rs", SHARED_CONSTANTS),
        (b"wasm-1.2.3 is a version, not a path", SHARED_CONSTANTS),
    ],
)
def test_a_path_that_several_use_is_the_crates_that_it_names(path: bytes, crate: str) -> None:
    built = image({WASM: [RODATA], OTHER: [RODATA]}, path, [(".L.str", 0, len(path))])
    assert owners(built) == {crate: len(path)}


def test_what_several_use_is_the_crates_of_most_of_its_codegen_unit() -> None:
    first, second = "1" * 32, "2" * 32
    constants = [(anonymous(0, first), 0, 8), (anonymous(1, first), 8, 16), (anonymous(0, second), 24, 8)]
    constants += [(anonymous(2, first), 32, 8)]
    users = {WASM: [RODATA, RODATA + 32], OTHER: [RODATA + 8, RODATA + 24, RODATA + 32]}
    built = image(users, bytes(40), constants)
    assert {
        (p.start - RODATA, owner, basis) for p, owner, basis in owners_of(built).owned if p.start >= RODATA
    } == {
        (0, "wasm", OwnershipBasis.REFERENCES),
        (8, "other", OwnershipBasis.REFERENCES),
        (24, "other", OwnershipBasis.REFERENCES),
        (32, "other", OwnershipBasis.UNIT),
    }


def the_map(size: int, name: str) -> str:
    return (
        "     VMA      LMA     Size Align Out     In      Symbol\n"
        f"{RODATA:8x} {RODATA:8x} {size:8x}     1 .rodata\n"
        f"{RODATA:8x} {RODATA:8x} {size:8x}     1         <internal>:({name})\n"
    )


def test_merged_texts_are_split_at_their_ends_and_where_something_refers_to() -> None:
    texts = b"unused\0foobar\0plain\0"
    foobar, bar, plain = RODATA + 7, RODATA + 10, RODATA + 14
    built = image({WASM: [foobar, plain], OTHER: [bar]}, texts, [])
    # "bar" is the end of "foobar": both need it.
    assert owners(built, the_map(len(texts), ".rodata.str1.1")) == {
        "wasm": 3 + 6,
        SHARED_CONSTANTS: 4,
        MERGED_STRINGS: 7,
    }


def test_merged_constants_are_split_by_their_size() -> None:
    built = image({WASM: [RODATA], OTHER: [RODATA + 16]}, bytes(range(24)), [])
    assert owners(built, the_map(24, ".rodata.cst8")) == {"wasm": 8, "other": 8, "[merged constants]": 8}


def test_without_a_map_texts_end_at_their_nul() -> None:
    texts = b"hello\0nobody\0there\0"
    built = image({WASM: [RODATA], OTHER: [RODATA + 13]}, texts, [])
    assert owners(built) == {"wasm": 6, STRINGS: 7, "other": 6}


def test_a_pass_divides_the_byte_map_and_keeps_its_total() -> None:
    texts = b"hello\0nobody\0there\0"
    built = image({WASM: [RODATA], OTHER: [RODATA + 13]}, texts, [])
    before = attribute_bytes(parse_elf(built.build()))
    after = attribute_by_references(before)
    assert after.size == before.size
    rows = [(e.start - RODATA, e.size, e.owner) for e in after.ranges if e.section.name == ".rodata"]
    assert rows == [(0, 6, "wasm"), (6, 7, STRINGS), (13, 6, "other")]
    text = [byte_range for byte_range in after.ranges if byte_range.section.name == ".text"]
    assert text == [byte_range for byte_range in before.ranges if byte_range.section.name == ".text"]


def test_code_and_zeroed_data_keep_their_row() -> None:
    built = image({WASM: [0x2000_0000]}, bytes(8), [])
    built.sections.append(Sec(".bss", 0x2000_0000, None, size=16, flags=DATA, type=8))
    rows = owners_of(built).owners()
    assert rows[".bss"] == {"[unknown]": 16}
    assert rows[".text"] == {"wasm": 10}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            Sym,
            st.sampled_from([CORE, WASM, anonymous(1), anonymous(2, "f" * 32), "$t", "$d", "x", ".L.str"]),
            st.integers(0x0FF0, 0x1070) | st.integers(0x7FF0, 0x8070),
            st.sampled_from([0, 2, 8, 64, 0xFFFF_FFFF]),
            st.sampled_from([".text", ".rodata"]),
            st.sampled_from([0, 1, 2, 4]),
            st.sampled_from([0, 1]),
        ),
        max_size=10,
    ),
    st.binary(min_size=96, max_size=96) | st.just(thumb.address(1, RODATA + 3) * 12),
    st.binary(min_size=96, max_size=96) | st.just((b"text\0" + struct.pack("<I", RODATA)) * 10 + bytes(6)),
    st.none() | st.sampled_from([".rodata.str1.1", ".rodata.cst4", ".rodata.cst999", ".rodata.str4.4"]),
    st.sampled_from([Machine.ARM, Machine.RISCV, Machine.X86_64, Machine.XTENSA, 4711]),
    st.booleans(),
)
def test_every_pass_adds_up(
    symbols: list[Sym], code: bytes, data: bytes, merged: str | None, machine: int, big: bool
) -> None:
    built = ElfBuilder(
        sections=[Sec(".text", TEXT, code, flags=CODE), Sec(".rodata", RODATA, data)],
        symbols=symbols,
        machine=machine,
        big_endian=big,
    )
    link_map = None if merged is None else parse_link_map(the_map(96, merged))
    before = attribute_bytes(parse_elf(built.build()), link_map)
    graph = build_graph(before)
    for section in before.elf.allocated():
        fragments = [fragment for fragment in graph.fragments if fragment.section is section]
        assert (fragments[0].start, fragments[-1].end) == (section.address, section.end)
        assert all(a.end == b.start for a, b in pairwise(fragments))
        assert all(fragment.size > 0 for fragment in fragments)
    assert all(edge.source != edge.target for edge in graph.edges)
    after = attribute_by_references(before)  # the byte map checks itself
    rows = find_constant_owners(graph).owners()
    for section in before.elf.allocated():
        mine = [byte_range for byte_range in after.ranges if byte_range.section is section]
        assert sum(rows[section.name].values()) == sum(byte_range.size for byte_range in mine) == 96


TWO_FILES = {
    "one.c": """
        extern const char *volatile sink; void two(void);
        void one(void) { sink = "of one only"; sink = "of both"; two(); }
        void _start(void) { one(); for (;;); }
    """,
    "two.c": """
        const char *volatile sink; void two(void) { sink = "of two only"; sink = "of both"; }
    """,
}


@pytest.mark.real
@pytest.mark.parametrize("linker", ["gnu", "lld"])
def test_merged_texts_are_their_users_whatever_the_map_says(tmp_path: Path, linker: str) -> None:
    compiler = tool("arm-none-eabi-gcc")
    for name, text in TWO_FILES.items():
        (tmp_path / name).write_text(text)
        command = [compiler, "-mcpu=cortex-m4", "-mthumb", "-Os", "-c", name]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    (tmp_path / "script.ld").write_text(
        "SECTIONS { . = 0x8000000; .text : { *(.text*) } .rodata : { *(.rodata*) } "
        ".bss 0x20000000 : { *(.bss*) } }"
    )
    program = tool("ld.lld", "ld.lld-19") if linker == "lld" else tool("arm-none-eabi-ld")
    link = ["-O2", "-T", "script.ld", "-e", "_start", "-Map=image.map", "-o", "image.elf", "one.o", "two.o"]
    subprocess.run([program, *link], cwd=tmp_path, check=True, timeout=60)
    elf = read_elf(tmp_path / "image.elf")
    byte_map = attribute_bytes(
        elf,
        read_map(tmp_path / "image.map"),
        owner_of_object=lambda path: path.removesuffix(".o"),
        owner_of_symbol={"_start": "one", "one": "one", "two": "two"}.get,
    )
    rows = find_constant_owners(build_graph(byte_map)).owners()[".rodata"]
    assert {name: size for name, size in rows.items() if name != PADDING} == {
        "one": len("of one only") + 1,
        "two": len("of two only") + 1,
        SHARED_CONSTANTS: len("of both") + 1,
    }


# Real images


@pytest.mark.real
@pytest.mark.parametrize("runtime", ["wasmi", "wasmtime", "tinywasm", "wasefire", "spacewasm"])
def test_most_constants_of_a_runtime_have_an_owner(warm_home: Home, runtime: str) -> None:
    """Of fat link-time optimisation, so that neither names nor codegen units tell the owners."""
    path = _elf(warm_home, runtime, "reference")
    elf = read_elf(path)
    for link_map, least in ((read_map(path.removesuffix(".elf") + ".map"), 0.97), (None, 0.9)):
        # Functions of C and of assembly are somebody's, though no crate's.
        byte_map = attribute_bytes(
            elf, link_map, last_resort=lambda name: "C" if name.isidentifier() else None
        )
        constants = find_constant_owners(build_graph(byte_map))
        assert constants.share(".rodata") > least
        assert sum(constants.owners()[".rodata"].values()) == next(
            s.size for s in elf.allocated() if s.name == ".rodata"
        )


@pytest.mark.real
@pytest.mark.parametrize("runtime", ["wasmi", "tinywasm"])
def test_references_find_the_codegen_unit_of_constants(warm_home: Home, runtime: str) -> None:
    """Without link-time optimisation, the object that brought a constant tells its codegen unit.

    A function counts for its codegen unit here as well: its name's crate is another one for what is generic.
    """
    path = _elf(warm_home, runtime, "reference-no-lto")
    byte_map = attribute_bytes(read_elf(path), read_map(path.removesuffix(".elf") + ".map"))
    truth = {
        (byte_range.start, byte_range.section.index): _unit(byte_range) for byte_range in byte_map.ranges
    }
    blind = byte_map.with_ranges(
        byte_range._replace(owner=ANONYMOUS_CONSTANTS)
        if not byte_range.section.executable
        else byte_range._replace(owner=_unit(byte_range) or byte_range.owner)
        for byte_range in byte_map.ranges
    )
    agree = differ = 0
    for fragment, owner, basis in find_constant_owners(build_graph(blind)).owned:
        unit = truth.get((fragment.start, fragment.section.index))
        if fragment.section.name != ".rodata" or unit is None or basis is OwnershipBasis.NO_REFERENCE:
            continue
        if owner == unit:
            agree += fragment.size
        else:
            differ += fragment.size
    assert agree > 50_000
    assert agree / (agree + differ) > 0.98


def _unit(byte_range: ByteRange) -> str | None:
    return codegen_unit_crate(byte_range.input.object) if byte_range.input is not None else None


def _c_function(name: str) -> str | None:
    return "C" if name.isidentifier() else None


def _elf(home: Home, runtime: str, profile: str) -> str:
    comparison = wasmfit.compare(
        runtimes=[runtime], profiles=[profile], home=home.root, catalogs=[CATALOG], select=[f"{runtime}@*"]
    )
    cell = next(m for m in comparison.measurements if m.id.startswith(f"{runtime}@"))
    assert cell.provenance is not None
    assert cell.provenance.elf is not None
    return cell.provenance.elf


def test_an_account_of_constants_is_a_plain_record() -> None:
    built = image({WASM: [RODATA]}, bytes(8), [(anonymous(0), 0, 8)])
    constants = owners_of(built)
    assert constants.share(".rodata") == 1.0
    assert constants.share(".none") == 1.0
    assert dataclasses.is_dataclass(constants)
