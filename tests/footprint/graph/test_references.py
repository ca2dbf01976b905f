"""What refers to what: hand-made code, and images of real compilers against their relocations."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import Machine, parse_elf, parse_link_map, read_elf
from wasmfit.footprint.attribution.byte_map import attribute_bytes
from wasmfit.footprint.graph.reference import Reference, ReferenceKind
from wasmfit.footprint.graph.references import References, find_references

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from ...tools import tool
from . import thumb

FLASH, RAM = 0x0800_0000, 0x2000_0000
LOCAL, OBJECT, NOTYPE = 0, 1, 0


_LAST_OF_ELF = 0xFFFF
"""What an ELF file has room for: other files are read as machines of their own."""


def references_of(
    code: bytes,
    symbols: list[Sym] | None = None,
    *,
    at: int = FLASH,
    rodata: bytes = bytes(64),
    rodata_at: int | None = None,
    machine: int = Machine.ARM,
    bits: int = 32,
    link_map: str | None = None,
    mark: str = "$t",
) -> References:
    built = ElfBuilder(
        sections=[
            Sec(".text", at, code, flags=CODE),
            Sec(".rodata", at + 0x1000 if rodata_at is None else rodata_at, rodata),
            Sec(".data", RAM, bytes(64), flags=DATA),
        ],
        symbols=[Sym("f", at | (machine == Machine.ARM and mark == "$t"), len(code)), *(symbols or [])],
        machine=machine,
        bits=bits,
    )
    if machine == Machine.ARM:
        built.symbols.append(Sym(mark, at, type=NOTYPE, binding=LOCAL))
    the_map = None if link_map is None else parse_link_map(link_map)
    return find_references(attribute_bytes(parse_elf(built.build()), the_map))


def rows(references: References) -> list[tuple[int, int, ReferenceKind]]:
    return [tuple(row) for row in references.rows()]  # type: ignore[misc]


# Thumb


def test_movw_and_movt_make_an_address() -> None:
    code = thumb.address(3, FLASH + 0x1010) + thumb.BX_LR
    assert rows(references_of(code)) == [(FLASH + 4, FLASH + 0x1010, ReferenceKind.ADDRESS)]


def test_pairs_may_be_interleaved_and_apart() -> None:
    first, second = FLASH + 0x1008, RAM + 4
    code = (
        thumb.movw(0, first)
        + thumb.movw(1, second)
        + thumb.mov(2, 7)
        + thumb.movt(1, second)
        + thumb.movt(0, first)
    )
    pairs = {(row.source, row.target) for row in references_of(code).rows()}
    assert pairs == {(FLASH + 10, second), (FLASH + 14, first)}


def test_a_register_that_was_overwritten_makes_no_address() -> None:
    code = thumb.movw(0, FLASH + 0x1008) + thumb.mov(0, 7) + thumb.movt(0, FLASH + 0x1008)
    assert rows(references_of(code)) == []


TWO_RESULTS = [
    "ldrd {0}, {1}, [r2]",
    "ldrd {0}, {1}, [r2], #8",
    "ldrd {0}, {1}, [r2, #-8]!",
    "umull {0}, {1}, r2, r3",
    "smull {0}, {1}, r2, r3",
    "umlal {0}, {1}, r2, r3",
    "smlal {0}, {1}, r2, r3",
    "umaal {0}, {1}, r2, r3",
    "smlalbt {0}, {1}, r2, r3",
    "smlald {0}, {1}, r2, r3",
    "smlsldx {0}, {1}, r2, r3",
    "vmov {0}, {1}, d3",
]


@pytest.mark.parametrize("mode", ["thumb", "arm"])
@pytest.mark.parametrize(("first", "second"), [("r0", "r1"), ("r10", "r11")])
@pytest.mark.parametrize("instruction", TWO_RESULTS, ids=lambda text: text.split()[0])
def test_a_second_result_overwrites_its_register_too(
    tmp_path: Path, instruction: str, first: str, second: str, mode: str
) -> None:
    between = instruction.format(first, second)
    for register, addresses in ((first, set()), (second, set()), ("r9", {RAM + 4})):
        code = assembled(
            tmp_path,
            f".{mode}",
            f"movw {register}, #{RAM + 4 & 0xFFFF}",
            between,
            f"movt {register}, #{RAM >> 16}",
        )
        references = references_of(code, mark="$t" if mode == "thumb" else "$a")
        assert {row.target for row in references.rows()} == addresses, (register, between)


@pytest.mark.parametrize("mode", ["thumb", "arm"])
@pytest.mark.parametrize("instruction", ["vmov r1, s0", "vmrs r1, fpscr", "vmov r1, r2, s4, s5"])
def test_a_value_from_the_fpu_overwrites_a_core_register(tmp_path: Path, instruction: str, mode: str) -> None:
    code = assembled(tmp_path, f".{mode}", "movw r1, #4", instruction, f"movt r1, #{RAM >> 16}")
    assert rows(references_of(code, mark="$t" if mode == "thumb" else "$a")) == []


@pytest.mark.parametrize(
    "instruction", ["vmov s0, r1", "vmov d3, r2, r1", "vmsr fpscr, r1", "strd r0, r1, [r2]"]
)
def test_a_register_that_is_only_read_keeps_its_half_of_an_address(tmp_path: Path, instruction: str) -> None:
    code = assembled(tmp_path, ".thumb", "movw r1, #4", instruction, f"movt r1, #{RAM >> 16}")
    assert {row.target for row in references_of(code).rows()} == {RAM + 4}


def assembled(folder: Path, *lines: str) -> bytes:
    """The instructions as GNU's assembler encodes them for a core that has them all."""
    head = [".syntax unified", ".cpu cortex-a15", ".fpu neon-vfpv4"]
    (folder / "code.s").write_text("\n".join([*head, *lines, ""]))
    run(tool("arm-none-eabi-as"), "code.s", "-o", "code.o", folder=folder)
    run(tool("arm-none-eabi-objcopy"), "-O", "binary", "-j", ".text", "code.o", "code.bin", folder=folder)
    return (folder / "code.bin").read_bytes()


