"""A module of the user's, as a request names it."""

from pydantic import Field

from wasmfit.model import Record

from . import fields


class ModuleRequest(Record):
    """A wasm module that is measured instead of a workload.

    A TOML file next to it, of the same name, is read too; what is said here goes first.

    Attributes:
        path: The ``.wasm`` file.
        calls: What to call, as ``run(1, -2, 3.5)``; the first is the cold call, the last the warm one.
        expect: What each call must return, in the same order.
        expect_log: What each call must log, likewise.
        imports: ``module.name`` → what answers that import.
        stub_all: Whether imports that nobody names do nothing.
    """

    path: fields.ModulePath
    calls: fields.Calls = ()
    expect: fields.Expected = ()
    expect_log: fields.ExpectedLogs = ()
    imports: fields.Imports = Field(default={})
    stub_all: fields.StubAll = False
