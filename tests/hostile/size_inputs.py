"""Targets: what ``wasmfit size`` takes besides ELF files: static libraries, images, modules, partitions."""

import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from tests.footprint.kinds import IMAGES
from wasmfit.errors import UsageError
from wasmfit.footprint.analysis import analyse
from wasmfit.footprint.size_options import SizeOptions
from wasmfit.footprint.views.partitions import read_partitions
from wasmfit.footprint.views.tree import GroupBy

from .mutate import BINARY, TEXT
from .target import Target, fit_to_print

_OF_OBJECTS = ((GroupBy.OBJECT, GroupBy.SYMBOL), (GroupBy.SECTION,), (GroupBy.FILE, GroupBy.KIND))
_VIEWS = (*_OF_OBJECTS, (GroupBy.REGION, GroupBy.SECTION))
"""What is not linked has no addresses, and so no regions."""


def kinds() -> list[bytes]:
    """Images of rare compilers, small enough to be mutated."""
    return [path.read_bytes() for path in sorted(IMAGES.glob("*/*.elf"))]


def _member(name: str, data: bytes) -> bytes:
    head = f"{name:16}{0:<12}{0:<6}{0:<6}{644:<8}{len(data):<10}`\n".encode()
    return head + data + b"\n" * (len(data) % 2)


def _libraries() -> list[bytes]:
    elf = ElfBuilder(
        sections=[Sec(".text", 0, b"\x70\x47" * 16, flags=CODE)], symbols=[Sym("f", 1, 32)], kind=1
    ).build()
    names = b"a_name_that_is_longer_than_sixteen.o/\n"
    gnu = _member("/", bytes(4)) + _member("//", names) + _member("/0", elf) + _member("b.o/", elf)
    bsd = _member("#1/20", b"a_long_name_of_bsd.o" + elf) + _member("text", b"words")
    nested = b"!<arch>\n" + _member("inner.a/", b"!<arch>\n" + gnu) + _member("a.o/", elf)
    return [b"!<arch>\n" + gnu, b"!<arch>\n" + bsd, nested]


def _images() -> list[bytes]:
    records = (bytes([16, 0, 0, 0]) + bytes(16), bytes([2, 0, 0, 4, 8, 0]), bytes([4, 1, 0, 0]) + bytes(4))
    lines = [":" + (r + bytes([-sum(r) & 0xFF])).hex().upper() for r in (*records, bytes([0, 0, 0, 1]))]
    segment = (bytes([2, 0, 0, 2, 0x10, 0]), bytes([4, 0xFF, 0xFE, 0]) + bytes(4), bytes([0, 0, 0, 1]))
    in_segment = [":" + (r + bytes([-sum(r) & 0xFF])).hex() for r in segment]
    tag = struct.pack("<I", 0x9957E304)
    blocks = (
        _block(0xE48BFF57, 0x10FF_FF00, flags=0xA000, count=2, tags=tag),
        _block(0xE48BFF56, 0x1000_0000, count=2),
        _block(0xE48BFF56, 0x1000_0100, number=1, count=2),
        _block(0xADA52840, 0x2000_0000, flags=0x3000),
    )
    return [
        "\n".join(lines).encode(),
        "\n".join(in_segment).encode(),
        _block(0xE48BFF56, 0x1000_0000),
        b"".join(blocks),
    ]


def _block(
    family: int, address: int, *, flags: int = 0x2000, number: int = 0, count: int = 1, tags: bytes = b""
) -> bytes:
    head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, flags, address, 256, number, count, family)
    return head + bytes(256) + tags.ljust(220, b"\0") + struct.pack("<I", 0x0AB16F30)


def _others() -> list[bytes]:
    """The beginnings of files that are refused: of other systems, and of what is not all there."""
    pe = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + bytes(260)
    # A thin library with a member of another, which is not there.
    thin = b"!<thin>\n" + _member("//", b"inner.a/\n") + _member("/0:8", b"")
    return [thin, pe, b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(60), b"\x7fELF\1\1\1" + bytes(60), b"MZ"]


def _is_library(data: bytes) -> bool:
    return _is_analysed(data, _OF_OBJECTS)


def _is_analysed(data: bytes, views: Sequence[tuple[GroupBy, ...]] = _VIEWS) -> bool:
    """Whether a file is taken; then all views add up."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(data)
        for by in views:
            try:
                analysis = analyse(path, SizeOptions(by=by))
            except UsageError as error:
                fit_to_print(error)
                return False
            assert sum(row.bytes for row in analysis.view.rows) == analysis.view.bytes
    return True


def _is_named(data: bytes) -> bool:
    """What is not a file to analyse is refused in words; a mutant of it may be one."""
    _is_analysed(data)
    return True


PARTITIONS = b"""page = "4K"
[[partition]]
name = "mcuboot"
origin = 0x0
size = "48K"
[[partition]]
name = "RAM"
origin = 0x20000000
size = 65536
memory = "RAM"
"""


def _are_partitions(data: bytes) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "partitions.toml"
        path.write_bytes(data)
        try:
            return bool(read_partitions(path))
        except UsageError as error:
            fit_to_print(error)
            return False


SIZE_INPUTS = (
    Target("library", _libraries, BINARY, _is_library),
    Target("image", _images, BINARY, _is_analysed),
    Target("other-file", _others, BINARY, _is_named, refuses=False),
    Target("partitions", lambda: [PARTITIONS], TEXT, _are_partitions),
)
