"""``--import env.clock_ms=clock_ms`` → what answers each import, and what nothing can answer."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.input_file import contents
from wasmfit.model import Rule, Signature, Stub, ValueType
from wasmfit.words import closest, escape_unprintable

from . import literals
from .calls import MOST_VALUES
from .clocks import GUESS, REAL, timed
from .files import HERE, located
from .read import ExternalKind, Import, Wasm
from .usual_imports import presets, usual_import

RULES = ("noop", "clock_ms", "clock_us", "trap", "log", "random", "begin", "end", "exit")
"""The rules by name; any number is a constant, and ``@FILE`` holds samples."""

WASI = frozenset({"wasi_snapshot_preview1", "wasi_unstable"})
"""The modules that WASI preview 1 imports come from."""

_I32, _I64 = ValueType.I32, ValueType.I64
_NOT_SUPPORTED = 52  # WASI's errno ENOSYS
_BAD_DESCRIPTOR = 8  # EBADF: how the search for preopened folders ends

_PLAIN = {
    "noop": Rule.CONSTANT,
    "trap": Rule.TRAP,
    "begin": Rule.REGION_BEGIN,
    "end": Rule.REGION_END,
}
"""Rules for functions of any type."""

_CLOCK_UNITS = {"clock_ms": 1000, "clock_us": 1}
_LONGEST_STEP = (1 << 32) - 1  # microseconds
_MOST_SAMPLES = 16_384
_MOST_SAMPLED = 32
"""Imports of a module that has one which answers with samples: as many as the harness counts for."""


@dataclass(frozen=True)
class Streams:
    """What a command of WASI's is given.

    Attributes:
        arguments: Its name and its arguments.
        stdin: What it reads from standard input.
    """

    arguments: Sequence[str] = ()
    stdin: bytes = b""

    @property
    def texts(self) -> bytes:
        """The arguments, each with a NUL after it."""
        return b"".join(text.encode() + b"\0" for text in self.arguments)


NO_STREAMS = Streams()


@dataclass(frozen=True)
class _Wasi:
    """How a function of WASI's is answered.

    Attributes:
        params: The parameters that the rule relies on.
        rule, value, text: As in :class:`wasmfit.model.Stub`.
    """

    params: tuple[ValueType, ...]
    rule: Rule
    value: int
    text: str


_SIZES = _Wasi((_I32, _I32), Rule.WASI_SIZES, 0, "WASI: there are none")
_NOTHING = _Wasi((_I32, _I32), Rule.CONSTANT, 0, "WASI: returns 0")
_WASI = {
    "fd_write": _Wasi(
        (_I32, _I32, _I32, _I32), Rule.WASI_WRITE, 0, "WASI: reads what is written, as log does"
    ),
    "proc_exit": _Wasi((_I32,), Rule.WASI_EXIT, 0, "WASI: ends the call, well if it is with 0"),
    "clock_time_get": _Wasi(
        (_I32, _I64, _I32), Rule.WASI_CLOCK, 0, "WASI: a clock, 1 ms later at each reading"
    ),
    "random_get": _Wasi((_I32, _I32), Rule.WASI_RANDOM, 0, "WASI: a seeded sequence"),
    "args_sizes_get": _Wasi((_I32, _I32), Rule.WASI_SIZES, 0, "WASI: the arguments' number and bytes"),
    "environ_sizes_get": _SIZES,
    "args_get": _Wasi((_I32, _I32), Rule.WASI_TEXTS, 0, "WASI: the arguments"),
    "environ_get": _NOTHING,
    "fd_read": _Wasi((_I32, _I32, _I32, _I32), Rule.WASI_READ, 0, "WASI: standard input"),
    "sched_yield": _Wasi((), Rule.CONSTANT, 0, "WASI: returns 0"),
    "fd_prestat_get": _Wasi(
        (), Rule.CONSTANT, _BAD_DESCRIPTOR, "WASI: returns errno 8, there is no such folder"
    ),
}
_TOUCHES_MEMORY = frozenset(
    {
        Rule.LOG,
        Rule.WASI_WRITE,
        Rule.WASI_CLOCK,
        Rule.WASI_RANDOM,
        Rule.WASI_SIZES,
        Rule.WASI_TEXTS,
        Rule.WASI_READ,
    }
)


def obstacle(wasm: Wasm) -> str | None:
    """What the module needs that no host function of wasmfit's can give it, in words."""
    wanted = [
        f"{imported.kind} {label(imported)}"
        for imported in wasm.imports
        if imported.kind is not ExternalKind.FUNCTION
    ]
    if wanted:
        return (
            f"imports {_listed(wanted)}; functions can be stubbed, and memories, tables and numbers supplied"
        )
    types = [
        f"{label(imported)} {imported.type}"
        for imported in wasm.imports
        if imported.type is not None and imported.type.signature is None
    ]
    if types:
        return f"imports {_listed(types)}; stubs take and return i32, i64, f32 and f64"
    wide = [
        f"{label(imported)} {imported.type}"
        for imported in wasm.imports
        if imported.type is not None
        and max(len(imported.type.params), len(imported.type.results)) > MOST_VALUES
    ]
    if wide:
        return f"imports {_listed(wide)}; stubs have at most {MOST_VALUES} values either way"
    seen: dict[tuple[str, str], Import] = {}
    for imported in wasm.imports:
        first = seen.setdefault((imported.module, imported.name), imported)
        if first.type != imported.type:
            return f"imports {label(imported)} with two types, {first.type} and {imported.type}"
    return None


