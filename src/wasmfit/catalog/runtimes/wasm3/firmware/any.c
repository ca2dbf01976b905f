/* wasm3 in a firmware of wasmfit that takes any module: as glue.c, with signatures and imports as data. */
#include "wasm3.h"
#include "wasmfit_any.h"

/* The stack of wasm operands, on the heap; C's own stack is another. */
enum { WASM_STACK_BYTES = 8192 };

/* Success is a null pointer in wasm3, anything else the message. */
static void check(M3Result result)
{
    if (result)
        wasmfit_fail(result);
}

/* Every import is this function; which one it is, is its user data. */
static m3ApiRawFunction(answer)
{
    const wasmfit_import *import = _ctx->userdata;
    /* Results come first on the stack, then arguments. */
    uint64_t *arguments = _sp + wasmfit_import_results(import).count;
    return wasmfit_import_answer(import, arguments, _sp, _mem, m3_GetMemorySize(runtime));
}

/* A type as wasm3 writes it in signatures. */
static char letter(uint8_t type)
{
    return type == 0x7f ? 'i' : type == 0x7e ? 'I' : type == 0x7d ? 'f' : 'F';
}

static char *append(char *end, wasmfit_types types)
{
    for (uint32_t i = 0; i < types.count; i++)
        *end++ = letter(types.types[i]);
    return end;
}

static void link_imports(IM3Module module)
{
    const wasmfit_import *import;
    for (uint32_t i = 0; (import = wasmfit_any_import(i)); i++) {
        char signature[2 * WASMFIT_MOST_VALUES + 4], *end = signature;
        if (wasmfit_import_results(import).count == 0)
            *end++ = 'v';
        end = append(end, wasmfit_import_results(import));
        *end++ = '(';
        end = append(end, wasmfit_import_params(import));
        *end++ = ')';
        *end = 0;
        check(m3_LinkRawFunctionEx(module, wasmfit_import_module(import), wasmfit_import_name(import),
                                   signature, answer, import));
    }
}

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_any_module(&length);
    IM3Environment environment = m3_NewEnvironment();
    if (!environment)
        wasmfit_fail(m3Err_mallocFailed);
    IM3Module module;
    check(m3_ParseModule(environment, &module, bytes, length));

    wasmfit_phase_instantiate();
    IM3Runtime runtime = m3_NewRuntime(environment, WASM_STACK_BYTES, NULL);
    if (!runtime)
        wasmfit_fail(m3Err_mallocFailed);
    check(m3_LoadModule(runtime, module));
    link_imports(module);
    /* Looking the export up runs the start function too, but not one whose index is 0. */
    check(m3_RunStart(module));
    IM3Function function;
    check(m3_FindFunction(&function, runtime, wasmfit_any_export()));

    uint32_t params = wasmfit_any_params().count, results = wasmfit_any_results().count;
    const uint64_t *arguments;
    while ((arguments = wasmfit_any_call_begin())) {
        const void *pointers[WASMFIT_MOST_VALUES];
        for (uint32_t i = 0; i < params; i++)
            pointers[i] = &arguments[i];
        check(m3_Call(function, params, pointers));
        uint64_t values[WASMFIT_MOST_VALUES];
        for (uint32_t i = 0; i < results; i++)
            pointers[i] = &values[i];
        check(m3_GetResults(function, results, pointers));
        wasmfit_any_call_end(values);
    }
}
