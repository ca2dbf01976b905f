"""Intel HEX, Motorola S-records and UF2: bytes and addresses alone."""

import random
import struct
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wasmfit
from wasmfit.elf import read_elf
from wasmfit.elf.errors import ElfError
from wasmfit.footprint.inputs.flashed import read_flashed_image
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


def s_record(kind: int, address: int, data: bytes = b"") -> str:
    """A line, whose address is as wide as its kind says."""
    width = {1: 2, 2: 3, 3: 4, 7: 4, 6: 3, 8: 3}.get(kind, 2)
    record = bytes([width + len(data) + 1]) + address.to_bytes(width, "big") + data
    return f"S{kind}{(record + bytes([~sum(record) & 0xFF])).hex().upper()}"


@pytest.mark.parametrize("form", [(), ("--srec-forceS3",), ("--srec-len=64",)])
def test_s_records_have_what_is_flashed(form: tuple[str, ...], tmp_path: Path) -> None:
    elf = firmware(tmp_path)
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "srec", *form, str(elf), str(tmp_path / "a.s19"))
    analysis = wasmfit.size(tmp_path / "a.s19")
    written = sum(len(data) for _, data in flashed(elf))
    assert (analysis.size, uses(analysis)) == (written, {"flash": written})
    assert (analysis.kind, analysis.machine) == ("Motorola S-record image", "")
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "ihex", str(elf), str(tmp_path / "a.hex"))
    assert analysis.sections == wasmfit.size(tmp_path / "a.hex").sections
    given, of_elf = (wasmfit.size(path, memories=(FLASH,)).uses[0] for path in (tmp_path / "a.s19", elf))
    assert given == of_elf
    difference = wasmfit.size(tmp_path / "a.s19", base=elf, by=("region",)).difference
    assert difference is not None
    assert {row.name for row in difference.view.rows if row.bytes} == {"RAM", "flash (reserved)"}


@pytest.mark.parametrize(("kind", "address"), [(1, 0xFF00), (2, 0xFF_0000), (3, 0xFF00_0000)])
def test_every_width_of_an_s_records_address(kind: int, address: int, tmp_path: Path) -> None:
    lines = [s_record(0, 0, b"HDR"), s_record(kind, address, b"abcd"), s_record(kind, address + 4, b"ef")]
    lines += [s_record(5, 2), s_record(10 - kind, 0), "", "\x1a"]
    (tmp_path / "a.mot").write_text("\r\n".join(lines), newline="")
    assert by(tmp_path / "a.mot", "section") == {(f"0x{address:08x}",): 6}


S1, S9 = s_record(1, 0x100, b"abcd"), s_record(9, 0)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([S1[:-1] + "0", S9], "sum of line 1"),
        (["S1060100616263EE", S9], "6 bytes and says 6|sum of line 1"),
        (["S107010061626393", S9], "6 bytes and says 7"),
        ([S1], "last record is missing"),
        ([S1, "words"], "line 2 is not a record"),
        ([S1, "S10"], "line 2 is not a record"),
        ([S1, "S4030000FC", S9], "line 2 has a kind of record"),
        ([S1, s_record(5, 2), S9], "counts 2 records of data, and there is 1"),
        ([S1, S1, S9], "twice"),
        (["S10201FC", S9], "too short"),
        ([S9 + "  "], "no bytes"),
        ([S1, S9, S1, S9], "goes on after the last record"),
    ],
)
def test_damaged_s_records_are_refused_in_words(lines: list[str], why: str, tmp_path: Path) -> None:
    (tmp_path / "a.srec").write_text("\n".join(lines))
    with pytest.raises(ElfError, match=why) as caught:
        wasmfit.size(tmp_path / "a.srec")
    assert caught.value.remedy


@given(
    parts=st.lists(st.tuples(st.integers(0, 0xFFFF_0000), st.binary(min_size=1, max_size=40)), max_size=20),
    length=st.integers(1, 250),
    order=st.randoms(),
)
def test_any_s_records_are_read_as_they_were_written(
    parts: list[tuple[int, bytes]], length: int, order: random.Random
) -> None:
    """In any order and cut anywhere. An address that is written twice is refused."""
    memory: dict[int, int] = {}
    twice = False
    lines = []
    for address, data in parts:
        twice |= any(address + at in memory for at in range(len(data)))
        memory.update({address + at: byte for at, byte in enumerate(data)})
        lines += [s_record(3, address + at, data[at : at + length]) for at in range(0, len(data), length)]
    order.shuffle(lines)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.srec"
        path.write_text("\n".join([s_record(0, 0), *lines, s_record(7, 0)]))
        if twice or not parts:
            with pytest.raises(ElfError, match="twice" if twice else "no bytes"):
                read_flashed_image(path)
            return
        elf = read_flashed_image(path)
    read = {s.address + at: byte for s in elf.sections if s.size for at, byte in enumerate(elf.contents(s))}
    assert read == memory


