"""Firmware of operating systems in C: whose global functions and variables are, without a map."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wasmfit
from wasmfit.elf import parse_elf, read_elf, read_link_map
from wasmfit.footprint import HANDLERS, UNKNOWN, ByteMap, attribute_bytes
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware
from wasmfit.footprint.attribution.libraries import owner_of_object

from ...elf.elf_builder import ABS, CODE, DATA, ElfBuilder, Sec, Sym
from . import ARM, RISCV, by, run

# As RIOT is laid out: files of one name in several folders, vectors at address 0, removed functions.
SOURCES = {
    "core/lib/init.c": """
        #include "../sched.h"
        extern unsigned _estack;
        void reset_handler(void);
        static void unused_handler(void) { for (;;) ; }
        void isr_timer(void) { sched_active++; }
        __attribute__((section(".vectors"), used)) void *const vector_base[] = {
            (void *)0x20001000, (void *)reset_handler, (void *)unused_handler, (void *)isr_timer };
        static int calls[16];
        void reset_handler(void) { static int starts[8]; starts[calls[0] & 7]++; sched_run(); for (;;) ; }
        """,
    "core/sched.c": """
        #include "sched.h"
        int sched_active = 3;
        int sched_threads[8];
        const int sched_table[] = { 1, 2, 3, 5, 8, 13 };
        __attribute__((noinline)) void sched_run(void) {
            sched_active += sched_table[sched_active & 3]; sched_threads[1] = device_init(); main(); }
        """,
    "core/sched.h": """
        extern int sched_active, sched_threads[8]; extern const int sched_table[];
        void sched_run(void); int device_init(void); int main(void);
        """,
    "core/dead.c": """
        int dead_counter = 7;
        __attribute__((noinline)) int dead_one(int x) { return x * dead_counter + 1; }
        int dead_two(int x) { return dead_one(x) * dead_one(x + 1); }
        """,
    "drivers/init.c": """
        static int devices[4];
        int device_init(void) { devices[devices[1] & 3]++; return devices[0]; }
        """,
    "app/main.c": """
        int answer = 42;
        static int helper(int x) { return x * x + answer; }
        int (*volatile pointer)(int) = helper;
        int main(void) { return pointer(answer); }
        """,
}
SCRIPT = """
ENTRY(reset_handler)
SECTIONS {
  .text BASE : { KEEP(*(.vectors)) *(.text* .rodata*) }
  .data 0x20000000 : AT(ADDR(.text) + SIZEOF(.text)) { *(.data* .sdata* .got*) }
  .bss : { *(.bss* .sbss* COMMON) }
  /DISCARD/ : { *(.ARM.exidx* .eh_frame* .reginfo .MIPS.abiflags) }
}
"""
SECTIONS = ("-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables", "-ffreestanding")
CLANG = "clang-19"
COMPILERS = {
    "arm-gcc-5": (*ARM, "-gdwarf-5"),
    "arm-gcc-4": (*ARM, "-gdwarf-4"),
    "arm-gcc-3": (*ARM, "-gdwarf-3", "-gstrict-dwarf"),
    "riscv-gcc": (*RISCV, "-g", "-msmall-data-limit=0"),
    "arm-clang-5": (CLANG, "--target=thumbv7em-none-eabi", "-gdwarf-5"),
    "arm-clang-4": (CLANG, "--target=thumbv7em-none-eabi", "-gdwarf-4"),
    "riscv-clang": (CLANG, "--target=riscv32", "-march=rv32imac", "-mabi=ilp32", "-g"),
    "aarch64-clang": (CLANG, "--target=aarch64-none-elf", "-g"),
    "mips-clang": (CLANG, "--target=mips-none-elf", "-g", "-fno-pic", "-mno-abicalls"),
    "powerpc-clang": (CLANG, "--target=powerpc-none-elf", "-g"),
}


def system(folder: Path, compiler: tuple[str, ...], base: int, *more: str) -> Path:
    """The firmware, next to its map."""
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "a.ld").write_text(SCRIPT.replace("BASE", hex(base)))
    objects = []
    for number, name in enumerate(name for name in SOURCES if name.endswith(".c")):
        objects.append(f"{number}-{Path(name).stem}.o")
        run(folder, *compiler, "-Os", *SECTIONS, *more, "-c", name, "-o", objects[-1])
    if compiler[0] == CLANG:
        linker = "ld.lld" if shutil.which("ld.lld") else "ld.lld-19"
        run(folder, linker, "--gc-sections", "-T", "a.ld", "-Map", "a.map", *objects, "-o", "a.elf")
    else:
        flags = ("-nostdlib", *more, "-Wl,--gc-sections,-T,a.ld,-Map,a.map")
        run(folder, *compiler, "-Os", *flags, *objects, "-o", "a.elf")
    return folder / "a.elf"


def owners(byte_map: ByteMap) -> dict[str, str]:
    """Symbol → owner."""
    return {r.symbol.name: r.owner for r in byte_map.ranges if r.symbol is not None}


@pytest.mark.parametrize("base", [0, 0x0800_0000])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_units_own_what_the_map_says(compiler: str, base: int, tmp_path: Path) -> None:
    """By the map, each object's bytes; by debug information alone, its source file's: the same."""
    path = system(tmp_path, COMPILERS[compiler], base)
    elf = read_elf(path)
    by_map = owners(attribute_bytes(elf, read_link_map(tmp_path / "a.map"), owner_of_object=owner_of_object))
    by_units = owners(attribute_any_firmware(elf))
    assert by_units.keys() == by_map.keys()
    of_objects = {
        "0-init.o": "lib/init.c", "1-sched.o": "sched.c", "3-init.o": "drivers/init.c", "4-main.o": "main.c"
    }  # fmt: skip
    assert by_units == {name: of_objects[owner] for name, owner in by_map.items()}
    assert set(of_objects.values()) == set(by_units.values())


def test_units_of_link_time_optimisation_are_the_sources(tmp_path: Path) -> None:
    """GCC's ``<artificial>`` units refer to those of the sources."""
    path = system(tmp_path, COMPILERS["arm-gcc-5"], 0x0800_0000, "-flto", "-ffat-lto-objects", "-fno-inline")
    found = owners(attribute_any_firmware(read_elf(path)))
    assert found["reset_handler"] == found["vector_base"] == "lib/init.c"
    assert found["sched_active"] == "sched.c"
    assert found["device_init"] == "drivers/init.c"
    assert not set(found.values()) & {"<artificial>", UNKNOWN}


