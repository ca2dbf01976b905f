"""The calibration programs' expected results, computed in Python."""

import hashlib
import struct
import zlib
from collections.abc import Callable

import pytest

from wasmfit.catalog import Catalog

from .reference import OURS

WORD = 0xFFFF_FFFF


def numbers(seed: int, count: int) -> list[int]:
    found = []
    for _ in range(count):
        seed = (seed * 1_664_525 + 1_013_904_223) & WORD
        found.append(seed)
    return found


def matmul(rounds: int, seed: int) -> int:
    side = 20
    words = [word >> 16 for word in numbers(seed, 2 * side * side)]
    a, b = words[: side * side], words[side * side :]
    total = 0
    for turn in range(rounds):
        for i in range(side):
            for j in range(side):
                product = sum(a[i * side + k] * b[k * side + j] for k in range(side)) & WORD
                total = ((total << 1 | total >> 31) & WORD) ^ product
        a[turn % (side * side)] = total >> 16
    return total


def crc(rounds: int, seed: int) -> int:
    data = bytes(word >> 24 for word in numbers(seed, 1024))
    value = 0
    for _ in range(rounds):
        value = zlib.crc32(data, value)
    return value


def sha(rounds: int, seed: int) -> int:
    data = bytes(word >> 24 for word in numbers(seed, 1000))
    digest = b""
    for _ in range(rounds):
        data = digest + data[len(digest) :]
        digest = hashlib.sha256(data).digest()
    return int.from_bytes(digest[:4], "big")


def primes(count: int, first: int) -> int:
    value = first
    for number in range(max(first, 2), first + count):
        if all(number % divisor for divisor in range(2, int(number**0.5) + 1)):
            value = (value * 31 + number) & WORD
    return value


def nbody(steps: int, seed: int) -> int:
    mass = (1.0, 2.0, 3.0, 4.0)
    place = [[(i * 3 + j + seed % 7) * 0.5 for j in range(3)] for i in range(4)]
    speed = [[0.0] * 3 for _ in range(4)]
    for _ in range(steps):
        for i in range(4):
            for j in range(i + 1, 4):
                d = [place[i][k] - place[j][k] for k in range(3)]
                square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 0.25
                pull = 0.0078125 / (square * square)
                for k in range(3):
                    speed[i][k] -= d[k] * mass[j] * pull
                    speed[j][k] += d[k] * mass[i] * pull
        for i in range(4):
            for k in range(3):
                place[i][k] += speed[i][k] * 0.0078125
    energy = 0.0
    for m, v in zip(mass, speed, strict=True):
        energy += m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    bits = int.from_bytes(struct.pack("<d", energy), "little")
    return (bits ^ bits >> 32) & WORD


PROGRAMS: dict[str, Callable[[int, int], int]] = {
    "matmul": matmul,
    "crc": crc,
    "sha": sha,
    "primes": primes,
    "nbody": nbody,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_expected_results(name: str) -> None:
    for call in Catalog.load(OURS).workload(name).calls:
        first, second = call.arguments
        assert PROGRAMS[name](first, second) == call.expected
