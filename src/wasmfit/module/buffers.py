"""Bytes that go into a module's memory, and come out of it: ``in:@frame.bin``, ``out:64``."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.model import OutBuffer, Signature, ValueType
from wasmfit.words import agreeing, counted, escape_unprintable

from .call_text import BufferText, CallText
from .files import bounded, located
from .read import Wasm

ALLOCATORS: Mapping[str, tuple[str, ...]] = {
    "malloc": ("size",),
    "alloc": ("size",),
    "allocate": ("size",),
    "cabi_realloc": ("0", "0", "8", "size"),
    "__new": ("size", "1"),
    "_malloc": ("size",),
}
"""Exports that give out memory, by the names that compilers and libraries have for them, with arguments:
C's, Rust's, the component model's, AssemblyScript's (whose class 1 is a plain buffer), emscripten's."""

LARGEST = 1 << 20
"""Bytes of a buffer: as much as a board's flash may have, and more than its RAM."""

_HEX = re.compile(r"0x((?:[0-9a-f]{2})+)", re.IGNORECASE)
_SIZE = re.compile(r"[0-9][0-9_]*")


def content(buffer: BufferText, folders: Sequence[Path]) -> bytes:
    """What an input holds; nothing where it is an output.

    Raises:
        UsageError: The file cannot be read, or the text is none of the forms.
    """
    return _bytes(buffer.content, buffer.text, folders) if buffer.is_input else b""


def _bytes(text: str, what: str, folders: Sequence[Path]) -> bytes:
    shown = escape_unprintable(what, 60)
    if text.startswith("@"):
        path = located(text[1:], folders)
        return bounded(path, repr(shown), LARGEST, ", which no board's RAM holds")
    if match := _HEX.fullmatch(text):
        return bytes.fromhex(match[1])
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].encode()
    raise UsageError(
        f"The buffer {shown!r} is neither a file, nor hexadecimal, nor quoted text.",
        "An input is in:@FILE, in:0x00ff or in:'text'.",
    )


def size(buffer: BufferText) -> int:
    """How many bytes an output has.

    Raises:
        UsageError: It does not say so.
    """
    text, shown = buffer.content, escape_unprintable(buffer.text, 60)
    if not _SIZE.fullmatch(text):
        raise UsageError(f"The buffer {shown!r} does not say how many bytes it has.", "For example: out:64")
    number = int(text.replace("_", "")) if len(text) < 12 else LARGEST + 1
    if not 1 <= number <= LARGEST:
        raise UsageError(f"The buffer {shown!r} has to have 1 to {LARGEST:,} bytes.", "For example: out:64")
    return number


def lengths_follow(parsed: CallText, signature: Signature) -> dict[bool, bool]:
    """Whether a buffer's length is an argument of its own, after its address: of inputs, and of outputs.

    The signature says so: by how many parameters it has more than there are arguments.

    Raises:
        UsageError: It fits in no way.
    """
    buffers = [one for one in parsed.arguments if isinstance(one, BufferText)]
    inputs = sum(one.is_input for one in buffers)
    outputs = len(buffers) - inputs
    missing = len(signature.params) - len(parsed.arguments)
    for of_inputs, of_outputs in ((False, False), (True, True), (True, False), (False, True)):
        if missing == inputs * of_inputs + outputs * of_outputs:
            lengths = {True: of_inputs and inputs > 0, False: of_outputs and outputs > 0}
            _check_types(parsed, signature, lengths)
            return lengths
    raise UsageError(
        f"{parsed.name} takes {counted(len(signature.params), 'argument')} ({', '.join(signature.params)}), "
        f"and not {len(parsed.arguments)}, {len(buffers)} of them buffers.",
        "A buffer is an address, or an address and a length: two i32.",
    )


def _check_types(parsed: CallText, signature: Signature, lengths: Mapping[bool, bool]) -> None:
    at = 0
    for argument in parsed.arguments:
        taken = 2 if isinstance(argument, BufferText) and lengths[argument.is_input] else 1
        if isinstance(argument, BufferText) and set(signature.params[at : at + taken]) != {ValueType.I32}:
            raise UsageError(
                f"{parsed.name} takes ({', '.join(signature.params)}), and "
                f"{escape_unprintable(argument.text, 60)!r} would be parameter {at + 1}: "
                "an address is an i32."
            )
        at += taken


def known_allocator(wasm: Wasm) -> str | None:
    """The export that gives out memory, by its name."""
    known = wasm.callable
    return next((name for name in ALLOCATORS if name in known), None)


def allocation(name: str, signature: Signature, wanted: int) -> tuple[int, ...]:
    """The arguments with which an allocator is asked for so many bytes.

    Raises:
        UsageError: It is not a function that can be asked so.
    """
    form = ALLOCATORS.get(name, ("size",))
    if len(form) != len(signature.params) or signature.results != (ValueType.I32,):
        raise UsageError(
            f"{name} takes {counted(len(signature.params), 'argument')} and returns "
            f"{', '.join(signature.results) or 'nothing'}: "
            f"as an allocator it would take {len(form)} and return i32.",
            "Put the buffer at an address: in@1024:@frame.bin",
        )
    return tuple(wanted if one == "size" else int(one) for one in form)


def expecting(parsed: CallText, outs: Sequence[OutBuffer], folders: Sequence[Path]) -> tuple[OutBuffer, ...]:
    """The outputs of a call, with what they must hold.

    Raises:
        UsageError: There are more or fewer of those than outputs, or one has another size.
    """
    if not parsed.returns:
        return tuple(outs)
    if len(parsed.returns) != len(outs):
        expects = f"{len(parsed.returns)} {agreeing(len(parsed.returns), 'is', 'are')} expected"
        raise UsageError(f"--call {parsed.text!r} has {counted(len(outs), 'output')}, and {expects}.")
    expected = []
    for out, text in zip(outs, parsed.returns, strict=True):
        data = _bytes(text, text, folders)
        if len(data) != out.size:
            raise UsageError(
                f"{out.text} is read, {out.size:,} B, and {escape_unprintable(text, 60)} "
                f"has {len(data):,} B.",
                "Both must have the same size.",
            )
        expected.append(out.model_copy(update={"expected": data}))
    return tuple(expected)
