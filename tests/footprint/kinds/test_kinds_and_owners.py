"""What bytes are and whose, wherever the linker put them."""

import shutil
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import Elf, Machine, parse_elf
from wasmfit.footprint import PADDING, UNWIND_TABLES, VENEERS, attribute_bytes
from wasmfit.footprint.attribution.byte_map import with_literals

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from . import ARM, IMAGES, RISCV, build, by, run, sources

CLANG_ARM = ("clang-19", "--target=thumbv7em-none-eabi", "-mcpu=cortex-m4", "-fuse-ld=lld")
CLANG_RISCV = ("clang-19", "--target=riscv32", "-march=rv32imac", "-mabi=ilp32", "-fuse-ld=lld")


@pytest.mark.parametrize(
    "compiler",
    [
        ("arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb", "-mlong-calls"),
        RISCV,
        (*CLANG_ARM, "-mlong-calls"),
        CLANG_RISCV,
    ],
    ids=["arm-gcc", "riscv-gcc", "arm-clang", "riscv-clang"],
)
def test_variables_among_code_are_data(compiler: tuple[str, ...], tmp_path: Path) -> None:
    path = build("code-in-data", tmp_path, *compiler, "-Os", "-g", "-nostdlib", "-Wl,-T,a.ld", "a.c")
    found = by(path, "kind", "symbol")
    assert found["initialised data",] == 260
    assert (found["initialised data", "table"], found["initialised data", "counter"]) == (256, 4)
    assert found["code", "isr"] > 0


@pytest.mark.parametrize("script", ["a", "b"])
@pytest.mark.parametrize("with_map", [False, True])
def test_constants_among_code_are_constants(script: str, with_map: bool, tmp_path: Path) -> None:
    path = build(
        "rodata-in-text", tmp_path, *ARM, "-Os", "-g", "-nostdlib", f"-Wl,-T,{script}.ld", "-Wl,-Map,a.map",
        "a.c",
    )  # fmt: skip
    found = by(path, "kind", link_map=path.with_name("a.map") if with_map else None)
    assert (found["constants",], found["strings",], found["literals in code",]) == (276, 84, 28)


@pytest.mark.parametrize("compiler", [ARM, RISCV, CLANG_ARM], ids=["arm-gcc", "riscv-gcc", "arm-clang"])
@pytest.mark.parametrize("script", ["a", "b"])
def test_references_find_owners_of_constants_among_code(
    compiler: tuple[str, ...], script: str, tmp_path: Path
) -> None:
    """Their text belongs to whoever refers to it, as in a section of its own."""
    path = build(
        "rodata-in-text", tmp_path, *compiler, "-Os", "-g", "-nostdlib", f"-Wl,-T,{script}.ld", "a.c"
    )
    by_kind = by(path, "kind", "crate", references=True)
    strings = {names[1]: size for names, size in by_kind.items() if len(names) == 2 and names[0] == "strings"}
    assert sum(strings.values()) in range(75, 90)
    assert not any(owner.startswith("[") for owner in strings) or compiler is not ARM
    if compiler is ARM:
        assert strings == {"a.c": 84}


def test_constants_in_flash_of_avr() -> None:
    found = by(IMAGES / "avr/a.elf", "kind", "symbol")
    assert found["constants", "names"] == 40
    assert found["code", "main"] == 40


def test_code_that_nobody_can_decode_is_said_to_be_so() -> None:
    notes = wasmfit.size(IMAGES / "avr/a.elf", references=True).notes
    assert any(note.startswith("There is no decoder for AVR code") for note in notes)


def test_labels_of_the_assembler_own_nothing() -> None:
    found = by(IMAGES / "riscv-pcrel-labels/z.elf", "symbol", sections=[".text"])
    assert (found["_start",], found["trap",]) == (46, 22)
    assert not any(name.startswith(".L") for (name,) in found)


@pytest.mark.parametrize("name", [".L4", ".Lpcrel_hi0", ".L0 ", "$L12", "L0\x01", "L1\x02"])
def test_local_labels_of_any_assembler(name: str) -> None:
    elf = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x100, b"\x70\x47" * 16, flags=CODE)],
            symbols=[Sym(name, 0x108, type=0, binding=0), Sym("start", 0x100, type=0)],
        ).build()
    )
    assert {r.symbol.name for r in attribute_bytes(elf).ranges if r.symbol} == {"start"}


