"""A request → the module that a comparison measures."""

import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from wasmfit.errors import UsageError
from wasmfit.input_file import contents, opened
from wasmfit.model import ModuleClock, Rule, Stub, UserModule
from wasmfit.requests import ModuleRequest

from . import text as wat
from .call_text import parse
from .calls import CallRequest, ModuleProgram, program
from .clocks import clocks
from .delta import update
from .files import bounded, located
from .layout import feature_advice, linked_layout, memory_advice
from .module_config import ModuleConfig, read_module_config
from .read import LONGEST, ModuleError, Wasm, read
from .stubs import Streams, obstacle, stubs
from .supply import Supplied, supplied
from .usual_imports import Preset, presets

_LONGEST_NAME = 60
_LARGEST_STDIN = 1 << 20
_LOGS = frozenset({Rule.LOG, Rule.WASI_WRITE})
_SUFFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LIMIT = re.compile(r"(\d[\d_]*(?:\.\d+)?)([KMGT]?)", re.IGNORECASE)
_MOST_INSTRUCTIONS = 10**15


def load_user_module(request: ModuleRequest, command: str | None = None) -> UserModule:
    """Reads a module, and checks that it declares what the user wants of it.

    What the request says goes before what the TOML file next to the module says: calls replace its calls,
    and stubs are added to its stubs. A preset comes last.

    Args:
        request: The module, and what is to be done with it.
        command: The command line that it comes from, for messages that complete it.

    Raises:
        UsageError: The file cannot be read or is not a module, a call does not match the export, or imports
            are left without an answer.
    """
    path = request.path
    content = _content(path)
    try:
        data = wat.assembled(path, content) if wat.is_text(content) else content
        declared = read(data)
    except ModuleError as error:
        raise ModuleError(
            f"{path} is not a module that can be measured: {error.message}.", error.remedy
        ) from None
    wanted = _Wanted.of(request, read_module_config(path), declared)
    unsupported = obstacle(declared)
    own = Supplied(data, declared, {})
    try:
        own = supplied(data, declared, wanted.rules, read, stub_all=wanted.stub_all)
        unsupported = obstacle(own.wasm)
    except ModuleError as error:
        unsupported = f"has imports that cannot be supplied: {error.message}"
    wasm = own.wasm
    made = program(wasm, wanted.calls, path.name)
    answered: tuple[Stub, ...] = ()
    clock: ModuleClock | None = None
    if unsupported is None:
        rules = {name: rule for name, rule in wanted.rules.items() if name not in own.rules}
        answered = stubs(
            wasm,
            rules,
            stub_all=wanted.stub_all,
            command=command or _command(path, request),
            streams=wanted.streams,
            folders=wanted.calls.folders,
        )
        answered, clock = clocks(answered, wanted.score)
        if made.fresh and clock is not None:
            raise UsageError(
                "Each call with an instance of its own is a run of its own, and its clock begins again.",
                "Leave out --fresh-instance, or the clock that is real or scores.",
            )
        _check_logs(made, answered, path)
    layout = linked_layout(data)
    return UserModule(
        name=_name(path),
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(own.data),
        wasm=None if own.data == content else own.data,
        functions=made.functions,
        memory=wasm.exported_memory,
        memory_at=0 if wasm.exported_memory is None else wasm.place(wasm.exported_memory),
        memory_bytes=sum(memory.bytes for memory in wasm.memories),
        memory_pages=sum(memory.minimum for memory in wasm.memories),
        memory_advice=memory_advice(declared, layout),
        feature_advice=feature_advice(declared, layout),
        stubs=answered,
        supplied=dict(own.rules),
        obstacle=unsupported,
        calls=made.calls,
        repeated=made.repeated,
        steps=made.steps,
        limit=wanted.limit,
        timeout=wanted.timeout,
        fresh=made.fresh,
        clock=clock,
        update_bytes=None if wanted.update_from is None else len(update(_old(wanted.update_from), own.data)),
        options=wanted.options,
    )


