"""An imported memory, table or global becomes the module's own, so that every runtime can be given it.

Interfaces for giving a module a memory differ from runtime to runtime, and some have none. A module that
declares what it would import has the same code and the same indices: imports come first in each index space,
and what stands for them comes first in the section.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import ValueType
from wasmfit.words import escape_unprintable

from . import literals
from .cursor import Cursor
from .read import ExternalKind, Import, Wasm
from .sections import CUSTOM, DATA, ELEMENT, EXPORT, GLOBAL, IMPORT, cursor_over, leb, section, sections

_SUPPLIED = {ExternalKind.MEMORY: 5, ExternalKind.TABLE: 4, ExternalKind.GLOBAL: 6}
"""Kinds that can be supplied, and the section that declares them."""

_KIND_CODES = {
    0: ExternalKind.FUNCTION,
    1: ExternalKind.TABLE,
    2: ExternalKind.MEMORY,
    3: ExternalKind.GLOBAL,
}
_ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)
_TYPES = {0x7F: ValueType.I32, 0x7E: ValueType.I64, 0x7D: ValueType.F32, 0x7C: ValueType.F64}
_CONST = {ValueType.I32: 0x41, ValueType.I64: 0x42, ValueType.F32: 0x43, ValueType.F64: 0x44}
_GET, _END = 0x23, 0x0B
_MOST_PAGES = 65_536
TABLE = "table"
"""In the place of a rule: a table, of which there is nothing to say."""

MEMORY = "memory"
"""The name that a memory is exported by where it has none: host functions find it so."""


@dataclass(frozen=True)
class Supplied:
    """A module that imports functions alone.

    Attributes:
        data: Its bytes.
        wasm: What it declares.
        rules: What it imported besides, ``module.name`` → the rule that gives the same again.
    """

    data: bytes
    wasm: Wasm
    rules: Mapping[str, str]


def supplied(
    data: bytes, wasm: Wasm, wanted: Mapping[str, str], reread: Callable[[bytes], Wasm], *, stub_all: bool
) -> Supplied:
    """The module with memories, tables and globals of its own in the place of imported ones.

    Args:
        data: The module.
        wasm: What it declares.
        wanted: ``module.name`` → pages of a memory, or value of a global.
        reread: Reads a module.
        stub_all: Whether globals that nobody names are 0.

    Raises:
        UsageError: A global has no value, or a number does not fit.
    """
    others = [one for one in wasm.imports if one.kind in _SUPPLIED]
    if not others or any(_cannot(one) for one in wasm.imports):
        return Supplied(data, wasm, {})
    parts = sections(data)
    imports = _Imports(wanted, stub_all)
    payloads = {number: payload for number, payload in parts if number}
    payloads[IMPORT] = imports.read(cursor_over(payloads[IMPORT], "import"))
    for kind, number in _SUPPLIED.items():
        declared = imports.declared[kind]
        if declared:
            payloads[number] = _prepended(payloads.get(number, b"\0"), declared)
    payloads = imports.with_constants(payloads)
    if wasm.exported_memory is None and any(one.kind is ExternalKind.MEMORY for one in others):
        taken = {export.name for export in wasm.exports}
        if MEMORY not in taken:
            entry = leb(len(MEMORY)) + MEMORY.encode() + bytes([2, 0])
            payloads[EXPORT] = _appended(payloads.get(EXPORT, b"\0"), entry)
    customs = b"".join(section(CUSTOM, payload) for number, payload in parts if number == 0)
    body = b"".join(section(number, payloads[number]) for number in _ORDER if number in payloads)
    rewritten = data[:8] + body + customs
    return Supplied(rewritten, reread(rewritten), imports.rules)


def _cannot(imported: Import) -> bool:
    return imported.kind is ExternalKind.TAG


class _Imports:
    """The import section, taken apart into what stays and what is declared instead."""

    def __init__(self, wanted: Mapping[str, str], stub_all: bool) -> None:
        self.declared: dict[ExternalKind, list[bytes]] = {kind: [] for kind in _SUPPLIED}
        self.rules: dict[str, str] = {}
        self._constants: list[bytes | None] = []
        self._wanted, self._stub_all = wanted, stub_all

    def read(self, section: Cursor) -> bytes:
        """The section with the functions alone."""
        kept, count = b"", 0
        for _ in range(section.count("imports")):
            start = section.at
            name = f"{section.name()}.{section.name()}"
            kind = _KIND_CODES[section.byte()]
            at = section.at
            if kind is ExternalKind.FUNCTION:
                section.number()
                kept += section.data[start : section.at]
                count += 1
            elif kind is ExternalKind.GLOBAL:
                self._global(name, section)
            else:
                if kind is ExternalKind.TABLE:
                    _reference_type(section)
                self._sized(name, kind, section, at)
        return leb(count) + kept

    def _sized(self, name: str, kind: ExternalKind, section: Cursor, at: int) -> None:
        """A memory or a table; of a memory, the number of pages may be raised."""
        before = section.data[at : section.at]
        flags = section.byte()
        minimum = section.number(64)
        maximum = section.data[section.at : section.at]
        most = None
        if flags & 1:
            start = section.at
            most = section.number(64)
            maximum = section.data[start : section.at]
        pages = minimum
        if kind is ExternalKind.MEMORY:
            pages = self._pages(name, minimum, most)
            self.rules[name] = str(pages)
        else:
            self.rules[name] = TABLE
        self.declared[kind].append(before + bytes([flags]) + leb(pages) + maximum)

    def _pages(self, name: str, least: int, most: int | None) -> int:
        text = self._wanted.get(name)
        if text is None:
            return least
        shown = escape_unprintable(name, 80)
        limit = _MOST_PAGES if most is None else most
        if not text.isdecimal() or not least <= int(text) <= limit:
            raise UsageError(
                f"{shown} is a memory of {least:,} to {limit:,} pages of 65,536 B, "
                f"and {text!r} is not that many.",
                f"For example: --import '{shown}={max(least, 1)}'",
            )
        return int(text)

    def _global(self, name: str, section: Cursor) -> None:
        code, mutable = section.byte(), section.byte()
        shown = escape_unprintable(name, 80)
        kind = _TYPES.get(code)
        if kind is None:
            raise UsageError(f"{shown} is a global that is not a number, which cannot be supplied.")
        text = self._wanted.get(name, "0" if self._stub_all else None)
        if text is None:
            raise UsageError(
                f"The module imports {shown}, a global of type {kind}: say what it holds.",
                f"For example: --import '{shown}=0'",
            )
        word = literals.value(kind, text, f"The global {shown}")
        constant = bytes([_CONST[kind]]) + _encoded(kind, word)
        self._constants.append(None if mutable else constant)
        self.declared[ExternalKind.GLOBAL].append(bytes([code, mutable]) + constant + bytes([_END]))
        self.rules[name] = text

    def with_constants(self, payloads: dict[int, bytes]) -> dict[int, bytes]:
        """Sections in which constant expressions read no global that is not imported any more."""
        if not self._constants:
            return payloads
        changed = dict(payloads)
        for number, rewrite in ((GLOBAL, _globals), (ELEMENT, _elements), (DATA, _data)):
            if number in changed:
                payload = changed[number]
                cursor = Cursor(payload, 0, len(payload), "a section of the module")
                changed[number] = rewrite(cursor, self._constants)
        return changed


def _reference_type(section: Cursor) -> None:
    if section.byte() in (0x63, 0x64):
        section.number(33)


def _expression(section: Cursor, constants: list[bytes | None]) -> bytes:
    """A constant expression; one that reads a supplied global becomes that global's constant."""
    start, code = section.at, section.byte()
    if code == _GET:
        index = section.number()
        if section.byte() == _END and index < len(constants) and (known := constants[index]) is not None:
            return known + bytes([_END])
        raise section.error("has a constant expression that cannot be followed", start)
    if code in (0x43, 0x44):
        section.take(4 if code == 0x43 else 8)
    elif code in (0x41, 0x42, 0xD2, 0xD0):
        section.number(64)
    else:
        raise section.error("has a constant expression that cannot be followed", start)
    if section.byte() != _END:
        raise section.error("has a constant expression that cannot be followed", start)
    return section.data[start : section.at]


