"""Mutations of files: the same seed of chance always makes the same mutant."""

from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytearray, Random], None]

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
_LONGEST_SPAN = 64
_MOST_MUTATIONS = 6

_WORDS = (
    *(b"-1", b"0", b"18446744073709551616", b"1e999", b"nan", b"true", b"null", b"2026-11-25", b"9" * 5000),
    *(b'""', b"[]", b"{}", b"[[", b"'", b'"', b"#", b"=", b"\n", b"\r", b"[" * 2000, b'{"a":' * 500),
    *(
        b"\0",
        b"\x1b[2J",
        b"\xff\xfe",
        b"\xe2\x80\xae",
        b"../" * 5,
        b"{0.__class__}",
        b"%s%n",
        b"$(id)",
        b"<script>",
    ),
)
"""What files of text trip over: extremes, brackets without end, what shells, terminals and formats read."""


def _flip(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)


def _overwrite(data: bytearray, chance: Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def _extreme(data: bytearray, chance: Random) -> None:
    width = chance.choice((1, 2, 4, 8))
    at = chance.randrange(len(data))
    value = chance.choice(_EXTREMES) & ((1 << 8 * width) - 1)
    data[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))


def _leb(data: bytearray, chance: Random) -> None:
    """A number in wasm's encoding: the largest, one without end, one of too many bytes."""
    at = chance.randrange(len(data))
    number = chance.choice((b"\xff\xff\xff\xff\x0f", b"\x80" * 12, b"\xff" * 9 + b"\x7f", b"\x80\x80\x00"))
    data[at : at + 1] = number


def _delete(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, _LONGEST_SPAN)]


def _repeat(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    span = data[at : at + chance.randint(1, _LONGEST_SPAN)]
    data[at:at] = span * chance.choice((1, 1, 2, 50))


def _move(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    length = chance.randint(1, _LONGEST_SPAN)
    span = data[at : at + length]
    del data[at : at + length]
    to = chance.randint(0, len(data))
    data[to:to] = span


def _truncate(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data)) :]


def _insert_word(data: bytearray, chance: Random) -> None:
    at = chance.randint(0, len(data))
    data[at:at] = chance.choice(_WORDS)


def _replace_value(data: bytearray, chance: Random) -> None:
    """Something else behind a sign of equality or a colon."""
    places = [at for at, byte in enumerate(data) if byte in b"=:"]
    if not places:
        return
    at = chance.choice(places) + 1
    end = data.find(b"\n", at)
    data[at : end if end >= 0 else len(data)] = b" " + chance.choice(_WORDS)


def _drop_line(data: bytearray, chance: Random) -> None:
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    data[:] = b"\n".join(lines)


def _swap_lines(data: bytearray, chance: Random) -> None:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


BINARY: tuple[Mutation, ...] = (
    _flip, _flip, _overwrite, _overwrite, _extreme, _leb, _delete, _repeat, _move, _truncate,
)  # fmt: skip
"""For modules, ELF files and databases; what keeps most of a file comes more often."""

TEXT: tuple[Mutation, ...] = (
    _flip, _overwrite, _delete, _repeat, _move, _insert_word, _insert_word, _replace_value, _replace_value,
    _drop_line, _swap_lines, _truncate,
)  # fmt: skip
"""For TOML and JSON."""


def mutant(seeds: Sequence[bytes], mutations: Sequence[Mutation], number: int) -> bytes:
    """The mutant of that number: one of the seeds, changed in one to six places."""
    chance = Random(number)  # noqa: S311 - it is to be the same every time
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, _MOST_MUTATIONS)):
        if data:
            chance.choice(mutations)(data, chance)
    return bytes(data)
