"""What every workload must answer, computed here apart from the guests: other languages' libraries, the
definitions, closed forms. Arguments and results are unsigned 32-bit numbers.
"""

import cmath
import hashlib
import json
import math
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import reduce

import segno

from wasmfit.catalog.load import BUILT_IN

MASK = 0xFFFF_FFFF
_GUESTS = BUILT_IN / "workloads"


def noise(seed: int) -> Iterator[int]:
    """Marsaglia's xorshift, 32 bits: 13, 17, 5."""
    while True:
        seed ^= seed << 13 & MASK
        seed ^= seed >> 17
        seed ^= seed << 5 & MASK
        yield seed


def fold(start: int, words: Iterable[int]) -> int:
    """The checksum that most workloads return."""
    return reduce(lambda total, word: ((total << 5 | total >> 27) & MASK) ^ (word & MASK), words, start)


def signed(word: int, bits: int = 32) -> int:
    """The number that the low bits of a word are in two's complement."""
    word &= (1 << bits) - 1
    return word - (1 << bits) if word >> (bits - 1) else word


def take(words: Iterator[int], count: int) -> list[int]:
    """The next so many."""
    return [next(words) for _ in range(count)]


def little(words: Iterable[int]) -> bytes:
    """Words as bytes, the lowest first."""
    return b"".join(struct.pack("<I", word) for word in words)


def words_of(data: bytes) -> list[int]:
    """Bytes as words, the lowest first."""
    return [word for (word,) in struct.iter_unpack("<I", data)]


def add_with_extra(a: int, b: int) -> int:
    return (a + b + 1000) & MASK


def sha256(blocks: int, seed: int) -> int:
    digest = hashlib.sha256(little(take(noise(seed), blocks * 256))).digest()
    total: int = reduce(lambda total, word: total ^ word, struct.unpack(">8I", digest))
    return total


def _xtime(byte: int) -> int:
    return (byte << 1 ^ (0x11B if byte & 0x80 else 0)) & 0xFF