@given(
    image=st.binary(max_size=200), start=st.sampled_from([b"S1130000", b":10010000", b"S00600004844521B\n"])
)
def test_no_bytes_break_the_readers_of_records(image: bytes, start: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.srec"
        path.write_bytes(start + image)
        with suppress(ElfError):
            read_flashed_image(path)


def test_what_follows_the_last_record_of_intel_hex_is_refused(tmp_path: Path) -> None:
    """As of two files that were put one after the other: flash tools stop at the first one's end."""
    (tmp_path / "a.hex").write_text(":0101000001FD\n:00000001FF\n:0102000001FC\n:00000001FF\n")
    with pytest.raises(ElfError, match="line 3 goes on after the last record"):
        wasmfit.size(tmp_path / "a.hex")


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


def test_a_block_that_is_missing_is_said(tmp_path: Path) -> None:
    image = uf2([(0x1000_0000, bytes(1000))])
    (tmp_path / "a.uf2").write_bytes(image[:512] + image[1024:])
    with pytest.raises(ElfError, match="block 1 of 4 is missing"):
        wasmfit.size(tmp_path / "a.uf2")
    shuffled = b"".join(image[at : at + 512] for at in (1536, 0, 1024, 512))
    (tmp_path / "a.uf2").write_bytes(shuffled)
    assert by(tmp_path / "a.uf2", "section") == {("0x10000000",): 1000}


def test_a_block_that_a_boot_loader_ignores_does_not_count(tmp_path: Path) -> None:
    """As picotool and the Pico SDK put one before images for the RP2350, of the family of absolute blocks."""
    ignored = bytearray(uf2([(0x10FF_FF00, b"\xef" * 256)], family=0xE48BFF57))
    ignored[8:12] = struct.pack("<I", 0x2000 | 0x8000)
    ignored[24:28] = struct.pack("<I", 2)  # of two, of which there is one
    ignored[32 + 256 : 32 + 260] = struct.pack("<I", 0x9957E304)
    (tmp_path / "a.uf2").write_bytes(bytes(ignored) + uf2([(0x1000_0000, bytes(600))], family=0xE48BFF59))
    analysis = wasmfit.size(tmp_path / "a.uf2", by=("section",))
    assert (analysis.size, analysis.machine) == (600, "Arm")
    assert by(tmp_path / "a.uf2", "section") == {("0x10000000",): 600}


def test_blocks_of_files_are_not_flashed(tmp_path: Path) -> None:
    container = bytearray(uf2([(0, b"INFO_UF2.TXT")]))
    container[8:12] = struct.pack("<I", 0x1000)
    (tmp_path / "a.uf2").write_bytes(bytes(container) + uf2([(0x2000, bytes(300))]))
    assert by(tmp_path / "a.uf2", "section") == {("0x00002000",): 300}


def test_images_of_several_devices_are_told_apart(tmp_path: Path) -> None:
    rp2040, rp2350 = (uf2([(0x1000_0000, bytes(600))], family=f) for f in (0xE48BFF56, 0xE48BFF59))
    (tmp_path / "a.uf2").write_bytes(rp2040 + rp2350)
    with pytest.raises(ElfError, match=r"several devices.*0xe48bff56 and 0xe48bff59") as raised:
        wasmfit.size(tmp_path / "a.uf2")
    assert "one family" in raised.value.remedy
    elsewhere = uf2([(0x2000_0000, bytes(40))], family=0xADA52840)
    (tmp_path / "b.uf2").write_bytes(rp2040 + elsewhere)
    assert by(tmp_path / "b.uf2", "section") == {("0x10000000",): 600, ("0x20000000",): 40}


def test_segments_of_intel_hex_end_where_they_begin(tmp_path: Path) -> None:
    """By the format, a record that goes beyond a segment's 64 KiB goes on at its beginning."""
    records = [
        b"\x02\x00\x00\x02\x10\x00", b"\x04\xff\xfe\x00\x01\x02\x03\x04", b"\x00\x00\x00\x01"
    ]  # fmt: skip
    lines = [f":{(record + bytes([-sum(record) & 0xFF])).hex()}" for record in records]
    (tmp_path / "a.hex").write_text("\n".join(lines))
    assert by(tmp_path / "a.hex", "section") == {("0x00010000",): 2, ("0x0001fffe",): 2}
    (tmp_path / "b.hex").write_text(
        "\n".join(lines).replace(lines[0], ":020000040001F9")  # the same in linear addresses
    )
    assert by(tmp_path / "b.hex", "section") == {("0x0001fffe",): 4}


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
        ([":0101000001FD", "words"], "line 2 is not a record"),
        ([":00000007F9"], "kind of record"),
        ([":00000004FC", ":00000001FF"], "line 1 has 0 bytes, records of its kind have 2"),
        ([":020000050000F9", ":00000001FF"], "line 1 has 2 bytes, records of its kind have 4"),
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
    run(tmp_path, "arm-none-eabi-objcopy", "-O", "srec", str(elf), str(tmp_path / "a.srec"))
    texts = [(tmp_path / name).read_bytes() for name in ("a.hex", "a.srec")]
    for image in (*texts, uf2(flashed(elf))):
        for at in range(0, len(image), 7):
            (tmp_path / "mutant").write_bytes(image[:at] + b"\xff" + image[at + 1 :])
            with suppress(ElfError):
                wasmfit.size(tmp_path / "mutant")
