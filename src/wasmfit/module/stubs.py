"""``--import env.clock_ms=clock_ms`` → what answers each import, and what nothing can answer."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Rule, Signature, Stub, ValueType
from wasmfit.words import escape_unprintable

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
    wanted = [
        f"{imported.kind} {label(imported)}"
        for imported in wasm.imports
        if imported.kind is not ExternalKind.FUNCTION
    ]
    if wanted:
        return f"imports {_listed(wanted)}; only functions can be stubbed"
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
    imports = {(imported.module.encode(), imported.name.encode()): imported for imported in wasm.imports}
    names = {f"{imported.module}.{imported.name}" for imported in imports.values()}
    for name in wanted:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"It imports {_listed(sorted(names))}."
            raise UsageError(f"The module does not import {name!r}.", remedy)
    stubbed, missing = [], []
    for imported in (imports[key] for key in sorted(imports)):
        assert imported.type is not None
        signature = imported.type.signature
        assert signature is not None
        text = wanted.get(f"{imported.module}.{imported.name}")
        stub = _wasi(imported, signature) if text is None else _named(imported, signature, text)
        if stub is None and stub_all:
            stub = _stub(imported, signature, Rule.CONSTANT, 0, "noop")
        if stub is None:
            missing.append(imported)
        else:
            stubbed.append(stub)
    if missing:
        raise _missing(missing, command)
    for stub in stubbed:
        if stub.rule in _TOUCHES_MEMORY and wasm.exported_memory is None:
            raise UsageError(
                f"The stub of {escape_unprintable(stub.label)} ({stub.text}) touches the module's memory, "
                "and the module exports none.",
                "Export the memory, or choose another rule, such as noop.",
            )
    return tuple(stubbed)


def _missing(missing: list[Import], command: str) -> UsageError:
    listed = _listed([f"{label(imported)} {imported.type}" for imported in missing])
    named = " ".join(f"--import '{imported.module}.{imported.name}=noop'" for imported in missing)
    return UsageError(
        f"The module imports {listed}: say what each of them does.",
        f"Rules: {', '.join(RULES)}, or a number that is returned. To begin with:\n  {command} {named}\n"
        "or --stub-all, which makes all of them do nothing.",
    )


def _wasi(imported: Import, signature: Signature) -> Stub | None:
    if imported.module not in WASI:
        return None
    rule = _WASI.get(imported.name)
    if rule is not None and signature.params[: len(rule.params)] == rule.params:
        return _stub(imported, signature, rule.rule, rule.value, rule.text)
    if signature.results == (_I32,):
        return _stub(
            imported, signature, Rule.CONSTANT, _NOT_SUPPORTED, "WASI: returns errno 52, not supported"
        )
    return None


def _named(imported: Import, signature: Signature, text: str) -> Stub:
    text = text.strip()
    what = f"The stub of {label(imported)}"
    match text:
        case "noop":
            return _stub(imported, signature, Rule.CONSTANT, 0, text)
        case "trap":
            return _stub(imported, signature, Rule.TRAP, 0, text)
        case "clock_ms" | "clock_us":
            if not signature.results:
                raise UsageError(f"{what} is {text}, and the function returns nothing.", "noop does nothing.")
            return _stub(imported, signature, Rule.CLOCK, _CLOCK_UNITS[text], text)
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
    if not any(letter.isdigit() for letter in text) and text.lower().lstrip("+-") not in ("inf", "nan"):
        near = difflib.get_close_matches(text, RULES, 1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        raise UsageError(
            f"{what} is {text!r}, which is not a rule.", f"{meant}Rules: {', '.join(RULES)}, or a number."
        )
    if len(signature.results) != 1:
        raise UsageError(
            f"{what} is the constant {text}, and the function is {imported.type}: it has no one result."
        )
    return _stub(imported, signature, Rule.CONSTANT, literals.value(signature.results[0], text, what), text)


def _stub(imported: Import, signature: Signature, rule: Rule, value: int, text: str) -> Stub:
    return Stub(
        module=imported.module, name=imported.name, signature=signature, rule=rule, value=value, text=text
    )


def _listed(things: list[str]) -> str:
    shown = ", ".join(things[:12])
    return f"{shown} and {len(things) - 12} more" if len(things) > 12 else shown