def _globals(section: Cursor, constants: list[bytes | None]) -> bytes:
    count = section.count("globals")
    written = leb(count)
    for _ in range(count):
        written += section.take(2) + _expression(section, constants)
    return written


def _data(section: Cursor, constants: list[bytes | None]) -> bytes:
    count = section.count("segments")
    written = leb(count)
    for _ in range(count):
        start, flags = section.at, section.number()
        if flags == 2:
            section.number()
        written += section.data[start : section.at]
        if flags != 1:
            written += _expression(section, constants)
        start = section.at
        section.take(section.number())
        written += section.data[start : section.at]
    return written


def _elements(section: Cursor, constants: list[bytes | None]) -> bytes:
    count = section.count("segments")
    written = leb(count)
    for _ in range(count):
        start, flags = section.at, section.number()
        if flags not in (0, 2):
            raise section.error("has a segment of a kind that cannot be followed", start)
        if flags == 2:
            section.number()
        written += section.data[start : section.at] + _expression(section, constants)
        start = section.at
        if flags == 2:
            section.byte()
        for _ in range(section.count("functions")):
            section.number()
        written += section.data[start : section.at]
    return written


def _prepended(payload: bytes, entries: list[bytes]) -> bytes:
    cursor = Cursor(payload, 0, len(payload), "a section")
    count = cursor.number()
    return leb(count + len(entries)) + b"".join(entries) + payload[cursor.at :]


def _appended(payload: bytes, entry: bytes) -> bytes:
    cursor = Cursor(payload, 0, len(payload), "a section")
    return leb(cursor.number() + 1) + payload[cursor.at :] + entry


def _encoded(kind: ValueType, word: int) -> bytes:
    if kind.is_float:
        return word.to_bytes(kind.bits // 8, "little")
    number = word - (1 << kind.bits) if word >> (kind.bits - 1) else word
    written = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        done = (number == 0 and not byte & 0x40) or (number == -1 and byte & 0x40)
        written.append(byte | (0 if done else 0x80))
        if done:
            return bytes(written)