def label(imported: Import) -> str:
    """An import as users name it, fit to print."""
    return escape_unprintable(f"{imported.module}.{imported.name}", 80)


def stubs(
    wasm: Wasm,
    wanted: Mapping[str, str],
    *,
    stub_all: bool,
    command: str,
    streams: Streams = NO_STREAMS,
    folders: Sequence[Path] = HERE,
) -> tuple[Stub, ...]:
    """What answers each imported function, each name once, in ascending order as runtimes want them.

    Args:
        wasm: A module without an :func:`obstacle`.
        wanted: ``module.name`` → rule.
        stub_all: Whether functions that nobody names do nothing.
        command: The command as far as it is written, for the message that completes it.
        streams: What a command of WASI's is given.
        folders: Where files of samples are looked for.

    Raises:
        UsageError: Imports are not named, or a rule does not fit.
    """
    imports = {(imported.module.encode(), imported.name.encode()): imported for imported in wasm.imports}
    names = {f"{imported.module}.{imported.name}" for imported in imports.values()}
    for name in wanted:
        if name not in names:
            near = closest(name, names, 0.6)
            remedy = f"Did you mean {near!r}?" if near else f"It imports {_listed(sorted(names))}."
            raise UsageError(f"The module does not import {name!r}.", remedy)
    stubbed, missing = [], []
    for imported in (imports[key] for key in sorted(imports)):
        assert imported.type is not None
        signature = imported.type.signature
        assert signature is not None
        text = wanted.get(f"{imported.module}.{imported.name}")
        if text is None:
            stub = _wasi(imported, signature, streams) or _usual(imported, signature, folders)
        else:
            stub = _named(imported, signature, text, folders)
        if stub is None and stub_all:
            stub = _stub(imported, signature, Rule.CONSTANT, 0, "noop")
        if stub is None:
            missing.append(imported)
        else:
            stubbed.append(stub)
    if missing:
        raise _missing(missing, command)
    _check_region(stubbed)
    if len(stubbed) > _MOST_SAMPLED and any(stub.rule is Rule.SAMPLES for stub in stubbed):
        raise UsageError(
            f"The module imports {len(stubbed)} functions; with samples, at most {_MOST_SAMPLED}.",
            "Answer with a number instead of a file.",
        )
    for stub in stubbed:
        if stub.rule in _TOUCHES_MEMORY and wasm.exported_memory is None:
            raise UsageError(
                f"The stub of {escape_unprintable(stub.label)} ({stub.text}) touches the module's memory, "
                "and the module exports none.",
                "Export the memory, or choose another rule, such as noop.",
            )
    return tuple(stubbed)


