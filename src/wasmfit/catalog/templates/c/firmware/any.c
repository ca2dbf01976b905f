/* @NAME@ in a firmware of wasmfit, taking any module: signatures and imports are data. */
#include "wasmfit_any.h"

/* What the host function of an import does: values are 64-bit words, of which an i32 or f32 is the
 * lower half. Memory is the module's. NULL, or why the call must end. */
static const char *answer(const wasmfit_import *import, uint64_t *values, uint8_t *memory, uint32_t size)
{
    return wasmfit_import_answer(import, values, values, memory, size);
}

void wasmfit_firmware(void)
{
    /* As in glue.c. */
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_any_module(&length);

    /* A host function for every import, instance, export. */
    wasmfit_phase_instantiate();
    const wasmfit_import *import;
    for (uint32_t i = 0; (import = wasmfit_any_import(i)); i++) {
        /* Module, name, and the types of its parameters and results, by wasm's codes. */
        (void)wasmfit_import_module(import), (void)wasmfit_import_name(import);
        (void)wasmfit_import_params(import), (void)wasmfit_import_results(import);
        (void)answer;
    }
    const char *name = wasmfit_any_export();

    /* Each call: words in, words out; their types are wasmfit_any_params() and _results(). */
    for (const uint64_t *arguments; (arguments = wasmfit_any_call_begin());) {
        (void)bytes, (void)name, (void)arguments;
        wasmfit_fail("firmware/any.c does not embed @NAME@ yet");
    }

    /* Then give back what was taken. */
}
