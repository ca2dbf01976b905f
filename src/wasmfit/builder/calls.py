"""C that hands a job's words to what wasm2c made of a module, and its imports to the harness.

wasm2c gives every export and import a C function of its own type, so this is written for each module,
as the module's code is. Names are taken from wasm2c's header, which knows how it spells them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wasmfit.model import Rule, Signature, Status, Stub, Translator, UserModule, ValueType

from .errors import BuildError

NAME = "calls.c"

_IMPORT = re.compile(r"/\* import: .*\*/\n(?:struct )?\w+ (\w+)\(struct (\w+)\*")
_EXPORT = re.compile(r"/\* export: .*\*/\n.*?(\w+)\(")
_INSTANTIATE = re.compile(r"void wasm2c_module_instantiate\(w2c_module\*(.*?)\);")
_C = {ValueType.I32: "u32", ValueType.I64: "u64", ValueType.F32: "f32", ValueType.F64: "f64"}

_HEAD = """\
/* Written by wasmfit for one module. */
#include <string.h>
#include "module.h"
#include "wasmfit_any.h"

static w2c_module instance;

/* In any.c. */
_Noreturn void wasmfit_module_end(const char *why);

static inline u32 to_u32(uint64_t word) { return (u32)word; }
static inline u64 to_u64(uint64_t word) { return word; }
static inline f32 to_f32(uint64_t word)
{
    u32 bits = (u32)word;
    f32 value;
    memcpy(&value, &bits, 4);
    return value;
}

static inline f64 to_f64(uint64_t word) { f64 value; memcpy(&value, &word, 8); return value; }
static inline uint64_t from_u32(u32 value) { return value; }
static inline uint64_t from_u64(u64 value) { return value; }
static inline uint64_t from_f32(f32 value) { u32 bits; memcpy(&bits, &value, 4); return bits; }
static inline uint64_t from_f64(f64 value) { uint64_t word; memcpy(&word, &value, 8); return word; }
"""


@dataclass(frozen=True)
class Entry:
    """How the glue calls a module that has become C.

    Attributes:
        symbol: The C function that the export has become; ``None`` where ``calls`` knows.
        calls: C that calls it and answers the imports, for a module of the user's.
    """

    symbol: str | None = None
    calls: str | None = None


def source(header: str, code: str, module: UserModule) -> str:
    """The C file.

    Args:
        header: wasm2c's header of the module.
        code: Its C.
        module: What to call, and what answers the imports.

    Raises:
        BuildError: Functions with several results, which wasm2c returns in structures of their own; vectors.
    """
    called = [function.signature for function in module.functions]
    signatures = [*called, *(stub.signature for stub in module.stubs)]
    if any(len(signature.results) > 1 for signature in signatures):
        raise BuildError(
            "functions with several results are not handed to wasm2c's structures", Status.UNSUPPORTED
        )
    if "v128" in header or "simde/" in code:
        raise BuildError(
            "wasm2c's C for vectors needs the library SIMDe, which is not there", Status.UNSUPPORTED
        )
    imports, exports = _IMPORT.findall(header), _EXPORT.findall(header)
    instantiate = _INSTANTIATE.search(header)
    if len(imports) != len(module.stubs) or instantiate is None:
        raise BuildError(f"wasm2c's header has {len(imports)} imports, the module {len(module.stubs)}")
    functions = [_at(exports, function.at) for function in module.functions]
    memory = None if module.memory is None else _at(exports, module.memory_at)
    parts = [_HEAD]
    # Both are in order of module and name.
    for number, ((name, owner), stub) in enumerate(zip(imports, module.stubs, strict=True)):
        parts.append(_import(number, name, owner, stub, memory))
    nulls = ", NULL" * instantiate[1].count(",")
    parts.append(
        f"void wasmfit_module_instantiate(void)\n{{\n    wasm2c_module_instantiate(&instance{nulls});\n}}\n\n"
        "void wasmfit_module_free(void)\n{\n    wasm2c_module_free(&instance);\n}\n"
    )
    parts.append(_memory(memory))
    parts.append(_call(functions, called))
    return "\n".join(parts)


def _at(exports: Sequence[str], position: int) -> str:
    """The C function of an export: wasm2c lists all exports in the module's order."""
    if position >= len(exports):
        raise BuildError(f"wasm2c's header has {len(exports)} exports, the module more")
    return exports[position]


def _import(number: int, name: str, owner: str, stub: Stub, memory: str | None) -> str:
    signature = stub.signature
    # A trap ends the run; a module that ends itself may be called again.
    end = "wasmfit_module_end" if stub.rule is Rule.WASI_EXIT else "wasmfit_fail"
    params = "".join(f", {_C[kind]} p{position}" for position, kind in enumerate(signature.params))
    words = [f"from_{_C[kind]}(p{position})" for position, kind in enumerate(signature.params)] or ["0"]
    where = "NULL, 0"
    lines = []
    if memory is not None:
        lines.append(f"    wasm_rt_memory_t *memory = {memory}(&instance);")
        where = "memory->data, (uint32_t)memory->size"
    result = _result(signature.results)
    return "\n".join(
        [
            f"{result} {name}(struct {owner} *unused{params})",
            "{",
            "    (void)unused;",
            f"    uint64_t words[] = {{ {', '.join(words)} }}, results[1];",
            *lines,
            f"    const wasmfit_import *import = wasmfit_any_import({number});",
            f"    const char *trap = wasmfit_import_answer(import, words, results, {where});",
            "    if (trap)",
            f"        {end}(trap);",
            *([f"    return to_{result}(results[0]);"] if signature.results else []),
            "}",
            "",
        ]
    )


def _memory(memory: str | None) -> str:
    if memory is None:
        lines = ["    *size = 0;", "    return NULL;"]
    else:
        lines = [
            f"    wasm_rt_memory_t *memory = {memory}(&instance);",
            "    *size = (uint32_t)memory->size;",
            "    return memory->data;",
        ]
    return "\n".join(["uint8_t *wasmfit_module_memory(uint32_t *size)", "{", *lines, "}", ""])


def _call(functions: Sequence[str], signatures: Sequence[Signature]) -> str:
    cases = []
    for number, (function, signature) in enumerate(zip(functions, signatures, strict=True)):
        arguments = "".join(f", to_{_C[kind]}(arguments[{at}])" for at, kind in enumerate(signature.params))
        call = f"{function}(&instance{arguments})"
        body = f"results[0] = from_{_result(signature.results)}({call})" if signature.results else call
        cases.append(f"    case {number}:\n        {body};\n        break;\n")
    return (
        "void wasmfit_module_call(uint32_t function, const uint64_t *arguments, uint64_t *results)\n"
        f"{{\n    (void)arguments, (void)results;\n    switch (function) {{\n{''.join(cases)}    }}\n}}\n"
    )


def _result(results: Sequence[ValueType]) -> str:
    return _C[results[0]] if results else "void"


def symbol(rule: Translator, header: str, export: str) -> str:
    """The C function that an export has become.

    Raises:
        BuildError: The module has no such export.
    """
    match = re.search(rule.export.replace("{export}", re.escape(export)), header)
    if match is None:
        raise BuildError(f"the module has no export {export!r}")
    return match[1]