def test_a_pair_does_not_reach_over_functions() -> None:
    code = thumb.movw(0, FLASH + 0x1008) + thumb.movt(0, FLASH + 0x1008)
    assert rows(references_of(code, [Sym("g", FLASH + 5, 4)])) == []


def test_movt_without_movw_makes_no_address() -> None:
    assert rows(references_of(thumb.movt(0, FLASH))) == []


def test_a_number_is_no_function_pointer_without_the_thumb_bit() -> None:
    code = thumb.address(0, FLASH + 8) + thumb.address(1, FLASH + 17) + thumb.BX_LR * 4
    references = references_of(code, [Sym("g", FLASH + 17, 2)])
    assert rows(references) == [(FLASH + 12, FLASH + 16, ReferenceKind.ADDRESS)]


def test_a_literal_is_what_its_load_refers_to() -> None:
    code = thumb.ldr(0, 1) + thumb.BX_LR + thumb.NOP * 2 + struct.pack("<I", RAM + 8)
    references = references_of(code, [Sym("$d", FLASH + 8, type=NOTYPE, binding=LOCAL)])
    assert rows(references) == [
        (FLASH, RAM + 8, ReferenceKind.ADDRESS),
        (FLASH + 8, RAM + 8, ReferenceKind.DATA),
    ]


def test_calls_and_jumps_out_of_the_function() -> None:
    code = thumb.branch(FLASH, FLASH + 12) + thumb.branch(FLASH + 4, FLASH + 12, link=False)
    code += thumb.cbz(0, 0) + thumb.NOP + thumb.BX_LR
    references = references_of(code, [Sym("g", FLASH + 13, 2)])
    assert rows(references) == [
        (FLASH, FLASH + 12, ReferenceKind.CALL),
        (FLASH + 4, FLASH + 12, ReferenceKind.JUMP),
        (FLASH + 8, FLASH + 12, ReferenceKind.JUMP),
    ]


@pytest.mark.parametrize("distance", [-0x7FFE, -0x1000, -4, 4, 0x800, 0x7FFE])
def test_calls_reach_far(distance: int) -> None:
    code, at = bytearray(thumb.NOP * 0x8000), 0x8000
    code[at : at + 4] = thumb.branch(FLASH + at, FLASH + at + distance)
    references = references_of(bytes(code), rodata_at=FLASH + 0x2_0000)
    assert rows(references) == [(FLASH + at, FLASH + at + distance, ReferenceKind.CALL)]


