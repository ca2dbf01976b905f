"""``--call 'run(1, 2)'``, ``--expect 42``, ``--expect-log hello`` → calls that match a signature."""

import difflib
from collections.abc import Mapping, Sequence

from wasmfit.errors import UsageError
from wasmfit.model import Expected, Signature, UserCall
from wasmfit.words import escape_unprintable

from . import literals
from .read import FunctionType, Wasm

REPEATS = 3
"""How often a single call is made, so that there is a cold one and a warm one."""

MOST_CALLS = 1000
MOST_VALUES = 16
"""Parameters, and results, that the harness has room for."""


def calls(
    wasm: Wasm,
    texts: Sequence[str],
    expected: Sequence[str | None],
    file: str,
    logs: Sequence[str | None] = (),
) -> tuple[str, Signature, tuple[UserCall, ...]]:
    """The export, its signature and the calls.

    Raises:
        UsageError: There is no such export, or a call does not match its signature.
    """
    known = wasm.callable
    if not known:
        raise UsageError(f"{file} exports no function, so there is nothing to call.")
    if not texts:
        example = next(iter(known.items()))
        raise UsageError(
            f"Which function of {file} is to be called? It exports {_listed(known)}.",
            f"For example: --call '{_example(*example)}'",
        )
    if len(texts) > MOST_CALLS:
        raise UsageError(f"There are {len(texts):,} calls; at most {MOST_CALLS:,} are made.")
    for option, given in (("--expect", expected), ("--expect-log", logs)):
        if given and len(given) != len(texts):
            raise UsageError(
                f"There are {len(texts)} calls and {len(given)} expectations.",
                f"Give {option} once for each --call, in the same order, or not at all.",
            )
    split = [_split(text) for text in texts]
    names = list(dict.fromkeys(name for name, _ in split))
    if len(names) > 1:
        raise UsageError(
            f"The calls name {' and '.join(map(repr, names))}; all calls of a measurement are of one export.",
            "Measure the others with a command of their own.",
        )
    name = names[0]
    if name not in known:
        raise _no_export(wasm, name, known, file)
    if "\0" in name:
        raise UsageError(
            f"The name {name!r} holds a NUL, at which runtimes in C end it: they would call another export."
        )
    if (imported := wasm.imported(name)) is not None:
        itself = escape_unprintable(f"{imported.module}.{imported.name}", 80)
        raise UsageError(
            f"The export {name!r} is the import {itself} itself: nothing of the module would run.",
            "Name a function of the module's own.",
        )
    signature = _signature(name, known[name])
    parsed = []
    for number, (_, arguments) in enumerate(split):
        words = _arguments(name, signature, arguments)
        said = expected[number] if expected else None
        hoped = None if said is None else _expected(name, signature, said)
        text = f"{escape_unprintable(name, 60)}({', '.join(argument.strip() for argument in arguments)})"
        log = logs[number] if logs else None
        parsed.append(UserCall(arguments=words, expected=hoped, log=log, text=text))
    return name, signature, tuple(parsed)


def repeated(parsed: tuple[UserCall, ...]) -> tuple[UserCall, ...]:
    """A single call, several times; what the user expects is checked at the first."""
    again = parsed[0].model_copy(update={"expected": None, "log": None})
    return (*parsed, *[again] * (REPEATS - 1))


def _split(text: str) -> tuple[str, list[str]]:
    """``name(arguments)`` → the name, and the arguments as text."""
    stripped = text.strip()
    if not stripped.endswith(")") or "(" not in stripped:
        raise UsageError(f"--call {text!r} is not a call.", "A call looks like: --call 'run(1, 2)'")
    # An export may be called anything; numbers hold no parenthesis.
    name, _, rest = stripped[:-1].rpartition("(")
    if not name.strip():
        raise UsageError(f"--call {text!r} names no function.", "A call looks like: --call 'run(1, 2)'")
    if not rest.strip():
        return name.strip(), []
    arguments = rest.split(",")
    if any(not argument.strip() for argument in arguments):
        raise UsageError(f"--call {text!r} has an empty argument.", "A call looks like: --call 'run(1, 2)'")
    return name.strip(), arguments


def _no_export(wasm: Wasm, name: str, known: Mapping[str, FunctionType], file: str) -> UsageError:
    for export in wasm.exports:
        if export.name == name:
            return UsageError(f"The export {name!r} of {file} is a {export.kind}, which cannot be called.")
    near = difflib.get_close_matches(name, known, 1)
    remedy = f"Did you mean {near[0]!r}? " if near else ""
    return UsageError(f"{file} has no export {name!r}.", f"{remedy}It exports {_listed(known)}.")


def _listed(known: Mapping[str, FunctionType]) -> str:
    shown = [f"{escape_unprintable(name, 60)}{kind}" for name, kind in list(known.items())[:8]]
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return ", ".join(shown) + more


def _example(name: str, kind: FunctionType) -> str:
    return f"{escape_unprintable(name, 60)}({', '.join('1' for _ in kind.params)})"


def _signature(name: str, kind: FunctionType) -> Signature:
    signature = kind.signature
    if signature is None:
        raise UsageError(
            f"{name} has the type {kind}; only i32, i64, f32 and f64 can be passed and shown.",
            "Export a function that takes and returns numbers.",
        )
    if max(len(signature.params), len(signature.results)) > MOST_VALUES:
        raise UsageError(f"{name} has the type {kind}; at most {MOST_VALUES} values go either way.")
    return signature


def _arguments(name: str, signature: Signature, texts: Sequence[str]) -> tuple[int, ...]:
    if len(texts) != len(signature.params):
        wanted = ", ".join(signature.params) or "none"
        raise UsageError(
            f"{name} takes {len(signature.params)} arguments ({wanted}); {len(texts)} are given."
        )
    return tuple(
        literals.value(kind, text, f"Argument {number} of {name}")
        for number, (kind, text) in enumerate(zip(signature.params, texts, strict=True), start=1)
    )


def _expected(name: str, signature: Signature, text: str) -> tuple[Expected, ...]:
    texts = text.split(",") if text.strip() else []
    if len(texts) != len(signature.results):
        wanted = ", ".join(signature.results) or "nothing"
        raise UsageError(
            f"{name} returns {wanted}; --expect {text!r} has {len(texts)} values.",
            "Several results are separated by commas: --expect '1, 2.5'",
        )
    return tuple(
        literals.expected(kind, text, f"What is expected of {name}")
        for kind, text in zip(signature.results, texts, strict=True)
    )
