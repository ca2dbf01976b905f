"""Unpacking sections of debug information, no further than they claim."""

import zlib
from importlib import import_module
from types import ModuleType

from wasmfit.elf.errors import ElfError

ZLIB, ZSTD = 1, 2
"""How a section can be packed, by its header."""


def unpack(packing: int, data: bytes | memoryview, size: int) -> bytes:
    """Unpacks some bytes.

    Args:
        packing: How they are packed: :data:`ZLIB` or :data:`ZSTD`.
        data: The packed bytes.
        size: How many they claim to be; no more are unpacked.

    Raises:
        ElfError: They are damaged, packed in a way that is not known, or need a package that is missing.
    """
    if packing == ZSTD:
        zstd = _zstd()
        try:
            return bytes(zstd.ZstdDecompressor().decompress(bytes(data), max(size, 1)))
        except (zstd.ZstdError, MemoryError, EOFError) as error:
            raise ElfError(f"It cannot be unpacked: {error}.", "Build it again.") from None
    if packing != ZLIB:
        raise ElfError(
            "It is packed in a way that is not known.",
            "Link again with --compress-debug-sections=zlib or none.",
        )
    try:
        return zlib.decompressobj().decompress(data, max(size, 1))
    except zlib.error as error:
        raise ElfError(f"It cannot be unpacked: {error}.", "Build it again.") from None


def _zstd() -> ModuleType:
    """The standard library's module, from Python 3.14 on, or the package that brings it before."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ElfError(
        "It is packed with zstd, and the package backports.zstd, which unpacks it, is not installed.",
        "pip install 'wasmfit[lines]'",
    )