# Words


def test_words_of_data_refer_to_where_things_begin() -> None:
    begin = FLASH + 0x1000
    data = struct.pack("<4I", FLASH + 1, begin + 8, 5, FLASH + 3) + bytes(48)
    references = references_of(thumb.BX_LR * 4, [Sym("text", begin + 8, 8, ".rodata", OBJECT)], rodata=data)
    assert rows(references) == [
        (begin, FLASH, ReferenceKind.DATA),
        (begin + 4, begin + 8, ReferenceKind.DATA),
    ]


def test_a_large_number_may_point_into_something() -> None:
    begin = FLASH + 0x1000
    data = struct.pack("<I", begin + 12) + bytes(60)
    references = references_of(thumb.BX_LR * 4, [Sym("table", begin, 64, ".rodata", OBJECT)], rodata=data)
    assert rows(references) == [(begin, begin + 12, ReferenceKind.DATA)]


def test_a_small_number_only_where_something_begins() -> None:
    begin = 0x2000
    data = struct.pack("<3I", begin + 12, begin + 32, 0x1001) + bytes(52)
    symbols = [Sym("table", begin, 32, ".rodata", OBJECT), Sym("other", begin + 32, 32, ".rodata", OBJECT)]
    references = references_of(thumb.BX_LR * 4, symbols, at=0x1000, rodata=data)
    assert rows(references) == [
        (begin + 4, begin + 32, ReferenceKind.DATA),
        (begin + 8, 0x1000, ReferenceKind.DATA),
    ]


def test_a_text_that_nothing_names_is_recognised_by_what_stands_before_it_or_by_its_length() -> None:
    begin = 0x2000
    texts = b"onetwo\0three\0"  # one and two have their lengths next to the references
    words = struct.pack("<6I", begin + 32, 3, begin + 35, 3, begin + 39, 0x8000_0000)
    data = words + bytes(32 - len(words)) + texts
    references = references_of(
        thumb.BX_LR * 4, [Sym("table", begin, 32, ".rodata", OBJECT)], at=0x1000, rodata=data + bytes(19)
    )
    assert [row.target for row in references.rows()] == [begin + 32, begin + 35, begin + 39]


def test_merged_constants_refer_to_nothing() -> None:
    begin = FLASH + 0x1000
    the_map = (
        "     VMA      LMA     Size Align Out     In      Symbol\n"
        f"{begin:8x} {begin:8x}       40     4 .rodata\n"
        f"{begin:8x} {begin:8x}       40     4         <internal>:(.rodata.cst4)\n"
    )
    data = struct.pack("<I", RAM + 4) + bytes(60)
    assert rows(references_of(thumb.BX_LR * 4, rodata=data, link_map=the_map)) == []


def test_unwind_tables_keep_nothing() -> None:
    built = ElfBuilder(
        sections=[
            Sec(".text", FLASH, thumb.BX_LR * 4, flags=CODE),
            Sec(".eh_frame", FLASH + 0x1000, struct.pack("<I", FLASH + 1)),
        ],
        symbols=[Sym("f", FLASH + 1, 8)],
    )
    assert rows(find_references(attribute_bytes(parse_elf(built.build())))) == []


# What cannot be decoded


@pytest.mark.parametrize(
    ("machine", "name"), [(Machine.XTENSA, "Xtensa"), (Machine.AVR, "AVR"), (4711, "machine 4711")]
)
def test_a_machine_without_a_decoder_says_so(machine: int, name: str) -> None:
    data = struct.pack("<I", RAM + 4) + bytes(60)
    references = references_of(b"\xff" * 8, rodata=data, machine=machine)
    assert rows(references) == [(FLASH + 0x1000, RAM + 4, ReferenceKind.DATA)]
    assert name in references.limits[0]


def test_more_code_than_is_decoded_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasmfit.footprint.graph.references.MAX_CODE_BYTES", 4)
    references = references_of(thumb.address(0, RAM))
    assert rows(references) == []
    assert "more code" in references.limits[0]