@dataclass(frozen=True)
class _Wanted:
    """What command line, file and preset want together.

    Attributes:
        calls: What is called.
        rules: What answers imports.
        stub_all: Whether the others do nothing.
        streams: What a command is given.
        limit, timeout: When a run is given up.
        update_from: An older module.
        score: What the measured call returns so many of per second, if it is a benchmark's.
        options: The command line's words for it, besides calls, expectations and imports.
    """

    calls: CallRequest
    rules: dict[str, str]
    stub_all: bool
    streams: Streams
    limit: int | None
    timeout: float | None
    update_from: Path | None
    score: str | None
    options: tuple[str, ...]

    @classmethod
    def of(cls, request: ModuleRequest, config: ModuleConfig, wasm: Wasm) -> "_Wanted":
        """What is wanted of a module."""
        beside = request.path.parent
        preset = _preset(request.preset or config.preset)
        from_file = not request.calls
        texts = request.calls or tuple(call.call for call in config.calls)
        expected = request.expect or (config.expected if from_file else ())
        logs = _logs(request, config)
        times = config.times if request.times is None else request.times
        if preset is not None and not texts:
            texts = _preset_call(preset, wasm)
            times = preset.times if times is None else times
            if preset.expect is not None and not expected and wasm.callable[_called(texts)].results:
                expected = (preset.expect,)
        stdin = request.stdin or (None if config.stdin is None else beside / config.stdin)
        update_from = request.update_from or (
            None if config.update_from is None else beside / config.update_from
        )
        args = request.args or config.args
        limit = config.limit if request.limit is None else request.limit
        timeout = config.timeout if request.timeout is None else request.timeout
        if timeout is not None and not 0 < timeout < 1e6:
            raise UsageError(f"--timeout is {timeout:g}; it is a number of seconds above 0.")
        given = {
            "--calls": times,
            "--allocator": request.allocator or config.allocator,
            "--stdin": None if stdin is None else stdin.absolute(),
            "--update-from": None if update_from is None else update_from.absolute(),
            "--limit": limit,
            "--timeout": timeout,
        }
        before = request.before or config.before
        options = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        options += [word for text in before for word in ("--before", text)]
        options += ["--fresh-instance"] if request.fresh_instance or config.fresh_instance else []
        options += [word for text in args for word in ("--arg", text)]
        return cls(
            calls=CallRequest(
                calls=texts,
                expected=expected,
                logs=logs,
                before=before,
                times=times,
                allocator=request.allocator or config.allocator,
                folders=(Path(), beside) if request.calls else (beside, Path()),
                fresh=request.fresh_instance or config.fresh_instance,
            ),
            rules=(
                ({} if preset is None else _preset_imports(preset, wasm))
                | {name: str(rule) for name, rule in config.imports.items()}
                | request.imports
            ),
            stub_all=request.stub_all or config.stub_all,
            streams=Streams(
                (request.path.name, *args),
                b"" if stdin is None else bounded(stdin, "--stdin", _LARGEST_STDIN, "; it lies in flash"),
            ),
            limit=None if limit is None else _instructions(limit),
            timeout=timeout,
            update_from=update_from,
            score=None if preset is None else preset.score,
            options=tuple(options),
        )


def _preset(name: str | None) -> Preset | None:
    if name is None:
        return None
    known = presets()
    if name not in known:
        raise UsageError(f"There is no preset {name!r}.", f"Presets: {', '.join(known)}.")
    return known[name]


def _preset_call(preset: Preset, wasm: Wasm) -> tuple[str, ...]:
    """The first call of a preset that the module has, with as many arguments."""
    for text in preset.calls:
        kind = wasm.callable.get(_called((text,)))
        if kind is not None and len(kind.params) == len(parse(text).arguments):
            return (text,)
    raise UsageError(
        f"The module exports none of the calls of {preset.title}: {', '.join(preset.calls)}.",
        "Name the call: --call 'main()'",
    )


def _preset_imports(preset: Preset, wasm: Wasm) -> dict[str, str]:
    """The rules of a preset for what the module imports: a program need not use all of a benchmark's."""
    names = {f"{imported.module}.{imported.name}" for imported in wasm.imports}
    rules = {name: rule for name, rule in preset.imports.items() if name in names}
    if preset.imports and not rules:
        raise UsageError(
            f"The module imports nothing that modules of {preset.title} do: {', '.join(preset.imports)}.",
            "Leave --preset out, and name the call: --call 'main()'",
        )
    return rules


def _called(texts: tuple[str, ...]) -> str:
    return parse(texts[0]).name


def _logs(request: ModuleRequest, config: ModuleConfig) -> tuple[str | None, ...]:
    if request.expect_stdout is None:
        return request.expect_log or (config.logs if not request.calls else ())
    if request.expect_log:
        raise UsageError("--expect-stdout and --expect-log are the same text: give one of them.")
    text = request.expect_stdout
    if not text.startswith("@"):
        return (text,)
    path = located(text[1:], (Path(), request.path.parent))
    try:
        return (contents(path).decode("utf-8"),)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(
            f"{path} of --expect-stdout cannot be read: {why}.", "Name a file of text."
        ) from error


def _instructions(limit: str | int) -> int:
    match = _LIMIT.fullmatch(str(limit).strip())
    number = 0 if match is None else round(float(match[1].replace("_", "")) * _SUFFIXES[match[2].upper()])
    if not 1 <= number <= _MOST_INSTRUCTIONS:
        raise UsageError(
            f"--limit is {limit}, which is not a number of instructions from 1 to 1000T.",
            "For example: --limit 20G",
        )
    return number


def _check_logs(made: ModuleProgram, answered: tuple[Stub, ...], path: Path) -> None:
    if any(call.log for call in made.calls) and not any(stub.rule in _LOGS for stub in answered):
        raise UsageError(
            f"A text is expected to be logged, and nothing that {path.name} imports is answered by log.",
            "Name the import that logs: --import env.log=log",
        )


def _command(path: Path, request: ModuleRequest) -> str:
    """The command as far as the request alone tells it."""
    calls = (part for text in request.calls for part in ("--call", text))
    return shlex.join(["wasmfit", "compare", str(path), *calls])


def _content(path: Path) -> bytes:
    try:
        with opened(path) as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a .wasm file.") from error
    if not data:
        raise UsageError(f"{path} is empty: it does not begin as a wasm module does.", "Name a .wasm file.")
    return data


def _old(path: Path) -> bytes:
    """An older module, as runtimes would be given it."""
    content = _content(path)
    data = wat.assembled(path, content) if wat.is_text(content) else content
    try:
        read(data)
    except ModuleError as error:
        raise UsageError(f"{path} of --update-from is not a module: {error.message}.", error.remedy) from None
    return data


def _name(path: Path) -> str:
    """The file's stem as part of an id: what a shell, a glob or a path could take for its own is escaped."""
    return quote(path.stem, safe="+")[:_LONGEST_NAME]