@pytest.mark.parametrize(
    ("name", "is_padding"),
    [("handler", False), ("flag", False), ("_edata", True), ("__bss_end__", True), ("__StackLimit", True)],
)
def test_a_label_in_data_owns_its_zeroes_but_a_mark_does_not(name: str, is_padding: bool) -> None:
    elf = parse_elf(
        ElfBuilder(
            sections=[Sec(".data", 0x2000_0000, b"\1" * 12 + bytes(4) + b"\2" * 16, flags=DATA, align=16)],
            symbols=[
                Sym("before", 0x2000_0000, 12, ".data", 1),
                Sym(name, 0x2000_000C, 0, ".data", 0),
                Sym("after", 0x2000_0010, 16, ".data", 1),
            ],
        ).build()
    )
    owners = {r.start: r.owner for r in attribute_bytes(elf).ranges}
    assert (owners[0x2000_000C] == PADDING) is is_padding


def test_veneers_of_gnu_ld(tmp_path: Path) -> None:
    files = ("caller.c", "fast.c", "zlast.c")
    path = build("veneer-owner", tmp_path, *ARM, "-O2", "-nostdlib", "-Wl,-T,a.ld", "-Wl,-Map,a.map", *files)
    for link_map in (None, path.with_name("a.map")):
        found = by(path, "crate", "kind", sections=[".text"], link_map=link_map)
        assert found[VENEERS, "linker's veneers"] == 8
    assert by(path, "crate", sections=[".text"])["zlast.c",] == 12


def test_thunks_of_lld(tmp_path: Path) -> None:
    place = sources("veneer-owner", tmp_path)
    names = ("caller", "fast", "zlast")
    for name in names:
        run(place, *ARM, "-O2", "-c", f"{name}.c")
    linker = "ld.lld" if shutil.which("ld.lld") else "ld.lld-19"
    run(place, linker, "-T", "a.ld", "-Map", "a.map", *(f"{n}.o" for n in names), "-o", "lld.elf")
    for link_map in (None, place / "a.map"):
        found = by(place / "lld.elf", "crate", "kind", sections=[".text"], link_map=link_map)
        assert found[VENEERS, "linker's veneers"] == 10


@pytest.mark.parametrize(
    "name",
    [
        "__fast_veneer", "__fast_from_thumb", "__fast_change_to_arm", "__erratum_835769_veneer_0",
        "__stm32l4xx_veneer_0", "e843419@0001_00000002_10", "0000001b.long_branch.fast",
        "__ARMv7ABSLongThunk_fast", "__ThumbV6MPILongThunk_fast", "__AArch64ADRPThunk_fast",
        "__LA25Thunk_fast", "__long_branch_fast", "fast$thunk",
        "___RNvC3one3abc_veneer",
    ],
)  # fmt: skip
def test_names_of_veneers(name: str) -> None:
    assert _owner_of(name) == VENEERS


@pytest.mark.parametrize("name", ["veneer", "make_veneer", "_ZThn8_N1A1fEv", "__thunk", "fast_thunk"])
def test_names_of_other_functions(name: str) -> None:
    assert _owner_of(name) != VENEERS


def _owner_of(name: str) -> str:
    elf = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x100, b"\x70\x47" * 8, flags=CODE)],
            symbols=[Sym("last.c", section=0xFFF1, type=4, binding=0), Sym(name, 0x101, 16, binding=0)],
        ).build()
    )
    return attribute_bytes(elf, owner_of_object=lambda source: source).ranges[0].owner


@pytest.mark.parametrize(
    ("machine", "fill", "called"),
    [
        (Machine.PPC, "60000000", "PowerPC"),
        (Machine.MIPS, "00000000", "MIPS"),
        (Machine.M68K, "4e714e71", "m68k"),
        (Machine.SPARC, "01000000", "SPARC"),
        (Machine.SH, "00090009", "SuperH"),
        (Machine.LOONGARCH, "00004003", "LoongArch"),
        (Machine.MSP430, "03430343", "MSP430"),
        (Machine.S390, "07070707", "S/390"),
        (Machine.HEXAGON, "00c0007f", "Hexagon"),
        (Machine.AVR, "00000000", "AVR"),
        (Machine.RX, "03030303", "RX"),
        (Machine.NIOS2, "3a880100", "Nios II"),
        (Machine.ARC_COMPACT2, "e078e078", "ARCv2"),
        (999, "00000000", "machine 999"),
    ],
)
def test_no_operations_of_a_machine_are_padding(machine: int, fill: str, called: str, tmp_path: Path) -> None:
    image = ElfBuilder(
        sections=[
            Sec(".text", 0x100, b"\x35" * 12 + bytes.fromhex(fill) + b"\x35" * 16, flags=CODE, align=16)
        ],
        symbols=[Sym("one", 0x100, 12), Sym("two", 0x110, 16)],
        machine=machine,
    ).build()
    owners = [(r.start, r.owner) for r in attribute_bytes(parse_elf(image)).ranges]
    assert owners[1] == (0x10C, PADDING)
    (tmp_path / "a.elf").write_bytes(image)
    assert wasmfit.size(tmp_path / "a.elf").machine == called