@settings(max_examples=300, deadline=None)
@given(
    st.binary(min_size=0, max_size=80),
    st.binary(min_size=0, max_size=80),
    st.sampled_from([*(machine for machine in Machine if machine <= _LAST_OF_ELF), 4711]),
    st.sampled_from([32, 64]),
    st.booleans(),
    st.lists(
        st.builds(
            Sym,
            st.sampled_from(["$t", "$d", "$a", "$x", "g", "h"]),
            st.integers(0x0FF0, 0x1060),
            st.sampled_from([0, 4, 64, 0xFFFF]),
            type=st.sampled_from([0, 1, 2]),
        ),
        max_size=6,
    ),
)
def test_any_bytes_refer_to_bytes_of_the_file(
    code: bytes, data: bytes, machine: int, bits: int, big: bool, symbols: list[Sym]
) -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x1000, code, flags=CODE), Sec(".rodata", 0x2000, data)],
        symbols=symbols,
        machine=machine,
        bits=bits,
        big_endian=big,
    )
    references = find_references(attribute_bytes(parse_elf(built.build())))
    for row in references.rows():
        assert 0x1000 <= row.source < 0x1000 + len(code) or 0x2000 <= row.source < 0x2000 + len(data)
        assert 0x1000 <= row.target < 0x1000 + len(code) or 0x2000 <= row.target < 0x2000 + len(data)
    assert list(references.rows()) == sorted(references.rows())


# Images of real compilers, against the relocations that the linker was told to keep

PROGRAM = """
#include <stdint.h>
typedef int (*function)(int);
static const char *const names[] = {"alpha", "beta", "gamma of some length", "delta"};
static int table[64];
int counter = 7;
char buffer[2000];
int other(int);
function volatile pointer = other;
__attribute__((noinline)) int twice(int x) { return 2 * x + (int)(uintptr_t)&table[3]; }
__attribute__((noinline)) int other(int x) {
    switch (x) {
        case 0: return 5;      case 1: return counter;  case 2: return 11;       case 3: return table[2];
        case 4: return 99999;  case 5: return buffer[8]; case 6: return twice(3); case 7: return 123456789;
    }
    return x * 3;
}
__attribute__((noinline)) const char *name(int i) { return names[i & 3]; }
int main(void) {
    int sum = 0;
    for (int i = 0; i < 9; i++) {
        sum += other(i) + table[i & 63] + pointer(i);
        buffer[i] = name(i)[0];
        counter++;
    }
    return sum + (int)(uintptr_t)"text of main" + twice(sum);
}
void _start(void) { main(); for (;;); }
"""
SCRIPT = """
ENTRY(_start)
MEMORY {{ FLASH : ORIGIN = {flash}, LENGTH = 256K  RAM : ORIGIN = 0x{ram:x}, LENGTH = 16K }}
SECTIONS {{
  .text : {{ *(.text .text.*) }} > FLASH
  .rodata : {{ *(.rodata .rodata.* .srodata .srodata.*) }} > FLASH
  .data : {{ PROVIDE(__global_pointer$ = . + 0x800); *(.data .data.* .sdata .sdata.*) }} > RAM AT > FLASH
  .bss : {{ *(.sbss .sbss.* .bss .bss.* COMMON) }} > RAM
  /DISCARD/ : {{ *(.ARM.exidx* .eh_frame* .comment .note*) }}
}}
"""


def run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
    assert done.returncode == 0, done.stderr


def linked(folder: Path, compiler: str, *flags: str, flash: str = "0x08000000", ram: int = RAM) -> Path:
    (folder / "program.c").write_text(PROGRAM)
    (folder / "script.ld").write_text(SCRIPT.format(flash=flash, ram=ram))
    common = ["-ffreestanding", "-nostdlib", "-Wl,--emit-relocs", "-Wl,-T,script.ld"]
    libraries = [] if "clang" in compiler else ["-lgcc"]
    run(compiler, *flags, *common, "program.c", *libraries, "-o", "image.elf", folder=folder)
    return folder / "image.elf"


Target = Callable[[int, int, int, int], int | None]
"""From relocation type, symbol's address, addend and the word at the place to what is referred to."""


