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
        expect_log: What each call must log, in the same order.
        expect_stdout: What a command must write to standard output: a text, or ``@FILE``.
        before: Calls of other exports that are made first, and not measured.
        times: How often a single call is made; three times, if not given, and a command once.
        allocator: The export that gives out memory for buffers, where it has no known name.
        preset: A well-known benchmark whose imports, calls and results are known.
        imports: ``module.name`` → what answers that import.
        stub_all: Whether imports that nobody names do nothing.
        fresh_instance: Whether each call has an instance of its own.
        args: Arguments of a command.
        stdin: A file that a command reads as standard input.
        update_from: An older module: what an update of it to this one takes is a metric.
        limit: Instructions after which a run is given up: ``20G``, or a number.
        timeout: Seconds after which it is.
    """

    path: fields.ModulePath
    calls: fields.Calls = ()
    expect: fields.Expected = ()
    expect_log: fields.ExpectedLogs = ()
    expect_stdout: fields.ExpectedStdout = None
    before: fields.Before = ()
    times: fields.Times = None
    allocator: fields.Allocator = None
    preset: fields.Preset = None
    imports: fields.Imports = Field(default={})
    stub_all: fields.StubAll = False
    fresh_instance: fields.FreshInstance = False
    args: fields.Args = ()
    stdin: fields.Stdin = None
    update_from: fields.UpdateFrom = None
    limit: fields.InstructionLimit = None
    timeout: fields.Timeout = None
