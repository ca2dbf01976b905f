"""``--call 'run(1, 2)'``, ``--before 'init()'`` → steps that match the module's signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.model import (
    Expected,
    ExportedFunction,
    Kept,
    ModuleStep,
    OutBuffer,
    Signature,
    StepKind,
    UserCall,
    ValueType,
)
from wasmfit.words import agreeing, closest, counted, escape_unprintable

from . import buffers, literals
from .call_text import BufferText, CallText, LiteralText, parse
from .files import HERE
from .read import ExternalKind, FunctionType, Wasm

REPEATS = 3
"""How often a single call is made, so that there is a cold one and a warm one."""

MOST_CALLS = 1000
MOST_FRESH = 16
"""Calls with an instance of their own, each of which is a run."""
MOST_VALUES = 16
"""Parameters, and results, that the harness has room for."""

MOST_FUNCTIONS = 8
MOST_KEPT = 16
"""Functions that are called, and results that later arguments are taken from, likewise."""

COMMAND = "_start"
INITIALISER = "_initialize"
"""Exports that WASI preview 1 and its compilers give a meaning."""


@dataclass(frozen=True)
class CallRequest:
    """What is to be called, as text.

    Attributes:
        calls: The calls that are measured; none where the module is a command.
        expected, logs: What each must return and log; nothing where nothing is said.
        before: Calls of other exports that come first.
        times: How often a single call is made; ``None`` for what is usual.
        allocator: The export that gives out memory for buffers; ``None`` for a known one.
        folders: Where files of buffers are looked for.
        fresh: Whether each call has an instance of its own.
    """

    calls: Sequence[str]
    expected: Sequence[str | None] = ()
    logs: Sequence[str | None] = ()
    before: Sequence[str] = ()
    times: int | None = None
    allocator: str | None = None
    folders: Sequence[Path] = HERE
    fresh: bool = False


@dataclass(frozen=True)
class ModuleProgram:
    """What is done with a module.

    Attributes:
        functions: The functions that are called, the measured one first.
        calls: The calls that are measured.
        repeated: Whether the user named one call, which is made several times.
        steps: Everything that is done, in order.
        fresh: The steps of each call, where each has an instance of its own: from one and up to another.
    """

    functions: tuple[ExportedFunction, ...]
    calls: tuple[UserCall, ...]
    repeated: bool
    steps: tuple[ModuleStep, ...]
    fresh: tuple[tuple[int, int], ...] = ()


def program(wasm: Wasm, request: CallRequest, file: str) -> ModuleProgram:
    """What is done with a module, checked against its exports.

    Args:
        wasm: What the module declares.
        request: What is to be called.
        file: The module's file name, for messages.

    Raises:
        UsageError: There is no such export, or a call does not match its signature.
    """
    texts = tuple(request.calls) or _usual_calls(wasm, file)
    _check_numbers(texts, request)
    measured = [parse(text) for text in texts]
    names = list(dict.fromkeys(call.name for call in measured))
    if len(names) > 1:
        raise UsageError(
            f"The calls name {' and '.join(map(repr, names))}; all calls of a measurement are of one export.",
            "Measure the others with a command of their own, or prepare with --before.",
        )
    compiler = _Compiler(wasm, file, request.folders, request.allocator)
    compiler.function(names[0])
    before = [step for text in _before(wasm, request, names[0]) for step in compiler.prepare(text)]
    made = [
        compiler.call(call, request.expected[at] if request.expected else None, _at(request.logs, at))
        for at, call in enumerate(measured)
    ]
    repeated = len(made) == 1
    if repeated and not request.fresh:
        made = _repeated(made[0], _times(names[0], request.times))
    prepared = [*before, *compiler.allocations]
    steps = [*prepared, *(step for one in made for step in one.steps)]
    return ModuleProgram(
        functions=tuple(compiler.functions),
        calls=tuple(one.call for one in made),
        repeated=repeated,
        steps=tuple(steps if request.fresh else _merged(steps)),
        fresh=_ranges(len(prepared), made) if request.fresh else (),
    )


def _ranges(first: int, made: Sequence[_Made]) -> tuple[tuple[int, int], ...]:
    """Where the steps of each call are, the first of which is the given one."""
    ends = list(accumulate((len(one.steps) for one in made), initial=first))
    return tuple(pairwise(ends))


def _usual_calls(wasm: Wasm, file: str) -> tuple[str, ...]:
    """What is called where nothing is said: a command is called by its one entry."""
    known = wasm.callable
    if not known:
        raise UsageError(f"{file} exports no function, so there is nothing to call.")
    if COMMAND in known:
        return (f"{COMMAND}()",)
    example = next(
        ((name, kind) for name, kind in known.items() if name != INITIALISER), next(iter(known.items()))
    )
    raise UsageError(
        f"Which function of {file} is to be called? It exports {_listed(known)}.",
        f"For example: --call '{_example(*example)}'",
    )


def _check_numbers(texts: Sequence[str], request: CallRequest) -> None:
    if len(texts) > MOST_CALLS:
        raise UsageError(f"There are {len(texts):,} calls; at most {MOST_CALLS:,} are made.")
    for option, given in (("--expect", request.expected), ("--expect-log", request.logs)):
        if given and len(given) != len(texts):
            number = f"{agreeing(len(texts), 'is', 'are')} {counted(len(texts), 'call')}"
            raise UsageError(
                f"There {number} and {counted(len(given), 'expectation')}.",
                f"Give {option} once for each --call, in the same order, or not at all.",
            )
    if request.times is not None and not 1 <= request.times <= MOST_CALLS:
        raise UsageError(f"--calls is {request.times:,}; a call is made 1 to {MOST_CALLS:,} times.")
    if request.fresh and (len(texts) > MOST_FRESH or request.times not in (None, 1)):
        raise UsageError(
            "With --fresh-instance, each --call is made once, and there are at most "
            f"{MOST_FRESH} of them: every call with the same arguments would be the same.",
            "Leave --calls out.",
        )
    if request.times is not None and len(texts) > 1:
        raise UsageError(
            f"--calls says how often a single call is made, and there are {len(texts)} calls.",
            "Leave --calls out, or all but one --call.",
        )


def _before(wasm: Wasm, request: CallRequest, measured: str) -> list[str]:
    """The calls that prepare; a reactor is initialised first of all."""
    texts = list(request.before)
    kind = wasm.callable.get(INITIALISER)
    given = {parse(text, "--before").name for text in texts}
    if kind == FunctionType((), ()) and INITIALISER not in {*given, measured}:
        texts.insert(0, f"{INITIALISER}()")
    return texts


def _times(name: str, times: int | None) -> int:
    if name != COMMAND:
        return REPEATS if times is None else times
    if times not in (None, 1):
        raise UsageError(
            f"{COMMAND} is called once: a command has ended when it returns.",
            "Leave --calls out, or export a function of the command's own.",
        )
    return 1


@dataclass(frozen=True)
class _Made:
    """A measured call with the steps around it."""

    call: UserCall
    steps: tuple[ModuleStep, ...]


def _repeated(made: _Made, times: int) -> list[_Made]:
    """A single call, several times; what the user expects of results and log is checked at the first."""
    again = _Made(made.call.model_copy(update={"expected": None, "log": None}), made.steps)
    return [made, *[again] * (times - 1)]


def _merged(steps: Sequence[ModuleStep]) -> list[ModuleStep]:
    """The same with calls that follow one another unchanged as one step."""
    merged: list[ModuleStep] = []
    for step in steps:
        before = merged[-1] if merged else None
        if (
            before is not None
            and step.kind is StepKind.CALL
            and before.model_copy(update={"times": 1}) == step
        ):
            merged[-1] = before.model_copy(update={"times": before.times + 1})
        else:
            merged.append(step)
    return merged


@dataclass
class _Compiler:
    """Makes steps of calls.

    Attributes:
        wasm, file: The module.
        folders: Where files of buffers are looked for.
        allocator: The export that gives out memory, as the user says.
        functions: The functions that are called so far.
        allocations: Steps that take memory for buffers, once for all calls.
    """

    wasm: Wasm
    file: str
    folders: Sequence[Path]
    allocator: str | None
    functions: list[ExportedFunction] = field(default_factory=list)
    allocations: list[ModuleStep] = field(default_factory=list)
    _kept: dict[object, Kept] = field(default_factory=dict)

    def function(self, name: str) -> int:
        """The number of an exported function."""
        for number, function in enumerate(self.functions):
            if function.name == name:
                return number
        if len(self.functions) == MOST_FUNCTIONS:
            raise UsageError(
                f"The calls name more than {MOST_FUNCTIONS} exports, the most that one measurement calls."
            )
        signature = _callable(self.wasm, name, self.file)
        self.functions.append(ExportedFunction(name=name, at=self.wasm.place(name), signature=signature))
        return len(self.functions) - 1

    def prepare(self, text: str) -> list[ModuleStep]:
        """The steps of a call that comes before what is measured."""
        parsed = parse(text, "--before")
        if parsed.returns or any(isinstance(one, BufferText) for one in parsed.arguments):
            raise UsageError(
                f"--before {text!r} has a buffer; buffers are arguments of the measured call.",
                "Give it a plain call: --before 'init(3)'",
            )
        steps: list[ModuleStep] = []
        arguments = self._values(parsed, steps)
        number = self.function(parsed.name)
        return [*steps, _step(StepKind.BEFORE, number, arguments, _shown(parsed))]

    def call(self, parsed: CallText, expected: str | None, log: str | None) -> _Made:
        """A measured call."""
        number = self.function(parsed.name)
        signature = self.functions[number].signature
        before: list[ModuleStep] = []
        after: list[ModuleStep] = []
        outs: list[OutBuffer] = []
        if any(isinstance(one, BufferText) for one in parsed.arguments):
            arguments = self._with_buffers(parsed, signature, before, after, outs)
        elif parsed.returns:
            raise UsageError(
                f"--call {parsed.text!r} expects a buffer and has none.",
                "For example: --call 'process(in:@frame.bin, out:64) -> @expected.bin'; "
                "what is returned is expected with --expect.",
            )
        else:
            arguments = self._values(parsed, before)
        hoped = None if expected is None else _expected(parsed.name, signature, expected)
        text = _shown(parsed)
        call = UserCall(
            arguments=arguments,
            expected=hoped,
            log=log,
            text=text,
            outs=buffers.expecting(parsed, outs, self.folders),
        )
        return _Made(call, (*before, _step(StepKind.CALL, number, arguments, text), *after))

    def _values(self, parsed: CallText, steps: list[ModuleStep]) -> tuple[int | Kept, ...]:
        """Arguments without buffers; calls among them are made before."""
        signature = _callable(self.wasm, parsed.name, self.file)
        if len(parsed.arguments) != len(signature.params):
            wanted = f" ({', '.join(signature.params)})" if signature.params else ""
            raise UsageError(
                f"{parsed.name} takes {counted(len(signature.params), 'argument')}{wanted}, and not "
                f"{len(parsed.arguments)}.",
                f"For example: {parsed.name}({', '.join('1' for _ in signature.params)})",
            )
        return tuple(
            self._value(parsed.name, at, kind, one, steps)
            for at, (kind, one) in enumerate(zip(signature.params, parsed.arguments, strict=True), start=1)
        )

    def _value(
        self, name: str, at: int, kind: ValueType, argument: object, steps: list[ModuleStep]
    ) -> int | Kept:
        if isinstance(argument, LiteralText):
            return literals.value(kind, argument.text, f"Argument {at} of {name}")
        if isinstance(argument, BufferText):
            raise UsageError(f"Argument {at} of {name} is a buffer, which only the measured call can have.")
        assert isinstance(argument, CallText)
        return self._result(argument, kind, f"Argument {at} of {name}", steps)

    def _result(self, call: CallText, kind: ValueType, what: str, steps: list[ModuleStep]) -> Kept:
        """What a call returns, which is made before."""
        arguments = self._values(call, steps)
        number = self.function(call.name)
        results = self.functions[number].signature.results
        if results != (kind,):
            raise UsageError(
                f"{what} is taken from {call.name}, "
                f"which returns {', '.join(results) or 'nothing'}, not {kind}."
            )
        text = _shown(call)
        kept = self._slot(("call", text, arguments), text)
        steps.append(_step(StepKind.BEFORE, number, arguments, text, kept.slot))
        return kept

    def _slot(self, key: object, text: str) -> Kept:
        if key not in self._kept:
            if len(self._kept) == MOST_KEPT:
                raise UsageError(
                    f"Arguments are taken from more than {MOST_KEPT} different calls or buffers, the most "
                    "that are kept."
                )
            self._kept[key] = Kept(slot=len(self._kept), text=text)
        return self._kept[key]

    # ---- buffers ----

    def _with_buffers(
        self,
        parsed: CallText,
        signature: Signature,
        before: list[ModuleStep],
        after: list[ModuleStep],
        outs: list[OutBuffer],
    ) -> tuple[int | Kept, ...]:
        if self.wasm.exported_memory is None:
            raise UsageError(
                f"{parsed.name} has a buffer, and {self.file} exports no memory to put it in.",
                "Export the memory.",
            )
        lengths = buffers.lengths_follow(parsed, signature)
        kinds = iter(signature.params)
        arguments: list[int | Kept] = []
        for at, argument in enumerate(parsed.arguments, start=1):
            kind = next(kinds)
            if not isinstance(argument, BufferText):
                arguments.append(self._value(parsed.name, at, kind, argument, before))
                continue
            data = buffers.content(argument, self.folders)
            size = len(data) if argument.is_input else buffers.size(argument)
            address = self._address(argument, at, size, before)
            arguments.append(address)
            if lengths[argument.is_input]:
                next(kinds)
                arguments.append(size)
            # What is read may have been written by the call before.
            step = ModuleStep(
                kind=StepKind.WRITE,
                arguments=(address,),
                data=data if argument.is_input else bytes(size),
                text=argument.text,
            )
            before.append(step)
            if not argument.is_input:
                after.append(
                    ModuleStep(kind=StepKind.READ, arguments=(address,), size=size, text=argument.text)
                )
                outs.append(OutBuffer(size=size, text=escape_unprintable(argument.text, 60)))
        return tuple(arguments)

    def _address(self, buffer: BufferText, at: int, size: int, steps: list[ModuleStep]) -> int | Kept:
        what = f"The address of {escape_unprintable(buffer.text, 60)}"
        if isinstance(buffer.address, LiteralText):
            return literals.value(ValueType.I32, buffer.address.text, what)
        if buffer.address is not None:
            return self._result(buffer.address, ValueType.I32, what, steps)
        name = self.allocator or buffers.known_allocator(self.wasm)
        if name is None:
            raise UsageError(
                f"{self.file} exports no allocator for {escape_unprintable(buffer.text, 60)} "
                f"(looked for {', '.join(buffers.ALLOCATORS)}).",
                "Name one with --allocator, or put the buffer at an address: in@1024:@frame.bin, "
                "in@in_ptr():@frame.bin",
            )
        number = self.function(name)
        arguments = buffers.allocation(name, self.functions[number].signature, size)
        key = ("buffer", at, size)
        known = key in self._kept
        text = f"{name}({', '.join(map(str, arguments))})"
        kept = self._slot(key, text)
        if not known:
            self.allocations.append(_step(StepKind.BEFORE, number, arguments, text, kept.slot))
        return kept


def _step(
    kind: StepKind, function: int, arguments: tuple[int | Kept, ...], text: str, slot: int | None = None
) -> ModuleStep:
    return ModuleStep(kind=kind, function=function, arguments=arguments, text=text, slot=slot)


def calls(
    wasm: Wasm,
    texts: Sequence[str],
    expected: Sequence[str | None],
    file: str,
    logs: Sequence[str | None] = (),
) -> tuple[str, Signature, tuple[UserCall, ...]]:
    """The export, its signature and the calls, each once.

    Raises:
        UsageError: There is no such export, or a call does not match its signature.
    """
    request = CallRequest(texts, expected, logs, times=1 if len(texts) == 1 else None)
    made = program(wasm, request, file)
    return made.functions[0].name, made.functions[0].signature, made.calls


def _callable(wasm: Wasm, name: str, file: str) -> Signature:
    """The signature of an export that can be called."""
    known = wasm.callable
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
    return _signature(name, known[name])


def _at(texts: Sequence[str | None], number: int) -> str | None:
    return texts[number] if texts else None


def _shown(call: CallText) -> str:
    arguments = (
        _shown(one) if isinstance(one, CallText) else escape_unprintable(one.text.strip(), 60)
        for one in call.arguments
    )
    return f"{escape_unprintable(call.name, 60)}({', '.join(arguments)})"


def _no_export(wasm: Wasm, name: str, known: Mapping[str, FunctionType], file: str) -> UsageError:
    for export in wasm.exports:
        if export.name == name and export.kind is not ExternalKind.FUNCTION:
            return UsageError(f"The export {name!r} of {file} is a {export.kind}, which cannot be called.")
    if not known:
        return UsageError(f"{file} exports no function, so there is nothing to call.")
    near = closest(name, known, 0.6)
    remedy = f"Did you mean {near!r}? " if near else ""
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


def _expected(name: str, signature: Signature, text: str) -> tuple[Expected, ...]:
    texts = text.split(",") if text.strip() else []
    if len(texts) != len(signature.results):
        wanted = ", ".join(signature.results) or "nothing"
        raise UsageError(
            f"{name} returns {wanted}; --expect {text!r} has {counted(len(texts), 'value')}.",
            "Several results are separated by commas: --expect '1, 2.5'",
        )
    return tuple(
        literals.expected(kind, text, f"What is expected of {name}")
        for kind, text in zip(signature.results, texts, strict=True)
    )