def _check_region(stubbed: Sequence[Stub]) -> None:
    begins = [stub for stub in stubbed if stub.rule is Rule.REGION_BEGIN]
    ends = [stub for stub in stubbed if stub.rule is Rule.REGION_END]
    if bool(begins) != bool(ends):
        has, lacks = ("begins", "ends") if begins else ("ends", "begins")
        rule = "end" if begins else "begin"
        (first, *_) = begins or ends
        raise UsageError(
            f"The region of interest {has} at {escape_unprintable(first.label, 80)}, "
            f"and no import {lacks} it.",
            f"Name the other one: --import MODULE.NAME={rule}",
        )


def _missing(missing: list[Import], command: str) -> UsageError:
    listed = _listed([f"{label(imported)} {imported.type}" for imported in missing])
    names = {f"{imported.module}.{imported.name}" for imported in missing}
    for preset, known in presets().items():
        if known.imports.keys() >= names:
            return UsageError(
                f"The module imports {listed}: say what each of them does.",
                f"They are {known.title}'s: --preset {preset} answers them.\n  {command} --preset {preset}",
            )
    named = " ".join(f"--import '{imported.module}.{imported.name}=noop'" for imported in missing)
    return UsageError(
        f"The module imports {listed}: say what each of them does.",
        f"Rules: {', '.join(RULES)}, @FILE with samples, or a number that is returned. To begin with:\n"
        f"  {command} {named}\nor --stub-all, which makes all of them do nothing.",
    )


def _wasi(imported: Import, signature: Signature, streams: Streams) -> Stub | None:
    if imported.module not in WASI:
        return None
    rule = _WASI.get(imported.name)
    if rule is not None and signature.params[: len(rule.params)] == rule.params:
        texts = rule.rule is Rule.WASI_TEXTS or imported.name == "args_sizes_get"
        data = streams.texts if texts else streams.stdin if rule.rule is Rule.WASI_READ else b""
        stub = _stub(imported, signature, rule.rule, rule.value, rule.text)
        return stub.model_copy(update={"data": data})
    if signature.results == (_I32,):
        return _stub(
            imported, signature, Rule.CONSTANT, _NOT_SUPPORTED, "WASI: returns errno 52, not supported"
        )
    return None


def _usual(imported: Import, signature: Signature, folders: Sequence[Path]) -> Stub | None:
    """The rule for what a compiler gives every module."""
    known = usual_import(f"{imported.module}.{imported.name}", signature)
    if known is None:
        return None
    stub = _named(imported, signature, known.rule, folders)
    return stub.model_copy(update={"text": f"{known.of}: {known.rule}"})


def _named(imported: Import, signature: Signature, text: str, folders: Sequence[Path]) -> Stub:
    text = text.strip()
    what = f"The stub of {label(imported)}"
    unit, _, step = text.partition(":")
    if unit in _CLOCK_UNITS:
        return _clock(imported, signature, unit, step if ":" in text else None, text)
    if text.startswith("@"):
        return _samples(imported, signature, located(text[1:], folders), text)
    if text in _PLAIN:
        return _stub(imported, signature, _PLAIN[text], 0, text)
    match text:
        case "exit":
            if signature.params[:1] != (_I32,):
                raise UsageError(
                    f"{what} is exit, and the function is {imported.type}: the first parameter is the exit "
                    "code, an i32.",
                    "trap ends the call too.",
                )
            return _stub(imported, signature, Rule.WASI_EXIT, 0, text)
        case "random":
            if not signature.results or any(kind.is_float for kind in signature.results):
                raise UsageError(f"{what} is random, and the function is {imported.type}: it gives integers.")
            return _stub(imported, signature, Rule.RANDOM, 0, text)
        case "log":
            if signature.params[:2] != (_I32, _I32):
                raise UsageError(
                    f"{what} is log, and the function is {imported.type}: log reads memory where its first "
                    "argument says, as many bytes as the second says, both i32.",
                    "noop does nothing.",
                )
            return _stub(imported, signature, Rule.LOG, 0, text)
    return _number(imported, signature, text)


