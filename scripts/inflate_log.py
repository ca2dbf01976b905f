"""Writes the stream that the workload `inflate` inflates: a device's log of 16 KiB, compressed by zlib.

scripts/inflate_log.py > src/wasmfit/catalog/workloads/inflate/guest/log.z
"""

import random
import sys
import zlib

_SIZE = 16_384


def log() -> bytes:
    """The log: lines alike enough to be compressed, and different enough to be work."""
    numbers = random.Random(1951)  # noqa: S311 - the same on every machine is what is wanted
    lines = []
    clock = 0
    while sum(map(len, lines)) < _SIZE:
        clock += numbers.randrange(10, 5000)
        level = numbers.choice(["debug", "info", "info", "info", "warning", "error"])
        part = numbers.choice(["radio", "sensor", "storage", "power", "update"])
        did = numbers.choice(["started", "stopped", "retried", "measured", "sent", "received", "dropped"])
        lines.append(f"{clock:09} {level:7} {part}: {did} {numbers.randrange(1 << 16)}\n".encode())
    return b"".join(lines)[:_SIZE]


if __name__ == "__main__":
    sys.stdout.buffer.write(zlib.compress(log(), 9))
