"""ELF files made from a seed: whole and well-formed in most parts, hostile in some.

Headers, overlapping sections, overlays, symbols and their names, mapping symbols, ``STT_FILE``, pieces of
debug information, packed sections. Mutants of bytes are mostly refused by the reader; these lead further in.
"""

import random
import struct
import zlib
from collections.abc import Callable

from tests.elf.elf_builder import ALLOC, CODE, DATA, ElfBuilder, Sec, Seg, Sym

NAMES: tuple[Callable[[random.Random], str], ...] = (
    lambda r: f"function_{r.randrange(50)}",
    lambda r: "_Z1f" + r.choice(("S_", "S0_", "T_")) * r.randrange(1, 3000),
    lambda r: (
        "_ZN" + "".join(f"{len(part)}{part}" for part in ("core", "fmt", "x" * r.randrange(1, 9))) + "E"
    ),
    lambda r: f"_RNvC{r.choice((3, 7, 99))}abc{r.randrange(99)}x",
    lambda r: f"_RINvNtC4core3ptr13drop_in_placeNtC3one1TE{'B' * r.randrange(40)}4_",
    lambda r: r.choice(("$t", "$d", "$a", "$x", "$xrv32imc", "$d.7")),
    lambda r: r.choice((".L0 ", ".Lla-relax-align", "f$thunk", "0000001b.plt_call.f", "thunk-0-f", "..0")),
    lambda r: r.choice((".L4", ".Lpcrel_hi0", ".Lanon.0f.1", "$L1", "L0\x01")),
    lambda r: r.choice(("__f_veneer", "__Thumbv7ABSLongThunk_f", "_edata", "Image$$RW$$Base")),
    lambda r: "".join(chr(r.randrange(1, 256)) for _ in range(r.randrange(40))),
    lambda r: "a<" * r.randrange(1, 400),
)
"""What makes names of symbols."""

SECTIONS = (
    ".text", ".rodata", ".data", ".bss", ".vectors", ".storage", ".ov1", ".ov2", ".iram0.text",
    ".flash.rodata",
    ".flash_rodata_dummy", ".persistent", ".infoB", ".eeprom", ".const", ".gnu.lto_f", "__reset_vector",
    ".eh_frame", ".ARM.exidx", ".interp", ".tbss", ".stack", ".opd", ".gnu.sgstubs", ".init_array",
)  # fmt: skip
MACHINES = (
    2,
    3,
    8,
    20,
    21,
    22,
    40,
    40,
    40,
    43,
    62,
    62,
    83,
    94,
    94,
    105,
    105,
    164,
    183,
    186,
    197,
    197,
    243,
    243,
    247,
    258,
    258,
    999,
)
ADDRESSES = (
    0, 0, 0x100, 0x4000, 0xF_3000, 0x80_0100, 0x80_8040, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x2000_8000,
    0x3C00_0020, 0x3F40_0020, 0x3FC8_0000, 0x4008_0000, 0x4037_C000, 0x4200_0020, 0x8000_0000, 0xFFFF_FF00,
)  # fmt: skip