def test_literals_of_functions_stay_the_functions(tmp_path: Path) -> None:
    path = build("rodata-in-text", tmp_path, *ARM, "-Os", "-g", "-nostdlib", "-Wl,-T,a.ld", "a.c")
    ranges = with_literals(attribute_bytes(read(path))).ranges
    literals = [r for r in ranges if r.kind.value == "literals in code"]
    assert {r.symbol.name for r in literals if r.symbol} == {"main", "msg", "vec"}


POOL = """
    .text
    .global first
    .type first, %function
first:
    ldr REGISTER, =0x12345678
    ldr REGISTER, =0x87654321
    RETURN
    .size first, .-first
    .ltorg
    .section .rodata.table, "a"
    .word 0x11223344, 0x55667788
    .ascii "text of the table"
    .byte 0
"""


@pytest.mark.parametrize(
    ("flags", "mode", "back", "size"),
    [
        (("--target=thumbv7em-none-eabi",), ".syntax unified\n.thumb", "bx lr", 8),
        (("--target=armv7a-none-eabi",), ".syntax unified\n.arm", "bx lr", 8),
        (("--target=aarch64-none-elf",), "", "ret", 8),
    ],
    ids=["thumb", "arm", "aarch64"],
)
@pytest.mark.parametrize("with_map", [False, True])
def test_pools_that_no_symbol_claims_are_those_of_the_code_that_loads_from_them(
    flags: tuple[str, ...], mode: str, back: str, size: int, with_map: bool, tmp_path: Path
) -> None:
    """As of cortex-m-rt's ``Reset``, whose size ends before its literals. Constants after it are none."""
    register = "w0" if "aarch64" in flags[0] else "r0"
    text = POOL.replace("REGISTER", register).replace("RETURN", back)
    (tmp_path / "a.s").write_text(f"{mode}\n{text}")
    (tmp_path / "a.ld").write_text("ENTRY(first) SECTIONS { .text 0x1000 : { *(.text*) *(.rodata*) } }")
    link = ("-nostdlib", "-fuse-ld=lld", "-Wl,-T,a.ld", "-Wl,-Map,a.map")
    run(tmp_path, "clang-19", *flags, *link, "a.s", "-o", "a.elf")
    link_map = tmp_path / "a.map" if with_map else None
    found = by(tmp_path / "a.elf", "kind", "symbol", link_map=link_map)
    assert found["literals in code",] == size
    assert found["constants",] + found.get(("strings",), 0) == 26
    if not with_map:
        assert found["literals in code", "first"] == size


def test_words_among_code_that_no_code_loads_are_constants() -> None:
    elf = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x100, b"\x70\x47" * 4 + b"\1\2\3\4" * 2, flags=CODE)],
            symbols=[Sym("one", 0x101, 8), Sym("$t", 0x100, binding=0), Sym("$d", 0x108, binding=0)],
        ).build()
    )
    assert [r.kind.value for r in attribute_bytes(elf).ranges] == ["code", "constants"]


def read(path: Path) -> Elf:
    """The file's records."""
    return parse_elf(path.read_bytes())


def test_a_mark_at_the_beginning_of_unwind_tables_owns_none_of_them(tmp_path: Path) -> None:
    """crtbegin.o has a label there without a size; a static program has no other symbol in the section."""
    (tmp_path / "a.c").write_text("int main(void) { return 0; }")
    run(tmp_path, "gcc", "-static", "-O2", "a.c", "-o", "a.elf")
    found = by(tmp_path / "a.elf", "section", "crate")
    assert found[".eh_frame", UNWIND_TABLES] == found[".eh_frame",]
