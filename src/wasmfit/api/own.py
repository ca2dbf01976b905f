"""A module of the user's, from what library and command line say of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.model import UserModule
from wasmfit.module import given


def own_module(
    module: Path | str | None,
    calls: Sequence[str],
    expect: str | Sequence[str],
    expect_log: str | Sequence[str],
    imports: Mapping[str, str] | None,
    stub_all: bool,
) -> UserModule | None:
    """The user's module, if there is one.

    Raises:
        UsageError: A file is broken, or something is said of a module and none is named.
    """
    if module is not None:
        return given(
            Path(module),
            calls_of=calls,
            expect=_several(expect),
            expect_log=_several(expect_log),
            imports=imports,
            stub_all=stub_all,
        )
    if calls or expect or expect_log or imports or stub_all:
        raise UsageError(
            "Calls, expectations and imports are of a module, and none is named.",
            "For example: wasmfit compare my.wasm --call 'run(1, 2)'",
        )
    return None


def _several(texts: str | Sequence[str]) -> Sequence[str]:
    return (texts,) if isinstance(texts, str) else texts