def relocated(path: Path, target: Target) -> tuple[set[int], set[int]]:
    """Targets of the relocations of code and of data, but for the labels within functions."""
    with path.open("rb") as stream:
        file = ELFFile(stream)
        table = file.get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        symbols = list(table.iter_symbols())
        targets: tuple[set[int], set[int]] = (set(), set())
        for section in file.iter_sections():
            if not isinstance(section, RelocationSection):
                continue
            where = file.get_section(section["sh_info"])
            if not where["sh_flags"] & 2:
                continue
            in_code = bool(where["sh_flags"] & 4)
            for row in section.iter_relocations():
                symbol = symbols[row["r_info_sym"]]
                offset = row["r_offset"] - where["sh_addr"]
                word = int.from_bytes(where.data()[offset : offset + 4], "little")
                addend = row["r_addend"] if row.is_RELA() else 0
                to = target(row["r_info_type"], symbol["st_value"], addend, word)
                if to is not None:
                    targets[not in_code].add(to)
    return targets


def arm_target(kind: int, value: int, _addend: int, word: int) -> int | None:
    absolute, call, jump, movw, movt = 2, 10, 30, 47, 48
    assert kind in (absolute, call, jump, movw, movt), kind
    return word if kind == absolute else value


def as_addresses(targets: set[int], text: range) -> set[int]:
    return {target & ~1 if target in text else target for target in targets}


@pytest.mark.real
@pytest.mark.parametrize("flash", ["0x1000", "0x08000000"])
@pytest.mark.parametrize("flags", [("-Os",), ("-O2",), ("-O1", "-fno-section-anchors")])
@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4", "cortex-m33"])
def test_thumb_code_refers_to_what_its_relocations_say(
    tmp_path: Path, cpu: str, flags: tuple[str, ...], flash: str
) -> None:
    path = linked(
        tmp_path, tool("arm-none-eabi-gcc"), f"-mcpu={cpu}", "-mthumb", *flags, "-lgcc", flash=flash
    )
    agrees(path, arm_target)


@pytest.mark.real
def test_clangs_thumb_code_refers_to_what_its_relocations_say(tmp_path: Path) -> None:
    clang = tool("clang", *(f"clang-{version}" for version in range(22, 13, -1)))
    flags = [
        "--target=thumbv7em-none-eabi",
        "-Os",
        "-fuse-ld=lld",
        f"--ld-path={tool('ld.lld', 'ld.lld-19')}",
    ]
    agrees(linked(tmp_path, clang, *flags, flash="0x1000"), arm_target)


def agrees(path: Path, target: Target) -> None:
    """All that relocations refer to is found, and no function that none refers to."""
    elf = read_elf(path)
    references = find_references(attribute_bytes(elf))
    assert references.limits == ()
    text = next(s for s in elf.allocated() if s.name == ".text")
    code_range = range(text.address, text.end)
    in_code, in_data = (as_addresses(targets, code_range) for targets in relocated(path, target))
    functions = {s.address for s in elf.symbols if s.type == 2}
    ours_code = {
        row.target
        for row in references.rows()
        if row.source in code_range and row.kind is not ReferenceKind.DATA
    }
    ours_data = {row.target for row in references.rows() if row.source not in code_range}
    inside = {to for to in in_code | in_data if to in code_range and to not in functions}  # tables of jumps
    assert in_code - inside <= ours_code | {elf.entry & ~1}
    assert in_data - inside <= ours_data
    assert len(in_code - inside) > 8
    assert len(in_data - inside) > 3
    # Local constants may be reached from the section's beginning: only what is not a relocation's is wrong.
    wrong = {
        to for to in ours_code | ours_data if to in code_range and to not in functions | in_code | in_data
    }
    assert wrong == set()


def riscv_target(kind: int, value: int, addend: int, _word: int) -> int | None:
    absolute, wide, call, call_plt, hi20, pcrel_hi20, jump, compressed = 1, 2, 18, 19, 26, 23, 17, 45
    known = (absolute, wide, call, call_plt, hi20, pcrel_hi20, jump, compressed)
    return value + addend if kind in known else None


@pytest.mark.real
@pytest.mark.parametrize("relax", [True, False])
@pytest.mark.parametrize("flags", [("-Os", "-mcmodel=medlow"), ("-O2", "-mcmodel=medany")])
@pytest.mark.parametrize("target", ["rv32imac/ilp32", "rv32i/ilp32", "rv64imac/lp64"])
def test_riscv_code_refers_to_what_its_relocations_say(
    tmp_path: Path, target: str, flags: tuple[str, ...], relax: bool
) -> None:
    march, mabi = target.split("/")
    options = [f"-march={march}", f"-mabi={mabi}", *flags, *([] if relax else ["-Wl,--no-relax"])]
    path = linked(tmp_path, tool("riscv64-unknown-elf-gcc"), *options, flash="0x20400000", ram=0x2080_0000)
    agrees(path, riscv_target)


