"""A request → the module that a comparison measures."""

import hashlib
import shlex
from pathlib import Path
from urllib.parse import quote

from wasmfit.errors import UsageError
from wasmfit.model import Rule, UserModule
from wasmfit.requests import ModuleRequest

from .calls import calls, repeated
from .module_config import read_module_config
from .read import LONGEST, ModuleError, read
from .stubs import obstacle, stubs

_LONGEST_NAME = 60
_LOGS = frozenset({Rule.LOG, Rule.WASI_WRITE})


def load_user_module(request: ModuleRequest, given: str | None = None) -> UserModule:
    """Reads a module, and checks that it declares what the user wants of it.

    What the request says goes before what the TOML file next to the module says: calls replace its calls,
    and stubs are added to its stubs.

    Args:
        request: What the user says.
        given: The command line, whose options a command to paste keeps; ``None``, or something else than a
            command line, where there is none.

    Raises:
        UsageError: The file cannot be read or is no module, a call does not match the export, or imports
            are left without an answer.
    """
    path = request.path
    data = _content(path)
    try:
        wasm = read(data)
    except ModuleError as error:
        raise ModuleError(
            f"{path} is not a module that can be measured: {error.message}.", error.remedy
        ) from None
    config = read_module_config(path)
    texts = request.calls or tuple(call.call for call in config.calls)
    expected = request.expect or (config.expected if not request.calls else ())
    logs = request.expect_log or (config.logs if not request.calls else ())
    export, signature, parsed = calls(wasm, texts, expected, path.name, logs)
    rules = {name: str(rule) for name, rule in config.imports.items()} | request.imports
    unsupported = obstacle(wasm)
    command = given
    if command is None or not command.startswith("wasmfit "):
        command = shlex.join(
            ["wasmfit", "compare", str(path), *(part for text in texts for part in ("--call", text))]
        )
    stub_all = request.stub_all or config.stub_all
    answered = stubs(wasm, rules, stub_all=stub_all, command=command) if unsupported is None else ()
    if (
        unsupported is None
        and any(call.log for call in parsed)
        and not any(stub.rule in _LOGS for stub in answered)
    ):
        raise UsageError(
            f"A text is expected to be logged, and nothing that {path.name} imports is answered by log.",
            "Name the import that logs: --import env.log=log",
        )
    return UserModule(
        name=_name(path),
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        export=export,
        signature=signature,
        export_at=wasm.place(export),
        memory=wasm.exported_memory,
        memory_at=0 if wasm.exported_memory is None else wasm.place(wasm.exported_memory),
        memory_bytes=sum(memory.bytes for memory in wasm.memories),
        memory_pages=sum(memory.minimum for memory in wasm.memories),
        stubs=answered,
        obstacle=unsupported,
        calls=repeated(parsed) if len(parsed) == 1 else parsed,
        repeated=len(parsed) == 1,
    )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a .wasm file.") from error


def _name(path: Path) -> str:
    """The file's stem as part of an id: what a shell, a glob or a path could take for its own is escaped."""
    return quote(path.stem, safe="+")[:_LONGEST_NAME]
