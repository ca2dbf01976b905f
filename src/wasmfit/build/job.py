"""The job blob: module and calls, as the harness reads them (``harness/src/job.rs``)."""

import struct
from collections.abc import Sequence

MAGIC = b"WFJ2"
MODULE_ALIGNMENT = 16
_HEADER = struct.Struct("<4s9I")

ROUNDS_AT = 36
"""Offset of the number of rounds, which whoever runs the image may change in place."""


def pack(module: bytes, export: str, extra: int, calls: Sequence[Sequence[int]]) -> bytes:
    """The blob for a module whose ``export`` is called with each of ``calls`` in turn.

    Args:
        module: What the runtime is given: wasm, or what the host made of it.
        export: Name of the export.
        extra: What ``host.extra`` returns.
        calls: Arguments of each call, unsigned 32-bit, the same number in each.

    Raises:
        ValueError: The calls differ in their number of arguments, or a number does not fit in 32 bits.
    """
    counts = {len(arguments) for arguments in calls}
    if len(counts) > 1:
        raise ValueError("calls must all have the same number of arguments")
    words = [word for arguments in calls for word in arguments]
    if any(not 0 <= word < 1 << 32 for word in (extra, *words)):
        raise ValueError("arguments must be unsigned 32-bit numbers")
    name = export.encode()
    module_at = _up(_HEADER.size, MODULE_ALIGNMENT)
    export_at = module_at + len(module)
    calls_at = _up(export_at + len(name) + 1, 4)
    blob = bytearray(calls_at)
    _HEADER.pack_into(
        blob,
        0,
        MAGIC,
        module_at,
        len(module),
        export_at,
        len(name),
        extra,
        counts.pop() if counts else 0,
        calls_at,
        len(calls),
        1,
    )
    blob[module_at:export_at] = module
    blob[export_at : export_at + len(name)] = name
    return bytes(blob) + struct.pack(f"<{len(words)}I", *words)


def _up(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment
