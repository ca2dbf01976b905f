/* wasm3 in a firmware of wasmfit. The module is parsed where it lies, in flash;
 * each function is compiled to threaded code in RAM when it is first needed. */
#include "wasm3.h"
#include "wasmfit.h"

/* The stack of wasm operands, on the heap; C's own stack is another. */
enum { WASM_STACK_BYTES = 8192 };

/* Success is a null pointer in wasm3, anything else the message. */
static void check(M3Result result)
{
    if (result)
        wasmfit_fail(result);
}

static m3ApiRawFunction(extra)
{
    (void)runtime, (void)_ctx, (void)_mem;
    m3ApiReturnType(uint32_t)
    m3ApiReturn(wasmfit_extra())
}

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_module(&length);
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
    /* A module need not import what the host offers. */
    M3Result linked = m3_LinkRawFunction(module, "host", "extra", "i()", extra);
    if (linked != m3Err_functionLookupFailed)
        check(linked);
    IM3Function function;
    check(m3_FindFunction(&function, runtime, wasmfit_export()));

    uint32_t count;
    for (const uint32_t *arguments; (arguments = wasmfit_call_begin(&count));) {
        const void *pointers[count + 1];
        for (uint32_t i = 0; i < count; i++)
            pointers[i] = &arguments[i];
        uint32_t result = 0;
        check(m3_Call(function, count, pointers));
        check(m3_GetResultsV(function, &result));
        wasmfit_call_end(result);
    }

    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
}