def made_elf(choices: bytes) -> bytes:
    """A file that some bytes decide."""
    chance = random.Random(choices)  # noqa: S311 - to be made again, not to be secret
    bits = chance.choice((32, 32, 64))
    big_endian = chance.random() < 0.15
    sections = [_section(chance) for _ in range(chance.randrange(1, 9))]
    banks = _banks(chance) if chance.random() < 0.2 else []
    sections += banks
    sections += _debug(chance, bits, big_endian=big_endian)
    sections += _of_stripped(chance)
    names = [section.name for section in sections]
    symbols = [_symbol(chance, names, sections) for _ in range(chance.randrange(0, 60))]
    segments = [_segment(chance, sections, bits) for _ in range(chance.randrange(0, 6))]
    segments += [Seg(bank.address, 0x0800_1000 + 0x100 * n, 64, 64) for n, bank in enumerate(banks)]
    image = bytearray(
        ElfBuilder(
            sections=sections,
            symbols=symbols,
            segments=segments,
            bits=bits,
            big_endian=big_endian,
            machine=chance.choice(MACHINES),
            kind=chance.choice((1, 2, 2, 2, 3)),
        ).build()
    )
    for _ in range(chance.choice((0, 0, 0, 1, 2, 8))):
        image[chance.randrange(16, len(image))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(image)


def _contents(chance: random.Random, size: int) -> bytes:
    match chance.randrange(7):
        case 0:
            return bytes(size)
        case 1:
            return b"\x70\x47" * (size // 2)
        case 2:
            return (b"a text that ends\0" * (size // 17 + 1))[:size]
        case 3:
            words = (chance.choice(ADDRESSES) + chance.randrange(256) for _ in range(size // 4))
            return b"".join(struct.pack("<I", word & 0xFFFF_FFFF) for word in words)
        case 4:
            return b"\xff" * size
        case 5:  # functions with literals, in Thumb, Arm and AArch64
            load = chance.choice((b"\x01\x48\x70\x47", b"\x04\x00\x9f\xe5", b"\x40\x00\x00\x58"))
            return (load + b"\x70\x47\x00\xbf" + chance.randbytes(8)) * (size // 16) + bytes(size % 16)
    return chance.randbytes(size)


def _section(chance: random.Random) -> Sec:
    size = chance.choice((0, 1, 3, 8, 16, 40, 100, 300, 2000))
    address = chance.choice(ADDRESSES) + chance.choice((0, 0, 0, 4, 16, 100))
    nobits = chance.random() < 0.25
    return Sec(
        chance.choice(SECTIONS) + chance.choice(("", "", ".a")),
        address,
        None if nobits else _contents(chance, size),
        size=chance.choice((size, 1 << 16, 1 << 31)) if nobits and chance.random() < 0.1 else size,
        flags=chance.choice((ALLOC, CODE, CODE, DATA, CODE | DATA, DATA | 0x400, ALLOC | 0x30)),
        align=chance.choice((0, 1, 2, 4, 16, 4096, 1 << 30)),
        type=8 if nobits else chance.choice((1, 1, 1, 1, 7, 14, 0x7000_0001)),
    )


def _symbol(chance: random.Random, names: list[str], sections: list[Sec]) -> Sym:
    where: str | int = chance.choice(names)
    near = next(section for section in sections if section.name == where)
    if chance.random() < 0.1:
        where = chance.choice((0, 0xFFF1, 0xFFF2))
    value = near.address + chance.randrange(near.length + 2 if near.length < 4096 else 4096)
    return Sym(
        chance.choice(NAMES)(chance).replace("\0", ""),
        value & 0xFFFF_FFFF if chance.random() < 0.97 else chance.getrandbits(32),
        chance.choice((0, 0, 1, 2, 8, 16, 60, 0xFFFF_FFFF)),
        where,
        chance.choice((0, 1, 1, 2, 2, 2, 3, 4, 6, 10)),
        chance.randrange(3),
        chance.randrange(4),
    )


def _banks(chance: random.Random) -> list[Sec]:
    """Three sections that take turns at one address, one of them without bytes at times."""
    address, kinds = chance.choice(ADDRESSES), (CODE, CODE, DATA)
    return [
        Sec(f".bank{n}", address, None if chance.random() < 0.1 else bytes([n]) * 64, size=64, flags=flags)
        for n, flags in enumerate(kinds)
    ]


def _of_stripped(chance: random.Random) -> list[Sec]:
    """What a stripped file says of the one with its symbols."""
    if chance.random() < 0.8:
        return []
    name = chance.choice((b"a.debug\0\0\0\0", b"", b"../../etc/passwd\0", b"\xff" * 300, b"no end"))
    return [Sec(".gnu_debuglink", 0, name, flags=0, align=1)]


def _segment(chance: random.Random, sections: list[Sec], bits: int) -> Seg:
    section = chance.choice(sections)
    load = section.address if chance.random() < 0.5 else chance.choice(ADDRESSES)
    size = min(section.length, 2000)
    # Where its bytes are is a guess: after the headers, which overlays share.
    offset = chance.choice((0, 52 if bits == 32 else 64, 100))
    return Seg(section.address, load, chance.choice((0, size // 2, min(size, 64))), size, 1, offset)


def _debug(chance: random.Random, bits: int, *, big_endian: bool) -> list[Sec]:
    if chance.random() < 0.4:
        return []
    if chance.random() < 0.2:
        return [_packed(chance, name, data, bits, big_endian=big_endian) for name, data in _stabs(chance)]
    info, abbreviations = _entries(chance, bits, big_endian=big_endian)
    parts = {
        ".debug_line": _line_table(chance, bits, big_endian=big_endian),
        ".debug_info": info,
        ".debug_abbrev": abbreviations if chance.random() < 0.8 else chance.randbytes(20),
        ".debug_str": _contents(chance, 60),
        ".debug_ranges": _lists(chance, bits, big_endian=big_endian),
        ".debug_rnglists": bytes(12) + chance.randbytes(chance.randrange(80)),
        ".debug_addr": bytes(8) + _lists(chance, bits, big_endian=big_endian),
        ".debug_str_offsets": bytes(8) + _contents(chance, 40),
    }
    return [_packed(chance, name, data, bits, big_endian=big_endian) for name, data in parts.items()]


def _stabs(chance: random.Random) -> list[tuple[str, bytes]]:
    """Stabs of some functions in two files."""
    rows = b"".join(
        struct.pack(
            "<IBBHI",
            chance.choice((0, 0, 1, 5, 9, 1 << 20)),
            chance.choice((0, 0x24, 0x24, 0x44, 0x44, 0x44, 0x64, 0x84, 0x80)),
            0,
            chance.randrange(99),
            chance.choice((0, 4, 16, 0x100, *ADDRESSES)),
        )
        for _ in range(chance.randrange(40))
    )
    return [(".stab", rows + bytes(chance.randrange(3))), (".stabstr", b"\0f:F\0a.c\0/tmp/\0")]


def _lists(chance: random.Random, bits: int, *, big_endian: bool) -> bytes:
    """Pairs of addresses, as of ranges."""
    form = (">" if big_endian else "<") + ("Q" if bits == 64 else "I")
    mask = (1 << bits) - 1
    numbers = [chance.choice((0, 8, 16, mask, *ADDRESSES)) for _ in range(chance.randrange(20))]
    return b"".join(struct.pack(form, number & mask) for number in (*numbers, 0, 0))


def _entries(chance: random.Random, bits: int, *, big_endian: bool) -> tuple[bytes, bytes]:
    """A unit with functions, calls that were inlined into them, and what names them; its abbreviations."""
    if chance.random() < 0.2:
        return _skeleton(chance, bits, big_endian=big_endian)
    if chance.random() < 0.3:
        plain = b"\1\x11\0\x10\x17\x1b\x08\x03\x08\0\0\0"
        return _unit(chance, bits, big_endian=big_endian), plain
    order, word = (">" if big_endian else "<"), ("Q" if bits == 64 else "I")
    version = chance.choice((2, 3, 4, 4, 5, 5))
    # 1 a unit; 2 a function; 3 an inlined call; 4 one with ranges; 5 what names; 6 one by number
    abbreviations = (
        b"\1\x11\1\x10\x17\x1b\x08\0\0"
        b"\2\x2e\1\x03\x08\x11\1\x12\x06\0\0"
        b"\3\x1d\1\x31\x13\x11\1\x12\x06\0\0"
        b"\4\x1d\0\x31\x13\x55\x17\0\0"
        b"\5\x2e\0\x6e\x08\x47\x13\0\0"
        b"\6\x2e\0\x55\x23\x11\x1b\x12\x0f\0\0\0"
    )
    body = b"\1" + struct.pack(order + "I", 0) + b"/tmp\0"
    for _ in range(chance.randrange(20)):
        address = struct.pack(order + word, chance.choice(ADDRESSES) & ((1 << bits) - 1))
        size = struct.pack(order + "I", chance.choice((0, 4, 16, 40, 1 << 31)))
        entry = struct.pack(order + "I", chance.choice((0, 11, 20, 40, 60, 1 << 30)))
        body += chance.choice(
            (
                b"\2_RNvC3one3abc\0" + address + size,
                b"\2f\0" + address + size,
                b"\3" + entry + address + size,
                b"\4" + entry + struct.pack(order + "I", chance.choice((0, 8, 16, 500))),
                b"\5_RNvC3two3abd\0" + entry,
                b"\6" + bytes(chance.choices((0, 1, 2, 0x7F), k=3)),
                b"\0",
            )
        )
    head = (
        struct.pack(order + "HBBI", version, 1, bits // 8, 0)
        if version == 5
        else struct.pack(order + "HIB", version, 0, bits // 8)
    )
    length = len(head) + len(body) + chance.choice((0, 0, 0, 1, 1 << 30))
    return struct.pack(order + "I", length) + head + body, abbreviations


def _skeleton(chance: random.Random, bits: int, *, big_endian: bool) -> tuple[bytes, bytes]:
    """A unit whose rest is elsewhere, and its abbreviation after others: GNU's of DWARF 4, or DWARF 5's."""
    order, word = (">" if big_endian else "<"), ("Q" if bits == 64 else "I")
    others = b"\2\x34\0\x03\x08\x02\x18\0\0" + b"\3\x34\0\xe7\x7f\x19\x1c\x21\5\0\0"
    names = chance.choice((b"a.dwo\0", b"/nowhere/a.dwo\0", b"\0", b"no end"))
    low = struct.pack(order + word, chance.choice(ADDRESSES) & ((1 << bits) - 1))
    size = struct.pack(order + "I", chance.choice((0, 4, 64, 1 << 31)))
    if chance.random() < 0.5:
        mine = b"\1\x11\0" + b"\xb0\x42\x08" + b"\xb1\x42\x07" + b"\x11\x01\x12\x06" + b"\0\0\0"
        head = struct.pack(order + "HIB", 4, 0, bits // 8)
        body = b"\1" + names + chance.randbytes(8) + low + size
    else:
        mine = b"\1\x4a\0" + b"\x76\x08" + b"\x11\x01\x12\x06" + b"\x55\x23" + b"\0\0\0"
        head = struct.pack(order + "HBBI", 5, 4, bits // 8, 0) + chance.randbytes(8)
        body = b"\1" + names + low + size + bytes([chance.choice((0, 1, 0x7F))])
    length = len(head) + len(body) + chance.choice((0, 0, 0, 1, 1 << 30))
    return struct.pack(order + "I", length) + head + body, chance.choice((b"", others)) + mine


def _packed(chance: random.Random, name: str, data: bytes, bits: int, *, big_endian: bool) -> Sec:
    if chance.random() < 0.6:
        return Sec(name, 0, data, flags=0, align=1)
    claim = chance.choice((len(data), len(data) + 1, 10 << 30, 1 << 20, 0)) % (1 << bits)
    order = ">" if big_endian else "<"
    kind = chance.choice((1, 1, 1, 2, 7))
    head = (
        struct.pack(order + "IIQQ", kind, 0, claim, 1)
        if bits == 64
        else struct.pack(order + "III", kind, claim, 1)
    )
    return Sec(name, 0, head + zlib.compress(data), flags=0x800, align=1)


def _unit(chance: random.Random, bits: int, *, big_endian: bool) -> bytes:
    order = ">" if big_endian else "<"
    body = struct.pack(order + "HIB", 4, 0, bits // 8) + b"\1" + struct.pack(order + "I", 0) + b"/tmp\0a.c\0"
    return struct.pack(order + "I", len(body) + chance.choice((0, 0, 0, 1, 1 << 30))) + body


def _line_table(chance: random.Random, bits: int, *, big_endian: bool) -> bytes:
    order = ">" if big_endian else "<"
    files = b"\0" + b"".join(f"f{n}.c".encode() + b"\0\0\0\0" for n in range(chance.randrange(1, 4))) + b"\0"
    rest = struct.pack("BBbBB", 1, 1, -5 & 0x7F, 14, 13) + b"\0\1\1\1\1\0\0\0\1\0\0\1" + files
    program = bytearray()
    for _ in range(chance.randrange(1, 12)):
        address = chance.choice(ADDRESSES) & ((1 << bits) - 1)
        width = bits // 8
        program += bytes((0, 1 + width, 2)) + struct.pack(order + ("I" if width == 4 else "Q"), address)
        for _ in range(chance.randrange(30)):
            program += chance.choice((b"\1", b"\2\4", b"\4\1", b"\4\2", b"\x20", b"\xf0", b"\x08", b"\4\x7f"))
        program += b"\0\1\1"
    if chance.random() < 0.2:
        program[chance.randrange(len(program))] = chance.randrange(256)
    head = struct.pack(order + "HI", chance.choice((2, 3, 3, 3, 4, 5)), len(rest)) + rest
    body = head + bytes(program)
    return struct.pack(order + "I", len(body) + chance.choice((0, 0, 0, 0, 5, -5))) + body
