"""The job blob: module and calls, as the harness reads them (``harness/src/job.rs``, ``any.rs``)."""

import struct
from collections.abc import Callable, Sequence

from wasmfit.model import (
    ExportedFunction,
    Kept,
    ModuleStep,
    Signature,
    StepKind,
    Stub,
    UserModule,
    ValueType,
)

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


MAGIC_ANY = b"WFJA"
_ANY_HEADER = struct.Struct("<4s11I")
INSTANCES_AT = 44
"""Offset of the number of instances of a user's module."""

_FUNCTION = struct.Struct("<6I")
_STEP = struct.Struct("<8I")
_STEP_TIMES = 12
_ARGUMENT = struct.Struct("<3I")
_NONE = 0xFFFF_FFFF
_IMPORT = struct.Struct("<8II2I")
_CODES = {ValueType.I32: 0x7F, ValueType.I64: 0x7E, ValueType.F32: 0x7D, ValueType.F64: 0x7C}


def pack_any(module: bytes, job: UserModule) -> bytes:
    """The blob for a module of the user's.

    Args:
        module: What the runtime is given: wasm, or what the host made of it.
        job: What to call, and what answers the imports.
    """
    blob = _Blob(_ANY_HEADER.size)
    module_at = blob.add(module, MODULE_ALIGNMENT)
    memory = blob.text(job.memory or "")
    functions = blob.table([blob.function(function) for function in job.functions])
    steps = blob.table([blob.step(step) for step in job.steps])
    imports = blob.table([blob.entry(stub) for stub in job.stubs])
    return blob.whole(
        _ANY_HEADER.pack(MAGIC_ANY, module_at, len(module), *memory, *functions, *steps, *imports, 1)
    )


def import_data(read: Callable[[int, int], bytes]) -> list[tuple[int, int, int]]:
    """What the imports of a blob have for a value: rule, and offset and length where that is data.

    Args:
        read: Reads the blob: offset and number of bytes.
    """
    *_, imports_at, number, _ = _ANY_HEADER.unpack(read(0, _ANY_HEADER.size))
    entries = _IMPORT.iter_unpack(read(imports_at, number * _IMPORT.size)) if number else ()
    return [(rule, offset, length) for *_, rule, offset, length in entries]


def step_times(read: Callable[[int, int], bytes]) -> list[int]:
    """Offsets of the words that say how often each step of a blob is done.

    Args:
        read: Reads the blob: offset and number of bytes.
    """
    *_, steps_at, number, _, _, _ = _ANY_HEADER.unpack(read(0, _ANY_HEADER.size))
    return [steps_at + step * _STEP.size + _STEP_TIMES for step in range(number)]


class _Blob:
    """A blob that grows after its header."""

    def __init__(self, header: int) -> None:
        self._bytes = bytearray(header)

    def add(self, part: bytes, alignment: int = 1) -> int:
        """Appends a part; returns its offset."""
        at = _up(len(self._bytes), alignment)
        self._bytes += bytes(at - len(self._bytes)) + part
        return at

    def text(self, text: str) -> tuple[int, int]:
        """Appends a name with a NUL after it; returns offset and length."""
        encoded = text.encode()
        return self.add(encoded + b"\0"), len(encoded)

    def signature(self, signature: Signature) -> tuple[tuple[int, int], tuple[int, int]]:
        """Appends the types of parameters and results; returns offset and number of each."""
        params, results = (
            (self.add(bytes(_CODES[kind] for kind in kinds)), len(kinds))
            for kinds in (signature.params, signature.results)
        )
        return params, results

    def table(self, entries: Sequence[bytes]) -> tuple[int, int]:
        """Appends entries of one size; returns offset and number."""
        return self.add(b"".join(entries), 4), len(entries)

    def function(self, function: ExportedFunction) -> bytes:
        """Appends what an entry of the table of functions points to; returns the entry."""
        name = self.text(function.name)
        params, results = self.signature(function.signature)
        return _FUNCTION.pack(*name, *params, *results)

    def step(self, step: ModuleStep) -> bytes:
        """Appends what an entry of the table of steps points to; returns the entry."""
        arguments = self.table([_argument(argument) for argument in step.arguments])
        data = (0, step.size) if step.kind is StepKind.READ else (self.add(step.data), len(step.data))
        slot = _NONE if step.slot is None else step.slot
        return _STEP.pack(step.kind, step.function, slot, step.times, *arguments, *data)

    def entry(self, stub: Stub) -> bytes:
        """Appends what an entry of the table of imports points to; returns the entry."""
        module, name = self.text(stub.module), self.text(stub.name)
        params, results = self.signature(stub.signature)
        value = stub.value & 0xFFFF_FFFF, stub.value >> 32
        if stub.data:
            value = self.add(stub.data, 8), len(stub.data)
        return _IMPORT.pack(*module, *name, *params, *results, stub.rule, *value)

    def whole(self, header: bytes) -> bytes:
        """The blob with its header."""
        self._bytes[: len(header)] = header
        return bytes(self._bytes)


def _argument(argument: int | Kept) -> bytes:
    if isinstance(argument, Kept):
        return _ARGUMENT.pack(argument.slot, 0, 0)
    return _ARGUMENT.pack(_NONE, argument & 0xFFFF_FFFF, argument >> 32)
