"""A user's module made up for tests of what is done with one."""

from pathlib import Path
from typing import Any

from tests.samples import measurement
from wasmfit.model import (
    CheckedCall,
    ExportedFunction,
    InstructionCounts,
    Logged,
    Measurement,
    ModuleStep,
    Run,
    Signature,
    StepKind,
    UserCall,
    UserModule,
    ValueType,
)
from wasmfit.model import shown as written


def module(kind: ValueType = ValueType.I32, **changes: Any) -> UserModule:
    fields = {
        "name": "mine",
        "path": Path("mine.wasm"),
        "sha256": "0" * 64,
        "size": 100,
        "functions": (ExportedFunction(name="run", signature=Signature(results=(kind,))),),
        "memory": None,
        "memory_bytes": 65_536,
        "memory_pages": 1,
        "stubs": (),
        "calls": (UserCall(arguments=(), text="run()"),) * 2,
        "repeated": True,
        "steps": (ModuleStep(kind=StepKind.CALL, times=2, text="run()"),),
    }
    return UserModule.model_validate({**fields, **changes})


def ran(
    runtime: str, *words: int, kind: ValueType = ValueType.I32, logged: Logged | None = None
) -> Measurement:
    """A run of it, with one result a call."""
    calls = tuple(
        CheckedCall(
            arguments=(),
            result=word,
            expected=None,
            instructions=5,
            text="run()",
            results=(word,),
            shown=written(kind, word),
        )
        for word in words
    )
    one = measurement(runtime, run=Run(calls=calls, logged=logged, instructions=InstructionCounts(call=5)))
    return one.model_copy(
        update={"provenance": one.provenance.model_copy(update={"module": "mine.wasm", "glue": "any"})}
    )
