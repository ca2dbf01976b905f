"""Fuzzes the reader and all of the account with coverage-guided mutations of ELF files.

    uv run --with atheris scripts/fuzz_size.py [-max_total_time=300] [CORPUS…]

Arguments are libFuzzer's. Without a corpus it starts from small files of every class and byte order, and
from the cases found earlier. What it finds is written to ``crash-…`` here. Put it into
``tests/footprint/found`` with a telling name, and the tests will replay it for ever.
"""

import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["wasmfit", "tests.footprint.survives"]):
    from tests.footprint.survives import survives

from tests.elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Seg, Sym  # noqa: E402

SECONDS_FOR_ONE = 5
MEGABYTES = 1024
MOST_SYMBOLS = 24


def seeds() -> list[bytes]:
    """Small files of every class and byte order, for several processors."""
    return [
        _seed(bits, big_endian=big_endian, machine=machine)
        for bits in (32, 64)
        for big_endian in (False, True)
        for machine in (40, 243, 94, 62, 83, 105, 197, 20)
    ]


def _seed(bits: int, *, big_endian: bool, machine: int) -> bytes:
    return ElfBuilder(
        sections=[
            Sec(".text", 0x100, b"\x70\x47" * 32, flags=CODE),
            Sec(".rodata", 0x200, b"hello, world\0" + bytes(19)),
            Sec(".data", 0x2000_0000, bytes(8), flags=DATA),
            Sec(".bss", 0x2000_0008, None, size=64, flags=DATA, type=8),
            # Overlays at one address, room kept free in flash, and code among data.
            Sec(".ov1", 0x2000_0100, b"\x70\x47" * 8, flags=CODE),
            Sec(".ov2", 0x2000_0100, b"\x70\x47" * 4, flags=CODE),
            Sec(".storage", 0x400, None, size=256, flags=DATA, type=8),
            Sec(".ramfunc", 0x2000_0200, b"\x70\x47" * 8, flags=CODE | DATA),
        ],
        symbols=[
            Sym("in_overlay", 0x2000_0101, 16, ".ov1"),
            Sym("in_the_other", 0x2000_0101, 8, ".ov2"),
            Sym("in_ram", 0x2000_0201, 12, ".ramfunc"),
            Sym("z_cstart", 0x2000_020C, 4, ".ramfunc"),
            Sym("__far_veneer", 0x13D, 0, type=0),
            Sym("one.0f-cgu.0", section=0xFFF1, type=4, binding=0),
            Sym("_RNvC3one3abc", 0x101, 16, binding=0),
            Sym("$d", 0x108, type=0, binding=0),
            Sym("_RINvNtC4core3ptr13drop_in_placeNtC3one1TEB4_", 0x111, 16),
            Sym("_ZN4core3fmt5write17h0123456789abcdefE", 0x121, 16),
            Sym("_ZNSt6vectorIiSaIiEE9push_backEOi", 0x131, 8),
            Sym("label", 0x139, 0, type=0),
            Sym(".Lanon.0f.1", 0x200, 4, ".rodata", 1, 0),
            Sym("memcpy", 0x2000_0000, 8, ".data", 1),
        ],
        segments=[
            Seg(0x100, 0x100, 0x40, 0x40),
            Seg(0x2000_0000, 0x140, 8, 72),
            Seg(0x2000_0100, 0x148, 16, 16),
            Seg(0x2000_0100, 0x158, 8, 8),
        ],
        bits=bits,
        big_endian=big_endian,
        machine=machine,
    ).build()


def _built(data: bytes) -> bytes:
    """A well-formed file with contents, places and names of the fuzzer's choice.

    The reader refuses most mutants; this leads further in.
    """
    choice = atheris.FuzzedDataProvider(data)
    names = [".text", ".rodata", ".bss", ".vectors"]
    sections = [
        Sec(".text", 0x100, choice.ConsumeBytes(choice.ConsumeIntInRange(0, 96)), flags=CODE),
        Sec(
            ".rodata",
            choice.ConsumeIntInRange(0, 0x300),
            choice.ConsumeBytes(choice.ConsumeIntInRange(0, 96)),
        ),
        Sec(".bss", 0x2000_0000, None, size=choice.ConsumeIntInRange(0, 200), flags=DATA, type=8),
        Sec(".vectors", 0, choice.ConsumeBytes(choice.ConsumeIntInRange(0, 16))),
    ]
    symbols = []
    while choice.remaining_bytes() and len(symbols) < MOST_SYMBOLS:
        prefix = choice.PickValueInList(["", "_R", "_ZN", "_Z", ".L", "$d", "$t", "x-cgu."])
        symbols.append(
            Sym(
                prefix + _text(choice.ConsumeBytes(choice.ConsumeIntInRange(0, 60))),
                choice.ConsumeIntInRange(0, 0x320),
                choice.ConsumeIntInRange(0, 0x80),
                choice.PickValueInList(names),
                choice.ConsumeIntInRange(0, 10),
                choice.ConsumeIntInRange(0, 2),
                choice.ConsumeIntInRange(0, 3),
            )
        )
    segments = [Seg(0x100, choice.ConsumeIntInRange(0, 0x400), 0x40, 0x40)]
    machine = choice.PickValueInList([40, 243, 94, 62])
    return ElfBuilder(sections=sections, symbols=symbols, segments=segments, machine=machine).build()


def _text(data: bytes) -> str:
    """Bytes of a name, of any encoding, as the builder wants them."""
    return data.replace(b"\0", b"").decode("utf-8", "surrogateescape")


def one(data: bytes) -> None:
    """Tries one input of libFuzzer's: as it is if it looks like a file, else as choices for making one."""
    survives(data if data.startswith(b"\x7fELF") else _built(data))


def main() -> None:
    """Hands over to libFuzzer."""
    limits = [f"-timeout={SECONDS_FOR_ONE}", f"-rss_limit_mb={MEGABYTES}", "-max_len=20480"]
    arguments = sys.argv[1:]
    if all(argument.startswith("-") for argument in arguments):
        corpus = Path(tempfile.mkdtemp(prefix="wasmfit-fuzz-"))
        folders = ("tests/footprint/found", "tests/footprint/kinds/images")  # with what compilers made
        found = [path.read_bytes() for folder in folders for path in (ROOT / folder).rglob("*.elf")]
        for number, image in enumerate([*seeds(), *found, b"\1" * 300]):
            (corpus / f"seed-{number}").write_bytes(image)
        arguments.append(str(corpus))
    atheris.Setup([sys.argv[0], *limits, *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
