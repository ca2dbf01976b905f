"""Intel HEX and UF2: bytes and addresses alone."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import read_elf
from wasmfit.elf.errors import ElfError
from wasmfit.footprint.views.memories import DeviceMemory

from . import ARM, build, by, run, uses

FLASH = DeviceMemory("flash", 0x0800_0000, 1 << 20, 2048)


def firmware(folder: Path) -> Path:
    """An image with initialised data and room without bytes, whose flash is at 0x08000000."""
    return build("noload-in-flash", folder, *ARM, "-Os", "-nostdlib", "-Wl,-T,a.ld", "a.c")


def flashed(path: Path) -> list[tuple[int, bytes]]:
    """What readelf's segments write: adjacent bytes as one."""
    parts: list[tuple[int, bytes]] = []
    for segment in sorted(read_elf(path).segments, key=lambda segment: segment.paddr):
        data = path.read_bytes()[segment.offset : segment.offset + segment.filesz]
        if data and parts and parts[-1][0] + len(parts[-1][1]) == segment.paddr:
            parts[-1] = parts[-1][0], parts[-1][1] + data
        elif data:
            parts.append((segment.paddr, data))
    return parts


def uf2(parts: list[tuple[int, bytes]], family: int | None = 0xE48BFF56) -> bytes:
    """A UF2 file with blocks of 256 bytes."""
    blocks = [
        (address + at, data[at : at + 256]) for address, data in parts for at in range(0, len(data), 256)
    ]
    flags = 0 if family is None else 0x2000
    return b"".join(
        struct.pack(
            "<8I", 0x0A324655, 0x9E5D5157, flags, address, len(data), number, len(blocks), family or 0
        )
        + data.ljust(476, b"\0")
        + struct.pack("<I", 0x0AB16F30)
        for number, (address, data) in enumerate(blocks)
    )


def test_intel_hex_has_what_is_flashed(tmp_path: Path) -> None:
    elf = firmware(tmp_path)
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "ihex", str(elf), str(tmp_path / "a.hex"))
    analysis = wasmfit.size(tmp_path / "a.hex")
    written = sum(len(data) for _, data in flashed(elf))
    assert (analysis.size, uses(analysis)) == (written, {"flash": written})
    assert uses(wasmfit.size(elf))["flash"] == written
    assert (analysis.kind, analysis.machine) == ("Intel HEX image", "")
    assert [section.address for section in analysis.sections] == [address for address, _ in flashed(elf)]
    given, of_elf = (wasmfit.size(path, memories=(FLASH,)).uses[0] for path in (tmp_path / "a.hex", elf))
    assert given == of_elf
    assert given.pages == 1


@pytest.mark.parametrize("form", ["I8HEX", "segments"])
def test_every_kind_of_record(form: str, tmp_path: Path) -> None:
    records = {
        "I8HEX": [bytes([4, 0x01, 0x00, 0, 1, 2, 3, 4]), bytes([2, 0x01, 0x04, 0, 5, 6])],
        "segments": [bytes([2, 0, 0, 2, 0x10, 0x00]), bytes([6, 0, 0, 0, 1, 2, 3, 4, 5, 6]),
                     bytes([4, 0, 0, 3, 0, 0, 0, 0]), bytes([4, 0, 0, 5, 0, 0, 0, 0])],
    }[form] + [bytes([0, 0, 0, 1])]  # fmt: skip
    (tmp_path / "a.hex").write_text(
        "\r\n".join(f":{(record + bytes([-sum(record) & 0xFF])).hex().upper()}" for record in records)
    )
    found = by(tmp_path / "a.hex", "section")
    assert found == {("0x00000100" if form == "I8HEX" else "0x00010000",): 6}


def test_uf2_has_what_is_flashed(tmp_path: Path) -> None:
    elf = firmware(tmp_path)
    (tmp_path / "a.uf2").write_bytes(uf2(flashed(elf)))
    analysis = wasmfit.size(tmp_path / "a.uf2")
    assert uses(analysis) == {"flash": uses(wasmfit.size(elf))["flash"]}
    assert (analysis.kind, analysis.machine) == ("UF2 image", "Arm")
    (tmp_path / "b.uf2").write_bytes(uf2(flashed(elf), family=None))
    assert wasmfit.size(tmp_path / "b.uf2").machine == ""


def test_blocks_that_are_not_for_flash_do_not_count(tmp_path: Path) -> None:
    blocks = bytearray(uf2([(0x1000_0000, bytes(600))]))
    blocks[8] |= 1
    (tmp_path / "a.uf2").write_bytes(blocks)
    assert by(tmp_path / "a.uf2", "section") == {("0x10000100",): 344}


def test_the_elf_file_next_to_it_is_named(tmp_path: Path) -> None:
    elf = firmware(tmp_path)
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "ihex", str(elf), str(elf.with_suffix(".hex")))
    assert any(str(elf) in note for note in wasmfit.size(elf.with_suffix(".hex")).notes)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([":0401000001020304F2", ":00000001FF"], "sum of line 1"),
        ([":04010000010203F5", ":00000001FF"], "3 bytes and says 4"),
        ([":0401000001020304"], "sum of line 1"),
        ([":0101000001FD"], "last record is missing"),
        ([":0101000001FD", "words"], "line 2 is no record"),
        ([":00000007F9"], "kind of record"),
        ([":0101000001FD", ":0101000001FD", ":00000001FF"], "twice"),
        ([":00000001FF"], "no bytes"),
    ],
)  # fmt: skip
def test_damaged_hex_is_refused_in_words(lines: list[str], why: str, tmp_path: Path) -> None:
    (tmp_path / "a.hex").write_text("\n".join(lines))
    with pytest.raises(ElfError, match=why):
        wasmfit.size(tmp_path / "a.hex")


@pytest.mark.parametrize("at", [0, 4, 16, 508])
def test_damaged_uf2_is_refused_in_words(at: int, tmp_path: Path) -> None:
    image = bytearray(uf2([(0x1000_0000, bytes(600))]))
    image[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.uf2").write_bytes(image)
    with pytest.raises(ElfError):
        wasmfit.size(tmp_path / "a.uf2")
    (tmp_path / "a.uf2").write_bytes(bytes(image[:700]))
    with pytest.raises(ElfError):
        wasmfit.size(tmp_path / "a.uf2")


def test_mutants_of_images_are_taken_or_refused_in_words(tmp_path: Path) -> None:
    elf = firmware(tmp_path)
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "ihex", str(elf), str(tmp_path / "a.hex"))
    for image in ((tmp_path / "a.hex").read_bytes(), uf2(flashed(elf))):
        for at in range(0, len(image), 7):
            (tmp_path / "mutant").write_bytes(image[:at] + b"\xff" + image[at + 1 :])
            with suppress(ElfError):
                wasmfit.size(tmp_path / "mutant")
