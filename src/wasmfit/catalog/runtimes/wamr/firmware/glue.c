/* WAMR in a firmware of wasmfit. */
#include <stdlib.h>
#include <string.h>

#include "wasm_export.h"
#include "wasmfit.h"
#include "bytes.h"

/* The stack of wasm operands and frames, on the heap; C's own stack is another. */
enum { WASM_STACK_BYTES = 8192 };

static uint32_t extra(wasm_exec_env_t caller)
{
    (void)caller;
    return wasmfit_extra();
}

/* Not const: WAMR sorts the symbols in place. */
static NativeSymbol host[] = { { .symbol = "extra", .func_ptr = extra, .signature = "()i" } };

void wasmfit_firmware(void)
{
    char error[128];

    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *flash = wasmfit_module(&length);
    uint8_t *bytes = given_bytes(flash, length);
    if (!wasm_runtime_init() || !wasm_runtime_register_natives("host", host, 1))
        wasmfit_fail("WAMR cannot be initialised");
    wasm_module_t module = wasm_runtime_load(bytes, length, error, sizeof error);
    if (!module)
        wasmfit_fail(error);

    wasmfit_phase_instantiate();
    wasm_module_inst_t instance = wasm_runtime_instantiate(module, WASM_STACK_BYTES, 0, error, sizeof error);
    if (!instance)
        wasmfit_fail(error);
    wasm_exec_env_t caller = wasm_runtime_create_exec_env(instance, WASM_STACK_BYTES);
    if (!caller)
        wasmfit_fail("no memory for the wasm stack");
    wasm_function_inst_t function = wasm_runtime_lookup_function(instance, wasmfit_export());
    if (!function)
        wasmfit_fail("no such export");

    uint32_t count;
    for (const uint32_t *arguments; (arguments = wasmfit_call_begin(&count));) {
        /* Arguments go in and the result comes out in the same cells. */
        uint32_t cells[count + 1];
        memcpy(cells, arguments, count * sizeof *cells);
        if (!wasm_runtime_call_wasm(caller, function, count, cells))
            wasmfit_fail(wasm_runtime_get_exception(instance));
        wasmfit_call_end(cells[0]);
    }

    wasm_runtime_destroy_exec_env(caller);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    end_of_bytes(bytes);
}
