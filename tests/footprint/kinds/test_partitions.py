"""A product of several images in one file, by the partitions that a TOML file names."""

from pathlib import Path

import pytest

import wasmfit
from wasmfit.cli.size import run as run_size
from wasmfit.errors import UsageError
from wasmfit.footprint.views.memories import DeviceMemory
from wasmfit.footprint.views.partitions import read_partitions

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Seg
from . import by, holds_together, run, uses

NOBITS = 8
PARTITIONS = """
page = "4K"
[[partition]]
name = "mcuboot"
origin = 0x0
size = "48K"
[[partition]]
name = "slot 0"
origin = 0xC000
size = 0x20000
[[partition]]
name = "settings"
origin = 0x2C000
size = 8192
[[partition]]
name = "secure RAM"
origin = 0x20000000
size = "32 KiB"
memory = "RAM"
[[partition]]
name = "RAM"
origin = 0x20008000
size = 0x8000
memory = "ram"
"""


@pytest.fixture
def partitions(tmp_path: Path) -> Path:
    (tmp_path / "partitions.toml").write_text(PARTITIONS)
    return tmp_path / "partitions.toml"


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A boot loader and an application in one file, each with data that is copied."""
    sections = [
        Sec(".boot", 0, bytes(3000), flags=CODE),
        Sec(".text", 0xC200, bytes(5000), flags=CODE),
        Sec(".data", 0x2000_8000, bytes(40), flags=DATA),
        Sec(".bss", 0x2000_8028, None, size=100, flags=DATA, type=NOBITS),
        Sec(".boot_bss", 0x2000_0000, None, size=500, flags=DATA, type=NOBITS),
        Sec(".store", 0x2C000, None, size=4096, flags=DATA, type=NOBITS),
    ]
    segments = [Seg(0, 0, 3000, 3000), Seg(0xC200, 0xC200, 5000, 5000), Seg(0x2000_8000, 0xD600, 40, 140)]
    (tmp_path / "product.elf").write_bytes(ElfBuilder(sections=sections, segments=segments).build())
    return tmp_path / "product.elf"


def test_each_partition_is_a_memory(product: Path, partitions: Path) -> None:
    analysis = wasmfit.size(product, partitions=partitions)
    assert uses(analysis) == {
        "mcuboot": 3000, "slot 0": 5040, "settings": 0, "settings (reserved)": 4096, "secure RAM": 500,
        "RAM": 140,
    }  # fmt: skip
    assert [(use.size, use.pages) for use in analysis.uses[:3]] == [(49_152, 1), (0x20000, 2), (8192, 0)]
    found = by(product, "region", "section", partitions=partitions)
    assert (found["mcuboot", ".boot"], found["slot 0", ".data"], found["RAM", ".data"]) == (3000, 40, 40)
    holds_together(product, partitions=partitions)


def test_what_lies_in_no_partition_is_said(product: Path, partitions: Path) -> None:
    partitions.write_text(PARTITIONS.replace("0xC000", "0x10000").replace("size = 0x20000", "size = 0x1C000"))
    analysis = wasmfit.size(product, partitions=partitions)
    assert uses(analysis)["[outside of all memories]"] == 5040
    flash = DeviceMemory("flash", 0, 1 << 20, 4096)
    assert uses(wasmfit.size(product, partitions=partitions, memories=(flash,)))["flash"] == 5040


def test_what_exceeds_its_partition_is_said(product: Path, partitions: Path) -> None:
    partitions.write_text(PARTITIONS.replace('size = "48K"', "size = 2500"))
    notes = wasmfit.size(product, partitions=partitions).notes
    assert any("mcuboot has 2,500 bytes, 3,000 are taken" in note for note in notes)
    assert ".boot goes 500 bytes beyond the end of mcuboot." in notes


def test_a_merged_image_is_divided_by_partitions(partitions: Path, tmp_path: Path) -> None:
    """As mergehex leaves it, without a gap between two images."""
    (tmp_path / "whole.bin").write_bytes(bytes(0x2000) + b"\1" * 0x1000)
    run(
        tmp_path, "arm-none-eabi-objcopy", "-I", "binary", "-O", "ihex", "--change-addresses", "0xA800",
        "whole.bin", "whole.hex",
    )  # fmt: skip
    found = by(tmp_path / "whole.hex", "region", "section", partitions=partitions)
    assert (found["mcuboot",], found["slot 0",]) == (0x1800, 0x1800)
    assert found["slot 0", "0x0000c000"] == 0x1800
    assert by(tmp_path / "whole.hex", "section") == {("0x0000a800",): 0x3000}


def test_the_command_takes_them(product: Path, partitions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_size([str(product), "--partitions", str(partitions), "--by", "region"])
    printed = capsys.readouterr().out
    assert "mcuboot" in printed
    assert "1 page of 4,096 B" in printed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no partition"),
        ("partition = 1", "names no partition"),
        ("partition = [1]", "is not a table"),
        ("a = [", "cannot be read"),
        ("a = 1", "unknown key a"),
        ("[[partition]]\norigin = 0\nsize = 1", "has no name"),
        ('[[partition]]\nname = "[x]"\norigin = 0\nsize = 1', "has no name"),
        ('[[partition]]\nname = "x"\nsize = 1', "origin of x"),
        ('[[partition]]\nname = "x"\norigin = 0', "size of x"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = 0', "size of x"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = "4T"', "size of x"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = true', "size of x"),
        ('[[partition]]\nname = "x"\norigin = -1\nsize = 1', "origin of x"),
        ('[[partition]]\nname = "x"\norigin = 0xffffffffffffffff\nsize = 9', "beyond the address space"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = 1\nmemory = "disk"', "in no memory"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = 1\nlength = 1', "unknown key length"),
        ('page = 0\n[[partition]]\nname = "x"\norigin = 0\nsize = 1', "page of"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = 2\n[[partition]]\nname = "y"\norigin = 1\nsize = 2',
         "x and y of .* overlap"),
        ('[[partition]]\nname = "x"\norigin = 0\nsize = 2\n[[partition]]\nname = "x"\norigin = 4\nsize = 2',
         "names x twice"),
    ],
)  # fmt: skip
def test_wrong_partitions_are_refused_in_words(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(UsageError, match=why):
        read_partitions(tmp_path / "p.toml")


def test_a_missing_file_is_said(product: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        wasmfit.size(product, partitions=tmp_path / "none.toml")