def test_a_map_has_the_last_word(tmp_path: Path) -> None:
    path = system(tmp_path, COMPILERS["arm-gcc-5"], 0)
    found = by(path, "crate", link_map=tmp_path / "a.map")
    assert ("4-main.o",) in found
    assert ("main.c",) not in found


def test_without_debug_information_a_map_and_g_are_named(tmp_path: Path) -> None:
    path = system(tmp_path, ARM, 0)
    notes = wasmfit.size(path).notes
    assert any(
        note.endswith(
            f"objects: --map {tmp_path}/a.map. Compiled with -g, the file names their sources itself."
        )
        for note in notes
    )
    (tmp_path / "a.map").unlink()
    assert any("link with -Wl,-Map=FILE, then --map FILE" in note for note in wasmfit.size(path).notes)


def test_handlers_in_the_vectors_are_known_as_such(tmp_path: Path) -> None:
    """Without debug information; a function that no vector names stays unknown."""
    path = system(tmp_path, ARM, 0)
    found = owners(attribute_any_firmware(read_elf(path)))
    assert (found["isr_timer"], found["reset_handler"], found["sched_run"]) == (HANDLERS, HANDLERS, UNKNOWN)


def named(*names: str, marks: tuple[str, ...] = ()) -> dict[str, str]:
    """Name → owner, in a file with some marks that are functions as well."""
    symbols = [Sym(name, 0x100 + 8 * n, 8) for n, name in enumerate((*names, *marks))]
    elf = parse_elf(
        ElfBuilder(
            sections=[
                Sec(".text", 0x100, b"\x35" * 8 * len(symbols), flags=CODE),
                Sec(".data", 0, flags=DATA),
            ],
            symbols=symbols,
        ).build()
    )
    return {name: owner for name, owner in owners(attribute_any_firmware(elf)).items() if name in names}


