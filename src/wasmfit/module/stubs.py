"""``--import env.clock_ms=clock_ms`` → what answers each import, and what nothing can answer."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Rule, Signature, Stub, ValueType
from wasmfit.words import printable

from . import literals
from .calls import MOST_VALUES
from .read import ExternalKind, Import, Wasm

RULES = ("noop", "clock_ms", "clock_us", "trap", "log", "random")
"""The rules by name; any number is a constant."""

WASI = frozenset({"wasi_snapshot_preview1", "wasi_unstable"})
"""The modules that WASI preview 1 imports come from."""

_I32, _I64 = ValueType.I32, ValueType.I64
_NOT_SUPPORTED = 52  # WASI's errno ENOSYS
_BAD_DESCRIPTOR = 8  # EBADF: how the search for preopened folders ends

_CLOCK_UNITS = {"clock_ms": 1000, "clock_us": 1}


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
    "proc_exit": _Wasi((_I32,), Rule.TRAP, 0, "WASI: traps"),
    "clock_time_get": _Wasi(
        (_I32, _I64, _I32), Rule.WASI_CLOCK, 0, "WASI: a clock, 1 ms later at each reading"
    ),
    "random_get": _Wasi((_I32, _I32), Rule.WASI_RANDOM, 0, "WASI: a seeded sequence"),
    "args_sizes_get": _SIZES,
    "environ_sizes_get": _SIZES,
    "args_get": _NOTHING,
    "environ_get": _NOTHING,
    "sched_yield": _Wasi((), Rule.CONSTANT, 0, "WASI: returns 0"),
    "fd_prestat_get": _Wasi(
        (), Rule.CONSTANT, _BAD_DESCRIPTOR, "WASI: returns errno 8, there is no such folder"
    ),
}
_TOUCHES_MEMORY = frozenset({Rule.LOG, Rule.WASI_WRITE, Rule.WASI_CLOCK, Rule.WASI_RANDOM, Rule.WASI_SIZES})


def obstacle(wasm: Wasm) -> str | None:
    """What the module wants that no host function of wasmfit's can give it, in words."""
    wanted = [f"{one.kind} {label(one)}" for one in wasm.imports if one.kind is not ExternalKind.FUNCTION]
    if wanted:
        return f"imports {_listed(wanted)}; only functions can be stubbed"
    types = [
        f"{label(one)} {one.type}"
        for one in wasm.imports
        if one.type is not None and one.type.signature is None
    ]
    if types:
        return f"imports {_listed(types)}; stubs take and return i32, i64, f32 and f64"
    wide = [
        f"{label(one)} {one.type}"
        for one in wasm.imports
        if one.type is not None and max(len(one.type.params), len(one.type.results)) > MOST_VALUES
    ]
    if wide:
        return f"imports {_listed(wide)}; stubs have at most {MOST_VALUES} values either way"
    seen: dict[tuple[str, str], Import] = {}
    for one in wasm.imports:
        first = seen.setdefault((one.module, one.name), one)
        if first.type != one.type:
            return f"imports {label(one)} with two types, {first.type} and {one.type}"
    return None


def label(one: Import) -> str:
    """An import as users name it, fit to print."""
    return printable(f"{one.module}.{one.name}", 80)


