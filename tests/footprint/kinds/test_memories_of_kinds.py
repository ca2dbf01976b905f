"""Memories: overlays, room kept in flash, memories within 16 MiB, one memory at several addresses."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import Machine, SectionType, parse_elf
from wasmfit.footprint.views.memories import (
    DeviceMemory,
    MemoryAccount,
    MemoryAlias,
    MemoryExtent,
    MemoryLayout,
)

from ...elf.elf_builder import ALLOC, CODE, DATA, ElfBuilder, Sec, Seg
from . import ARM, IMAGES, RISCV, build, by, holds_together, is_nobits, run, uses

FLASH, RAM = DeviceMemory("flash", 0x0800_0000, 256 << 10, 2048), DeviceMemory("RAM", 0x2000_0000, 64 << 10)
NOBITS = SectionType.NOBITS


def overlay(folder: Path) -> Path:
    return build(
        "overlay-flash", folder, *ARM, "-mlong-calls", "-Os", "-g", "-nostdlib", "-Wl,-T,a.ld",
        "main.c", "big.c", "small.c",
    )  # fmt: skip


def test_overlays_lie_where_their_segments_put_them(tmp_path: Path) -> None:
    path = overlay(tmp_path)
    found = by(path, "region", "section")
    assert found["flash",] == 124
    assert found["RAM",] == 104
    assert (found["flash", ".ov1"], found["flash", ".ov2"]) == (36, 8)
    assert ("flash", "[between sections]") not in found
    assert uses(wasmfit.size(path)) == {"flash": 124, "RAM": 104}
    holds_together(path)
    holds_together(path, memories=(FLASH, RAM))


def test_what_overlays_share_is_said(tmp_path: Path) -> None:
    notes = wasmfit.size(overlay(tmp_path), by=("region",)).notes
    assert any(note.startswith("8 bytes of .ov2 lie where others do in RAM") for note in notes)


def test_banks_of_flash_at_one_address() -> None:
    """Two banks that run at 0x4000 and are stored one after the other."""
    elf = parse_elf(
        ElfBuilder(
            sections=[
                Sec(".text", 0x100, bytes(16), flags=CODE),
                Sec(".bank1", 0x4000, bytes(64), flags=CODE),
                Sec(".bank2", 0x4000, bytes(48), flags=CODE),
                Sec(".bss", 0x2000_0000, None, size=8, flags=DATA, type=NOBITS),
            ],
            segments=[
                Seg(0x100, 0x100, 16, 16, offset=52 + 3 * 32),
                Seg(0x4000, 0x1_0000, 64, 64, offset=52 + 3 * 32 + 16),
                Seg(0x4000, 0x1_0040, 48, 48, offset=52 + 3 * 32 + 80),
            ],
        ).build()
    )
    flash = DeviceMemory("flash", 0, 0x2_0000)
    layout = MemoryLayout(elf, [flash, DeviceMemory("RAM", 0x2000_0000, 64)])
    loads = {s.name: layout.placements(s)[0].address for s in elf.allocated()}
    assert (loads[".bank1"], loads[".bank2"]) == (0x1_0000, 0x1_0040)
    assert layout.between() == []
    assert [use.bytes for use in layout.uses()] == [16 + 64 + 48 + 64, 8]


def noload(folder: Path) -> Path:
    return build("noload-in-flash", folder, *ARM, "-Os", "-nostdlib", "-Wl,-T,a.ld", "a.c")


def test_room_kept_in_flash_is_neither_ram_nor_written(tmp_path: Path) -> None:
    path = noload(tmp_path)
    assert is_nobits(path, ".storage")
    assert uses(wasmfit.size(path)) == {"flash": 460, "RAM": 68, "flash (reserved)": 8192}
    given = wasmfit.size(path, memories=(FLASH, RAM))
    assert uses(given) == {"flash": 460, "RAM": 68, "flash (reserved)": 8192}
    assert (given.uses[0].pages, given.uses[0].flashed) == (1, 2048)
    holds_together(path)
    holds_together(path, memories=(FLASH, RAM))


def firmware(*sections: Sec, machine: int = Machine.ARM, segments: Sequence[Seg] = ()) -> MemoryLayout:
    return MemoryLayout(
        parse_elf(ElfBuilder(sections=list(sections), machine=machine, segments=list(segments)).build())
    )


def taken(layout: MemoryLayout) -> dict[str, int]:
    return {use.name: use.bytes for use in layout.uses()}


def test_room_in_flash_of_a_firmware_without_initialised_data() -> None:
    layout = firmware(
        Sec(".text", 0x0800_0000, bytes(100), flags=CODE),
        Sec(".settings", 0x0801_0000, None, size=4096, flags=DATA, type=NOBITS),
        Sec(".bss", 0x2000_0000, None, size=40, flags=DATA, type=NOBITS),
    )
    assert taken(layout) == {"flash": 100, "flash (reserved)": 4096, "RAM": 40}


def test_room_in_an_external_flash_is_known_by_its_name() -> None:
    layout = firmware(
        Sec(".text", 0x0800_0000, bytes(100), flags=CODE),
        Sec(".qspi_storage", 0x9000_0000, None, size=4096, flags=DATA, type=NOBITS),
        Sec(".sdram", 0xC000_0000, None, size=512, flags=DATA, type=NOBITS),
        Sec(".bss", 0x2000_0000, None, size=40, flags=DATA, type=NOBITS),
    )
    assert taken(layout) == {"flash": 100, "flash (reserved)": 4096, "RAM": 552}


def test_a_program_in_ram_alone_is_in_ram() -> None:
    layout = firmware(
        Sec(".text", 0x8000_0000, bytes(100), flags=CODE),
        Sec(".bss", 0x8000_1000, None, size=40, flags=DATA, type=NOBITS),
        machine=Machine.RISCV,
    )
    assert taken(layout) == {"RAM": 140}


def test_memories_of_avr_are_told_by_its_addresses() -> None:
    analysis = wasmfit.size(IMAGES / "avr/a.elf")
    assert uses(analysis) == {"flash": 314, "RAM": 102, "EEPROM": 32}
    assert any("are a guess" in note for note in analysis.notes)
    holds_together(IMAGES / "avr/a.elf")


def test_constants_of_newer_avr_run_where_flash_is_mapped() -> None:
    layout = firmware(
        Sec(".text", 0, bytes(64), flags=CODE),
        Sec(".rodata", 0x80_8040, bytes(32)),
        Sec(".data", 0x80_3E00, bytes(4), flags=DATA),
        Sec(".bss", 0x80_3E04, None, size=10, flags=DATA, type=NOBITS),
        Sec(".fuse", 0x82_0000, bytes(9), flags=DATA),
        machine=Machine.AVR,
        segments=[Seg(0, 0, 64, 64), Seg(0x80_8040, 0x40, 32, 32), Seg(0x80_3E00, 0x60, 4, 4)],
    )
    assert taken(layout) == {"flash": 100, "RAM": 14, "fuses": 9}


def test_memories_of_msp430_are_told_by_what_its_sections_are() -> None:
    layout = firmware(
        Sec(".text", 0x4400, bytes(200), flags=CODE),
        Sec(".rodata", 0x4500, bytes(20)),
        Sec(".data", 0x1C00, bytes(8), flags=DATA),
        Sec(".bss", 0x1C08, None, size=30, flags=DATA, type=NOBITS),
        Sec("__reset_vector", 0xFFFE, bytes(2)),
        machine=Machine.MSP430,
        segments=[Seg(0x4400, 0x4400, 200, 200), Seg(0x1C00, 0x4514, 8, 38)],
    )
    assert taken(layout) == {"flash": 230, "RAM": 38}


def test_variables_that_msp430_keeps_in_fram_are_flash() -> None:
    """``.persistent`` lies among code, ``.info`` before RAM; neither is copied by start-up code."""
    layout = firmware(
        Sec(".info", 0x1800, bytes(16), flags=DATA),
        Sec(".data", 0x1C00, bytes(8), flags=DATA),
        Sec(".bss", 0x1C08, None, size=30, flags=DATA, type=NOBITS),
        Sec(".persistent", 0x4400, bytes(12), flags=DATA),
        Sec(".mine", 0x4410, bytes(4), flags=DATA),
        Sec(".text", 0x4500, bytes(200), flags=CODE),
        Sec("__interrupt_vector_1", 0xFF90, bytes(2)),
        Sec(".upper.rodata", 0x1_0000, bytes(40)),
        machine=Machine.MSP430,
        segments=[
            Seg(0x1800, 0x1800, 16, 16), Seg(0x1C00, 0x4700, 8, 38), Seg(0x4400, 0x4400, 20, 20),
            Seg(0x4500, 0x4500, 200, 200), Seg(0xFF90, 0xFF90, 2, 2), Seg(0x1_0000, 0x1_0000, 40, 40),
        ],
    )  # fmt: skip
    # 4 bytes between .persistent and .mine are written too.
    assert taken(layout) == {"flash": 16 + 8 + 12 + 4 + 4 + 200 + 2 + 40, "RAM": 38}


def test_room_in_information_memory_of_msp430_is_kept() -> None:
    layout = firmware(
        Sec(".bss", 0x200, None, size=30, flags=DATA, type=NOBITS),
        Sec(".noinit", 0x220, None, size=6, flags=DATA, type=NOBITS),
        Sec(".infoB", 0x1040, None, size=64, flags=DATA, type=NOBITS),
        Sec(".text", 0xC000, bytes(100), flags=CODE),
        machine=Machine.MSP430,
        segments=[Seg(0xC000, 0xC000, 100, 100)],
    )
    assert taken(layout) == {"flash": 100, "flash (reserved)": 64, "RAM": 36}


def test_code_that_msp430_copies_to_ram_is_in_both() -> None:
    layout = firmware(
        Sec(".text", 0x4400, bytes(100), flags=CODE),
        Sec(".ramfunc", 0x1C00, bytes(20), flags=CODE),
        Sec(".bss", 0x1C20, None, size=8, flags=DATA, type=NOBITS),
        machine=Machine.MSP430,
        segments=[Seg(0x4400, 0x4400, 100, 100), Seg(0x1C00, 0x4464, 20, 20)],
    )
    assert taken(layout) == {"flash": 120, "RAM": 28}


def test_a_program_for_a_simulator_of_msp430_has_its_data_in_ram() -> None:
    layout = firmware(
        Sec(".text", 0x500, bytes(100), flags=CODE),
        Sec(".data", 0x800, bytes(8), flags=DATA),
        Sec(".bss", 0x808, None, size=8, flags=DATA, type=NOBITS),
        machine=Machine.MSP430,
        segments=[Seg(0x500, 0x500, 100, 100), Seg(0x800, 0x800, 8, 16)],
    )
    assert taken(layout) == {"flash": 100, "RAM": 16}


@pytest.mark.parametrize("machine", [Machine.Z80, Machine.M68HC12])
def test_banks_of_flash_that_are_seen_through_a_window_are_no_ram(machine: Machine) -> None:
    """Three banks of one address; a function that is copied to RAM has its bytes within the first 64 KiB."""
    layout = firmware(
        Sec(".text", 0xC000, bytes(32), flags=CODE),
        Sec(".bank1", 0x8000, bytes(64), flags=CODE),
        Sec(".bank2", 0x8000, bytes(128), flags=CODE),
        Sec(".bank3", 0x8000, bytes(256), flags=CODE),
        Sec(".ram_code", 0x2000, bytes(8), flags=CODE),
        Sec(".bss", 0x2100, None, size=20, flags=DATA, type=NOBITS),
        machine=machine,
        segments=[
            Seg(0xC000, 0xC000, 32, 32), Seg(0x8000, 0x1_8000, 64, 64), Seg(0x8000, 0x2_8000, 128, 128),
            Seg(0x8000, 0x3_8000, 256, 256), Seg(0x2000, 0xC020, 8, 8),
        ],
    )  # fmt: skip
    assert taken(layout) == {"flash": 32 + 64 + 128 + 256 + 8, "RAM": 28}
    assert layout.account.shared == ()


def test_eeprom_of_stm8_is_no_ram() -> None:
    layout = firmware(
        Sec(".text", 0x8000, bytes(100), flags=CODE),
        Sec(".eeprom", 0x4000, bytes(4), flags=DATA),
        Sec(".data", 0x1, bytes(5), flags=DATA),
        Sec(".bss", 0x10, None, size=9, flags=DATA, type=NOBITS),
        machine=Machine.STM8,
        segments=[Seg(0x8000, 0x8000, 100, 100), Seg(0x4000, 0x4000, 4, 4), Seg(1, 0x8064, 5, 5)],
    )
    assert taken(layout) == {"flash": 109, "RAM": 14}


def test_constants_of_rl78_that_a_script_leaves_in_the_mirror_are_flash() -> None:
    layout = firmware(
        Sec(".vects", 0, bytes(128)),
        Sec(".text", 0x1000, bytes(200), flags=CODE),
        Sec(".dataflash", 0xF_1000, bytes(10), flags=DATA),
        Sec(".const", 0xF_3000, bytes(30)),
        Sec(".data", 0xF_EF00, bytes(8), flags=DATA),
        Sec(".bss", 0xF_EF08, None, size=30, flags=DATA, type=NOBITS),
        Sec(".saddr", 0xF_FE20, bytes(4), flags=DATA),
        machine=Machine.RL78,
        segments=[
            Seg(0, 0, 128, 128), Seg(0x1000, 0x1000, 200, 200), Seg(0xF_1000, 0xF_1000, 10, 10),
            Seg(0xF_3000, 0xF_3000, 30, 30), Seg(0xF_EF00, 0x3014, 8, 38), Seg(0xF_FE20, 0x301C, 4, 4),
        ],
    )  # fmt: skip
    assert taken(layout) == {"flash": 128 + 200 + 30 + 8 + 4, "data flash": 10, "RAM": 8 + 30 + 4}


def test_memories_of_rl78_with_its_mirror_of_flash() -> None:
    layout = firmware(
        Sec(".text", 0x1000, bytes(200), flags=CODE),
        Sec(".rodata", 0xF_3000, bytes(20)),
        Sec(".data", 0xF_F000, bytes(8), flags=DATA),
        Sec(".bss", 0xF_F008, None, size=30, flags=DATA, type=NOBITS),
        machine=Machine.RL78,
        segments=[Seg(0x1000, 0x1000, 200, 200), Seg(0xF_3000, 0x3000, 20, 20), Seg(0xF_F000, 0x3014, 8, 8)],
    )
    assert taken(layout) == {"flash": 228, "RAM": 38}


def test_memories_of_an_esp32_are_told_by_its_addresses() -> None:
    path = IMAGES / "esp-like/x.elf"
    found = by(path, "region", "section")
    assert (found["flash",], found["RAM",]) == (5064, 4008)
    assert (found["flash", ".flash.rodata"], found["RAM", ".iram0.text"]) == (5000, 4)
    notes = wasmfit.size(path).notes
    assert any(note.startswith("A boot loader copies 8 bytes from flash to RAM") for note in notes)
    holds_together(path)


@pytest.mark.parametrize(
    ("flash", "ram"),
    [(0x4020_1010, 0x3FFE_8000), (0x3F00_0020, 0x3FFB_0000), (0x3C00_0020, 0x3FC9_0000)],
    ids=["ESP8266", "ESP32-S2", "ESP32-S3"],
)
def test_memories_of_its_kin(flash: int, ram: int) -> None:
    layout = firmware(
        Sec(".flash.rodata", flash, bytes(100)),
        Sec(".dram0.data", ram, bytes(8), flags=DATA),
        Sec(".dram0.bss", ram + 8, None, size=50, flags=DATA, type=NOBITS),
        machine=Machine.XTENSA,
    )
    assert taken(layout) == {"flash": 100, "RAM": 58}


def c3(folder: Path) -> Path:
    return build(
        "esp-like", folder, RISCV[0], "-march=rv32imc", RISCV[2], "-Os", "-g", "-nostdlib",
        "-msmall-data-limit=0", "-mcmodel=medany", "-Wl,-T,esp32c3.ld", "a.c",
    )  # fmt: skip


def test_room_within_a_segment_counts_once_and_not_as_ram(tmp_path: Path) -> None:
    path = c3(tmp_path)
    found = by(path, "region", "section")
    assert is_nobits(path, ".flash_rodata_dummy")
    assert found["flash", ".flash_rodata_dummy"] == 65_536
    assert ("flash", "[between sections]") not in found
    assert found["RAM",] == 4008
    holds_together(path)


def test_a_board_has_its_memories_at_all_of_their_addresses(tmp_path: Path) -> None:
    path = c3(tmp_path)
    analysis = wasmfit.size(path, by=("region", "section"), board="esp32c3")
    assert [use.name for use in analysis.uses] == ["flash", "RAM"]
    found = by(path, "region", "section", board="esp32c3")
    assert (found["flash", ".flash.rodata"], found["RAM", ".iram0.text"], found["RAM",]) == (5000, 4, 4008)
    # What is kept free for the code's pages is where the code is, at the other addresses.
    assert found["flash", ".flash_rodata_dummy"] + found["flash", ".flash.text"] == 65_536
    holds_together(path, board="esp32c3")


def test_code_that_runs_at_an_alias_of_flash_counts_once() -> None:
    """As on an STM32F7, whose flash is at 0x00200000 for code, and everywhere at what is booted from."""
    elf = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x20_0000, bytes(64), flags=CODE), Sec(".rodata", 0x0800_0040, bytes(16))],
            segments=[Seg(0x20_0000, 0x0800_0000, 64, 64), Seg(0x0800_0040, 0x0800_0040, 16, 16)],
        ).build()
    )
    flash = DeviceMemory(
        "flash", 0x0800_0000, 1 << 20, 0x8000, (MemoryAlias(0x20_0000, 1 << 20, 0x0800_0000),)
    )
    layout = MemoryLayout(elf, [flash, DeviceMemory("RAM", 0x2000_0000, 1 << 16)])
    assert [(use.name, use.bytes, use.pages) for use in layout.uses()] == [("flash", 80, 1), ("RAM", 0, None)]


@pytest.mark.parametrize(("size", "beyond"), [(0x4000, 0), (0x4010, 16)])
def test_a_part_of_ram_that_lies_elsewhere_has_its_own_end(size: int, beyond: int, tmp_path: Path) -> None:
    """As the cache of an ESP32-C3, which may be memory, and the ITCM of a Cortex-M7."""
    sections = [
        Sec(".flash.text", 0x4200_0020, bytes(100), flags=CODE),
        Sec(".iram0.text", 0x4037_C000, bytes(size), flags=CODE),
        Sec(".dram0.bss", 0x3FC8_0400, None, size=60, flags=DATA, type=NOBITS),
    ]
    segments = [Seg(s.address, s.address, s.length, s.length) for s in sections[:2]]
    path = tmp_path / "a.elf"
    path.write_bytes(ElfBuilder(sections=sections, segments=segments, machine=Machine.RISCV).build())
    analysis = wasmfit.size(path, board="esp32c3")
    assert uses(analysis)["RAM"] == size + 60
    exceeded = [note for note in analysis.notes if "beyond the end" in note]
    assert exceeded == ([f".iram0.text goes {beyond} bytes beyond the end of RAM."] if beyond else [])


def test_an_account_of_memories_cannot_count_a_byte_twice() -> None:
    section = parse_elf(ElfBuilder(sections=[Sec(".a", 0, bytes(8), flags=ALLOC)]).build()).sections[1]
    one, two = MemoryExtent("RAM", 0, 8, section, 0), MemoryExtent("RAM", 7, 9, None, 0)
    with pytest.raises(ValueError, match="overlap"):
        MemoryAccount((one, two))
    with pytest.raises(ValueError, match="empty"):
        MemoryAccount((MemoryExtent("RAM", 4, 4, None, 0),))
    MemoryAccount((one, two._replace(memory="flash")))


@pytest.mark.parametrize("flags", [("-static",), ("-static-pie",), ()])
def test_programs_of_an_operating_system_have_neither_flash_nor_ram(
    flags: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a.c").write_text("int counter = 5, zeros[64]; int main(void) { return counter; }")
    run(tmp_path, "gcc", *flags, "-O2", "a.c", "-o", "a.elf")
    analysis = wasmfit.size(tmp_path / "a.elf", by=("region",))
    assert uses(analysis).keys() == {"read-only", "writable"}
    assert not any("are a guess" in note for note in analysis.notes)
    holds_together(tmp_path / "a.elf")