def test_what_defmt_exports_is_its_own() -> None:
    names = ("_defmt_write", "_defmt_acquire", "__defmt_default_timestamp", "_SEGGER_RTT", "my_defmt_write")
    assert list(named(*names).values()) == ["defmt", "defmt", "defmt", "SEGGER RTT", UNKNOWN]


@pytest.mark.parametrize(
    "name", ["z_impl_k_sleep", "_sw_isr_table", "__device_dts_ord_12", "_k_thread_obj_a", "k_yield"]
)
def test_zephyrs_names_count_in_zephyr_alone(name: str) -> None:
    assert named(name, marks=("z_cstart",)) == {name: "Zephyr"}
    assert named(name) == {name: UNKNOWN}


def test_cortex_m_rts_names_count_with_its_vectors_alone() -> None:
    assert named("Reset", "HardFault_", marks=("__RESET_VECTOR", "__EXCEPTIONS")) == {
        "Reset": "cortex_m_rt",
        "HardFault_": "cortex_m_rt",
    }
    assert named("Reset") == {"Reset": UNKNOWN}


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (("z_cstart",), "west build writes it to build/zephyr/zephyr.map: --map FILE"),
        (("sched_active_pid", "kernel_init"), "make writes it next to the ELF file in bin/BOARD: --map FILE"),
        ((), "link with -Wl,-Map=FILE, then --map FILE"),
    ],
)
def test_each_system_has_its_own_way_to_a_map(marks: tuple[str, ...], said: str, tmp_path: Path) -> None:
    symbols = [Sym(name, 0x100 + 8 * n, 8) for n, name in enumerate(("nobodys", *marks))]
    image = ElfBuilder(
        sections=[Sec(".text", 0x100, b"\x35" * 8 * len(symbols), flags=CODE)], symbols=symbols
    ).build()
    (tmp_path / "a.elf").write_bytes(image)
    assert any(said in note for note in wasmfit.size(tmp_path / "a.elf").notes)


def test_rust_links_its_map_in_its_own_way(tmp_path: Path) -> None:
    symbols = [
        Sym("one.0f-cgu.0", 0, 0, ABS, 4, 0),
        Sym("nobodys", 0x100, 8),
        Sym("local", 0x108, 8, binding=0),
    ]
    image = ElfBuilder(sections=[Sec(".text", 0x100, b"\x35" * 16, flags=CODE)], symbols=symbols).build()
    (tmp_path / "a.elf").write_bytes(image)
    assert any("-C link-arg=-Map=FILE" in note for note in wasmfit.size(tmp_path / "a.elf").notes)


@pytest.fixture(scope="module")
def small_system(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The firmware's bytes."""
    return system(tmp_path_factory.mktemp("system"), COMPILERS["arm-gcc-5"], 0).read_bytes()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from([".debug_info", ".debug_abbrev", ".debug_rnglists", ".debug_str"]),
    changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_debug_information_leaves_the_account_whole(
    small_system: bytes, where: str, changes: list[tuple[int, int]]
) -> None:
    """Owners may be missing; nothing is raised, and each byte has one still."""
    section = next(s for s in parse_elf(small_system).sections if s.name == where)
    image = bytearray(small_system)
    for at, value in changes:
        image[section.offset + at % section.size] = value
    byte_map = attribute_any_firmware(parse_elf(bytes(image)))
    assert sum(r.size for r in byte_map.ranges) == byte_map.size