def stubs(wasm: Wasm, wanted: Mapping[str, str], *, stub_all: bool, command: str) -> tuple[Stub, ...]:
    """What answers each imported function, each name once, in ascending order as runtimes want them.

    Args:
        wasm: A module without an :func:`obstacle`.
        wanted: ``module.name`` → rule.
        stub_all: Whether functions that nobody names do nothing.
        command: The command as far as it is written, for the message that completes it.

    Raises:
        UsageError: Imports are not named, or a rule does not fit.
    """
    imports = {(one.module.encode(), one.name.encode()): one for one in wasm.imports}
    names = {f"{one.module}.{one.name}" for one in imports.values()}
    for name in wanted:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"It imports {_listed(sorted(names))}."
            raise UsageError(f"The module does not import {name!r}.", remedy)
    made, missing = [], []
    for one in (imports[key] for key in sorted(imports)):
        assert one.type is not None
        signature = one.type.signature
        assert signature is not None
        text = wanted.get(f"{one.module}.{one.name}")
        stub = _wasi(one, signature) if text is None else _named(one, signature, text)
        if stub is None and stub_all:
            stub = _stub(one, signature, Rule.CONSTANT, 0, "noop")
        if stub is None:
            missing.append(one)
        else:
            made.append(stub)
    if missing:
        raise _missing(missing, command)
    for stub in made:
        if stub.rule in _TOUCHES_MEMORY and wasm.exported_memory is None:
            raise UsageError(
                f"The stub of {printable(stub.label)} ({stub.text}) touches the module's memory, "
                "and the module exports none.",
                "Export the memory, or choose another rule, such as noop.",
            )
    return tuple(made)


def _missing(missing: list[Import], command: str) -> UsageError:
    listed = _listed([f"{label(one)} {one.type}" for one in missing])
    named = " ".join(f"--import '{one.module}.{one.name}=noop'" for one in missing)
    return UsageError(
        f"The module imports {listed}: say what each of them does.",
        f"Rules: {', '.join(RULES)}, or a number that is returned. To begin with:\n  {command} {named}\n"
        "or --stub-all, which makes all of them do nothing.",
    )


def _wasi(one: Import, signature: Signature) -> Stub | None:
    if one.module not in WASI:
        return None
    rule = _WASI.get(one.name)
    if rule is not None and signature.params[: len(rule.params)] == rule.params:
        return _stub(one, signature, rule.rule, rule.value, rule.text)
    if signature.results == (_I32,):
        return _stub(one, signature, Rule.CONSTANT, _NOT_SUPPORTED, "WASI: returns errno 52, not supported")
    return None


def _named(one: Import, signature: Signature, text: str) -> Stub:
    text = text.strip()
    what = f"The stub of {label(one)}"
    match text:
        case "noop":
            return _stub(one, signature, Rule.CONSTANT, 0, text)
        case "trap":
            return _stub(one, signature, Rule.TRAP, 0, text)
        case "clock_ms" | "clock_us":
            if not signature.results:
                raise UsageError(f"{what} is {text}, and the function returns nothing.", "noop does nothing.")
            return _stub(one, signature, Rule.CLOCK, _CLOCK_UNITS[text], text)
        case "random":
            if not signature.results or any(kind.is_float for kind in signature.results):
                raise UsageError(f"{what} is random, and the function is {one.type}: it gives integers.")
            return _stub(one, signature, Rule.RANDOM, 0, text)
        case "log":
            if signature.params[:2] != (_I32, _I32):
                raise UsageError(
                    f"{what} is log, and the function is {one.type}: log reads memory where its first "
                    "argument says, as many bytes as the second says, both i32.",
                    "noop does nothing.",
                )
            return _stub(one, signature, Rule.LOG, 0, text)
    if not any(letter.isdigit() for letter in text) and text.lower().lstrip("+-") not in ("inf", "nan"):
        near = difflib.get_close_matches(text, RULES, 1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        raise UsageError(
            f"{what} is {text!r}, which is not a rule.", f"{meant}Rules: {', '.join(RULES)}, or a number."
        )
    if len(signature.results) != 1:
        raise UsageError(
            f"{what} is the constant {text}, and the function is {one.type}: it has no one result."
        )
    return _stub(one, signature, Rule.CONSTANT, literals.value(signature.results[0], text, what), text)


def _stub(one: Import, signature: Signature, rule: Rule, value: int, text: str) -> Stub:
    return Stub(module=one.module, name=one.name, signature=signature, rule=rule, value=value, text=text)


def _listed(things: list[str]) -> str:
    shown = ", ".join(things[:12])
    return f"{shown} and {len(things) - 12} more" if len(things) > 12 else shown