def _times(a: int, b: int) -> int:
    """The product in GF(2^8) of FIPS 197, section 4.2."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a
        a = _xtime(a)
    return product


def _s_box() -> list[int]:
    """FIPS 197, section 5.1.1: the inverse, then the affine transformation."""
    box = []
    for byte in range(256):
        inverse = next((other for other in range(256) if _times(byte, other) == 1), 0)
        turned = [(inverse << turn | inverse >> (8 - turn)) & 0xFF for turn in range(5)]
        box.append(reduce(lambda a, b: a ^ b, turned) ^ 0x63)
    return box


_BOX = _s_box()


def aes128(key: bytes, block: bytes) -> bytes:
    """One block encrypted as FIPS 197 defines it, step by step."""
    words = [list(key[place : place + 4]) for place in range(0, 16, 4)]
    constant = 1
    for number in range(4, 44):
        word = list(words[-1])
        if number % 4 == 0:
            word = [_BOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _xtime(constant)
        words.append([a ^ b for a, b in zip(words[-4], word, strict=True)])
    keys = [[byte for word in words[number : number + 4] for byte in word] for number in range(0, 44, 4)]
    state = [a ^ b for a, b in zip(block, keys[0], strict=True)]
    for number in range(1, 11):
        state = [_BOX[byte] for byte in state]
        state = [state[(place + 4 * (place % 4)) % 16] for place in range(16)]
        if number < 10:
            columns = [state[place : place + 4] for place in range(0, 16, 4)]
            state = [
                _times(c[row], 2) ^ _times(c[(row + 1) % 4], 3) ^ c[(row + 2) % 4] ^ c[(row + 3) % 4]
                for c in columns
                for row in range(4)
            ]
        state = [a ^ b for a, b in zip(state, keys[number], strict=True)]
    return bytes(state)


def aes(blocks: int, seed: int) -> int:
    words = noise(seed)
    key = little(take(words, 4))
    text = take(words, blocks * 4)
    stream = b"".join(aes128(key, bytes(12) + struct.pack(">I", number)) for number in range(blocks))
    return fold(0, (a ^ b for a, b in zip(text, words_of(stream), strict=True)))


def crc32(rounds: int, seed: int) -> int:
    return zlib.crc32(little(take(noise(seed), 1024)) * rounds)


def inflate(limit: int, seed: int) -> int:
    log = zlib.decompress((_GUESTS / "inflate/guest/log.z").read_bytes())
    return fold(seed, words_of(log[:limit]))


def json_(rounds: int, first: int) -> int:
    template = (_GUESTS / "json/guest/message.json").read_text()
    total = 0
    for turn in range(rounds):
        one = json.loads(template.replace("10000", str(10_000 + (first + turn) % 90_000), 1))
        words = [one["seq"], len(one["device"]), int(one["enabled"]), one["interval_ms"], *one["thresholds"]]
        for reading in one["readings"]:
            ok = 2 if reading["ok"] is None else int(reading["ok"])
            words += [reading["at"], reading["channel"], reading["value"], len(reading["unit"]), ok]
        total = fold(total, words)
    return total


def qr(codes: int, first: int) -> int:
    total = 0
    for number in range(first, first + codes):
        text = f"https://www.example.org/pairup?id={number:08x}"
        code = segno.make_qr(text, error="m", version=3, mode="byte", boost_error=False, mask=number & 7)
        total = fold(total, (int("".join(map(str, row)), 2) for row in code.matrix))
    return total


def spectrum(rounds: int, seed: int) -> Iterator[float]:
    """The steps of 64 that the parts of all bins are in, half a step up; whole numbers are the borders."""
    words = noise(seed)
    turns = [cmath.exp(-2j * math.pi * k / 512) for k in range(512)]
    for _ in range(rounds):
        samples = [complex(signed(word, 8), signed(word >> 8, 8)) for word in take(words, 512)]
        for k in range(512):
            value = sum(sample * turns[k * n % 512] for n, sample in enumerate(samples))
            yield from (value.real / 64 + 256.5, value.imag / 64 + 256.5)


def fft(rounds: int, seed: int) -> int:
    return fold(0, map(math.floor, spectrum(rounds, seed)))


def _product(order: int, elements: list[int]) -> Iterator[int]:
    a, b = elements[: order * order], elements[order * order :]
    for row in range(order):
        for column in range(order):
            yield sum(a[row * order + k] * b[k * order + column] for k in range(order))


def matmul_int(order: int, seed: int) -> int:
    return fold(0, _product(order, [signed(word) >> 12 for word in take(noise(seed), 2 * order * order)]))


def matmul_f32(order: int, seed: int) -> int:
    elements = [signed(word, 8) for word in take(noise(seed), 2 * order * order)]
    sums = list(_product(order, elements))
    assert order * 128 * 128 < 1 << 24  # Whatever the order of adding up: no sum needs rounding in f32.
    return fold(0, sums)


def fir(blocks: int, seed: int) -> int:
    words = noise(seed)
    taps = [signed(word, 16) >> 3 for word in take(words, 64)]
    samples = [0] * 63 + [signed(word, 16) for word in take(words, 128 * blocks)]
    results = []
    for at in range(128 * blocks):
        total = sum(sample * tap for sample, tap in zip(samples[at : at + 64], taps, strict=True))
        assert abs(total) < 1 << 31
        results.append(max(-32768, min(32767, total >> 15)))
    return fold(0, results)


def pid(steps: int, seed: int) -> int:
    words = noise(seed)
    goal, temperature, integral, before, total = 0, 0, 0.0, None, 0
    for step in range(steps):
        if step % 512 == 0:
            goal = (next(words) & 255) + 100
        measured = temperature >> 8
        error = goal - measured
        integral = max(-512.0, min(512.0, integral + error / 16))
        change = 0 if before is None else measured - before
        before = measured
        proportional = max(-1023, min(1023, 4 * error))
        output = proportional + integral + max(-256, min(256, -2 * change))
        # Sixteenths of at most 2^11: exact in f32.
        driven = int(max(-1023.0, min(1023.0, output)))
        temperature += driven * 4 - (temperature >> 7) + (next(words) & 63) - 32
        total = fold(total, [temperature])
    return total


def sort(count: int, seed: int) -> int:
    return fold(0, sorted(take(noise(seed), count)))


def format_(lines: int, seed: int) -> int:
    words, total = noise(seed), 0
    for line in range(lines):
        at, value, flags = take(words, 3)
        level = ["debug", "info", "warning", "error"][flags & 3]
        text = f"{line:>6} {at:010} {level:<8}value={signed(value) >> 8:+} flags={flags:#010x}\n"
        total = fold(total, text.encode())
    return total


def recursion(fib: int, ackermann: int) -> int:
    a, b = 0, 1
    for _ in range(fib):
        a, b = b, a + b
    return a ^ (2 * ackermann + 3) << 24 & MASK


def _turned(a: int, by: int) -> int:
    return (a << by | a >> (32 - by)) & MASK if by else a


_OPERATIONS: tuple[Callable[[int, int], int], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * (b | 1),
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a, b: a ^ b,
    lambda a, b: a << (b & 31),
    lambda a, b: a >> (b & 31),
    lambda a, b: _turned(a, b & 31),
    lambda a, b: _turned(a, -b & 31),
    lambda a, b: a // (b | 1),
    lambda a, b: a % (b | 1),
    lambda a, b: int(a == b),
    min,
    max,
    lambda a, b: 32 - a.bit_length() + b,
)


def dispatch(count: int, seed: int) -> int:
    words, value = noise(seed), seed
    for operand in take(words, count):
        value = _OPERATIONS[operand >> 28](value, operand) & MASK ^ operand
    return value


def host_calls(count: int, seed: int) -> int:
    return fold(seed, [0x12345] * count)


def memory_grow(times: int, seed: int) -> int:
    written = [seed ^ word for word in range(0, 16384, 16)]
    # Refused: one, and two pages as before.
    return fold(0, [*written, *[1 + 2] * times])


def bulk_memory(rounds: int, seed: int) -> int:
    words = noise(seed)
    data = bytearray(little(take(words, 2048)))
    for word in take(words, rounds):
        start, to, length = word % 4096, (word >> 12) % 4096, (word >> 20) % 512
        data[to : to + 4000] = data[start : start + 4000]
        data[to + length : to + 2 * length] = bytes([word & 0xFF]) * length
    return fold(0, words_of(bytes(data)))


# CoreMark 1.0, core_main.c: known checksums of list, matrix and state machine for the runs on 2 KB of data
# with the seeds for performance and for validation. With one iteration the list's is the final one too.
_COREMARK = {0: (0xE714, 0x1FD7, 0x8E3A), 1: (0xE3C1, 0x0747, 0x8D84)}


def coremark_kernels(iterations: int, validation: int) -> int:
    assert iterations >= 1
    of_list, matrix, state = _COREMARK[validation]
    return matrix << 16 ^ state << 8 ^ of_list


EXPECTED: dict[str, Callable[[int, int], int]] = {
    "add-with-extra": add_with_extra,
    "aes": aes,
    "bulk-memory": bulk_memory,
    "coremark-kernels": coremark_kernels,
    "crc32": crc32,
    "dispatch": dispatch,
    "fft": fft,
    "fir": fir,
    "format": format_,
    "host-calls": host_calls,
    "inflate": inflate,
    "json": json_,
    "matmul-f32": matmul_f32,
    "matmul-int": matmul_int,
    "memory-grow": memory_grow,
    "pid": pid,
    "qr": qr,
    "recursion": recursion,
    "sha256": sha256,
    "sort": sort,
}
"""Workload → what a call must give."""
