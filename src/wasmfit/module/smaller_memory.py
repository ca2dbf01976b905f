"""A module that needs less linear memory than a page of 64 KiB, and how it says so."""

from collections.abc import Callable
from dataclasses import dataclass

from wasmfit.words import counted

from .cursor import ModuleError
from .layout import constant, linked_layout
from .read import ExternalKind, Wasm, read
from .sections import EXPORT, GLOBAL, HEADER, MEMORY, cursor_over, leb, section, sections

HEAP_BASE, DATA_END = "__heap_base", "__data_end"
"""The linker's symbols where free memory begins and where data ends; exported, they are constant globals."""

MARKS = (HEAP_BASE, DATA_END)

_HAS_MAXIMUM, _PAGE_SIZE = 1, 8
_LOG2_OF_A_BYTE = 0
_LARGEST = (1 << 32) - 1


@dataclass(frozen=True)
class _Export:
    """An entry of the export section: its name, and all of its bytes."""

    name: str
    encoded: bytes


def without_exports(data: bytes, names: tuple[str, ...]) -> bytes:
    """The module without those exports; whatever else is in it stays byte for byte.

    Raises:
        ModuleError: The export section is broken.
    """

    def rewritten(payload: bytes) -> bytes:
        kept = [entry.encoded for entry in _exports(payload) if entry.name not in names]
        return leb(len(kept)) + b"".join(kept)

    return _with(data, EXPORT, rewritten)


def with_pages_of_a_byte(data: bytes, size: int) -> bytes:
    """The module with a memory of exactly ``size`` bytes, in pages of one byte (custom page sizes).

    Minimum and maximum are the same: what the module does with ``memory.grow`` fails.

    Raises:
        ModuleError: It has no memory of its own, or several, or data that ends after ``size``; or the size
            is none.
    """
    wasm = read(data)
    imported = [entry for entry in wasm.imports if entry.kind is ExternalKind.MEMORY]
    if imported or len(wasm.memories) != 1:
        raise ModuleError("the module does not have one memory of its own, so it cannot be made smaller")
    if not 0 < size <= _LARGEST:
        raise ModuleError(f"a memory cannot have {counted(size, 'byte')}")
    if (end := linked_layout(data).data_end) > size:
        raise ModuleError(
            f"the module's data ends at byte {end:,}, after a memory of {counted(size, 'byte')}"
        )
    limits = bytes([_HAS_MAXIMUM | _PAGE_SIZE]) + 2 * leb(size) + leb(_LOG2_OF_A_BYTE)
    return _with(data, MEMORY, lambda _: leb(1) + limits)


def exported_constant(data: bytes, name: str) -> int | None:
    """The value of an i32 that a module exports and never changes; ``None`` where it exports none such.

    Raises:
        ModuleError: The module is broken.
    """
    wasm = read(data)
    at = next(
        (entry for entry in wasm.exports if entry.name == name and entry.kind is ExternalKind.GLOBAL), None
    )
    if at is None:
        return None
    index = at.index - sum(entry.kind is ExternalKind.GLOBAL for entry in wasm.imports)
    payload = dict(sections(data)).get(GLOBAL, b"\0")
    globals_ = cursor_over(payload, "global")
    count = globals_.count("globals")
    if not 0 <= index < count:
        return None
    try:
        for _ in range(index):
            globals_.take(2)
            constant(globals_)
        _, is_mutable = globals_.byte(), globals_.byte()
        return None if is_mutable else constant(globals_)
    except ModuleError:
        return None


def marks_its_memory(wasm: Wasm) -> bool:
    """Whether a module exports where its data ends and where free memory begins."""
    exported = {entry.name for entry in wasm.exports if entry.kind is ExternalKind.GLOBAL}
    return exported.issuperset(MARKS)


def _with(data: bytes, number: int, rewrite: Callable[[bytes], bytes]) -> bytes:
    """The module with the content of one section written anew."""
    return data[:HEADER] + b"".join(
        section(kind, rewrite(payload) if kind == number else payload) for kind, payload in sections(data)
    )


def _exports(payload: bytes) -> list[_Export]:
    entries = []
    cursor = cursor_over(payload, "export")
    for _ in range(cursor.count("exports")):
        start = cursor.at
        name = cursor.name()
        cursor.byte()
        cursor.number()
        entries.append(_Export(name, payload[start : cursor.at]))
    return entries