LOAD = 0xF940_0521  # LDR x1, [x9, #8]
LDP = {
    "ldp x8, x9, [x0]": 0xA940_2408,
    "ldp w8, w9, [x0]": 0x2940_2408,
    "ldp x8, x9, [x0], #16": 0xA8C1_2408,
    "ldp x8, x9, [x0, #16]!": 0xA9C1_2408,
    "ldnp x8, x9, [x0]": 0xA840_2408,
    "ldpsw x8, x9, [x0]": 0x6940_2408,
    "ldxp x8, x9, [x0]": 0xC87F_2408,
    "ldaxp w8, w9, [x0]": 0x887F_A408,
}
READ = {"stp x8, x9, [x0]": 0xA900_2408, "ldp d8, d9, [x0]": 0x6D40_2408}


def adrp(register: int, pages: int) -> int:
    """ADRP by the Armv8-A reference manual: the low 2 bits of the pages apart from the other 19."""
    return 0x9000_0000 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5 | register


@pytest.mark.parametrize("between", [*LDP, *READ])
def test_a_64_bit_pair_that_is_loaded_overwrites_both_registers(between: str) -> None:
    code = struct.pack("<3I", adrp(9, (RAM - FLASH) >> 12), {**LDP, **READ}[between], LOAD)
    references = references_of(code, machine=Machine.AARCH64, bits=64)
    assert {row.target for row in references.rows()} == ({RAM + 8} if between in READ else set())


def host_symbols(path: Path) -> dict[str, int]:
    return {s.name: s.address for s in read_elf(path).symbols if s.section is not None}


@pytest.mark.parametrize("static", ["-static", "-static-pie"])
def test_x86_code_refers_to_its_functions_and_data(tmp_path: Path, static: str) -> None:
    (tmp_path / "program.c").write_text(PROGRAM)
    run(
        tool("gcc"), "-O2", "-ffreestanding", "-nostdlib", static, "program.c", "-o", "image", folder=tmp_path
    )
    has = {
        (row.target, row.kind)
        for row in find_references(attribute_bytes(read_elf(tmp_path / "image"))).rows()
    }
    at = host_symbols(tmp_path / "image")
    assert {
        (at["other"], ReferenceKind.CALL),
        (at["name"], ReferenceKind.CALL),
        (at["twice"], ReferenceKind.CALL),
    } <= has
    assert {
        (at["buffer"], ReferenceKind.ADDRESS),
        (at["counter"], ReferenceKind.ADDRESS),
        (at["names"], ReferenceKind.ADDRESS),
    } <= has
    assert (at["other"], ReferenceKind.DATA) in has


@pytest.mark.real
def test_64_bit_arm_code_refers_to_its_functions_and_data(tmp_path: Path) -> None:
    (tmp_path / "program.c").write_text(PROGRAM)
    clang = tool("clang", *(f"clang-{version}" for version in range(22, 13, -1)))
    flags = ["--target=aarch64-linux-gnu", "-O2", "-ffreestanding", "-nostdlib", "-fuse-ld=lld", "-static"]
    lld = f"--ld-path={tool('ld.lld', 'ld.lld-19')}"
    run(clang, *flags, lld, "program.c", "-o", "image", folder=tmp_path)
    has = {
        (row.target, row.kind)
        for row in find_references(attribute_bytes(read_elf(tmp_path / "image"))).rows()
    }
    at = host_symbols(tmp_path / "image")
    assert {
        (at["other"], ReferenceKind.CALL),
        (at["name"], ReferenceKind.CALL),
        (at["twice"], ReferenceKind.CALL),
    } <= has
    assert {(at["counter"], ReferenceKind.ADDRESS), (at["pointer"], ReferenceKind.ADDRESS)} <= has
    assert (at["other"], ReferenceKind.DATA) in has


def test_a_reference_is_a_plain_record() -> None:
    assert Reference(1, 2, ReferenceKind.CALL) == (1, 2, 0)