def _number(imported: Import, signature: Signature, text: str) -> Stub:
    what = f"The stub of {label(imported)}"
    if not any(letter.isdigit() for letter in text) and text.lower().lstrip("+-") not in ("inf", "nan"):
        near = closest(text, RULES, 0.6)
        meant = f"Did you mean {near!r}? " if near else ""
        raise UsageError(
            f"{what} is {text!r}, which is not a rule.",
            f"{meant}Rules: {', '.join(RULES)}, @FILE with samples, or a number.",
        )
    if len(signature.results) != 1:
        raise UsageError(
            f"{what} is the constant {text}, and the function is {imported.type}: it has no one result."
        )
    return _stub(imported, signature, Rule.CONSTANT, literals.value(signature.results[0], text, what), text)


def _clock(imported: Import, signature: Signature, unit: str, step: str | None, text: str) -> Stub:
    """A clock, which each reading finds later by a step in its own units; 1 ms where none is given."""
    what = f"The stub of {label(imported)}"
    if not signature.results:
        raise UsageError(f"{what} is {text}, and the function returns nothing.", "noop does nothing.")
    microseconds = 0
    if step == REAL:
        return timed(_stub(imported, signature, Rule.CLOCK, _CLOCK_UNITS[unit], text), GUESS)
    if step is not None:
        microseconds = int(step) * _CLOCK_UNITS[unit] if step.isdecimal() and len(step) < 12 else 0
        if not 1 <= microseconds <= _LONGEST_STEP:
            raise UsageError(
                f"{what} is {text}, whose step is not a number from 1 to "
                f"{_LONGEST_STEP // _CLOCK_UNITS[unit]:,}.",
                f"For example: {unit}:1000, by which each reading is later than the one before, or "
                f"{unit}:real.",
            )
    return _stub(imported, signature, Rule.CLOCK, _CLOCK_UNITS[unit] | microseconds << 32, text)


def _samples(imported: Import, signature: Signature, path: Path, text: str) -> Stub:
    """Values from a file, one for each call; after the last comes the first again."""
    what = f"The stub of {label(imported)}"
    if len(signature.results) != 1:
        raise UsageError(f"{what} is {text}, and the function is {imported.type}: it has no one result.")
    try:
        content = contents(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"{path} of {what[4:]} cannot be read: {why}.", "Name a file of numbers.") from error
    words = content.replace(",", " ").split()
    if not 1 <= len(words) <= _MOST_SAMPLES:
        raise UsageError(
            f"{path} of {what[4:]} has {len(words):,} numbers; 1 to {_MOST_SAMPLES:,} are taken.",
            "Numbers are separated by spaces, commas or line ends.",
        )
    kind = signature.results[0]
    values = [literals.value(kind, word, f"Number {at} of {path}") for at, word in enumerate(words, start=1)]
    stub = _stub(imported, signature, Rule.SAMPLES, 0, text)
    return stub.model_copy(update={"data": struct.pack(f"<{len(values)}Q", *values)})


def _stub(imported: Import, signature: Signature, rule: Rule, value: int, text: str) -> Stub:
    return Stub(
        module=imported.module, name=imported.name, signature=signature, rule=rule, value=value, text=text
    )


def _listed(things: list[str]) -> str:
    shown = ", ".join(things[:12])
    return f"{shown} and {len(things) - 12} more" if len(things) > 12 else shown
