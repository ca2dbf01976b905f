"""A file, calls and stubs → the module that a comparison measures."""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from wasmfit.errors import UsageError
from wasmfit.model import Rule, UserModule

from .beside import beside
from .calls import calls, repeated
from .read import LONGEST, ModuleError, read
from .stubs import obstacle, stubs

_LONGEST_NAME = 60
_LOGS = frozenset({Rule.LOG, Rule.WASI_WRITE})


def given(
    path: Path,
    *,
    calls_of: Sequence[str] = (),
    expect: Sequence[str] = (),
    expect_log: Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
) -> UserModule:
    """Reads a module and holds what the user wants of it against what it declares.

    What is given here goes before what the TOML file beside the module says: calls replace its calls,
    and stubs are added to its stubs.

    Raises:
        UsageError: The file cannot be read or is no module, a call does not match the export, or imports
            are left without an answer.
    """
    data = _content(path)
    try:
        wasm = read(data)
    except ModuleError as error:
        raise ModuleError(
            f"{path} is no module that can be measured: {error.message}.", error.remedy
        ) from None
    file = beside(path)
    texts = calls_of or tuple(one.call for one in file.calls)
    hoped = expect or (file.expected if not calls_of else ())
    logs = expect_log or (file.logs if not calls_of else ())
    export, signature, made = calls(wasm, texts, hoped, path.name, logs)
    wanted = {name: str(rule) for name, rule in file.imports.items()} | dict(imports or {})
    stuck = obstacle(wasm)
    command = shlex.join(
        ["wasmfit", "compare", str(path), *(part for one in texts for part in ("--call", one))]
    )
    answered = (
        stubs(wasm, wanted, stub_all=stub_all or file.stub_all, command=command) if stuck is None else ()
    )
    if stuck is None and any(call.log for call in made) and not any(stub.rule in _LOGS for stub in answered):
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
        memory_bytes=sum(one.bytes for one in wasm.memories),
        memory_pages=sum(one.minimum for one in wasm.memories),
        stubs=answered,
        obstacle=stuck,
        calls=repeated(made) if len(made) == 1 else made,
        repeated=len(made) == 1,
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
